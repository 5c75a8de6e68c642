import { derivedId } from '../base/digest.ts';
import { endAttempt } from './attempt.ts';
import { forgiveSpending } from './budget.ts';
import { concludeFailure } from './conclude.ts';
import type { Draft } from './draft.ts';
import { closeGate } from './gate.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { releaseRun } from './pause.ts';
import { leaveQueue } from './queue.ts';
import type { Escalation, EscalationCause, LimitCause } from './state/escalation.ts';
import { countAnswer, countEscalation } from './tally.ts';
import { addMs } from './time.ts';

/**
 * Hands a job to the CEO: it is not concluded, it waits. Exactly one CEO bead is opened. In a run that was cancelled nobody is to
 * be bothered any more: there the job fails.
 */
export function escalate(draft: Draft, job: string, cause: EscalationCause, reason: string): void {
  endAttempt(draft, job, { outcome: 'failure', reason });
  closeGate(draft, job, `${job} was handed to the CEO: ${reason}`);
  // What a merge that could not be performed came to is in doubt: there the lease is given back when it runs out.
  if (cause !== 'effect-failed') leaveQueue(draft, job);
  if (draft.run.cancelled !== null) {
    concludeFailure(draft, job, 'failure');
    return;
  }
  const id = derivedId('escalation', draft.run.id, job, draft.cause.id);
  draft.patchJob(job, { timeoutAt: null });
  openEscalation(draft, job, { id, cause, reason, at: draft.cause.at });
}

/** Has the job wait for the CEO, and the CEO bead opened. */
export function openEscalation(
  draft: Draft,
  job: string,
  asked: Pick<Escalation, 'id' | 'cause' | 'reason' | 'at'>,
): void {
  const remindAt = addMs(asked.at, reminderMs(draft));
  const escalation = { ...asked, issue: null, pull: null, head: null, remindAt };
  draft.patchJob(job, { retryAt: null, escalation });
  draft.setLine(job, { status: 'waiting', conclusion: null, result: null });
  draft.emit({ type: 'open_escalation', job, escalation: asked.id });
  countEscalation(draft, job, asked.cause);
  draft.tell('CEO');
}

/** A CEO who did not answer is told again, this often at most. */
const mostReminders = 2;

/** The CEO left an escalation unanswered: they are reminded on its bead. One whose bead is not opened yet waits once more. */
export function remindCeo(draft: Draft, job: string): Outcome {
  const escalation = draft.document(job)?.escalation ?? null;
  if (escalation === null) return ignored('nothing is asked there');
  const { id, cause, reason, at, issue, pull, head } = escalation;
  const known = { id, cause, reason, at, issue, pull, head };
  const next = { remindAt: addMs(draft.cause.at, reminderMs(draft)) };
  if (issue === null) {
    draft.patchJob(job, { escalation: { ...known, ...next } });
    return applied(job, 'its CEO bead is not opened yet');
  }
  const reminders = (escalation.reminders ?? 0) + 1;
  const after = { ...known, reminders, ...(reminders < mostReminders ? next : {}) };
  draft.patchJob(job, { escalation: after });
  draft.emit({ type: 'remind_ceo', job, escalation: id, issue, number: reminders });
  draft.tell('CEO');
  return applied(job, `reminder ${reminders}`);
}

function reminderMs({ config }: Draft): number {
  return (config.settings.escalationReminderHours ?? 24) * 3_600_000;
}

/** Whether a job waits because the run, or the repository, reached a limit. */
export function isAtLimit(escalation: Pick<Escalation, 'cause'> | null): boolean {
  return escalation !== null && limitCauses.includes(escalation.cause);
}

const limitCauses: readonly EscalationCause[] = [
  'dispatches',
  'hops',
  'budget',
] satisfies readonly LimitCause[];

/** Puts the question of an escalation in a new bead and a new decision pull request; the bead before is closed with the reason. */
export function escalateAgain(draft: Draft, job: string, escalation: Escalation, reason: string): void {
  emitClose(draft, job, escalation, `It is asked again in a new bead: ${reason}`);
  const id = derivedId('escalation', draft.run.id, job, draft.cause.id);
  draft.patchJob(job, { escalation: { ...escalation, id, issue: null, pull: null, head: null } });
  draft.emit({ type: 'open_escalation', job, escalation: id });
  draft.tell('CEO');
}

/**
 * Ends the escalation of a job, if it has one; its CEO bead is closed with the answer in words. At a limit that is the CEO's word
 * to go on: the run is no longer paused, and counts anew.
 */
export function closeEscalation(draft: Draft, job: string, answer: string): void {
  const escalation = draft.document(job)?.escalation ?? null;
  if (escalation === null) return;
  draft.patchJob(job, { escalation: null });
  countAnswer(draft, job, escalation);
  emitClose(draft, job, escalation, answer);
  if (!isAtLimit(escalation)) return;
  forgiveSpending(draft);
  releaseRun(draft);
}

function emitClose(draft: Draft, job: string, { id, issue, pull }: Escalation, answer: string): void {
  // A bead that is still being opened is closed when its number is learnt.
  if (issue === null) return;
  draft.emit({ type: 'close_escalation', job, escalation: id, issue, pull, answer });
}
