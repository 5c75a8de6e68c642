import type { MergeReadiness, RequiredCheck } from '../port/merging.ts';
import type { Question } from './compose-query.ts';
import type { Connection } from './connection.ts';
import { booleanAt, field, integerAt, listAt, nullableTextAt, textAt } from './decode.ts';

/** Pull requests asked for in one query. */
const batchSize = 50;

/**
 * How pull requests stand to the checks that their base branch requires: those that reported, and those of which nothing is heard
 * yet. https://docs.github.com/en/graphql/reference/objects#pullrequest
 */
export async function readReadiness(
  connection: Connection,
  numbers: readonly number[],
): Promise<readonly MergeReadiness[]> {
  const wanted = [...new Set(numbers)];
  const found: MergeReadiness[] = [];
  for (let start = 0; start < wanted.length; start += batchSize) {
    const batch = wanted.slice(start, start + batchSize);
    const read = await connection.query(questionOf(batch), (answer) => {
      const repository = field(answer, 'repository');
      return batch
        .map((number) => field(repository, `p${number}`) ?? null)
        .filter((pull) => pull !== null)
        .map(decodeReadiness);
    });
    found.push(...read);
  }
  return found;
}

/** Versions of GitHub Enterprise Server that have no merge queues are asked without them. */
function questionOf(numbers: readonly number[]): Question {
  const ask = (more: string): Question => ({
    what: `read the checks of ${numbers.map((number) => `#${number}`).join(', ')}`,
    repository: Object.fromEntries(numbers.map((number) => [`p${number}`, readinessOf(number, more)])),
  });
  return {
    ...ask(MERGE_QUEUE),
    older: { lacks: ['isMergeQueueEnabled', 'mergeQueueEntry'], question: ask('') },
  };
}

const MERGE_QUEUE = `isMergeQueueEnabled mergeQueueEntry { enqueuedAt }
    queueing: timelineItems(last: 1, itemTypes: [ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT]) {
      nodes { __typename ... on RemovedFromMergeQueueEvent { createdAt reason } }
    }`;

function readinessOf(number: number, more: string): string {
  return `pullRequest(number: ${number}) {
    number state mergeStateStatus ${more}
    baseRef {
      refUpdateRule { requiredStatusCheckContexts }
      rules(first: 100) { nodes { parameters {
        __typename
        ... on RequiredStatusChecksParameters { requiredStatusChecks { context } }
      } } }
    }
    all: commits(first: 100) { nodes { commit { authors(first: 10) { nodes { name email } } } } }
    commits(last: 1) { nodes { commit {
      checkSuites(first: 50) { nodes { conclusion } }
      statusCheckRollup { contexts(first: 100) { nodes {
        __typename
        ... on CheckRun { name checkStatus: status conclusion isRequired(pullRequestNumber: ${number}) }
        ... on StatusContext { context state isRequired(pullRequestNumber: ${number}) }
      } } }
    } } }
  }`;
}

function decodeReadiness(pull: unknown): MergeReadiness {
  const [last] = listAt(pull, 'commits', 'nodes');
  const commit = last === undefined ? null : field(last, 'commit');
  const rollup = commit === null ? null : (field(commit, 'statusCheckRollup') ?? null);
  const reported = rollup === null ? [] : listAt(rollup, 'contexts', 'nodes').map(decodeContext);
  const required = new Set([
    ...requiredBy(field(pull, 'baseRef') ?? null),
    ...reported.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  ]);
  const suites = commit === null ? [] : listAt(commit, 'checkSuites', 'nodes');
  return {
    number: integerAt(pull, 'number'),
    isOpen: textAt(pull, 'state').toLowerCase() === 'open',
    isBehind: textAt(pull, 'mergeStateStatus').toLowerCase() === 'behind',
    isHeld: suites.some((suite) => nullableTextAt(suite, 'conclusion')?.toLowerCase() === 'action_required'),
    mergeQueue: decodeMergeQueue(pull),
    authors: authorsOf(listAt(pull, 'all', 'nodes')),
    checks: [...required].sort().map((name): RequiredCheck => {
      // Of several with one name the worst counts, as on GitHub.
      const states = reported.filter((each) => each.name === name).map(({ state }) => state);
      const worst = (['failed', 'held', 'pending'] as const).find((state) => states.includes(state));
      return { name, state: states.length === 0 ? 'pending' : (worst ?? 'passed') };
    }),
  };
}

