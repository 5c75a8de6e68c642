/** A question in GraphQL, as fields by their aliases, so that several can be asked in one query. */
export interface Question {
  /** What is tried, as it follows "Could not". */
  readonly what: string;
  /** Fields of the query itself: `viewer { login }`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Fields of the repository that the connection is to. */
  readonly repository?: Readonly<Record<string, string>>;
  /** Fragments by name: `on PullRequest { number }`. Two of one name must be the same. */
  readonly fragments?: Readonly<Record<string, string>>;
  /** Types and values of the variables that the fields name: never a stranger's text in the fields themselves. */
  readonly variables?: Readonly<Record<string, readonly [type: string, value: unknown]>>;
  /** For servers whose schema is older. */
  readonly older?: {
    /** Names of fields that it may lack. */
    readonly lacks: readonly string[];
    /** What is asked instead, where it lacks one of them. */
    readonly question: Question;
  };
}

export interface ComposedQuery {
  readonly document: string;
  /** Those of the questions; `owner` and `name` of the repository come besides, where it is asked about. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Takes the answer apart: for each question what it would have got alone. */
  split(answer: unknown): readonly Readonly<Record<string, unknown>>[];
}

/** Makes one query, or one mutation, of several questions. Pure. Of a single one the aliases stay as they are. */
export function composeQuery(
  questions: readonly Question[],
  operation: 'query' | 'mutation' = 'query',
): ComposedQuery {
  const prefixOf = (index: number): string => (questions.length === 1 ? '' : `q${index}_`);
  const fields: string[] = [];
  const repository: string[] = [];
  const fragments = new Map<string, string>();
  const types: string[] = [];
  const variables: Record<string, unknown> = {};
  for (const [index, question] of questions.entries()) {
    const prefix = prefixOf(index);
    const named = Object.keys(question.variables ?? {});
    const write = (text: string): string =>
      text.replaceAll(/\$(\w+)/g, (whole, name: string) =>
        named.includes(name) ? `$${prefix}${name}` : whole,
      );
    for (const [alias, field] of Object.entries(question.fields ?? {})) {
      fields.push(`${prefix}${alias}: ${write(field)}`);
    }
    for (const [alias, field] of Object.entries(question.repository ?? {})) {
      repository.push(`${prefix}${alias}: ${write(field)}`);
    }
    for (const [name, text] of Object.entries(question.fragments ?? {})) fragments.set(name, text);
    for (const [name, [type, value]] of Object.entries(question.variables ?? {})) {
      types.push(`$${prefix}${name}: ${type}`);
      variables[`${prefix}${name}`] = value;
    }
  }
  if (repository.length > 0) {
    types.unshift('$owner: String!', '$name: String!');
    fields.push(`repository(owner: $owner, name: $name) {\n${repository.join('\n')}\n}`);
  }
  const head = types.length === 0 ? operation : `${operation}(${types.join(', ')})`;
  const parts = [...fragments].map(([name, text]) => `\nfragment ${name} ${text}`);
  return {
    document: `${head} {\n${fields.join('\n')}\n}${parts.join('')}`,
    variables,
    split: (answer) => questions.map((question, index) => partOf(answer, question, prefixOf(index))),
  };
}

function partOf(answer: unknown, question: Question, prefix: string): Readonly<Record<string, unknown>> {
  const pick = (from: unknown, aliases: Readonly<Record<string, string>>): Record<string, unknown> =>
    Object.fromEntries(Object.keys(aliases).map((alias) => [alias, member(from, `${prefix}${alias}`)]));
  const own = pick(answer, question.fields ?? {});
  if (question.repository === undefined) return own;
  const repository = member(answer, 'repository');
  const isThere = typeof repository === 'object' && repository !== null;
  return { ...own, repository: isThere ? pick(repository, question.repository) : repository };
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
