import { meanOf, quantileOf, type Histogram, type Scale } from '../histogram.ts';
import type { Counts, MetricsDocument } from '../metrics.ts';
import { formatDuration } from './duration.ts';
import { judgeTargets } from './metrics-targets.ts';
import { visibleLine } from './visible-text.ts';

/** A roll-up as text for people: the targets, then the numbers behind them, as tables. */
export function metricsTable(metrics: MetricsDocument): string {
  const targets = judgeTargets(metrics).map(({ name, wanted, measured, verdict, reason }) => [
    name,
    wanted,
    measured ?? '-',
    reason === undefined ? verdict : `${verdict}: ${reason}`,
  ]);
  const sections = [
    section('Targets', ['', 'wanted', 'measured', ''], targets),
    section('Workflows', WORKFLOW_COLUMNS, workflowRows(metrics)),
    section('Stages', ['workflow', '', 'times', 'median', '95 %', 'longest'], stageRows(metrics)),
    section('Jobs', JOB_COLUMNS, jobRows(metrics)),
    section('Escalations', ['workflow', 'cause', 'times'], escalationRows(metrics)),
    section('Waiting', ['role', 'times', 'median', '95 %', 'longest'], waitRows(metrics)),
    section('Commit queue', ['', 'times', 'median', '95 %', 'largest'], leaseRows(metrics)),
    section('Merges', ['', 'times'], mergeRows(metrics)),
  ];
  return [`Runs that ended in ${metrics.month}`, ...sections.filter((text) => text !== '')].join('\n\n');
}

const WORKFLOW_COLUMNS = [
  'workflow',
  'runs',
  'success',
  'median time',
  'escalated',
  'cycles',
  'dispatches',
  'tokens',
  'USD',
];

function workflowRows({ workflows }: MetricsDocument): readonly (readonly string[])[] {
  return Object.entries(workflows).map(([key, workflow]) => {
    const runs = totalOfCounts(workflow.conclusions);
    const { tokens, costMicroUsd } = workflow.usage;
    return [
      key,
      String(runs),
      share(workflow.conclusions['success'] ?? 0, runs),
      quantile('seconds', workflow.resolution, 0.5),
      share(workflow.escalated, runs),
      mean(workflow.cycles),
      mean(workflow.dispatches),
      String(tokens),
      (costMicroUsd / 1_000_000).toFixed(2),
    ];
  });
}

const STAGES = {
  routing: 'filed to routed',
  dispatch: 'routed to dispatched',
  apply: 'approved to begun',
} as const;

function stageRows({ workflows }: MetricsDocument): readonly (readonly string[])[] {
  return Object.entries(workflows).flatMap(([key, { stages, latency }]) => [
    ...(['routing', 'dispatch', 'apply'] as const).flatMap((stage) => {
      const times = stages?.[stage];
      return times === undefined ? [] : [[key, STAGES[stage], ...spread('seconds', times)]];
    }),
    ...(latency === undefined ? [] : [[key, 'redispatch', ...spread('ms', latency)]]),
  ]);
}

const JOB_COLUMNS = [
  'workflow',
  'job',
  'type',
  'attempts',
  'most',
  'success',
  'turns',
  'most',
  'sent back',
  'median time',
];

function jobRows({ workflows }: MetricsDocument): readonly (readonly string[])[] {
  return Object.entries(workflows).flatMap(([key, workflow]) =>
    Object.entries(workflow.jobs).map(([id, job]) => [
      key,
      id,
      job.type,
      mean(job.attempts),
      most(job.attempts),
      share(job.outcomes['success'] ?? 0, totalOfCounts(job.outcomes)),
      mean(job.turns),
      most(job.turns),
      String(job.reworks),
      quantile('seconds', job.duration, 0.5),
    ]),
  );
}

function escalationRows({ workflows }: MetricsDocument): readonly (readonly string[])[] {
  return Object.entries(workflows).flatMap(([key, { escalations }]) =>
    Object.entries(escalations).map(([cause, times]) => [key, cause, String(times)]),
  );
}

function waitRows({ waits }: MetricsDocument): readonly (readonly string[])[] {
  return Object.entries(waits).map(([role, wait]) => [role, ...spread('seconds', wait)]);
}

function leaseRows({ leases }: MetricsDocument): readonly (readonly string[])[] {
  if (leases.depth.count === 0) return [];
  return [
    ['waiting for the lease', ...spread('seconds', leases.queued)],
    ['holding it', ...spread('seconds', leases.held)],
    ['commits in the queue', ...spread('times', leases.depth)],
  ];
}

function spread(scale: Scale, histogram: Histogram): readonly string[] {
  const { count, max } = histogram;
  const largest = count === 0 ? '-' : amount(scale, max);
  return [String(count), quantile(scale, histogram, 0.5), quantile(scale, histogram, 0.95), largest];
}

function quantile(scale: Scale, histogram: Histogram, part: number): string {
  const value = quantileOf(scale, histogram, part);
  if (value === null) return '-';
  return `≤ ${amount(scale, value)}`;
}

function amount(scale: Scale, value: number): string {
  if (scale === 'ms') return `${value} ms`;
  return scale === 'seconds' ? formatDuration(value * 1000) : String(value);
}

function most({ count, max }: Histogram): string {
  return count === 0 ? '-' : String(max);
}

function mergeRows({ merges }: MetricsDocument): readonly (readonly string[])[] {
  if (merges === undefined) return [];
  return [
    ['merged', String(merges.merged)],
    ...Object.entries(merges.refusals).map(([cause, times]) => [`refused: ${cause}`, String(times)]),
  ];
}

function mean(histogram: Histogram): string {
  return meanOf(histogram)?.toFixed(1) ?? '-';
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${Math.round((100 * part) / whole)} %`;
}

function totalOfCounts(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** A table with its heading; empty where it has no rows. Names are users' own: what could steer a terminal is made visible. */
function section(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const table = [columns, ...rows].map((row) => row.map(visibleLine));
  const widths = columns.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}
