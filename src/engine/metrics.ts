import { definitionOf, jobOf } from '../workflow/leg.ts';
import type { Workflow } from '../workflow/model.ts';
import { EMPTY_HISTOGRAM, histogramOf, mergeHistograms, type Histogram } from './histogram.ts';
import { lookup } from './own-keys.ts';
import type { Attempt, Conclusion, JobDocument, RunState, Turn } from './state.ts';
import { secondsBetween } from './tally.ts';

/**
 * `metrics/<yyyy-mm>.json`: the runs that ended in a month (UTC), rolled up. Durations are whole seconds. Two roll-ups of different
 * runs of a month add up to one ({@link mergeMetrics}); where nothing was merged with, the numbers are those of one run.
 */
export interface MetricsDocument {
  readonly version: 1;
  /** `2026-11`. */
  readonly month: string;
  /** By the workflow's key. */
  readonly workflows: Readonly<Record<string, WorkflowMetrics>>;
  /** Role → how long its holders let a turn or a gate wait. Gates and escalations that wait for the CEO are under `ceo`. */
  readonly waits: Readonly<Record<string, Histogram>>;
  /** The commit leases that ended, for all workflows. */
  readonly leases: {
    readonly queued: Histogram;
    readonly held: Histogram;
    /** Commits in the queue when a lease was granted. */
    readonly depth: Histogram;
  };
}

export interface WorkflowMetrics {
  /** Conclusion → runs. */
  readonly conclusions: Counts;
  /** From the start of a run to its success. */
  readonly resolution: Histogram;
  /** Runs that were handed to the CEO once at least. */
  readonly escalated: number;
  /** Cause → escalations. */
  readonly escalations: Counts;
  /** Rework edges taken, by run. */
  readonly cycles: Histogram;
  /** Turns dispatched, by run. */
  readonly dispatches: Histogram;
  /** From the end of a turn to the next of the same attempt. */
  readonly redispatch: Histogram;
  /** What agents reported to have used. */
  readonly usage: { readonly tokens: number; readonly costMicroUsd: number };
  readonly jobs: Readonly<Record<string, JobMetrics>>;
}

export interface JobMetrics {
  /** The node's type. */
  readonly type: string;
  /** Outcome → attempts. */
  readonly outcomes: Counts;
  /** Attempts, by run that started the job. */
  readonly attempts: Histogram;
  /** Turns, by attempt that was dispatched. */
  readonly turns: Histogram;
  /** How often it sent the work back. */
  readonly reworks: number;
  /** How long its attempts took. */
  readonly duration: Histogram;
}

export type Counts = Readonly<Record<string, number>>;

/** Workflows, or jobs of one workflow, that are told apart in a month; what comes later is counted together as {@link OTHERS}. */
export const MOST_NAMES = 200;
/** No workflow, job or role can have this name. */
export const OTHERS = '(others)';

/** The month that a moment belongs to: `2026-11`. */
export function monthOf(at: string): string {
  return at.slice(0, 7);
}

/** A month in which no run ended. */
export function emptyMetrics(month: string): MetricsDocument {
  const none = EMPTY_HISTOGRAM;
  return { version: 1, month, workflows: {}, waits: {}, leases: { queued: none, held: none, depth: none } };
}

