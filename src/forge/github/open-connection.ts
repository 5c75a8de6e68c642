import type { Octokit } from '@octokit/rest';

import { TreadleError } from '../../base/errors.ts';
import { createAskOlder } from './ask-older.ts';
import { createAskTogether } from './ask-together.ts';
import { composeQuery, type ComposedQuery, type Question } from './compose-query.ts';
import type { Answer, Connection, ForgeRequest, Mutation, MutationAnswer } from './connection.ts';
import type { Decode } from './decode.ts';
import { MalformedAnswer } from './decode.ts';
import { isRateLimited, readRefusal, toForgeError } from './forge-error.ts';
import { openOctokit } from './open-octokit.ts';
import type { Patience } from './patience.ts';
import { patienceFor } from './patience.ts';

const pageSize = 100;

/** Opens a connection; see `connectForge`. */
export function openConnection(options: {
  readonly apiUrl: string;
  readonly owner: string;
  readonly name: string;
  readonly token: string;
  readonly fetch?: typeof fetch;
  readonly log?: (line: string) => void;
  readonly patience?: Partial<Patience>;
}): Connection {
  const { owner, name, apiUrl } = options;
  const octokit = openOctokit({
    apiUrl,
    token: options.token,
    fetch: options.fetch ?? fetch,
    log: options.log ?? (() => undefined),
    patience: { ...patienceFor(apiUrl), ...options.patience },
  });
  const send: Send = (asked, more) => sendRequest(octokit, { owner, repo: name }, asked, more);
  const attempt: Attempt = async (what, act) => {
    try {
      return await act();
    } catch (error) {
      if (error instanceof MalformedAnswer) throw malformed(`${what} in ${owner}/${name}`, apiUrl, error);
      throw toForgeError(error, { what, repository: `${owner}/${name}`, apiUrl });
    }
  };
  const ask = createAskOlder(
    createAskTogether(
      (query) => sendQuery(octokit, { owner, name }, query),
      (error) => isQueryError(error) && !isRateLimited(error),
    ),
  );
  const connection: Connection = {
    owner,
    name,
    ask: (asked, decode) => attempt(asked.what, async () => decode((await send(asked)).data)),
    tryAsk: (asked, refusals, decode) =>
      attempt(asked.what, () => sendExpecting(send, asked, refusals, decode)),
    page: (asked, page, decode) => attempt(asked.what, () => readPage(send, asked, page, decode)),
    list: (asked, decode) => readAllPages(connection, asked, decode),
    query: (question, decode) => attempt(question.what, async () => decode(await ask(question))),
    mutateEach: (what, changes, decode) => attempt(what, () => sendMutations(octokit, changes, decode)),
    mutate: (mutation, decode) => attempt(mutation.what, () => sendMutation(octokit, mutation, decode)),
  };
  return connection;
}

/** Does something, with whatever it throws as an error of the forge port. */
type Attempt = <T>(what: string, act: () => Promise<T>) => Promise<T>;

type Send = (asked: ForgeRequest, more?: Readonly<Record<string, unknown>>) => Promise<RawAnswer>;

interface RawAnswer {
  readonly data: unknown;
  readonly link: unknown;
}

async function sendRequest(
  octokit: Octokit,
  repository: { readonly owner: string; readonly repo: string },
  asked: ForgeRequest,
  more: Readonly<Record<string, unknown>> = {},
): Promise<RawAnswer> {
  const answer: { readonly data: unknown; readonly headers: { readonly link?: unknown } } =
    await octokit.request(asked.route, {
      ...repository,
      ...asked.parameters,
      ...more,
      ...(asked.repeatable === true ? { request: { repeatable: true } } : {}),
    });
  return { data: answer.data, link: answer.headers.link };
}

async function sendExpecting<T>(
  send: Send,
  asked: ForgeRequest,
  refusals: readonly number[],
  decode: Decode<T>,
): Promise<Answer<T>> {
  try {
    const { data } = await send(asked);
    return { kind: 'done', value: decode(data) };
  } catch (error) {
    const refusal = readRefusal(error);
    if (refusal === undefined || !refusals.includes(refusal.status) || isRateLimited(error)) throw error;
    return { kind: 'refused', ...refusal };
  }
}

