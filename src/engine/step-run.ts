import { evaluate, renderTemplate } from '../expression/evaluate.ts';
import { ExpressionError } from '../expression/expression-error.ts';
import type { Contexts, Expression, StatusFunctions, Template } from '../expression/model.ts';
import type { Step, StepsJob } from '../workflow/model.ts';
import type { Evaluated } from './evaluation.ts';
import { dropEmpty, longestOutputs, sizeOfOutputs } from './outputs.ts';
import type { Conclusion } from './state/status.ts';
import type { StepLine } from './state/job.ts';
import { readStepFile } from './step-file.ts';

/** How far the steps of a job are. Values, never changed: each step makes the next. */
export interface StepRun {
  readonly job: StepsJob;
  /** What the names in expressions of the job stand for, apart from `steps`, `job` and `env`. */
  readonly contexts: Contexts;
  /** `env` of workflow and job, and what steps added by GITHUB_ENV. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders that steps added by GITHUB_PATH, the last one first. */
  readonly path: readonly string[];
  /** One for each step that is over. */
  readonly done: readonly DoneStep[];
}

export interface DoneStep extends StepLine {
  readonly outputs: Readonly<Record<string, string>>;
}

/** A command about to be run. */
export interface StepCommand {
  readonly name: string;
  readonly script: string;
  readonly shell: string | null;
  /** Below the folder of the clone; empty for that folder. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  /** Null: as long as the job may. */
  readonly timeoutMs: number | null;
}

/** How a command ended, and what it left in the files that GitHub names to it. */
export interface StepEnd {
  readonly outcome: 'success' | 'failure' | 'cancelled';
  /** In plain words; null for a success. */
  readonly reason: string | null;
  readonly seconds: number;
  /** GITHUB_OUTPUT. */
  readonly output: string;
  /** GITHUB_ENV. */
  readonly env: string;
  /** GITHUB_PATH. */
  readonly path: string;
}

/** What comes next: a command, a step that is over without one, or the end. */
export type NextStep =
  | { readonly kind: 'run'; readonly command: StepCommand }
  | { readonly kind: 'over'; readonly run: StepRun; readonly line: StepLine }
  | { readonly kind: 'end' };

/** The beginning: no step is over. Where `env` of workflow or job has no value, nothing can begin. */
export function beginSteps(
  job: StepsJob,
  contexts: Contexts,
  runner: Readonly<Record<string, string>>,
): Evaluated<StepRun> {
  try {
    // Contexts are made when they are read, and these are read for every step.
    const known: Contexts = { ...contexts, runner };
    return {
      ok: true,
      value: { job, contexts: known, env: stringsOf(known['env']), path: [], done: [] },
    };
  } catch (error) {
    if (error instanceof ExpressionError) return { ok: false, problem: error.message };
    throw error;
  }
}

/**
 * Decides on the next step, as a runner of GitHub does: its `env` first, then its `if`, then what it runs. What has no value fails
 * the step.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Worker/StepsRunner.cs
 */
export function nextStep(run: StepRun, isCancelled: boolean): NextStep {
  const step = run.job.steps[run.done.length];
  if (step === undefined) return { kind: 'end' };
  const before = contextsOfStep(run, isCancelled, {});
  const over = (conclusion: 'skipped' | 'failure', reason: string | null): NextStep => {
    const forgiven = conclusion === 'failure' && isForgiven(step, before);
    const line: StepLine = {
      name: plainName(step),
      outcome: conclusion,
      conclusion: forgiven ? 'success' : conclusion,
      reason,
      seconds: 0,
    };
    return { kind: 'over', line, run: { ...run, done: [...run.done, { ...line, outputs: {} }] } };
  };
  try {
    const env = renderAll(step.env, before);
    const contexts = contextsOfStep(run, isCancelled, env);
    if (!conditionHolds(step, run, contexts, isCancelled)) return over('skipped', null);
    return {
      kind: 'run',
      command: {
        name: step.name === null ? plainName(step) : renderTemplate(step.name, contexts),
        script: renderTemplate(step.run, contexts),
        shell: step.shell,
        folder: step.workingDirectory === null ? '' : renderTemplate(step.workingDirectory, contexts),
        env: { ...run.env, ...env },
        path: run.path,
        timeoutMs: step.timeoutMinutes === null ? null : minutesOf(step.timeoutMinutes, contexts) * 60_000,
      },
    };
  } catch (error) {
    if (error instanceof ExpressionError) return over('failure', error.message);
    throw error;
  }
}