/** The roll-up of one run that is completed, from its last state alone: whoever has the history derives it again. */
export function measureRun(workflow: Workflow, { run, jobs }: RunState): MetricsDocument {
  const documents = Object.values(jobs);
  const attempts = documents.flatMap((job) => job.attempts);
  const turns = attempts.flatMap((attempt) => attempt.turns);
  const tally = run.tally ?? { escalations: [], reworks: {}, leases: [] };
  const conclusion: Conclusion = run.conclusion ?? 'cancelled';
  const duration = secondsBetween(run.createdAt, run.completedAt ?? run.updatedAt);
  const costs = turns.map((turn) => Math.round((turn.usage?.costUsd ?? 0) * 1_000_000));
  const measured: WorkflowMetrics = {
    conclusions: { [conclusion]: 1 },
    resolution: histogramOf('seconds', conclusion === 'success' ? [duration] : []),
    escalated: tally.escalations.length === 0 ? 0 : 1,
    escalations: countBy(tally.escalations.map(({ cause }) => cause)),
    cycles: histogramOf('times', [sumOf(Object.values(tally.reworks))]),
    dispatches: histogramOf('times', [turns.length]),
    redispatch: histogramOf('seconds', attempts.flatMap(pausesBetweenTurns)),
    usage: { tokens: sumOf(turns.map((turn) => turn.usage?.tokens ?? 0)), costMicroUsd: sumOf(costs) },
    jobs: sumByName(
      documents.map((job) => [jobOf(job.id), measureJob(workflow, job, tally.reworks)]),
      mergeJobs,
    ),
  };
  const { leases } = tally;
  return {
    version: 1,
    month: monthOf(run.completedAt ?? run.updatedAt),
    workflows: { [run.workflow]: measured },
    waits: measureWaits(documents, tally.escalations),
    leases: {
      queued: histogramOf(
        'seconds',
        leases.map(({ queued }) => queued),
      ),
      held: histogramOf(
        'seconds',
        leases.flatMap(({ held }) => held ?? []),
      ),
      depth: histogramOf(
        'times',
        leases.map(({ depth }) => depth),
      ),
    },
  };
}

/** The roll-up of the runs of both; the month is that of the first. */
export function mergeMetrics(a: MetricsDocument, b: MetricsDocument): MetricsDocument {
  const histograms = (x: MetricsDocument['leases'], y: MetricsDocument['leases']) => ({
    queued: mergeHistograms(x.queued, y.queued),
    held: mergeHistograms(x.held, y.held),
    depth: mergeHistograms(x.depth, y.depth),
  });
  return {
    version: 1,
    month: a.month,
    workflows: mergeNamed(a.workflows, b.workflows, mergeWorkflows),
    waits: mergeNamed(a.waits, b.waits, mergeHistograms),
    leases: histograms(a.leases, b.leases),
  };
}

/** All workflows of a roll-up as if they were one; its jobs are left out, since they only mean something within theirs. */
export function totalOf({ workflows }: MetricsDocument): WorkflowMetrics {
  return Object.values(workflows)
    .map((workflow) => ({ ...workflow, jobs: {} }))
    .reduce(mergeWorkflows, NO_RUNS);
}

const NO_RUNS: WorkflowMetrics = {
  conclusions: {},
  resolution: EMPTY_HISTOGRAM,
  escalated: 0,
  escalations: {},
  cycles: EMPTY_HISTOGRAM,
  dispatches: EMPTY_HISTOGRAM,
  redispatch: EMPTY_HISTOGRAM,
  usage: { tokens: 0, costMicroUsd: 0 },
  jobs: {},
};

function measureJob(workflow: Workflow, job: JobDocument, reworks: Counts): JobMetrics {
  const own = Object.entries(reworks).filter(([edge]) => edge.startsWith(`${job.id}.`));
  const ended = job.attempts.filter(({ endedAt }) => endedAt !== null);
  const dispatched = job.attempts.filter(({ turns }) => turns.length > 0);
  return {
    type: definitionOf(workflow, job.id)?.type ?? 'task',
    outcomes: countBy(job.attempts.map(({ outcome }) => outcome)),
    attempts: histogramOf('times', job.attempts.length === 0 ? [] : [job.attempts.length]),
    turns: histogramOf(
      'times',
      dispatched.map(({ turns }) => turns.length),
    ),
    reworks: sumOf(own.map(([, count]) => count)),
    duration: histogramOf('seconds', ended.map(durationOf)),
  };
}