async function readPage<T>(
  send: Send,
  asked: ForgeRequest,
  page: number,
  decode: Decode<T>,
): Promise<{ readonly items: readonly T[]; readonly isLast: boolean }> {
  const { data, link } = await send(asked, { per_page: pageSize, page });
  if (!Array.isArray(data)) throw new MalformedAnswer('the list is not an array');
  // A full page is followed up even without a link to a next one: a 304 repeats the links of an earlier time.
  const isLast = data.length < pageSize && !(typeof link === 'string' && link.includes('rel="next"'));
  return { items: data.map((item: unknown) => decode(item)), isLast };
}

async function readAllPages<T>(
  connection: Connection,
  asked: ForgeRequest,
  decode: Decode<T>,
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let page = 1; ; page += 1) {
    const read = await connection.page(asked, page, decode);
    items.push(...read.items);
    if (read.isLast) return items;
  }
}

async function sendQuery(
  octokit: Octokit,
  repository: { readonly owner: string; readonly name: string },
  { document, variables }: ComposedQuery,
): Promise<unknown> {
  try {
    const all = { ...repository, ...variables, request: { repeatable: true } };
    return await octokit.graphql(document, all);
  } catch (error) {
    return partialAnswer(error);
  }
}

async function sendMutation<T>(
  octokit: Octokit,
  { document, variables }: Mutation,
  decode: Decode<T>,
): Promise<MutationAnswer<T>> {
  try {
    return {
      kind: 'done',
      value: decode(await octokit.graphql(document, { ...variables, request: { changes: 1 } })),
    };
  } catch (error) {
    if (!isQueryError(error) || isRateLimited(error)) throw error;
    const { errors } = error as Error & { readonly errors?: readonly { readonly message?: unknown }[] };
    const said = (errors ?? []).map(({ message }) => message).filter((text) => typeof text === 'string');
    return { kind: 'refused', problem: said.join(' ') || error.message };
  }
}

/** Aliases begin with the number of their change, and so do the paths of the errors. */
async function sendMutations<T>(
  octokit: Octokit,
  changes: readonly Question[],
  decode: Decode<T>,
): Promise<readonly MutationAnswer<T>[]> {
  const composed = composeQuery(changes, 'mutation');
  const { document, variables } = composed;
  const request = { changes: changes.length };
  try {
    const answer: unknown = await octokit.graphql(document, { ...variables, request });
    return composed.split(answer).map((part) => ({ kind: 'done', value: decode(part) }));
  } catch (error) {
    if (!isQueryError(error) || isRateLimited(error)) throw error;
    const { errors, data } = error as Error & { readonly errors?: unknown; readonly data?: unknown };
    if (!Array.isArray(errors) || data === null || data === undefined) throw error;
    const refusals = errors.map((each: { readonly path?: unknown; readonly message?: unknown }) => ({
      alias: Array.isArray(each.path) ? String(each.path[0]) : null,
      problem: String(each.message),
    }));
    if (refusals.some(({ alias }) => alias === null)) throw error;
    const parts = composed.split(data);
    return changes.map((change, index) => {
      const prefix = changes.length === 1 ? '' : `q${index}_`;
      const own = Object.keys(change.fields ?? {}).map((alias) => `${prefix}${alias}`);
      const refusal = refusals.find(({ alias }) => alias !== null && own.includes(alias));
      return refusal === undefined
        ? { kind: 'done', value: decode(parts[index]) }
        : { kind: 'refused', problem: refusal.problem };
    });
  }
}

/** What a query found where all that is wrong with it is that some of what it asks for does not exist. */
function partialAnswer(error: unknown): unknown {
  if (!isQueryError(error)) throw error;
  const { errors, data } = error as Error & { readonly errors?: unknown; readonly data?: unknown };
  const isPartial = Array.isArray(errors) && errors.every(isMissingPart);
  if (!isPartial || data === null || data === undefined) throw error;
  return data;
}

/** An answer that says what is wrong with the query. */
function isQueryError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'GraphqlResponseError';
}

/** Something within the repository, or beside it (an account, a node): not the repository itself. */
function isMissingPart(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('type' in error) || !('path' in error)) return false;
  if (error.type !== 'NOT_FOUND' || !Array.isArray(error.path)) return false;
  return error.path.length > 1 || (error.path.length === 1 && error.path[0] !== 'repository');
}

function malformed(what: string, apiUrl: string, error: MalformedAnswer): TreadleError {
  return new TreadleError(
    'forge-malformed',
    `Could not ${what}: ${apiUrl} answered in another shape than GitHub's: ${error.message}`,
    { remedy: 'Check that the address is the root of a GitHub REST API.', cause: error },
  );
}
