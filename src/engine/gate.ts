import type { Draft, RunView } from './draft.ts';
import type { Gate } from './state/gate.ts';

/** The gate of a job while it is open: opened in the running attempt, and not answered. */
export function openGateOf(view: RunView, job: string): Gate | undefined {
  if (view.line(job).status !== 'waiting') return undefined;
  const document = view.document(job);
  const gate = document?.gate ?? null;
  if (gate?.answer !== null || document?.escalation !== null) return undefined;
  return gate;
}

/**
 * Closes a job's gate that is not to be answered by a review any more. The pull request of a text gate goes; that of a code gate is
 * somebody's work and stays.
 */
export function closeGate(draft: Draft, job: string, reason: string): void {
  const gate = openGateOf(draft, job);
  if (gate === undefined) return;
  emitCloseGate(draft, job, gate, reason);
  draft.patchJob(job, { gate: null });
}

/** Has the decision pull request of a text gate closed, as far as it is known. */
export function emitCloseGate(draft: Draft, job: string, gate: Gate, reason: string): void {
  if (gate.kind === 'code' || gate.pull === null) return;
  draft.emit({ type: 'close_gate', job, attempt: gate.attempt, pull: gate.pull, reason });
}