/** Takes note of how a command ended. What it wrote to its files counts even if it failed. */
export function endStep(run: StepRun, command: StepCommand, end: StepEnd): StepRun {
  const step = run.job.steps[run.done.length];
  const outputs = readStepFile(end.output, 'GITHUB_OUTPUT');
  const env = readStepFile(end.env, 'GITHUB_ENV');
  const problems = [outputs, env].flatMap((file) => (file.ok ? [] : [file.problem]));
  const isBad = problems.length > 0 && end.outcome === 'success';
  const outcome: Conclusion = isBad ? 'failure' : end.outcome;
  const reason = isBad ? problems.join('; ') : end.reason;
  const isFailure = outcome === 'failure';
  const forgiven =
    isFailure && step !== undefined && isForgiven(step, contextsOfStep(run, false, command.env));
  const { name } = command;
  const conclusion = forgiven ? 'success' : outcome;
  const done = { name, outcome, conclusion, reason, seconds: end.seconds };
  return {
    ...run,
    env: env.ok ? { ...run.env, ...env.values } : run.env,
    path: [...end.path.split(/\r?\n/).filter((folder) => folder.trim() !== ''), ...run.path],
    done: [...run.done, { ...done, outputs: outputs.ok ? outputs.values : {} }],
  };
}

/** What the job comes to once all steps are over. */
export interface StepsVerdict {
  readonly outcome: 'success' | 'failure';
  readonly reason: string | null;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A failed step fails the job, and so does an output without a value; outputs are made even if the job failed. */
export function judgeSteps(run: StepRun, isCancelled: boolean): StepsVerdict {
  const failed = run.done.find((step) => step.conclusion === 'failure');
  const reasons = failed === undefined ? [] : [`step "${failed.name}": ${failed.reason ?? 'it failed'}`];
  const contexts = contextsOfStep(run, isCancelled, {});
  let outputs: Readonly<Record<string, string>> = {};
  try {
    outputs = dropEmpty(renderAll(run.job.outputs, contexts));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    reasons.push(`outputs: ${error.message}`);
  }
  if (sizeOfOutputs(outputs) > longestOutputs) {
    reasons.push('the outputs are larger than 1 MB');
    outputs = {};
  }
  if (reasons.length === 0) return { outcome: 'success', reason: null, outputs };
  return { outcome: 'failure', reason: reasons.join('; '), outputs };
}

/** The context `steps`, and what else depends on how far the job is. */
function contextsOfStep(run: StepRun, isCancelled: boolean, env: Readonly<Record<string, string>>): Contexts {
  const named = run.done.flatMap(({ outcome, conclusion, outputs }, index) => {
    const id = run.job.steps[index]?.id ?? null;
    return id === null ? [] : [[id, { outputs, outcome, conclusion }] as const];
  });
  const status = isCancelled ? 'cancelled' : hasFailed(run) ? 'failure' : 'success';
  return {
    ...run.contexts,
    env: { ...run.env, ...env },
    steps: Object.fromEntries(named),
    job: { status },
  };
}

function hasFailed(run: StepRun): boolean {
  return run.done.some((step) => step.conclusion === 'failure');
}

/** At step level the status functions ask about the steps before. */
function conditionHolds(step: Step, run: StepRun, contexts: Contexts, isCancelled: boolean): boolean {
  const status: StatusFunctions = {
    success: () => !isCancelled && !hasFailed(run),
    failure: () => !isCancelled && hasFailed(run),
    always: () => true,
    cancelled: () => isCancelled,
  };
  return step.if === null ? status.success([]) : evaluate(step.if.expression, contexts, status).truthy;
}

/** What cannot be evaluated forgives nothing. */
function isForgiven(step: Step, contexts: Contexts): boolean {
  if (typeof step.continueOnError === 'boolean') return step.continueOnError;
  try {
    return evaluate(step.continueOnError, contexts).truthy;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

function minutesOf(minutes: number | Expression, contexts: Contexts): number {
  if (typeof minutes === 'number') return minutes;
  const { text } = evaluate(minutes, contexts);
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new ExpressionError(
    minutes.source,
    `timeout-minutes gives "${text}", which is no number of minutes`,
    null,
  );
}

/** A step without a name that can be told beforehand: as GitHub, what it runs. */
function plainName({ name, run }: Step): string {
  const text = (name ?? run).source.trim().split('\n', 1)[0] ?? '';
  return name === null ? `Run ${text}` : text;
}

function renderAll(
  templates: Readonly<Record<string, Template>>,
  contexts: Contexts,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [name, renderTemplate(template, contexts)]),
  );
}

function stringsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
