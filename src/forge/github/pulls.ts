import type { Pull, Pulls } from '../port/pulls.ts';
import { listChangedPaths } from './changed-paths.ts';
import type { Connection } from './connection.ts';
import { ignoreAnswer } from './connection.ts';
import { integerAt } from './decode.ts';
import { decodePull } from './decode-shapes.ts';
import { dequeuePull, enqueuePull } from './merge-queue.ts';
import { mergePull } from './merge-pull.ts';
import { readReadiness } from './merge-readiness.ts';
import { readReviewedPulls } from './reviewed-pulls.ts';

/** Pull requests, over the REST API; those with their reviews over the GraphQL API. */
export function githubPulls(connection: Connection): Pulls {
  return {
    get: (number) => readPull(connection, number),
    fromBranch: (branch) => pullFromBranch(connection, branch),
    reviewed: (numbers) => readReviewedPulls(connection, numbers),
    readiness: (numbers) => readReadiness(connection, numbers),
    changedPaths: (number) => listChangedPaths(connection, number),
    open: (pull) => openPull(connection, pull),
    close: (number) => closePull(connection, number),
    requestReviewers: (number, logins) => requestReviewers(connection, number, logins),
    review: (number, review) => submitReview(connection, number, review),
    merge: (number, merge) => mergePull(connection, number, merge),
    enqueue: (number, head) => enqueuePull(connection, number, head),
    dequeue: (number) => dequeuePull(connection, number),
  };
}

async function readPull(connection: Connection, number: number): Promise<Pull | undefined> {
  const answer = await connection.tryAsk(
    {
      what: `read pull request #${number}`,
      route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
      parameters: { pull_number: number },
    },
    [404],
    decodePull,
  );
  return answer.kind === 'done' ? answer.value : undefined;
}

async function pullFromBranch(connection: Connection, branch: string): Promise<Pull | undefined> {
  const { items } = await connection.page(
    {
      what: `find the pull request from ${branch}`,
      route: 'GET /repos/{owner}/{repo}/pulls',
      parameters: { head: `${connection.owner}:${branch}`, state: 'all', sort: 'created', direction: 'desc' },
    },
    1,
    decodePull,
  );
  // The forge ignores a filter that it cannot read, and then lists them all.
  return items.filter((pull) => pull.head.branch === branch).sort((a, b) => b.number - a.number)[0];
}

/** 422 says that there is one already, or why there can be none; 403 that this token may open none. */
async function openPull(
  connection: Connection,
  pull: Parameters<Pulls['open']>[0],
): ReturnType<Pulls['open']> {
  const answer = await connection.tryAsk(
    {
      what: `open a pull request from ${pull.branch}`,
      route: 'POST /repos/{owner}/{repo}/pulls',
      parameters: { head: pull.branch, base: pull.base, title: pull.title, body: pull.body },
    },
    [403, 422],
    decodePull,
  );
  if (answer.kind === 'done') {
    return { kind: 'opened', number: answer.value.number, head: answer.value.head.oid };
  }
  const existing = answer.status === 422 ? await pullFromBranch(connection, pull.branch) : undefined;
  if (existing?.state === 'open' && existing.base === pull.base) {
    return { kind: 'opened', number: existing.number, head: existing.head.oid };
  }
  return { kind: 'refused', problem: answer.problem };
}

async function closePull(connection: Connection, number: number): Promise<Pull | undefined> {
  const answer = await connection.tryAsk(
    {
      what: `close pull request #${number}`,
      route: 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
      parameters: { pull_number: number, state: 'closed' },
      repeatable: true,
    },
    [404],
    decodePull,
  );
  return answer.kind === 'done' ? answer.value : undefined;
}

/** One login that may not be asked makes the forge refuse them all: then they are asked one by one. */
async function requestReviewers(
  connection: Connection,
  number: number,
  logins: readonly string[],
): Promise<void> {
  if (logins.length === 0) return;
  const ask = (reviewers: readonly string[]): Promise<{ readonly kind: 'done' | 'refused' }> =>
    connection.tryAsk(
      {
        what: `ask ${reviewers.join(', ')} to review pull request #${number}`,
        route: 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers',
        parameters: { pull_number: number, reviewers: [...reviewers] },
        repeatable: true,
      },
      [422],
      ignoreAnswer,
    );
  const all = await ask(logins);
  if (all.kind === 'done' || logins.length === 1) return;
  for (const login of logins) await ask([login]);
}

/** 422 is the author's own pull request, or a head that is none of its commits; 403 a token that may not review. */
async function submitReview(
  connection: Connection,
  number: number,
  review: Parameters<Pulls['review']>[1],
): ReturnType<Pulls['review']> {
  const answer = await connection.tryAsk(
    {
      what: `review pull request #${number}`,
      route: 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
      parameters: {
        pull_number: number,
        event: review.verdict === 'approve' ? 'APPROVE' : 'REQUEST_CHANGES',
        body: review.body,
        commit_id: review.head,
      },
    },
    [403, 422],
    (submitted) => integerAt(submitted, 'id'),
  );
  return answer.kind === 'done'
    ? { kind: 'submitted', id: answer.value }
    : { kind: 'refused', problem: answer.problem };
}
