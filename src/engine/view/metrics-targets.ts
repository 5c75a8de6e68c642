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
  readonly verdict: 'met' | 'missed' | 'no data';
}

/** How a measured value is compared and shown. */
interface Target {
  readonly name: string;
  readonly limit: number;
  /** `≤` where the upper bound of a range is measured. */
  readonly is: '<' | '≤' | '>';
  readonly unit: '%' | 's' | 'ms' | '';
  readonly measure: (month: Month) => number | null;
}

interface Month {
  readonly metrics: MetricsDocument;
  readonly total: WorkflowMetrics;
  /** Of all workflows. */
  readonly jobs: readonly (readonly [id: string, job: JobMetrics])[];
}

const DAY = 24 * 60 * 60;

/**
 * What a team of agents is measured by. Times to resolution are those of the workflow `bug`, by their median; investigations are
 * the jobs named so, by their median; the queue and the CEO are judged by the worst that happened.
 */
const TARGETS: readonly Target[] = [
  target('time to resolution of bugs', '≤', 300, 's', ({ metrics }) =>
    medianOf(metrics.workflows['bug']?.resolution),
  ),
  target('runs that end in success', '>', 50, '%', ({ total }) => shareOf(total.conclusions, ['success'])),
  target('root cause found', '>', 80, '%', ({ jobs }) => successOf(jobs.filter(isInvestigation))),
  target('fixes that verify', '>', 90, '%', ({ jobs }) =>
    successOf(jobs.filter(([, { type }]) => type === 'verify')),
  ),
  target('runs escalated', '<', 10, '%', ({ total }) => percent(total.escalated, sumOf(total.conclusions))),
  target('cycles per run', '<', 1.5, '', ({ total }) => meanOf(total.cycles)),
  target('turns that found a holder of their role', '>', 90, '%', ({ total }) => {
    const { dispatches, escalations } = total;
    return percent(dispatches.sum, dispatches.sum + (escalations['nobody-in-role'] ?? 0));
  }),
  target('investigation', '≤', 180, 's', ({ jobs }) =>
    medianOf(mergedOf(jobs.filter(isInvestigation).map(([, { duration }]) => duration))),
  ),
  target('redispatch', '<', 100, 'ms', ({ total }) => thousandfold(meanOf(total.redispatch))),
  target('longest wait for the CEO', '<', DAY, 's', ({ metrics }) => maxOf(metrics.waits['ceo'])),
  target('longest commit lease', '<', 30, 's', ({ metrics }) => maxOf(metrics.leases.held)),
  target('commits in the queue', '<', 5, '', ({ metrics }) => maxOf(metrics.leases.depth)),
];

/** Judges the targets over a roll-up, in their fixed order. */
export function judgeTargets(metrics: MetricsDocument): readonly TargetVerdict[] {
  const jobs = Object.values(metrics.workflows).flatMap((workflow) => Object.entries(workflow.jobs));
  const month = { metrics, total: totalOf(metrics), jobs };
  return TARGETS.map(({ name, limit, is, unit, measure }) => {
    const value = measure(month);
    const wanted = `${is} ${show(limit, unit)}`;
    if (value === null) return { name, wanted, measured: null, verdict: 'no data' };
    const verdict = isMet(value, is, limit) ? 'met' : 'missed';
    return { name, wanted, measured: show(value, unit), verdict };
  });
}

function isMet(value: number, is: Target['is'], limit: number): boolean {
  switch (is) {
    case '<':
      return value < limit;
    case '≤':
      return value <= limit;
    case '>':
      return value > limit;
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

function thousandfold(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
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
