import { documentsOf, legsOf, openStatusOf } from '../../src/engine/legs.ts';
import { countedOutputs } from '../../src/engine/outputs.ts';
import type { JobDocument } from '../../src/engine/state/job.ts';
import type { JobLine, RunState } from '../../src/engine/state/run.ts';
import { definitionOf, jobOf } from '../../src/workflow/leg.ts';
import { isAtLimit } from '../../src/engine/escalation.ts';
import type { Limits } from '../../src/workflow/limits.ts';
import type { Workflow } from '../../src/workflow/model.ts';

function ensure(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/**
 * What holds of every state of a run, whatever happened. Throws with what does not. Limits hold as long as the run was not pinned to
 * a definition with lower ones.
 */
export function checkInvariants(workflow: Workflow, state: RunState, areLimitsKept: boolean): void {
  const { run, queue } = state;
  ensure(
    run.outbox.filter((entry) => entry.effect.type === 'update_status').length <= 1,
    'more than one update_status',
  );
  ensure(
    new Set(run.outbox.map((entry) => entry.id)).size === run.outbox.length,
    'two effects of the same id',
  );
  for (const [edge, count] of Object.entries(run.cycles)) {
    ensure(!areLimitsKept || count <= workflow.maxCycles, `${edge} was taken ${count} times`);
  }
  ensure(
    Object.keys(run.jobs).sort().join() ===
      [...workflow.jobs.keys()]
        .flatMap((job) => [job, ...legs(state, job)])
        .sort()
        .join(),
    'lines and jobs differ',
  );
  for (const document of Object.values(state.jobs)) checkJob(workflow, state, document, areLimitsKept);
  const bytes = Object.values(state.jobs).reduce((sum, document) => sum + countedOutputs(document), 0);
  ensure((run.outputBytes ?? 0) === bytes, 'the outputs of the run are counted wrongly');
  const lines = Object.entries(run.jobs);
  ensure(
    (run.status === 'completed') === lines.every(([, line]) => line.status === 'completed'),
    'the run is completed if and only if its jobs are',
  );
  ensure((run.conclusion === null) === (run.status !== 'completed'), 'status and conclusion disagree');
  for (const [job] of lines) ensure(isExplained(workflow, state, job), `nothing explains ${job}`);
  for (const entry of queue.entries.filter((one) => one.run === run.id)) {
    ensure(run.jobs[entry.job]?.status === 'pending', `${entry.job} is queued but not pending`);
    ensure(run.paused === null, 'a paused run is in the queue');
  }
  if (queue.lease?.run === run.id) {
    const { job } = queue.lease;
    const line = run.jobs[job];
    const isHeld = line?.status === 'in_progress' || state.jobs[job]?.escalation != null;
    ensure(isHeld, `${job} holds the lease for nothing`);
  }
}

/** No limit is ever exceeded, and a run that reached one asks the CEO, once. */
export function checkLimits({ run, jobs, meter }: RunState, limits: Limits): void {
  const { spent } = run;
  ensure((spent?.dispatches ?? 0) <= limits.hops, 'too many hops');
  ensure((spent?.inHour ?? 0) <= limits.dispatchesPerHourPerRun, 'too many dispatches of the run');
  ensure((meter?.dispatches ?? 0) <= limits.dispatchesPerHour, 'too many dispatches of the repository');
  const stopped = Object.values(jobs).filter(({ escalation }) => isAtLimit(escalation));
  ensure(stopped.length <= 1, 'the CEO is asked twice about the limits of a run');
  ensure(stopped.length === 0 || run.paused !== null, 'a run at its limit goes on');
  const { tripped } = meter ?? { tripped: null };
  if (tripped?.run === run.id) ensure(stopped[0]?.id === tripped.job, 'nobody is asked about the repository');
}

function checkJob(workflow: Workflow, state: RunState, document: JobDocument, areLimitsKept: boolean): void {
  const { id, attempts, budgetFrom } = document;
  const definition = definitionOf(workflow, id);
  // Of a leg that there is not any more the history is kept.
  const isGone = jobOf(id) !== id && !legs(state, jobOf(id)).includes(id);
  const line = state.run.jobs[id] ?? (isGone ? GONE : undefined);
  ensure(definition !== undefined && line !== undefined, `${id} is no job`);
  attempts.forEach((attempt, index) => {
    ensure(attempt.number === index + 1, `${id} numbers its attempts anew`);
    ensure((attempt.endedAt === null) === (attempt.outcome === 'running'), `${id} has an end too many`);
    ensure(attempt.outcome !== 'running' || index === attempts.length - 1, `${id} has two running attempts`);
    attempt.turns.forEach((turn, at) => {
      ensure(turn.number === at + 1, `${id} numbers its turns anew`);
      const isLast = at === attempt.turns.length - 1 && attempt.outcome === 'running';
      ensure(turn.outcome !== 'open' || isLast, `${id} has an open turn in the past`);
    });
    if (areLimitsKept && 'maxTurns' in definition) {
      ensure(attempt.turns.length <= definition.maxTurns, `${id} has too many turns`);
    }
  });
  if (areLimitsKept && 'maxAttempts' in definition) {
    const used = attempts.slice(budgetFrom - 1).filter((attempt) => attempt.turns.length > 0);
    ensure(used.length <= definition.maxAttempts, `${id} has too many attempts`);
  }
  const isRunning = attempts.at(-1)?.outcome === 'running';
  ensure(!isRunning || line.status !== 'completed', `${id} is completed and running`);
  const isMerging = ['pending', 'in_progress'].includes(line.status) || document.escalation !== null;
  ensure(document.merge === null || isMerging, `${id} would merge but does not`);
  ensure(document.escalation === null || line.status === 'waiting', `${id} is escalated but does not wait`);
}

const GONE: JobLine = { status: 'completed', conclusion: 'cancelled', result: 'cancelled' };

function legs(state: RunState, job: string): readonly string[] {
  return legsOf(documentsOf(state), job);
}

/** The line of a job with legs follows from theirs. */
function isOfItsLegs(state: RunState, job: string): boolean {
  const line = state.run.jobs[job];
  const lines = legs(state, job).flatMap((leg) => state.run.jobs[leg] ?? []);
  return (
    line?.status === (openStatusOf(lines) ?? 'completed') &&
    (line.status !== 'completed' || line.result !== null)
  );
}

/** Every line that is not completed has a reason that can be named. */
function isExplained(workflow: Workflow, state: RunState, job: string): boolean {
  const line = state.run.jobs[job];
  const document = state.jobs[job];
  const last = document?.attempts.at(-1);
  if (legs(state, job).length > 0) return isOfItsLegs(state, job);
  const isPaused = state.run.paused !== null;
  const has = (list: readonly { readonly job: string; readonly run: string }[]): boolean =>
    list.some((one) => one.job === job && one.run === state.run.id);
  switch (line?.status) {
    case undefined:
      return false;
    case 'completed':
      return line.conclusion !== null && line.result !== null;
    case 'in_progress':
      return (
        last?.turns.at(-1)?.outcome === 'open' ||
        document?.merge != null ||
        (last?.outcome === 'running' && (last.child !== undefined || areStepsWished(state, job, last.number)))
      );
    case 'pending':
      if (state.run.groups?.[job] !== undefined) return true;
      return (
        document?.merge != null &&
        (isPaused || document.merge.checks !== undefined || has(state.queue.entries))
      );
    case 'waiting': {
      if (document?.escalation != null) return true;
      const gate = document?.gate;
      if (gate == null || gate.answer !== null || gate.attempt !== last?.number) return false;
      const wish = state.run.outbox.some(
        ({ effect }) => effect.type === 'open_gate' && effect.job === job && effect.attempt === gate.attempt,
      );
      return gate.pull !== null || wish;
    }
    case 'queued': {
      if (isPaused || document?.retryAt != null) return true;
      const needs = definitionOf(workflow, job)?.needs ?? [];
      const others = jobOf(job) === job ? [] : legs(state, jobOf(job)).filter((leg) => leg !== job);
      return (
        needs.some((need) => state.run.jobs[need]?.status !== 'completed') ||
        others.some((leg) => isBegun(state, leg))
      );
    }
  }
}

function areStepsWished({ run }: RunState, job: string, attempt: number): boolean {
  return run.outbox.some(
    ({ effect }) => effect.type === 'run_steps' && effect.job === job && effect.attempt === attempt,
  );
}

/** Whether a leg holds one of the places that `max-parallel` gives. */
function isBegun(state: RunState, leg: string): boolean {
  const { status } = state.run.jobs[leg] ?? GONE;
  return status !== 'completed' && (status !== 'queued' || state.jobs[leg]?.retryAt != null);
}

/** What holds between a state and the next: history is only added to, and unchanged documents are the same objects. */
export function checkStep(before: RunState | null, after: RunState, workflow: Workflow): void {
  if (before === null) return;
  for (const [job, old] of Object.entries(before.jobs)) {
    const fresh = after.jobs[job];
    if (fresh === undefined) {
      ensure(!workflow.jobs.has(jobOf(job)), `${job} was forgotten`);
      continue;
    }
    if (fresh === old) continue;
    ensure(JSON.stringify(fresh) !== JSON.stringify(old), `${job} was copied without a change`);
    ensure(fresh.attempts.length >= old.attempts.length, `${job} lost an attempt`);
    old.attempts.forEach((attempt, index) => {
      const same = fresh.attempts[index];
      const isOver = attempt.outcome !== 'running';
      ensure(!isOver || same?.outcome === attempt.outcome, `${job} rewrites attempt ${attempt.number}`);
      ensure(!isOver || same?.reason === attempt.reason, `${job} rewrites attempt ${attempt.number}`);
    });
  }
  const jobs = Object.keys(after.jobs).length === Object.keys(before.jobs).length;
  const same = jobs && Object.entries(after.jobs).every(([job, one]) => before.jobs[job] === one);
  ensure(!same || after.jobs === before.jobs, 'the jobs were copied without a change');
}