/** https://docs.github.com/en/graphql/reference/objects#removedfrommergequeueevent */
function decodeMergeQueue(pull: unknown): MergeReadiness['mergeQueue'] {
  // A server without merge queues was not asked.
  if (field(pull, 'isMergeQueueEnabled') === undefined) return null;
  const entry = field(pull, 'mergeQueueEntry') ?? null;
  if (!booleanAt(pull, 'isMergeQueueEnabled') && entry === null) return null;
  const [last] = listAt(pull, 'queueing', 'nodes');
  const isRemoval = last !== undefined && field(last, '__typename') === 'RemovedFromMergeQueueEvent';
  return {
    enqueuedAt: entry === null ? null : textAt(entry, 'enqueuedAt'),
    removal: isRemoval
      ? { at: textAt(last, 'createdAt'), reason: nullableTextAt(last, 'reason') ?? 'no reason given' }
      : null,
  };
}

function authorsOf(commits: readonly unknown[]): MergeReadiness['authors'] {
  const authors = commits
    .flatMap((node) => listAt(node, 'commit', 'authors', 'nodes'))
    .map((author) => ({
      name: nullableTextAt(author, 'name') ?? '',
      email: nullableTextAt(author, 'email') ?? '',
    }))
    .filter(({ email }) => email !== '');
  return [...new Map(authors.map((author) => [author.email.toLowerCase(), author])).values()];
}

/** By the classic protection of the branch, and by rulesets. */
function requiredBy(base: unknown): readonly string[] {
  if (base === null) return [];
  const classic = field(base, 'refUpdateRule') ?? null;
  const contexts = classic === null ? [] : (field(classic, 'requiredStatusCheckContexts') ?? []);
  const rules = field(base, 'rules') ?? null;
  const parameters =
    rules === null ? [] : listAt(rules, 'nodes').map((rule) => field(rule, 'parameters') ?? null);
  return [
    ...(Array.isArray(contexts) ? contexts.filter((name) => typeof name === 'string') : []),
    ...parameters
      .filter((one) => one !== null && field(one, '__typename') === 'RequiredStatusChecksParameters')
      .flatMap((one) => listAt(one, 'requiredStatusChecks').map((check) => textAt(check, 'context'))),
  ];
}

interface Reported {
  readonly name: string;
  readonly state: RequiredCheck['state'];
  readonly isRequired: boolean;
}

function decodeContext(context: unknown): Reported {
  const isRequired = booleanAt(context, 'isRequired');
  if (field(context, '__typename') === 'StatusContext') {
    const state = textAt(context, 'state').toLowerCase();
    return { name: textAt(context, 'context'), state: STATUS_STATES[state] ?? 'pending', isRequired };
  }
  const conclusion = nullableTextAt(context, 'conclusion')?.toLowerCase() ?? '';
  const isCompleted = textAt(context, 'checkStatus').toLowerCase() === 'completed';
  const state = isCompleted ? (CONCLUSIONS[conclusion] ?? 'failed') : 'pending';
  return { name: textAt(context, 'name'), state, isRequired };
}

const STATUS_STATES: Readonly<Record<string, RequiredCheck['state']>> = {
  success: 'passed',
  error: 'failed',
  failure: 'failed',
};

const CONCLUSIONS: Readonly<Record<string, RequiredCheck['state']>> = {
  success: 'passed',
  neutral: 'passed',
  skipped: 'passed',
  action_required: 'held',
  // A newer run takes the place of a stale one.
  stale: 'pending',
};
