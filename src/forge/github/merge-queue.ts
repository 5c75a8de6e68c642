import type { EnqueueOutcome } from '../port/merging.ts';
import type { Connection } from './connection.ts';
import { field, nullableTextAt, textAt } from './decode.ts';

interface QueuedPull {
  /** Its global id, by which mutations know it. */
  readonly node: string;
  readonly isOpen: boolean;
  readonly head: string;
  readonly enqueuedAt: string | null;
}

/**
 * Puts a pull request into its base branch's merge queue. The REST API cannot. It may be tried again after any failure: one that is
 * there already is found.
 *
 * @see https://docs.github.com/en/graphql/reference/mutations#enqueuepullrequest
 */
export async function enqueuePull(
  connection: Connection,
  number: number,
  head: string,
): Promise<EnqueueOutcome> {
  const pull = await readPull(connection, number);
  if (pull === undefined || !pull.isOpen) return refused('closed', 'it is closed');
  if (pull.head !== head) return refused('head-moved', `its head is ${pull.head}, not ${head}`);
  if (pull.enqueuedAt !== null) return { kind: 'enqueued', at: pull.enqueuedAt };
  const answer = await connection.mutate(
    {
      what: `put pull request #${number} into the merge queue`,
      document: `mutation($pull: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: { pullRequestId: $pull, expectedHeadOid: $head }) { mergeQueueEntry { enqueuedAt } }
}`,
      variables: { pull: pull.node, head },
    },
    (entered) => textAt(field(field(entered, 'enqueuePullRequest'), 'mergeQueueEntry'), 'enqueuedAt'),
  );
  return answer.kind === 'done'
    ? { kind: 'enqueued', at: answer.value }
    : refused(causeOf(answer.problem), answer.problem);
}

/** @see https://docs.github.com/en/graphql/reference/mutations#dequeuepullrequest */
export async function dequeuePull(connection: Connection, number: number): Promise<void> {
  const pull = await readPull(connection, number);
  if (pull === undefined || pull.enqueuedAt === null) return;
  await connection.mutate(
    {
      what: `take pull request #${number} out of the merge queue`,
      document: 'mutation($pull: ID!) { dequeuePullRequest(input: { id: $pull }) { clientMutationId } }',
      variables: { pull: pull.node },
    },
    () => undefined,
  );
}

function readPull(connection: Connection, number: number): Promise<QueuedPull | undefined> {
  return connection.query(
    {
      what: `read how pull request #${number} stands to the merge queue`,
      repository: {
        pull: `pullRequest(number: ${number}) { id state headRefOid mergeQueueEntry { enqueuedAt } }`,
      },
    },
    (answer) => {
      const pull = field(field(answer, 'repository'), 'pull') ?? null;
      if (pull === null) return undefined;
      const entry = field(pull, 'mergeQueueEntry') ?? null;
      return {
        node: textAt(pull, 'id'),
        isOpen: textAt(pull, 'state').toLowerCase() === 'open',
        head: textAt(pull, 'headRefOid'),
        enqueuedAt: entry === null ? null : nullableTextAt(entry, 'enqueuedAt'),
      };
    },
  );
}

type Cause = Extract<EnqueueOutcome, { kind: 'refused' }>['cause'];

/** Only its words say why GitHub refuses a mutation. */
function causeOf(problem: string): Cause {
  if (/conflict|not mergeable/i.test(problem)) return 'conflict';
  if (/status check|required check|required workflow|deployment/i.test(problem)) return 'checks';
  return /head (?:oid|sha|branch)|expected head/i.test(problem) ? 'head-moved' : 'not-permitted';
}

function refused(cause: Cause, problem: string): EnqueueOutcome {
  return { kind: 'refused', cause, problem };
}
