import { endAttempt, runningAttempt } from './attempt.ts';
import { cancelRun, closeRun } from './cancel.ts';
import { completeJob, concludeSuccess } from './conclude.ts';
import type { Draft } from './draft.ts';
import { NO_OUTPUTS } from './draft.ts';
import type { CallerChanged, SubRunCompleted } from './event.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { findSizeProblem } from './output-limits.ts';
import { holdRun, releaseRun } from './pause.ts';
import { failAttempt } from './retry.ts';

/** A sub-run is over: its caller is concluded like it. One that the CEO closed closes its caller. */
export function applySubRunCompleted(draft: Draft, event: SubRunCompleted): Outcome {
  const { job, child } = event;
  if (runningAttempt(draft.document(job))?.child !== child) return ignored('that sub-run is not awaited');
  if (event.given !== undefined) draft.patchJob(job, { given: event.given });
  const tooLarge = findSizeProblem(draft, job, event.outputs);
  const conclusion = tooLarge === null ? event.conclusion : 'failure';
  const outputs = tooLarge === null ? event.outputs : NO_OUTPUTS;
  const reason = tooLarge ?? event.reason ?? `run ${child} ended as ${conclusion}`;
  if (event.closed !== undefined) {
    endAttempt(draft, job, { outcome: 'failure', reason });
    draft.patchJob(job, { outputs });
    completeJob(draft, job, 'failure', 'failure');
    closeRun(draft, event.closed);
    return applied(job, `run ${child}: closed by the CEO`);
  }
  switch (conclusion) {
    case 'success':
      concludeSuccess(draft, job, outputs);
      break;
    case 'failure':
      draft.patchJob(job, { outputs });
      failAttempt(draft, job, { outcome: 'failure', reason, again: false });
      break;
    case 'cancelled':
    case 'skipped':
      endAttempt(draft, job, { outcome: conclusion, reason });
      draft.patchJob(job, { outputs });
      completeJob(draft, job, conclusion, conclusion);
      break;
  }
  return applied(job, `run ${child}: ${conclusion}`);
}

/** What became of the caller becomes of what it called. */
export function applyCallerChanged(draft: Draft, { change, word }: CallerChanged): Outcome {
  switch (change) {
    case 'cancelled':
      if (draft.run.cancelled !== null) return ignored('the run is being cancelled already');
      cancelRun(draft, word);
      return applied('run', 'cancelled by its caller');
    case 'paused':
      if (draft.run.paused !== null) return ignored('the run is paused already');
      holdRun(draft, word);
      return applied('run', 'paused by its caller');
    case 'resumed':
      if (draft.run.paused === null) return ignored('the run is not paused');
      releaseRun(draft);
      return applied('run', 'resumed by its caller');
  }
}
