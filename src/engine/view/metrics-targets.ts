import { meanOf, mergeHistograms, quantileOf, type Histogram } from '../histogram.ts';
import type { JobMetrics, MetricsDocument, WorkflowMetrics } from '../metrics.ts';
import { totalOf } from '../metrics.ts';

/** A target and what became of it. */
export interface TargetVerdict {
  readonly name: string;
  /** For instance `< 10 %`. */
  readonly wanted: string;
  /** What was measured, in the same unit; null where there is nothing to measure. */
  readonly measured: string | null;
  readonly verdict: 'met' | 'missed' | 'no data' | 'not measured';
  /** Why it is not measured; what shows it instead. */
  readonly reason?: string;
}

/** How a measured value is compared and shown. */
interface Target {
  readonly name: string;
  readonly limit: number;
  /** `≤` where the upper bound of a range is measured. */
  readonly is: Sign;
  readonly unit: '%' | 's' | 'ms' | '';
  readonly measure: (month: Month) => number | null;
}

type Sign = '<' | '≤' | '>' | '=';

interface Month {
  readonly metrics: MetricsDocument;
  /** Of all workflows. */
  readonly total: WorkflowMetrics;
  /** Of those that nobody called: what becomes of a bead. */
  readonly beads: WorkflowMetrics;
  readonly jobs: readonly (readonly [id: string, job: JobMetrics])[];
}

const DAY = 24 * 60 * 60;

/**
 * What a team of agents is measured by. Times are judged by their median, but the queue and the CEO by the worst that happened;
 * investigations are the jobs named so. Shares of runs are those of runs that nobody called.
 */
const TARGETS: readonly Target[] = [
  target('time to resolution of bugs', '≤', 300, 's', ({ metrics }) =>
    medianOf(metrics.workflows['bug']?.resolution),
  ),
  target('runs that end in success', '>', 50, '%', ({ beads }) => shareOf(beads.conclusions, ['success'])),
  target('root cause found', '>', 80, '%', ({ jobs }) => successOf(jobs.filter(isInvestigation))),
  target('fixes that verify', '>', 90, '%', ({ jobs }) =>
    successOf(jobs.filter(([, { type }]) => type === 'verify')),
  ),
  target('runs escalated', '<', 10, '%', ({ beads }) => percent(beads.escalated, sumOf(beads.conclusions))),
  target('cycles per run', '<', 1.5, '', ({ beads }) => meanOf(beads.cycles)),
  target('turns that found a holder of their role', '>', 90, '%', ({ total }) => {
    const { dispatches, escalations } = total;
    return percent(dispatches.sum, dispatches.sum + (escalations['nobody-in-role'] ?? 0));
  }),
  target('dispatches per bug', '>', 1.5, '', ({ metrics }) => {
    const { dispatches } = metrics.workflows['bug'] ?? {};
    return dispatches === undefined ? null : meanOf(dispatches);
  }),
  target('turns of an attempt, at most', '<', 10, '', ({ jobs }) =>
    maxOf(mergedOf(jobs.map(([, { turns }]) => turns))),
  ),
  target('filed to routed', '≤', 10, 's', ({ total }) => medianOf(total.stages?.routing)),
  target('routed to dispatched', '≤', 30, 's', ({ total }) => medianOf(total.stages?.dispatch)),
  target('investigation', '≤', 180, 's', ({ jobs }) =>
    medianOf(mergedOf(jobs.filter(isInvestigation).map(([, { duration }]) => duration))),
  ),
  target('approved to begun', '≤', 60, 's', ({ total }) => medianOf(total.stages?.apply)),
  target('redispatch', '≤', 100, 'ms', ({ total }) => {
    const { latency } = total;
    return latency === undefined ? null : quantileOf('ms', latency, 0.5);
  }),
  target('longest wait for the CEO', '<', DAY, 's', ({ metrics }) => maxOf(metrics.waits['ceo'])),
  target('longest commit lease', '<', 30, 's', ({ metrics }) => maxOf(metrics.leases.held)),
  target('commits in the queue', '<', 5, '', ({ metrics }) => maxOf(metrics.leases.depth)),
  target('wait for the lease, per commit', '<', 1, 's', ({ metrics }) => meanOf(metrics.leases.queued)),
  target('merges refused for a conflict', '=', 0, '%', ({ metrics }) => {
    const { merges } = metrics;
    if (merges === undefined) return null;
    return percent(merges.refusals['conflict'] ?? 0, merges.merged + sumOf(merges.refusals));
  }),
  target('commits that name who made the change', '=', 100, '%', ({ metrics }) =>
    percent(metrics.merges?.authored ?? 0, metrics.merges?.merged ?? 0),
  ),
];

