import type { Draft } from './draft.ts';
import type { PassedEscalation } from './state/escalation.ts';
import type { Gate } from './state/gate.ts';
import { derivedId } from '../base/digest.ts';
import { openEscalation } from './escalation.ts';
import { resetFrom, startUnconditionally } from './withdraw.ts';

/** Whether an answered gate approved something that still can be taken back: nothing was merged since. */
export function isUsedApproval(draft: Draft, job: string, gate: Gate): boolean {
  return gate.answer?.verdict === 'approved' && isStillOfUse(draft, job);
}

/** Whether what a job came to still counts for something that can be taken back. */
export function isStillOfUse(draft: Draft, job: string): boolean {
  if (draft.line(job).conclusion !== 'success') return false;
  for (const [id, definition] of draft.workflow.jobs) {
    if (definition.type === 'commit' && draft.line(id).conclusion === 'success') return false;
  }
  return true;
}

/** Puts the question of a gate again, in a new pull request, with everything after it taken back. It counts no cycle. */
export function askAgain(draft: Draft, job: string, gate: Gate, reason: string): void {
  resetFrom(draft, job, `the approval of ${job} is void: ${reason}`);
  draft.patchJob(job, {
    gate: { ...gate, pull: null, head: null, answer: null, voided: [...gate.voided, reason] },
    feedback: { from: 'treadle', text: reason },
  });
  startUnconditionally(draft, job);
}

/** Hands an approval that is void to the CEO, instead of asking for it once more, with everything after it taken back. */
export function escalateApproval(draft: Draft, job: string, reason: string): void {
  resetFrom(draft, job, `the approval of ${job} is void: ${reason}`);
  const id = derivedId('escalation', draft.run.id, job, draft.cause.id);
  openEscalation(draft, job, { id, cause: 'cycles', reason, at: draft.cause.at });
}

/** Hands a job to the CEO again whose answer is void, with everything after it taken back. */
export function escalateVoided(draft: Draft, job: string, passed: PassedEscalation, why: string): void {
  resetFrom(draft, job, `the CEO's answer about ${job} is void: ${why}`);
  const id = derivedId('escalation', draft.run.id, job, draft.cause.id);
  const reason = `${passed.reason} (asked again: what was answered is void, ${why})`;
  openEscalation(draft, job, { id, cause: passed.cause, reason, at: draft.cause.at });
}

/** Calls a workflow anew whose approval is void, though its run is over: nobody can ask there any more. */
export function callAgain(draft: Draft, job: string, reason: string): void {
  resetFrom(draft, job, `an approval that ${job} brought is void: ${reason}`);
  draft.patchJob(job, { feedback: { from: 'treadle', text: reason } });
  startUnconditionally(draft, job);
}
