import { canonicalJsonLine } from '../base/canonical-json.ts';
import { sha256 } from '../base/digest.ts';
import type { ApprovalJob } from '../workflow/model.ts';
import { beginAttempt, endAttempt } from './attempt.ts';
import { concludeSuccess } from './conclude.ts';
import { assign } from './dispatch.ts';
import type { Draft } from './draft.ts';
import { NO_OUTPUTS, QUEUED } from './draft.ts';
import type { Evaluated } from './evaluation.ts';
import { continuesOnError, minutesFor, pullRequestFor, renderFor } from './evaluation.ts';
import { escalate } from './escalation.ts';
import { emitCloseGate, openGateOf } from './gate.ts';
import { failAttempt } from './retry.ts';
import { takeEdge } from './rework.ts';
import { sourcesOf, tellsInputs } from './sources.ts';
import type { Gate, GateAnswer } from './state/gate.ts';
import { addMs } from './time.ts';

const approvalTimeoutMinutes = 30 * 24 * 60;

/** Asks for an approval: the gate with what is shown, bound by a digest; from then on the job waits for a person. */
export function startApproval(draft: Draft, definition: ApprovalJob): void {
  const job = definition.id;
  // Answers that stopped counting are carried into the gate that asks again.
  const voided = draft.document(job)?.gate?.voided ?? [];
  const attempt = beginAttempt(draft, job);
  draft.patchJob(job, { gate: null });
  if (assign(draft, definition) === null) return;
  const minutes = minutesFor(draft, job, definition.timeoutMinutes ?? approvalTimeoutMinutes);
  const gate = describeGate(draft, definition, attempt, voided);
  if (
    !gate.ok &&
    definition.pullRequest !== null &&
    !continuesOnError(draft, job, definition.continueOnError)
  ) {
    // What was reported, or left out by the CEO's word, names no pull request: the CEO sends it back, or lets it pass.
    escalate(draft, job, 'failure', gate.problem);
    return;
  }
  if (!minutes.ok || !gate.ok) {
    const reason = minutes.ok ? (gate.ok ? '' : gate.problem) : minutes.problem;
    failAttempt(draft, job, { outcome: 'failure', reason, again: false });
    return;
  }
  draft.patchJob(job, { gate: gate.value, timeoutAt: addMs(draft.cause.at, minutes.value * 60_000) });
  draft.setLine(job, { ...QUEUED, status: 'waiting' });
  draft.emit({ type: 'open_gate', job, attempt });
  draft.tell(job);
}

/** Records the answer to an open gate and does what follows: success, or the rejection's edge. */
export function answerGate(draft: Draft, definition: ApprovalJob, gate: Gate, answer: GateAnswer): void {
  const job = definition.id;
  const review = answer.review === null ? {} : { review: answer.review };
  draft.patchJob(job, { gate: { ...gate, answer }, timeoutAt: null });
  // A review that approves is what merges a decision pull request; any other answer leaves it open.
  if (answer.verdict === 'changes_requested' || answer.review === null) {
    emitCloseGate(draft, job, gate, `answered by @${answer.by.login}: ${answer.verdict.replace('_', ' ')}`);
  }
  if (answer.verdict === 'approved') {
    const reason = answer.body === '' ? null : answer.body;
    concludeSuccess(draft, job, { verdict: 'approved', comment: answer.body }, { reason, ...review });
    return;
  }
  const reason = answer.body.trim() === '' ? `@${answer.by.login} requested changes` : answer.body;
  endAttempt(draft, job, { outcome: 'rejected', reason, ...review });
  draft.patchJob(job, { outputs: { verdict: 'changes_requested', comment: answer.body } });
  takeEdge(draft, job, { edge: 'on-rejected', target: definition.onRejected, reason, cause: 'failure' });
}

/** The open gate of an approval job with its definition, or undefined. */
export function findOpenGate(
  draft: Draft,
  job: string,
): { readonly definition: ApprovalJob; readonly gate: Gate } | undefined {
  const definition = draft.definition(job);
  const gate = openGateOf(draft, job);
  return definition?.type === 'approval' && gate !== undefined ? { definition, gate } : undefined;
}

function describeGate(
  draft: Draft,
  definition: ApprovalJob,
  attempt: number,
  voided: readonly string[],
): Evaluated<Gate> {
  const job = definition.id;
  const question: Evaluated<string> =
    definition.prompt === null
      ? { ok: true, value: `Approve ${job}?` }
      : renderFor(draft, job, definition.prompt);
  if (!question.ok) return question;
  const shown = Object.fromEntries(
    definition.needs.map((need) => [need, draft.document(need)?.outputs ?? NO_OUTPUTS]),
  );
  const sources = sourcesOf(draft, definition.needs);
  const handedIn = draft.run.given?.reporters ?? [];
  const passedOn = {
    ...(sources.length === 0 ? {} : { sources }),
    ...(handedIn.length > 0 && tellsInputs(draft, definition) ? { reporters: handedIn } : {}),
  };
  const common = { attempt, question: question.value, shown, ...passedOn, head: null, answer: null, voided };
  if (definition.pullRequest === null) {
    const { definition: sha, id: run, beadText } = draft.run;
    const bead = beadText === undefined ? {} : { beadText };
    const bound = { definition: sha, run, question: question.value, shown, ...bead };
    const digest = sha256(canonicalJsonLine(bound));
    return { ok: true, value: { ...common, ...bead, kind: 'text', digest, pull: null } };
  }
  const pull = pullRequestFor(draft, job, definition.pullRequest);
  if (!pull.ok) return pull;
  const digest = sha256(canonicalJsonLine({ pull: pull.value }));
  return { ok: true, value: { ...common, kind: 'code', digest, pull: pull.value } };
}