/** Targets that no roll-up can tell, with what shows them instead. */
const ELSEWHERE: readonly (readonly [name: string, wanted: string, reason: string])[] = [
  ['failed to filed', '< 5 s', 'a failure is seen by the wake after it; its bead tells when that was'],
  ['simultaneous commits', '= 0', 'the state holds one lease at a time, and its history each of them'],
  ['commits that pass hooks', '= 100 %', 'none queues before its required checks have passed'],
  [
    'transitions on record',
    '= 100 %',
    'each is a commit of the state branch: nothing else changes the state',
  ],
  ['endless redispatch', '= 0', 'max-turns and limits end it; what they stopped is in the escalations'],
  ['deadlocks', '= 0', 'whatever waits has a deadline, a person or another job; treadle explain names it'],
  ['inference of a role', '< 1 ms', 'roles are matched exactly, none is inferred'],
  ['hot reload', '< 2 s', 'nothing is loaded ahead: a run begins by the files of that moment'],
  ['test coverage of workflows', '> 75 %', 'it is a matter of the code: npm run test:coverage asks for 95 %'],
];

/** Judges the targets over a roll-up, in their fixed order; those that it cannot tell come last. */
export function judgeTargets(metrics: MetricsDocument): readonly TargetVerdict[] {
  const jobs = Object.values(metrics.workflows).flatMap((workflow) => Object.entries(workflow.jobs));
  const beads = totalOf(metrics, ({ called, conclusions }) => (called ?? 0) < sumOf(conclusions));
  const month = { metrics, total: totalOf(metrics), beads, jobs };
  const judged = TARGETS.map(({ name, limit, is, unit, measure }): TargetVerdict => {
    const value = measure(month);
    const wanted = `${is} ${show(limit, unit)}`;
    if (value === null) return { name, wanted, measured: null, verdict: 'no data' };
    const verdict = isMet(value, is, limit) ? 'met' : 'missed';
    return { name, wanted, measured: show(value, unit), verdict };
  });
  const others = ELSEWHERE.map(([name, wanted, reason]): TargetVerdict => {
    return { name, wanted, measured: null, verdict: 'not measured', reason };
  });
  return [...judged, ...others];
}

function isMet(value: number, is: Target['is'], limit: number): boolean {
  switch (is) {
    case '<':
      return value < limit;
    case '≤':
      return value <= limit;
    case '>':
      return value > limit;
    case '=':
      return value === limit;
  }
}

function target(
  name: string,
  is: Target['is'],
  limit: number,
  unit: Target['unit'],
  measure: Target['measure'],
): Target {
  return { name, is, limit, unit, measure };
}

function show(value: number, unit: Target['unit']): string {
  const rounded = String(Math.round(value * 10) / 10);
  return unit === '' ? rounded : `${rounded} ${unit}`;
}

function isInvestigation([id]: readonly [id: string, job: JobMetrics]): boolean {
  return /^investigat/i.test(id);
}

/** Attempts that came to an end of their own: who was called off, or skipped, neither found nor missed anything. */
function successOf(jobs: readonly (readonly [string, JobMetrics])[]): number | null {
  const outcomes = jobs.map(([, job]) => job.outcomes);
  const [done, tried] = [['success'], ['success', 'failure', 'timed_out', 'rejected']].map((names) =>
    outcomes.reduce((sum, counts) => sum + names.reduce((part, name) => part + (counts[name] ?? 0), 0), 0),
  );
  return percent(done ?? 0, tried ?? 0);
}

function shareOf(counts: Readonly<Record<string, number>>, names: readonly string[]): number | null {
  return percent(
    names.reduce((sum, name) => sum + (counts[name] ?? 0), 0),
    sumOf(counts),
  );
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : (100 * part) / whole;
}

function medianOf(histogram: Histogram | undefined): number | null {
  return histogram === undefined ? null : quantileOf('seconds', histogram, 0.5);
}

function maxOf(histogram: Histogram | undefined): number | null {
  return histogram === undefined || histogram.count === 0 ? null : histogram.max;
}

function mergedOf(histograms: readonly Histogram[]): Histogram | undefined {
  return histograms.length === 0 ? undefined : histograms.reduce(mergeHistograms);
}