function measureWaits(
  jobs: readonly JobDocument[],
  escalations: readonly { readonly seconds: number | null }[],
): Readonly<Record<string, Histogram>> {
  const waits: [role: string, seconds: number][] = escalations.flatMap(({ seconds }) =>
    seconds === null ? [] : [['ceo', seconds]],
  );
  for (const { role, gate, attempts } of jobs) {
    const gates = gate === null ? [] : attempts.filter(({ endedAt }) => endedAt !== null);
    const turns = attempts.flatMap((attempt) => attempt.turns);
    for (const attempt of gates) waits.push([role ?? OTHERS, durationOf(attempt)]);
    for (const turn of turns) if (isAnswered(turn)) waits.push([role ?? OTHERS, durationOfTurn(turn)]);
  }
  return sumByName(
    waits.map(([role, seconds]) => [role, histogramOf('seconds', [seconds])]),
    mergeHistograms,
  );
}

/** A turn that was called off, or ran out of time, waited for nobody's answer to its end. */
function isAnswered({ outcome }: Turn): boolean {
  return outcome !== 'open' && outcome !== 'cancelled';
}

function durationOf({ startedAt, endedAt }: Attempt): number {
  return endedAt === null ? 0 : secondsBetween(startedAt, endedAt);
}

function durationOfTurn({ dispatchedAt, endedAt }: Turn): number {
  return endedAt === null ? 0 : secondsBetween(dispatchedAt, endedAt);
}

function pausesBetweenTurns({ turns }: Attempt): readonly number[] {
  return turns.slice(1).map(({ dispatchedAt }, index) => {
    const ended = turns[index]?.endedAt;
    return ended == null ? 0 : secondsBetween(ended, dispatchedAt);
  });
}

function mergeWorkflows(a: WorkflowMetrics, b: WorkflowMetrics): WorkflowMetrics {
  return {
    conclusions: mergeCounts(a.conclusions, b.conclusions),
    resolution: mergeHistograms(a.resolution, b.resolution),
    escalated: a.escalated + b.escalated,
    escalations: mergeCounts(a.escalations, b.escalations),
    cycles: mergeHistograms(a.cycles, b.cycles),
    dispatches: mergeHistograms(a.dispatches, b.dispatches),
    redispatch: mergeHistograms(a.redispatch, b.redispatch),
    usage: {
      tokens: a.usage.tokens + b.usage.tokens,
      costMicroUsd: a.usage.costMicroUsd + b.usage.costMicroUsd,
    },
    jobs: mergeNamed(a.jobs, b.jobs, mergeJobs),
  };
}

/** A job keeps the type that it had first. */
function mergeJobs(a: JobMetrics, b: JobMetrics): JobMetrics {
  return {
    type: a.type,
    outcomes: mergeCounts(a.outcomes, b.outcomes),
    attempts: mergeHistograms(a.attempts, b.attempts),
    turns: mergeHistograms(a.turns, b.turns),
    reworks: a.reworks + b.reworks,
    duration: mergeHistograms(a.duration, b.duration),
  };
}

/** Adds up by name. Names that come when there are {@link MOST_NAMES} already are counted together. */
function mergeNamed<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  merge: (a: T, b: T) => T,
): Readonly<Record<string, T>> {
  return sumByName([...Object.entries(a), ...Object.entries(b)], merge);
}

function sumByName<T>(
  entries: readonly (readonly [name: string, value: T])[],
  merge: (a: T, b: T) => T,
): Readonly<Record<string, T>> {
  const sums = new Map<string, T>();
  for (const [name, value] of entries) {
    const key = sums.has(name) || sums.size < MOST_NAMES ? name : OTHERS;
    const before = sums.get(key);
    sums.set(key, before === undefined ? value : merge(before, value));
  }
  return Object.fromEntries(sums);
}

function mergeCounts(a: Counts, b: Counts): Counts {
  return mergeNamed(a, b, (x, y) => x + y);
}

function countBy(names: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (lookup(counts, name) ?? 0) + 1;
  return counts;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
