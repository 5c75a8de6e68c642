import type { StepsJob } from '../workflow/model.ts';
import { beginAttempt, keepSteps, runningAttempt } from './attempt.ts';
import { concludeSuccess } from './conclude.ts';
import type { Draft } from './draft.ts';
import { NO_OUTPUTS, QUEUED } from './draft.ts';
import { minutesFor, pullRequestFor } from './evaluation.ts';
import type { StepsFinished } from './event.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { findSizeProblem } from './output-limits.ts';
import { failAttempt } from './retry.ts';
import { addMs } from './time.ts';

/** GitHub's default for a job. */
const jobTimeoutMinutes = 360;

/** Begins an attempt of a job with `steps`: they are a wish, performed where Treadle runs. */
export function startSteps(draft: Draft, definition: StepsJob): void {
  const { id: job, pullRequest, timeoutMinutes } = definition;
  const attempt = beginAttempt(draft, job);
  draft.patchJob(job, { outputs: NO_OUTPUTS });
  const minutes = minutesFor(draft, job, timeoutMinutes ?? jobTimeoutMinutes);
  const pull =
    pullRequest === null ? ({ ok: true, value: null } as const) : pullRequestFor(draft, job, pullRequest);
  if (!minutes.ok || !pull.ok) {
    const reason = [minutes, pull].flatMap((one) => (one.ok ? [] : [one.problem])).join('; ');
    failAttempt(draft, job, { outcome: 'failure', reason, again: false });
    return;
  }
  draft.patchJob(job, { timeoutAt: addMs(draft.cause.at, minutes.value * 60_000) });
  draft.setLine(job, { ...QUEUED, status: 'in_progress' });
  draft.emit({ type: 'run_steps', job, attempt, pull: pull.value });
  draft.tell(job);
}

/**
 * The steps came to their end. Outputs count even where the job failed. Where the attempt is over already, since its time was or the
 * job was cancelled, only the record is kept.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
 */
export function applyStepsFinished(draft: Draft, event: StepsFinished): Outcome {
  const { job, attempt, outcome, outputs, steps } = event;
  const isRunning = runningAttempt(draft.document(job))?.number === attempt;
  if (draft.definition(job)?.type !== 'steps' || !isRunning) {
    const isKept = draft.definition(job)?.type === 'steps' && keepSteps(draft, job, attempt, steps);
    return isKept ? applied(job, `log of attempt ${attempt}`) : ignored('its attempt is over');
  }
  draft.settleEffects((effect) => effect.type === 'run_steps' && effect.job === job);
  const tooLarge = findSizeProblem(draft, job, outputs);
  if (tooLarge !== null) {
    failAttempt(draft, job, { outcome: 'failure', reason: tooLarge, again: false, steps });
    return applied(job, `failure, attempt ${attempt}`);
  }
  const reason = event.reason ?? 'a step failed';
  if (outcome === 'success') {
    concludeSuccess(draft, job, outputs, { reason: null, steps });
    return applied(job, 'success');
  }
  draft.patchJob(job, { outputs });
  failAttempt(draft, job, { outcome: 'failure', reason, again: true, steps });
  return applied(job, `failure, attempt ${attempt}`);
}
