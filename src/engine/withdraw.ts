import { jobOf } from '../workflow/leg.ts';
import { endAttempt, runningAttempt } from './attempt.ts';
import { completeJob, mergeOutputs } from './conclude.ts';
import type { Draft } from './draft.ts';
import { NO_OUTPUTS, QUEUED } from './draft.ts';
import { closeEscalation } from './escalation.ts';
import { closeGate } from './gate.ts';
import { legsOf, matrixOf } from './legs.ts';
import { TREADLE } from './event.ts';
import { tellChild } from './sub-run-word.ts';
import { leaveGroup } from './group-place.ts';
import { leaveQueue } from './queue.ts';
import { isEmpty } from './own-keys.ts';
import type { Attempt } from './state/job.ts';

/**
 * Takes back whatever a job has outside: its dispatch, gate, escalation, place in the queue. Its history stays. What becomes of its
 * line is the caller's to say.
 */
export function withdrawJob(
  draft: Draft,
  job: string,
  reason: string,
  outcome: Extract<Attempt['outcome'], 'cancelled' | 'skipped'> = 'cancelled',
): void {
  leaveGroup(draft, job);
  const document = draft.document(job);
  if (document === undefined) return;
  for (const leg of legsOf(draft, job)) withdrawJob(draft, leg, reason, outcome);
  closeGate(draft, job, reason);
  closeEscalation(draft, job, reason);
  tellChild(draft, job, 'cancelled', { by: TREADLE, reason, at: draft.cause.at });
  if (runningAttempt(document) !== undefined) endAttempt(draft, job, { outcome, reason });
  leaveQueue(draft, job);
  draft.patchJob(job, { timeoutAt: null, retryAt: null });
}

/** Concludes an open job as cancelled; of one that was expanded, the legs that are open. */
export function cancelJob(draft: Draft, job: string, reason: string): void {
  const legs = legsOf(draft, job);
  if (legs.length > 0) {
    for (const leg of legs) if (draft.line(leg).status !== 'completed') cancelJob(draft, leg, reason);
    return;
  }
  withdrawJob(draft, job, reason);
  completeJob(draft, job, 'cancelled', 'cancelled');
}

/**
 * Puts a job and all its descendants back to where they were before they started, with a fresh budget of attempts. History stays,
 * and attempt numbers go on.
 */
export function resetFrom(draft: Draft, job: string, reason: string): void {
  resetJob(draft, job, reason);
  for (const descendant of draft.workflow.graph.descendants(job)) resetJob(draft, descendant, reason);
}

/** Puts one job back to where it was before it started: an expanded one has no legs then, but their history is kept. */
export function resetJob(draft: Draft, job: string, reason: string): void {
  withdrawJob(draft, job, reason);
  const legs = legsOf(draft, job);
  for (const leg of legs) resetJob(draft, leg, reason);
  if (legs.length > 0) draft.removeLines(legs);
  if (matrixOf(draft, job) !== null) draft.patchJob(job, { matrix: null });
  draft.setLine(job, QUEUED);
  const document = draft.document(job);
  if (document === undefined) return;
  if (document.given != null) draft.patchJob(job, { given: null });
  if (document.passed != null) draft.patchJob(job, { passed: null });
  draft.patchJob(job, {
    budgetFrom: document.attempts.length + 1,
    outputs: isEmpty(document.outputs) ? document.outputs : NO_OUTPUTS,
    gate: null,
    feedback: null,
    merge: null,
  });
  if (jobOf(job) !== job) mergeOutputs(draft, jobOf(job));
}

/** Has a queued job go on, whatever its `if`: in this transition, or after a pause. */
export function startUnconditionally(draft: Draft, job: string): void {
  draft.setLine(job, QUEUED);
  draft.patchJob(job, { retryAt: draft.cause.at });
  draft.visit(job);
}
