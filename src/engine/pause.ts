import type { Draft } from './draft.ts';
import { jobsAndLegs } from './legs.ts';
import type { OverrideIssued } from './event.ts';
import type { Outcome } from './outcome.ts';
import { applied } from './outcome.ts';
import { enqueueMerge, leaveQueue, ownLease } from './queue.ts';
import { tellChildren } from './sub-run-word.ts';
import type { Recorded } from './state/run.ts';
import { addMs, msBetween } from './time.ts';

/** Holds the run: no new dispatch, gate or merge. What is out may still answer; a merge that waits leaves the queue to others. */
export function pauseRun(draft: Draft, event: OverrideIssued): Outcome {
  holdRun(draft, { by: event.actor, reason: event.reason, at: draft.cause.at });
  return applied('run', 'paused');
}

/** Pauses a run that is not paused. */
export function holdRun(draft: Draft, recorded: Recorded): void {
  if (draft.run.paused !== null) return;
  draft.patchRun({ paused: recorded });
  for (const job of pendingJobs(draft)) leaveQueue(draft, job);
  tellChildren(draft, 'paused', recorded);
}

/** Ends the pause: all that became ready starts. Time stood still: timeouts move on by the length of the pause. */
export function releaseRun(draft: Draft): void {
  const { paused } = draft.run;
  if (paused === null) return;
  draft.patchRun({ paused: null });
  tellChildren(draft, 'resumed', { ...paused, at: draft.cause.at });
  const lengthMs = msBetween(paused.at, draft.cause.at);
  for (const job of jobsAndLegs(draft)) {
    const timeoutAt = draft.document(job)?.timeoutAt ?? null;
    if (timeoutAt !== null) draft.patchJob(job, { timeoutAt: addMs(timeoutAt, lengthMs) });
  }
  goOn(draft);
}

/** Looks at everything that a pause may have held back. */
export function goOn(draft: Draft): void {
  for (const job of jobsAndLegs(draft)) if (draft.line(job).status === 'queued') draft.visit(job);
  for (const job of pendingJobs(draft)) {
    if (draft.document(job)?.merge?.checks !== undefined) continue;
    const isQueued = draft.queue.entries.some((entry) => entry.run === draft.run.id && entry.job === job);
    if (!isQueued && ownLease(draft) === null) enqueueMerge(draft, job);
  }
}

/** The jobs that wait for the commit queue; others wait for their concurrency group. */
function pendingJobs(draft: Draft): readonly string[] {
  const isPending = (job: string): boolean =>
    draft.line(job).status === 'pending' && (draft.document(job)?.merge ?? null) !== null;
  return [...draft.workflow.jobs.keys()].filter(isPending);
}
