import { setTimeout as wait } from 'node:timers/promises';

import type { MergeOutcome } from '../port/merging.ts';
import type { Pull, Pulls } from '../port/pulls.ts';
import type { Answer, Connection } from './connection.ts';
import { field, nullableTextAt, textAt } from './decode.ts';
import { decodePull } from './decode-shapes.ts';

/** How often a passing state (the base was just changed, mergeability not yet computed) is looked at, and how long apart. */
const looks = 4;
const lookEveryMs = 500;

interface PullForMerge extends Pull {
  /** Null while the forge still computes it. */
  readonly mergeable: boolean | null;
  /** `dirty`, `behind`, `blocked`, `draft`, …: https://docs.github.com/en/graphql/reference/enums#mergestatestatus */
  readonly mergeableState: string | null;
}

/**
 * Merges exactly the expected head. It may be tried again after any failure: what an earlier try has merged is found and
 * reported as merged.
 */
export async function mergePull(
  connection: Connection,
  number: number,
  merge: Parameters<Pulls['merge']>[1],
): Promise<MergeOutcome> {
  for (let look = 1; ; look += 1) {
    const answer = await sendMerge(connection, number, merge);
    if (answer.kind === 'done') return { kind: 'merged', commit: answer.value };
    const pull = await readPullForMerge(connection, number);
    const outcome = judgeRefusal(answer, pull, merge.head);
    if (outcome !== undefined) return outcome;
    if (look === looks) return refused('not-permitted', answer.problem);
    await wait(lookEveryMs * look);
  }
}

/** https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request */
function sendMerge(
  connection: Connection,
  number: number,
  merge: Parameters<Pulls['merge']>[1],
): Promise<Answer<string>> {
  return connection.tryAsk(
    {
      what: `merge pull request #${number}`,
      route: 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge',
      parameters: {
        pull_number: number,
        sha: merge.head,
        merge_method: 'merge',
        commit_title: merge.title,
        commit_message: merge.message,
      },
      // The expected head makes a second merge impossible, and a merge that took place is found by reading.
      repeatable: true,
    },
    [403, 404, 405, 409],
    (merged) => textAt(merged, 'sha'),
  );
}

function readPullForMerge(connection: Connection, number: number): Promise<PullForMerge> {
  return connection.ask(
    {
      what: `read why pull request #${number} was not merged`,
      route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
      parameters: { pull_number: number },
    },
    (answer) => {
      const mergeable = field(answer, 'mergeable');
      return {
        ...decodePull(answer),
        mergeable: typeof mergeable === 'boolean' ? mergeable : null,
        mergeableState: nullableTextAt(answer, 'mergeable_state'),
      };
    },
  );
}

/** Why a merge was refused, from the pull request rather than from words; undefined where it will pass by itself. */
function judgeRefusal(
  answer: { readonly status: number; readonly problem: string },
  pull: PullForMerge,
  head: string,
): MergeOutcome | undefined {
  const { problem } = answer;
  const hasHead = pull.head.oid === head;
  if (pull.merged && hasHead && pull.mergeCommit !== null)
    return { kind: 'merged', commit: pull.mergeCommit };
  if (pull.merged) return refused('closed', `it was merged with ${pull.head.oid}, not with ${head}`);
  if (pull.state === 'closed') return refused('closed', 'it is closed');
  if (!hasHead) return refused('head-moved', `its head is ${pull.head.oid}, not ${head}`);
  switch (answer.status) {
    case 403:
    case 404:
      return refused('not-permitted', problem);
    case 409:
      return refused('head-moved', problem);
    default:
      return judgeNotMergeable(problem, pull);
  }
}

function judgeNotMergeable(problem: string, pull: PullForMerge): MergeOutcome | undefined {
  if (/base branch was modified/i.test(problem)) return undefined;
  if (/merge queue/i.test(problem)) return refused('merge-queue', problem);
  if (pull.draft) return refused('not-permitted', 'it is a draft');
  if (pull.mergeable === false || pull.mergeableState === 'dirty') return refused('conflict', problem);
  if (pull.mergeable === null) return undefined;
  if (pull.mergeableState === 'behind') return refused('behind', problem);
  if (isAboutChecks(problem)) return refused('checks', problem);
  return refused('not-permitted', problem);
}

/** A blocked pull request has no field that says by what; rules name themselves in the refusal only. */
function isAboutChecks(problem: string): boolean {
  return /status check|required check|required workflow|deployment|up[ -]to[ -]date/i.test(problem);
}

function refused(cause: Extract<MergeOutcome, { kind: 'refused' }>['cause'], problem: string): MergeOutcome {
  return { kind: 'refused', cause, problem };
}
