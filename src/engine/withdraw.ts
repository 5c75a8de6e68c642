import { endAttempt, runningAttempt } from './attempt.ts';
import { completeJob } from './conclude.ts';
import type { Draft } from './draft.ts';
import { NO_OUTPUTS, QUEUED } from './draft.ts';
import { closeEscalation } from './escalation.ts';
import { closeGate } from './gate.ts';
import { leaveQueue } from './queue.ts';
import { isEmpty } from './own-keys.ts';
import type { Attempt } from './state.ts';

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
  const document = draft.document(job);
  if (document === undefined) return;
  closeGate(draft, job, reason);
  closeEscalation(draft, job, reason);
  if (runningAttempt(document) !== undefined) endAttempt(draft, job, { outcome, reason });
  leaveQueue(draft, job);
  draft.patchJob(job, { timeoutAt: null, retryAt: null });
}

/** Concludes an open job as cancelled. */
export function cancelJob(draft: Draft, job: string, reason: string): void {
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

/** Puts one job back to where it was before it started. */
export function resetJob(draft: Draft, job: string, reason: string): void {
  withdrawJob(draft, job, reason);
  draft.setLine(job, QUEUED);
  const document = draft.document(job);
  if (document === undefined) return;
  draft.patchJob(job, {
    budgetFrom: document.attempts.length + 1,
    outputs: isEmpty(document.outputs) ? document.outputs : NO_OUTPUTS,
    gate: null,
    feedback: null,
    merge: null,
  });
}

/** Has a queued job go on, whatever its `if`: in this transition, or after a pause. */
export function startUnconditionally(draft: Draft, job: string): void {
  draft.setLine(job, QUEUED);
  draft.patchJob(job, { retryAt: draft.cause.at });
  draft.visit(job);
}
