import { contextsOf } from '../../engine/contexts.ts';
import type { Effect } from '../../engine/effect.ts';
import { TREADLE } from '../../engine/event.ts';
import type { StepsRecord } from '../../engine/state/job.ts';
import { beginSteps, endStep, judgeSteps, nextStep, type StepRun } from '../../engine/step-run.ts';
import { definitionOf, jobOf } from '../../workflow/leg.ts';
import type { StepsJob } from '../../workflow/model.ts';
import type { StepsOrder, StepsPlace } from '../ports.ts';
import type { Happening } from '../wake.ts';
import { done, dropped, type Performance, type Performed } from './performance.ts';
import type { RunningCommands } from './run-command.ts';

type RunSteps = Extract<Effect, { type: 'run_steps' }>;

/** After this, whatever still runs of a cancelled job is ended: GitHub's cancel timeout. */
const CANCEL_GRACE_MS = 5 * 60_000;
const NOTHING: StepsRecord = { steps: [], log: '' };

/**
 * Runs the steps of a job to their end. Where they are called off, what runs is interrupted and the steps whose `if` holds in a
 * cancelled job still run, for five minutes at most; what they come to changes nothing any more.
 */
export async function runSteps(
  performance: Performance,
  effect: RunSteps,
  running: RunningCommands,
): Promise<Performed> {
  const { runtime, workflow, state } = performance;
  const { job, attempt } = effect;
  const definition = definitionOf(workflow, job);
  const isRunning = state.jobs[job]?.attempts.at(-1)?.outcome === 'running';
  if (definition?.type !== 'steps' || !isRunning)
    return dropped('the steps were called off before they began');
  const checkout = await findCheckout(performance, effect);
  if (typeof checkout === 'string') return failedBefore(performance, effect, checkout);
  const cancelled = new AbortController();
  const stopped = new AbortController();
  const key = stepsKey(state.run.id, effect);
  running.set(key, { stop: () => stopped.abort(), cancel: () => cancelled.abort() });
  try {
    const order = { run: state.run.id, job, attempt, checkout, env: githubEnvironment(performance, job) };
    const opened = await runtime.steps.open(order);
    if (opened.kind === 'not-opened') return failedBefore(performance, effect, opened.problem);
    return await runIn(performance, effect, definition, opened.place, { cancelled, stopped });
  } finally {
    running.delete(key);
  }
}

/** Calls steps off that this wake runs; with `force` nothing of them runs any more once what runs now has ended. */
export function cancelSteps(
  { state }: Performance,
  effect: Extract<Effect, { type: 'cancel_steps' }>,
  running: RunningCommands,
): Promise<Performed> {
  const work = running.get(stepsKey(state.run.id, effect));
  if (effect.force === true) work?.stop();
  else work?.cancel?.();
  return Promise.resolve(done());
}

/** By which the running steps of a job are found. */
function stepsKey(run: string, { job, attempt }: { readonly job: string; readonly attempt: number }): string {
  return `${run}/${job}/${attempt}`;
}

interface Controls {
  /** The job no longer counts: clean up. */
  readonly cancelled: AbortController;
  /** Whoever performs it must end now. */
  readonly stopped: AbortController;
}

async function runIn(
  performance: Performance,
  effect: RunSteps,
  definition: StepsJob,
  place: StepsPlace,
  controls: Controls,
): Promise<Performed> {
  const { workflow, config, state } = performance;
  const contexts = contextsOf({ workflow, config }, state, effect.job, 'job');
  const begun = beginSteps(definition, contexts, place.runner);
  const ended = begun.ok ? await attempt(runAll(begun.value, place, controls)) : null;
  const verdict = begun.ok
    ? judgeSteps(ended?.ok === true ? ended.value : begun.value, controls.cancelled.signal.aborted)
    : ({ outcome: 'failure', reason: begun.problem, outputs: {} } as const);
  const outputs = withoutSecrets(verdict.outputs, place);
  const log = await place.close();
  if (ended?.ok === false) throw ended.error;
  // The next wake does it again, from the beginning.
  if (controls.stopped.signal.aborted) return { result: null, facts: [] };
  const steps: StepsRecord = {
    steps: (ended?.value.done ?? []).map(({ name, outcome, conclusion, reason, seconds }) => ({
      name: place.clean(name),
      outcome,
      conclusion,
      reason: reason === null ? null : place.clean(reason),
      seconds,
    })),
    log: log.tail,
    commit: place.commit,
    ...(log.file === null ? {} : { file: log.file }),
    ...(log.url === null ? {} : { url: log.url }),
    ...(log.summary === '' ? {} : { summary: log.summary }),
  };
  const reason = verdict.reason === null ? null : place.clean(verdict.reason);
  return finished(performance, effect, { ...verdict, reason, outputs, steps });
}

