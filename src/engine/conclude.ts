import type { Ending } from './attempt.ts';
import { jobOf } from '../workflow/leg.ts';
import { endAttempt, recordAttempt, runningAttempt } from './attempt.ts';
import type { Draft, RunView } from './draft.ts';
import { NO_OUTPUTS } from './draft.ts';
import { continuesOnError } from './evaluation.ts';
import { isHeld, leaveGroup, WHOLE_RUN } from './group-place.ts';
import { legsOf } from './legs.ts';
import { dropEmpty } from './outputs.ts';
import { isEmpty, keepEqual } from './own-keys.ts';
import { tellCaller } from './sub-run-word.ts';
import type { Conclusion, Status } from './state/status.ts';
import type { JobDocument } from './state/job.ts';
import type { JobLine } from './state/run.ts';

/**
 * Completes a job and has its dependents looked at. `result` is what they see; it differs from the conclusion where
 * continue-on-error or an override says so.
 */
export function completeJob(draft: Draft, job: string, conclusion: Conclusion, result: Conclusion): void {
  const line: JobLine = { status: 'completed', conclusion, result };
  for (const leg of legsOf(draft, job)) if (draft.line(leg).status !== 'completed') draft.setLine(leg, line);
  draft.setLine(job, line);
  if (draft.document(job) !== undefined) {
    draft.patchJob(job, { timeoutAt: null, retryAt: null, merge: null });
  }
  leaveGroup(draft, job);
  if (jobOf(job) !== job) draft.visit(jobOf(job));
  // Whoever waits for any leg need not wait for the job.
  if (jobOf(job) === job || result === 'success') {
    for (const dependent of draft.workflow.graph.dependents(job)) draft.visit(dependent);
  }
}

/**
 * Merges the outputs of a job's legs: of each output the value of the leg that finished last, unless it is empty.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
 */
export function mergeOutputs(draft: Draft, job: string): void {
  const legs = legsOf(draft, job).flatMap((leg) => draft.document(leg) ?? []);
  const finished = legs
    .filter((leg) => draft.line(leg.id).status === 'completed' && !isEmpty(leg.outputs))
    .map(({ outputs, attempts }) => ({ outputs, at: attempts.at(-1)?.endedAt ?? '' }))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const outputs = finished.reduce((all, leg) => ({ ...all, ...dropEmpty(leg.outputs) }), NO_OUTPUTS);
  draft.patchJob(job, { outputs: keepEqual(draft.documentBefore(job)?.outputs, outputs) });
}

/** Completes a job with success: its attempt, its outputs, its line. */
export function concludeSuccess(
  draft: Draft,
  job: string,
  outputs: Readonly<Record<string, string>>,
  told: Omit<Ending, 'outcome'> = { reason: null },
): void {
  const ending: Ending = { ...told, outcome: 'success' };
  if (runningAttempt(draft.document(job)) === undefined) recordAttempt(draft, job, ending);
  else endAttempt(draft, job, ending);
  draft.patchJob(job, { outputs, feedback: null });
  completeJob(draft, job, 'success', 'success');
}

/**
 * Completes a job that did not succeed. With `continue-on-error` a failure counts as success for what follows, and stays a failure
 * to look at; a timeout (`cancelled`) is no failure.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontinue-on-error
 */
export function concludeFailure(draft: Draft, job: string, conclusion: 'failure' | 'cancelled'): void {
  const definition = draft.definition(job);
  const forgiven =
    conclusion === 'failure' &&
    definition !== undefined &&
    continuesOnError(draft, job, definition.continueOnError);
  completeJob(draft, job, conclusion, forgiven ? 'success' : conclusion);
}

/**
 * Brings the run's own status up to date, and concludes it once all its jobs are completed: a failure when a job's result is one,
 * else cancelled when it was cancelled or a job ran out of time, skipped when nothing ran, else success, which closes the bead.
 */
export function concludeRun(draft: Draft): void {
  const status = statusOf(draft);
  if (status !== draft.run.status) draft.patchRun({ status });
  if (status !== 'completed') return;
  const conclusion = conclusionOf(draft, draft.lines());
  draft.patchRun({ conclusion, completedAt: draft.cause.at });
  leaveGroup(draft, WHOLE_RUN);
  draft.tell('end');
  tellCaller(draft, conclusion);
  if (conclusion === 'success' && draft.run.parent === undefined)
    draft.emit({ type: 'close_issue', reason: 'completed' });
}

/** in_progress while anybody or anything works, waiting when only people can move it, pending when only the commit queue can. */
function statusOf(draft: Draft): Status {
  const counts = draft.counts();
  if (counts.in_progress > 0) return 'in_progress';
  if (counts.queued > 0 && isHeld(draft)) return 'pending';
  if (counts.waiting > 0) return 'waiting';
  if (counts.pending > 0) return 'pending';
  return counts.queued > 0 ? 'in_progress' : 'completed';
}

function conclusionOf(view: RunView, lines: Readonly<Record<string, JobLine>>): Conclusion {
  const all = Object.entries(lines).filter(([id]) => !hasLost(view, jobOf(id)));
  const jobs = all.filter(([id]) => jobOf(id) === id);
  if (jobs.some(([, line]) => line.result === 'failure')) return 'failure';
  const wasAnyStopped = all.some(
    ([job, line]) => line.result === 'cancelled' && wasStopped(view.document(job)),
  );
  if (view.run.cancelled !== null || wasAnyStopped) return 'cancelled';
  return jobs.every(([, line]) => line.result === 'skipped') ? 'skipped' : 'success';
}

/** Whether only joins waited for a job which went on with another branch: what became of it does not matter any more. */
function hasLost(view: RunView, job: string): boolean {
  const dependents = view.workflow.graph.dependents(job).map((id) => view.workflow.jobs.get(id));
  return (
    dependents.length > 0 &&
    dependents.every((one) => one?.type === 'merge' && one.wait === 'any' && hasSucceeded(view, one.id))
  );
}

function hasSucceeded(view: RunView, job: string): boolean {
  return view.line(job).conclusion === 'success';
}

/** Whether a job was cancelled by what it met: its time was over, or a newcomer took its place in a concurrency group. */
function wasStopped(document: JobDocument | undefined): boolean {
  const last = document?.attempts.at(-1);
  if (last?.child !== undefined) return last.outcome === 'cancelled';
  return last?.outcome === 'timed_out' || last?.outcome === 'displaced';
}
