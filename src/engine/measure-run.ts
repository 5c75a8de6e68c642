import { definitionOf, jobOf } from '../workflow/leg.ts';
import type { Workflow } from '../workflow/model.ts';
import { histogramOf, mergeHistograms, type Histogram } from './histogram.ts';
import type { Counts, JobMetrics, MetricsDocument, WorkflowMetrics } from './metrics.ts';
import { mergeJobs, monthOf, optional, OTHERS, sumByName } from './metrics.ts';
import { lookup } from './own-keys.ts';
import { histogramOrNone, measureStages } from './stages.ts';
import type { Attempt, JobDocument, Turn } from './state/job.ts';
import type { Conclusion } from './state/status.ts';
import type { RunState } from './state/run.ts';
import { secondsBetween } from './tally.ts';
import { msBetween } from './time.ts';

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
    ...optional('latency', histogramOrNone('ms', attempts.flatMap(latencies))),
    ...optional('stages', measureStages(workflow, run, documents)),
    ...(run.parent === undefined ? {} : { called: 1 }),
    usage: { tokens: sumOf(turns.map((turn) => turn.usage?.tokens ?? 0)), costMicroUsd: sumOf(costs) },
    jobs: sumByName(
      documents.map((job) => [jobOf(job.id), measureJob(workflow, job, tally.reworks)]),
      mergeJobs,
    ),
  };
  const { leases, merges } = tally;
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
    ...optional('merges', merges),
  };
}

function measureJob(workflow: Workflow, job: JobDocument, reworks: Counts): JobMetrics {
  // An edge is its job's, also where a leg took it.
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

/** From the end of each turn to when the next was sent, where that is known. */
function latencies({ turns }: Attempt): readonly number[] {
  return turns.slice(1).flatMap((turn, index) => {
    const ended = turns[index]?.endedAt ?? null;
    const sent = turn.remote?.sentAt;
    return ended === null || sent === undefined ? [] : [Math.max(0, msBetween(ended, sent))];
  });
}

function countBy(names: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (lookup(counts, name) ?? 0) + 1;
  return counts;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
