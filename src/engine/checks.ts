import { runningAttempt } from './attempt.ts';
import type { Draft } from './draft.ts';
import type { ChecksChanged } from './event.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { enqueueMerge } from './queue.ts';
import { failAttempt } from './retry.ts';
import type { MergeIntent } from './state/merge.ts';
import { countRefusal } from './tally.ts';
import { addMs } from './time.ts';

/** Checks that never end must not hold a bead for ever. */
const checksTimeoutMinutes = 6 * 60;
/** A person has as long as for an approval. */
const personTimeoutMinutes = 30 * 24 * 60;

const saidOf = {
  pending: 'checks pending',
  held: 'checks wait for approval',
  unmerged: 'a person is to merge',
  enqueued: 'in the merge queue',
} as const;

/**
 * Has a merge wait for the required checks of its pull request; it queues for the lease when they succeeded. One that a person does
 * waits until they did, or closed it.
 */
export function awaitChecks(draft: Draft, job: string, merge: MergeIntent): void {
  const { at } = draft.cause;
  const minutes = merge.byPerson === true ? personTimeoutMinutes : checksTimeoutMinutes;
  draft.patchJob(job, {
    merge: { ...merge, checks: { state: 'unread', names: [], since: at } },
    timeoutAt: addMs(at, minutes * 60_000),
  });
  draft.setLine(job, { status: 'pending', conclusion: null, result: null });
}

/** Has a merge wait for the forge's merge queue, where it is since `enqueuedAt`. It must not hold a bead for ever either. */
export function awaitMergeQueue(draft: Draft, job: string, merge: MergeIntent, enqueuedAt: string): void {
  draft.patchJob(job, {
    merge: { ...merge, checks: { state: 'enqueued', names: [], since: enqueuedAt } },
    timeoutAt: addMs(draft.cause.at, checksTimeoutMinutes * 60_000),
  });
  draft.setLine(job, { status: 'pending', conclusion: null, result: null });
}

/**
 * The required checks stand otherwise than was known. Failed ones, and a head that must be brought up to date first, go back to
 * rework at once: the engineering manager asked again cannot change them.
 */
export function applyChecks(draft: Draft, event: ChecksChanged): Outcome {
  const { job, attempt, pull, verdict, names } = event;
  const document = draft.document(job);
  const merge = document?.merge ?? null;
  if (merge?.checks === undefined || merge.pull !== pull) return ignored('no such checks are awaited');
  if (runningAttempt(document)?.number !== attempt) return ignored('its attempt is over');
  switch (verdict) {
    case 'passed': {
      const { head, expiries, byPerson } = merge;
      const agreed = {
        pull,
        head,
        ...(event.authors === undefined ? {} : { authors: event.authors }),
        ...(event.mergeQueue === undefined ? {} : { mergeQueue: event.mergeQueue }),
        ...(byPerson === undefined ? {} : { byPerson }),
        ...(expiries === undefined ? {} : { expiries }),
      };
      draft.patchJob(job, { merge: agreed, timeoutAt: null });
      enqueueMerge(draft, job);
      draft.tell(draft.line(job).status === 'pending' ? 'commit queue' : 'merge');
      return applied(job, 'checks passed');
    }
    case 'pending':
    case 'held':
    case 'unmerged':
    case 'enqueued': {
      const { checks } = merge;
      if (checks.state === verdict && checks.names.join() === names.join())
        return ignored('that is known already');
      draft.patchJob(job, { merge: { ...merge, checks: { state: verdict, names, since: draft.cause.at } } });
      return applied(job, saidOf[verdict]);
    }
    case 'ejected':
      // It is out of the forge's queue already.
      draft.patchJob(job, { merge: { pull, head: merge.head } });
      failAttempt(draft, job, { outcome: 'failure', reason: refusalFor(event), again: false });
      return applied(job, 'out of the merge queue');
    case 'failed':
    case 'behind':
      countRefusal(draft, verdict === 'failed' ? 'checks' : 'behind');
      failAttempt(draft, job, { outcome: 'failure', reason: refusalFor(event), again: false });
      return applied(job, verdict === 'failed' ? 'checks failed' : 'base moved on');
  }
}

function refusalFor({ pull, verdict, names }: ChecksChanged): string {
  if (verdict === 'ejected')
    return `The merge queue put #${pull} out again: ${names.join(', ')}. It checks the change together with the base branch as it is then, and with what merges before it.`;
  return verdict === 'behind'
    ? `#${pull} is behind its base branch, and a rule of the branch wants it up to date: merge the base branch into it.`
    : `The required checks of #${pull} failed: ${names.join(', ')}.`;
}
