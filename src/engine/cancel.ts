import { endAttempt, runningAttempt } from './attempt.ts';
import { completeJob } from './conclude.ts';
import { jobsAndLegs, legsOf, matrixOf } from './legs.ts';
import type { Draft } from './draft.ts';
import { closeEscalation } from './escalation.ts';
import type { IssueClosed } from './event.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { isHeld } from './group-place.ts';
import { tellChild } from './sub-run-word.ts';
import { goOn } from './pause.ts';
import { leaveQueue } from './queue.ts';
import { conditionHolds } from './readiness.ts';
import type { Recorded } from './state/run.ts';
import { addMs } from './time.ts';
import { cancelJob } from './withdraw.ts';

/**
 * A person closed the bead: its run is cancelled. Where only the merge of its own fix closed it, by a reference such as `Fixes #42`,
 * nobody meant to: it is opened again, until the fix is verified.
 */
export function applyIssueClosed(draft: Draft, event: IssueClosed): Outcome {
  if (draft.run.cancelled !== null) return ignored('the run is being cancelled already');
  if (event.merged !== undefined) {
    if (draft.run.overrides.includes(event.id)) return ignored('it was opened again already');
    draft.patchRun({ overrides: [...draft.run.overrides, event.id] });
    draft.emit({ type: 'reopen_issue', pull: event.merged });
    return applied('bead', `closed by the merge of #${event.merged}, opened again`);
  }
  cancelRun(draft, { by: event.actor, reason: 'the bead was closed', at: draft.cause.at });
  return applied('bead', 'closed, run cancelled');
}

/** GitHub's patience with a cancelled run. */
const stopAfterMs = 5 * 60_000;

/**
 * Cancels the run. Whatever is open ends, unless its `if` holds in a cancelled run (`always()`, `cancelled()`); nobody is asked any
 * more. What is queued has its `if` evaluated as its turn comes. Whatever is open after five minutes is ended then.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
 */
export function cancelRun(draft: Draft, recorded: Recorded): void {
  draft.patchRun({ cancelled: recorded, paused: null, stopAt: addMs(draft.cause.at, stopAfterMs) });
  if (isHeld(draft)) {
    // It waited for its turn: nothing of it began, and nothing will.
    for (const job of draft.workflow.jobs.keys()) cancelJob(draft, job, recorded.reason);
    return;
  }
  for (const [job, definition] of draft.workflow.jobs) {
    const { status } = draft.line(job);
    if (status === 'completed') continue;
    const document = draft.document(job);
    const legs = legsOf(draft, job);
    const hasBegun =
      legs.length > 0 || runningAttempt(document) !== undefined || (document?.retryAt ?? null) !== null;
    if (status === 'queued' && !hasBegun) continue;
    if (definition.type === 'call') {
      // Its sub-run ends first, with whatever cleaning up that has.
      for (const id of legs.length > 0 ? legs : [job]) {
        if (!tellChild(draft, id, 'cancelled', recorded)) cancelJob(draft, id, recorded.reason);
      }
      continue;
    }
    const holds = definition.if === null ? null : conditionHolds(draft, definition);
    if (holds?.ok !== true || !holds.value) cancelJob(draft, job, recorded.reason);
    else for (const id of [job, ...legs]) if (asksPeople(draft, id)) cancelJob(draft, id, recorded.reason);
  }
  goOn(draft);
}

/** The five minutes are over: all that is open of a cancelled run is cancelled, whatever its `if`, and nothing begins any more. */
export function stopRun(draft: Draft): Outcome {
  for (const job of draft.workflow.jobs.keys()) {
    if (draft.line(job).status !== 'completed')
      cancelJob(draft, job, 'the run was cancelled five minutes ago');
  }
  return applied('run', 'stopped');
}

/**
 * Closes the run and its bead for good, and with a sub-run all that wait for it: jobs that the CEO was asked about have failed, everything else is cancelled. Jobs whose `if`
 * holds in a cancelled run still get their chance, unless the run was being cancelled already.
 */
export function closeRun(draft: Draft, recorded: Recorded): void {
  const wasCancelled = draft.run.cancelled !== null;
  for (const job of jobsAndLegs(draft)) {
    if ((draft.document(job)?.escalation ?? null) !== null) {
      const reason = `closed by @${recorded.by.login}: ${recorded.reason}`;
      closeEscalation(draft, job, reason);
      // At a limit its attempt is still running.
      endAttempt(draft, job, { outcome: 'failure', reason });
      leaveQueue(draft, job);
      completeJob(draft, job, 'failure', 'failure');
    } else if (wasCancelled && draft.line(job).status !== 'completed') {
      cancelJob(draft, job, recorded.reason);
    }
  }
  if (!wasCancelled) cancelRun(draft, recorded);
  if (draft.run.parent === undefined) draft.emit({ type: 'close_issue', reason: 'not_planned' });
  // The bead is closed by the run that nobody called, once it hears of it.
  else draft.patchRun({ closed: recorded });
}

/** Whether a job, apart from its legs, waits for a person. */
function asksPeople(draft: Draft, job: string): boolean {
  return matrixOf(draft, job) === null && draft.line(job).status === 'waiting';
}
