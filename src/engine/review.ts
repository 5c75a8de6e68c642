import { answerGate, findOpenGate } from './approval.ts';
import { lastReportedOutputs } from './attempt.ts';
import { concludeSuccess } from './conclude.ts';
import type { Draft } from './draft.ts';
import { closeEscalation, escalateAgain, isAtLimit } from './escalation.ts';
import type { ApprovalVoided, ReviewSubmitted } from './event.ts';
import { closeRun } from './cancel.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { leaveQueue } from './queue.ts';
import type { Escalation, PassedEscalation } from './state/escalation.ts';
import type { GateAnswer } from './state/gate.ts';
import { askAgain, callAgain, escalateVoided, isStillOfUse, isUsedApproval } from './void-approval.ts';
import { startUnconditionally } from './withdraw.ts';

/** A review answers an open gate, or the question of an escalation. */
export function applyReview(draft: Draft, event: ReviewSubmitted): Outcome {
  const { job, pull, verdict } = event;
  const document = draft.document(job);
  if (document === undefined) return ignored('nothing is asked there');
  if (document.escalation !== null) {
    if (document.escalation.pull !== pull) return ignored('the pull request asks for nothing');
    if (isOfOtherHead(event, document.escalation.head)) return ignored('another head was reviewed');
    const { actor: by, body, review, head } = event;
    return answerEscalation(draft, job, { verdict, by, body, review, head });
  }
  const open = findOpenGate(draft, job);
  if (open?.gate.pull !== pull) return ignored('the pull request asks for nothing');
  if (isOfOtherHead(event, open.gate.head)) return ignored('another head was reviewed');
  if (document.attempts.some((attempt) => attempt.review === event.review)) {
    return ignored('the review answered an earlier gate');
  }
  answerGate(draft, open.definition, open.gate, {
    verdict,
    by: event.actor,
    review: event.review,
    head: event.head,
    body: event.body,
    at: draft.cause.at,
  });
  return applied(job, verdict === 'approved' ? 'approved' : 'changes requested');
}

/**
 * The CEO's answer to an escalation. Approved: the job counts as done, with what was last reported, and the next goes on; at a limit
 * the job itself goes on, and counting begins anew. Changes requested: the run and its bead are closed.
 */
export function answerEscalation(draft: Draft, job: string, answer: Omit<GateAnswer, 'at'>): Outcome {
  const { by, verdict, body } = answer;
  const word = body.trim() === '' ? '' : `: ${body}`;
  if (verdict === 'changes_requested') {
    closeRun(draft, { by, reason: body, at: draft.cause.at });
    return applied(job, 'closed by the CEO');
  }
  const document = draft.document(job);
  if (isAtLimit(document?.escalation ?? null)) {
    letGoOn(draft, job, `@${by.login} approved${word}`);
    return applied(job, 'let go on by the CEO');
  }
  const reported = document === undefined ? {} : lastReportedOutputs(document);
  const isApproval = draft.definition(job)?.type === 'approval';
  const escalation = document?.escalation ?? null;
  closeEscalation(draft, job, `@${by.login} approved${word}`);
  leaveQueue(draft, job);
  if (escalation !== null) draft.patchJob(job, { passed: passedBy(escalation, answer) });
  const outputs = isApproval ? { verdict: 'approved', comment: body } : reported;
  concludeSuccess(draft, job, outputs, { reason: `approved by @${by.login}${word}` });
  return applied(job, 'approved by the CEO');
}

function passedBy(
  { cause, reason, pull }: Escalation,
  { by, review, comment, head }: Omit<GateAnswer, 'at'>,
): PassedEscalation {
  return { cause, reason, pull, by, review, head, ...(comment === undefined ? {} : { comment }) };
}

/** Has a job that a limit stopped go on where it stood. */
export function letGoOn(draft: Draft, job: string, answer: string): void {
  closeEscalation(draft, job, answer);
  startUnconditionally(draft, job);
}

/**
 * What was approved changed, or the review was dismissed. An open gate asks for the new head; an answered one is opened again, with
 * everything after it, as long as nothing was merged. It counts no cycle. The question of an escalation asks for the new head too.
 * Where the decision pull request itself is of no use any more, the question is put again.
 */
export function applyVoided(draft: Draft, event: ApprovalVoided): Outcome {
  const { job, reason, head, again } = event;
  if (draft.run.overrides.includes(event.id)) return ignored('that was taken note of already');
  const escalation = draft.document(job)?.escalation ?? null;
  if (escalation !== null) {
    if (again === true) escalateAgain(draft, job, escalation, reason);
    else draft.patchJob(job, { escalation: { ...escalation, head: head ?? escalation.head } });
    draft.patchRun({ overrides: [...draft.run.overrides, event.id] });
    return applied(job, again === true ? 'asks again' : 'asks for the new head');
  }
  const passed = draft.document(job)?.passed ?? null;
  if (passed !== null) return voidPassed(draft, event, passed);
  const gate = draft.document(job)?.gate ?? null;
  if (gate === null) return voidGiven(draft, event);
  const open = findOpenGate(draft, job);
  if (open !== undefined && again === true) {
    askAgain(draft, job, gate, reason);
  } else if (open !== undefined) {
    draft.patchJob(job, { gate: { ...gate, head, voided: [...gate.voided, reason] } });
  } else if (isUsedApproval(draft, job, gate)) {
    askAgain(draft, job, gate, reason);
  } else {
    return ignored('the approval is not in use any more');
  }
  draft.patchRun({ overrides: [...draft.run.overrides, event.id] });
  return applied(job, 'approval void');
}

/** The answer by which an escalated job counted as done: the CEO is asked again. */
function voidPassed(draft: Draft, { id, job, reason }: ApprovalVoided, passed: PassedEscalation): Outcome {
  if (!isStillOfUse(draft, job) || draft.run.cancelled !== null)
    return ignored('the approval is not in use any more');
  escalateVoided(draft, job, passed, reason);
  draft.patchRun({ overrides: [...draft.run.overrides, id] });
  return applied(job, 'approval void');
}

/** An approval that a run which is over was given: its caller calls anew, since nobody can ask there any more. */
function voidGiven(draft: Draft, { id, job, reason }: ApprovalVoided): Outcome {
  const approvals = draft.document(job)?.given?.approvals ?? [];
  if (approvals.length === 0) return ignored('there is no approval');
  if (!isStillOfUse(draft, job)) return ignored('the approval is not in use any more');
  callAgain(draft, job, reason);
  draft.patchRun({ overrides: [...draft.run.overrides, id] });
  return applied(job, 'approval void');
}

function isOfOtherHead(event: ReviewSubmitted, head: string | null): boolean {
  return event.verdict === 'approved' && head !== null && event.head !== head;
}
