import { BOUNDS, countUpTo, type Histogram, type Scale } from '../histogram.ts';
import type { JobMetrics, MetricsDocument, WorkflowMetrics } from '../metrics.ts';
import { visibleLine } from './visible-text.ts';

type Labels = Readonly<Record<string, string>>;

/** A family of samples: one HELP, one TYPE, and then all its lines together, as the format demands. */
interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'histogram';
  readonly lines: readonly string[];
}

/**
 * A roll-up in Prometheus' text format. Every sample carries its month: a new month begins at zero.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function metricsPrometheus(metrics: MetricsDocument): string {
  const { month, workflows, waits, leases, merges } = metrics;
  const each = (lines: (labels: Labels, workflow: WorkflowMetrics) => readonly string[]) =>
    Object.entries(workflows).flatMap(([workflow, of]) => lines({ month, workflow }, of));
  const eachJob = (lines: (labels: Labels, job: JobMetrics) => readonly string[]) =>
    each((labels, { jobs }) => Object.entries(jobs).flatMap(([job, of]) => lines({ ...labels, job }, of)));
  const families: readonly Family[] = [
    counter('treadle_runs_total', 'Runs that ended.', (name) =>
      each((labels, { conclusions }) => counts(name, labels, 'conclusion', conclusions)),
    ),
    counter('treadle_runs_escalated_total', 'Runs that were handed to the CEO.', (name) =>
      each((labels, { escalated }) => [sample(name, labels, escalated)]),
    ),
    counter('treadle_escalations_total', 'Escalations by cause.', (name) =>
      each((labels, { escalations }) => counts(name, labels, 'cause', escalations)),
    ),
    counter('treadle_tokens_total', 'Tokens that agents reported.', (name) =>
      each((labels, { usage }) => [sample(name, labels, usage.tokens)]),
    ),
    counter('treadle_cost_usd_total', 'Cost that agents reported, in US dollars.', (name) =>
      each((labels, { usage }) => [sample(name, labels, usage.costMicroUsd / 1_000_000)]),
    ),
    histogram('treadle_resolution_seconds', 'From the start of a run to its success.', (name) =>
      each((labels, { resolution }) => buckets(name, labels, 'seconds', resolution)),
    ),
    histogram('treadle_cycles', 'Rework edges taken by a run.', (name) =>
      each((labels, { cycles }) => buckets(name, labels, 'times', cycles)),
    ),
    histogram('treadle_dispatches', 'Turns dispatched by a run.', (name) =>
      each((labels, { dispatches }) => buckets(name, labels, 'times', dispatches)),
    ),
    histogram('treadle_redispatch_seconds', 'From the end of a turn to the next.', (name) =>
      each((labels, { redispatch }) => buckets(name, labels, 'seconds', redispatch)),
    ),
    histogram('treadle_redispatch_milliseconds', 'From the end of a turn to the next being sent.', (name) =>
      each((labels, { latency }) => (latency === undefined ? [] : buckets(name, labels, 'ms', latency))),
    ),
    histogram('treadle_stage_seconds', "How long the stages of a bead's way took.", (name) =>
      each((labels, { stages }) =>
        Object.entries((stages ?? {}) as Readonly<Record<string, Histogram>>).flatMap(([stage, times]) =>
          buckets(name, { ...labels, stage }, 'seconds', times),
        ),
      ),
    ),
    counter('treadle_attempts_total', 'Attempts of a job by outcome.', (name) =>
      eachJob((labels, { outcomes }) => counts(name, labels, 'outcome', outcomes)),
    ),
    counter('treadle_reworks_total', 'How often a job sent the work back.', (name) =>
      eachJob((labels, { reworks }) => [sample(name, labels, reworks)]),
    ),
    histogram('treadle_job_attempts', 'Attempts of a job in a run.', (name) =>
      eachJob((labels, { attempts }) => buckets(name, labels, 'times', attempts)),
    ),
    histogram('treadle_job_turns', 'Turns of an attempt.', (name) =>
      eachJob((labels, { turns }) => buckets(name, labels, 'times', turns)),
    ),
    histogram('treadle_job_seconds', 'How long attempts of a job took.', (name) =>
      eachJob((labels, { duration }) => buckets(name, labels, 'seconds', duration)),
    ),
    histogram('treadle_wait_seconds', 'How long holders of a role let a turn or a gate wait.', (name) =>
      Object.entries(waits).flatMap(([role, wait]) => buckets(name, { month, role }, 'seconds', wait)),
    ),
    histogram('treadle_commit_queued_seconds', 'How long a commit waited for the lease.', (name) =>
      buckets(name, { month }, 'seconds', leases.queued),
    ),
    histogram('treadle_commit_held_seconds', 'How long a commit held the lease.', (name) =>
      buckets(name, { month }, 'seconds', leases.held),
    ),
    counter('treadle_merges_total', 'Merges of pull requests.', (name) =>
      merges === undefined ? [] : [sample(name, { month }, merges.merged)],
    ),
    counter('treadle_merges_refused_total', 'Merges that were refused, by cause.', (name) =>
      counts(name, { month }, 'cause', merges?.refusals ?? {}),
    ),
    histogram('treadle_commit_queue_depth', 'Commits in the queue when a lease was granted.', (name) =>
      buckets(name, { month }, 'times', leases.depth),
    ),
  ];
  return families
    .filter(({ lines }) => lines.length > 0)
    .flatMap(({ name, help, type, lines }) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines])
    .map((line) => `${line}\n`)
    .join('');
}

function counter(name: string, help: string, lines: (name: string) => readonly string[]): Family {
  return { name, help, type: 'counter', lines: lines(name) };
}

function histogram(name: string, help: string, lines: (name: string) => readonly string[]): Family {
  return { name, help, type: 'histogram', lines: lines(name) };
}

function counts(
  name: string,
  labels: Labels,
  label: string,
  of: Readonly<Record<string, number>>,
): readonly string[] {
  return Object.entries(of).map(([key, count]) => sample(name, { ...labels, [label]: key }, count));
}

function buckets(name: string, labels: Labels, scale: Scale, of: Histogram): readonly string[] {
  const bounds = BOUNDS[scale].map((bound) =>
    sample(`${name}_bucket`, { ...labels, le: String(bound) }, countUpTo(of, bound)),
  );
  return [
    ...bounds,
    sample(`${name}_bucket`, { ...labels, le: '+Inf' }, of.count),
    sample(`${name}_sum`, labels, of.sum),
    sample(`${name}_count`, labels, of.count),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const shown = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}{${shown.join(',')}} ${value}`;
}

/** Names are users' own: no line may end early, and no text may steer a terminal that shows it. */
function escapeLabel(text: string): string {
  return visibleLine(text).replace(/[\\"]/g, '\\$&');
}
