import { EMPTY_HISTOGRAM, mergeHistograms, type Histogram } from './histogram.ts';

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
  /** What became of the merges that were tried; left out in a month without one. */
  readonly merges?: MergeMetrics;
}

export interface MergeMetrics {
  readonly merged: number;
  /** Those of them that name who made the change. */
  readonly authored: number;
  /** Cause → refusals, by the forge or before it was asked. */
  readonly refusals: Counts;
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
  /** The same in milliseconds, up to when the next turn was sent. Left out where it is not known. */
  readonly latency?: Histogram;
  /** How long the stages of a bead's way took. Left out where none was reached. */
  readonly stages?: StageMetrics;
  /** Runs that others called; left out for none. */
  readonly called?: number;
  /** What agents reported to have used. */
  readonly usage: { readonly tokens: number; readonly costMicroUsd: number };
  readonly jobs: Readonly<Record<string, JobMetrics>>;
}

/** Stages of a bead's way besides its jobs, in seconds. */
export interface StageMetrics {
  /** From the filing of a bead that was filed by itself to the start of its run. */
  readonly routing?: Histogram;
  /** From the start of a run to its first turn being sent. */
  readonly dispatch?: Histogram;
  /** From an approval to the first turn after it being sent. */
  readonly apply?: Histogram;
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
    ...optional('merges', mergeBoth(a.merges, b.merges, mergeMerges)),
  };
}

/**
 * All workflows of a roll-up as if they were one, or those of them that are chosen; its jobs are left out, since they only mean
 * something within theirs.
 */
export function totalOf(
  { workflows }: MetricsDocument,
  isMeant: (workflow: WorkflowMetrics) => boolean = () => true,
): WorkflowMetrics {
  return Object.values(workflows)
    .filter(isMeant)
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

function mergeWorkflows(a: WorkflowMetrics, b: WorkflowMetrics): WorkflowMetrics {
  return {
    conclusions: mergeCounts(a.conclusions, b.conclusions),
    resolution: mergeHistograms(a.resolution, b.resolution),
    escalated: a.escalated + b.escalated,
    escalations: mergeCounts(a.escalations, b.escalations),
    cycles: mergeHistograms(a.cycles, b.cycles),
    dispatches: mergeHistograms(a.dispatches, b.dispatches),
    redispatch: mergeHistograms(a.redispatch, b.redispatch),
    ...optional('latency', mergeBoth(a.latency, b.latency, mergeHistograms)),
    ...optional('stages', mergeBoth(a.stages, b.stages, mergeStages)),
    ...optional('called', mergeBoth(a.called, b.called, add)),
    usage: {
      tokens: a.usage.tokens + b.usage.tokens,
      costMicroUsd: a.usage.costMicroUsd + b.usage.costMicroUsd,
    },
    jobs: mergeNamed(a.jobs, b.jobs, mergeJobs),
  };
}

/** The numbers of both; a job keeps the type that it had first. */
export function mergeJobs(a: JobMetrics, b: JobMetrics): JobMetrics {
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

/** Adds up values of the same name. Names that come when there are {@link MOST_NAMES} already are added up together. */
export function sumByName<T>(
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
  return mergeNamed(a, b, add);
}

function mergeMerges(a: MergeMetrics, b: MergeMetrics): MergeMetrics {
  return {
    merged: a.merged + b.merged,
    authored: a.authored + b.authored,
    refusals: mergeCounts(a.refusals, b.refusals),
  };
}

function mergeStages(a: StageMetrics, b: StageMetrics): StageMetrics {
  return {
    ...optional('routing', mergeBoth(a.routing, b.routing, mergeHistograms)),
    ...optional('dispatch', mergeBoth(a.dispatch, b.dispatch, mergeHistograms)),
    ...optional('apply', mergeBoth(a.apply, b.apply, mergeHistograms)),
  };
}

function mergeBoth<T>(a: T | undefined, b: T | undefined, merge: (a: T, b: T) => T): T | undefined {
  return a === undefined ? b : b === undefined ? a : merge(a, b);
}

/** A field, or none where there is no value. */
export function optional<K extends string, V>(key: K, value: V | undefined): { readonly [_ in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [_ in K]: V });
}

function add(a: number, b: number): number {
  return a + b;
}
