import type { StatusFunctions } from '../expression/model.ts';
import { jobOf } from '../workflow/leg.ts';
import { itemAt } from '../workflow/item-at.ts';
import type { Job, MergeJob } from '../workflow/model.ts';
import { startApproval } from './approval.ts';
import { recordAttempt } from './attempt.ts';
import { completeJob, concludeFailure } from './conclude.ts';
import { startAgentJob } from './dispatch.ts';
import type { Draft, RunView } from './draft.ts';
import type { Evaluated } from './evaluation.ts';
import { testCondition } from './evaluation.ts';
import { nameJob } from './job-name.ts';
import { legOf, legsOf, matrixOf } from './legs.ts';
import { expandJob, followLegs, isUntouched } from './matrix.ts';
import { decide, failJoin, join } from './nodes.ts';
import { enterJobGroup } from './group-entry.ts';
import { isHeld } from './group-place.ts';
import { startSteps } from './steps.ts';
import { startCall } from './call-workflow.ts';
import { isReached } from './time.ts';

/**
 * Looks at every job that something changed for, and starts, skips or joins what is ready, until nothing more follows. Costs what
 * changed: only dependents of completed jobs are looked at. In a paused run nothing starts.
 */
export function settle(draft: Draft): void {
  for (let job = draft.nextVisit(); job !== undefined; job = draft.nextVisit()) {
    const definition = draft.definition(job);
    if (definition === undefined || isHeld(draft)) continue;
    if (matrixOf(draft, jobOf(job)) !== null) lookAtLegs(draft, job);
    else if (draft.run.paused === null && draft.line(job).status === 'queued') lookAt(draft, definition);
  }
}

function lookAt(draft: Draft, definition: Job): void {
  const retryAt = draft.document(definition.id)?.retryAt ?? null;
  if (retryAt === null) consider(draft, definition);
  else if (isReached(retryAt, draft.cause.at)) start(draft, definition);
}

/** Goes on with a job that was expanded, or with one of its legs. */
function lookAtLegs(draft: Draft, id: string): void {
  const isLeg = legOf(draft, id) !== undefined;
  const isPaused = draft.run.paused !== null;
  if (isLeg && !isUntouched(draft, id)) {
    const definition = draft.definition(id);
    if (definition !== undefined && !isPaused && draft.line(id).status === 'queued')
      lookAt(draft, definition);
    return;
  }
  for (const leg of followLegs(draft, jobOf(id))) {
    const definition = draft.definition(leg);
    if (definition === undefined || isPaused) continue;
    // An earlier leg may have failed at once, which cancels the others, or sends the work back.
    if (isUntouched(draft, leg)) start(draft, definition);
  }
}

/**
 * What the status functions answer for the `if` of a job: over all its ancestors, as on GitHub. A join with `wait: any` answers for
 * all that lies before it, since its losers did not matter.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
 */
function statusFunctionsOf(draft: Draft, job: string): StatusFunctions {
  const isCancelled = draft.run.cancelled !== null;
  const { graph } = draft.workflow;
  const resultOf = (name: string) => draft.line(graph.resolve(name) ?? name).result;
  return {
    success: (names) => {
      if (isCancelled) return false;
      if (names.length === 0) return draft.resultsBefore(job).haveAllSucceeded;
      return names.every((name) => resultOf(name) === 'success');
    },
    failure: (names) => {
      if (isCancelled) return false;
      if (names.length === 0) return draft.resultsBefore(job).hasAnyFailed;
      return names.some((name) => resultOf(name) === 'failure');
    },
    always: () => true,
    cancelled: () => isCancelled,
  };
}

/** Whether the `if` of a job holds; none stands for `success()`. */
export function conditionHolds(draft: Draft, definition: Job): Evaluated<boolean> {
  const status = statusFunctionsOf(draft, definition.id);
  if (definition.if === null) return { ok: true, value: status.success([]) };
  return testCondition(draft, definition.id, definition.if, status);
}