/**
 * Outputs without those that hold a secret, which the log tells.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
 */
function withoutSecrets(
  outputs: Readonly<Record<string, string>>,
  place: StepsPlace,
): Readonly<Record<string, string>> {
  const kept = Object.entries(outputs).filter(([name, value]) => {
    const isSecret = place.holdsSecret(value);
    if (isSecret) place.say(`The output '${name}' is left out, since it may hold a secret`);
    return !isSecret;
  });
  return Object.fromEntries(kept);
}

type Attempted<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

function attempt<T>(work: Promise<T>): Promise<Attempted<T>> {
  return work.then(
    (value) => ({ ok: true, value }) as const,
    (error: unknown) => ({ ok: false, error }) as const,
  );
}

async function runAll(begun: StepRun, place: StepsPlace, { cancelled, stopped }: Controls): Promise<StepRun> {
  // What runs when the job is cancelled is interrupted; what runs after that, once the grace is over.
  const graceOver = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  cancelled.signal.addEventListener('abort', () => {
    timers.push(setTimeout(() => graceOver.abort(), CANCEL_GRACE_MS));
  });
  let run = begun;
  try {
    for (;;) {
      const isCancelled = cancelled.signal.aborted;
      const next = nextStep(run, isCancelled);
      if (next.kind === 'end' || stopped.signal.aborted || graceOver.signal.aborted) return run;
      if (next.kind === 'over') {
        if (next.line.reason !== null) place.say(`${next.line.name}: ${next.line.reason}`);
        ({ run } = next);
        continue;
      }
      const { command } = next;
      place.say(`▶ ${command.name}`);
      const stop = AbortSignal.any([
        stopped.signal,
        graceOver.signal,
        ...(isCancelled ? [] : [cancelled.signal]),
      ]);
      const end = await place.run(command, stop);
      if (end.reason !== null) place.say(`✗ ${end.reason}`);
      run = endStep(run, command, end);
    }
  } finally {
    timers.forEach(clearTimeout);
  }
}

/** The base branch, or the head of the pull request; in words why there is none. */
async function findCheckout(
  { runtime, config }: Performance,
  { pull: number }: RunSteps,
): Promise<StepsOrder['checkout'] | string> {
  if (number === null) return { branch: config.settings.baseBranch };
  const pull = await runtime.forge.pulls.get(number);
  if (pull === undefined) return `there is no pull request #${number}`;
  if (pull.head.branch.includes(':')) {
    return `the head of #${number} lies in a fork: what strangers wrote is not run where Treadle runs`;
  }
  return { commit: pull.head.oid };
}

/** @see https://docs.github.com/en/actions/reference/workflows-and-actions/variables#default-environment-variables */
function githubEnvironment({ workflow, state }: Performance, job: string): Readonly<Record<string, string>> {
  const { run } = state;
  const { trigger } = run;
  return {
    GITHUB_REPOSITORY: trigger.repository,
    GITHUB_REPOSITORY_OWNER: trigger.repository.split('/')[0] ?? '',
    GITHUB_RUN_ID: run.id,
    GITHUB_RUN_NUMBER: String(run.number),
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_WORKFLOW: workflow.name,
    GITHUB_JOB: jobOf(job),
    GITHUB_EVENT_NAME: trigger.event,
    GITHUB_ACTOR: trigger.actor.login,
    GITHUB_ACTOR_ID: String(trigger.actor.id),
  };
}

function failedBefore(performance: Performance, effect: RunSteps, reason: string): Performed {
  return finished(performance, effect, { outcome: 'failure', reason, outputs: {}, steps: NOTHING });
}

function finished(
  { runtime, state }: Performance,
  { job, attempt }: RunSteps,
  ending: Omit<Extract<Happening, { type: 'steps_finished' }>, 'type' | 'job' | 'attempt'>,
): Performed {
  const happening: Happening = { type: 'steps_finished', job, attempt, ...ending };
  return {
    ...done(),
    facts: [
      {
        run: state.run.id,
        happening,
        actor: TREADLE,
        ground: 'ran the steps',
        at: runtime.clock.now(),
        cause: [job, attempt],
      },
    ],
  };
}