function consider(draft: Draft, definition: Job): void {
  if (definition.type === 'merge' && definition.wait === 'any') {
    considerJoin(draft, definition);
  } else if (areCompleted(draft, definition.needs)) {
    followCondition(draft, definition, conditionHolds(draft, definition));
  }
}

/**
 * A join that waits for any: the first success counts as `success()`, and an `if` of its own may hold it back until all needs are
 * completed. Without a success it fails, or is skipped when all its needs were.
 */
function considerJoin(draft: Draft, definition: MergeJob): void {
  const { id: job, needs } = definition;
  const isOver = areCompleted(draft, needs);
  const isCancelled = draft.run.cancelled !== null;
  if (!draft.hasSuccessBefore(job, () => needs.some((need) => hasSuccess(draft, need)))) {
    if (!isOver) return;
    const allSkipped = needs.every((need) => draft.line(need).result === 'skipped');
    if (allSkipped || isCancelled) completeJob(draft, job, 'skipped', 'skipped');
    else failJoin(draft, definition);
    return;
  }
  const status = statusFunctionsOf(draft, job);
  const holds: Evaluated<boolean> =
    definition.if === null
      ? { ok: true, value: !isCancelled }
      : testCondition(draft, job, definition.if, {
          ...status,
          success: (names) => (names.length === 0 ? !isCancelled : status.success(names)),
        });
  if (isOver || !holds.ok || holds.value) followCondition(draft, definition, holds);
}

/** Whether a job, or any leg of it, succeeded. */
function hasSuccess(view: RunView, job: string): boolean {
  return [job, ...legsOf(view, job)].some((id) => view.line(id).result === 'success');
}

function followCondition(draft: Draft, definition: Job, holds: Evaluated<boolean>): void {
  const job = definition.id;
  if (!holds.ok) {
    recordAttempt(draft, job, { outcome: 'failure', reason: `its if: ${holds.problem}` });
    concludeFailure(draft, job, 'failure');
  } else if (holds.value) {
    start(draft, definition);
  } else {
    completeJob(draft, job, 'skipped', 'skipped');
  }
}

function start(draft: Draft, definition: Job): void {
  const { id } = definition;
  if (draft.document(id)?.retryAt != null) draft.patchJob(id, { retryAt: null });
  if (definition.strategy !== null) {
    expandJob(draft, definition);
    return;
  }
  if (jobOf(id) === id) nameJob(draft, definition);
  if (!enterJobGroup(draft, definition)) return;
  // What a job is told to rework is told to each leg.
  const feedback = jobOf(id) === id ? null : (draft.document(jobOf(id))?.feedback ?? null);
  if (feedback !== null && (draft.document(id)?.feedback ?? null) === null) draft.patchJob(id, { feedback });
  switch (definition.type) {
    case 'task':
    case 'verify':
    case 'commit':
      startAgentJob(draft, definition);
      return;
    case 'steps':
      startSteps(draft, definition);
      return;
    case 'approval':
      startApproval(draft, definition);
      return;
    case 'decision':
      decide(draft, definition);
      return;
    case 'merge':
      join(draft, definition);
      return;
    case 'call':
      startCall(draft, definition);
      return;
  }
}

/** Where in a list of jobs an open one was seen last: no more than a place to look first, so that it may be of any run. */
const seenOpen = new WeakMap<readonly string[], number>();

/** Whether jobs are completed. Goes on where it stopped before: a join of many is asked whenever one of them is completed. */
function areCompleted(view: RunView, jobs: readonly string[]): boolean {
  const first = seenOpen.get(jobs) ?? 0;
  for (let step = 0; step < jobs.length; step += 1) {
    const index = (first + step) % jobs.length;
    if (view.line(itemAt(jobs, index)).status === 'completed') continue;
    seenOpen.set(jobs, index);
    return false;
  }
  return true;
}
