import { jobOf } from '../workflow/leg.ts';
import type { Workflow } from '../workflow/model.ts';
import { histogramOf, type Histogram, type Scale } from './histogram.ts';
import type { StageMetrics } from './metrics.ts';
import { optional } from './metrics.ts';
import type { JobDocument, Turn } from './state/job.ts';
import type { RunDocument } from './state/run.ts';
import { secondsBetween } from './tally.ts';

/** The label of beads that Treadle files by itself. */
const AUTO_FILED = 'auto-filed';

/** How long the stages of a run's way took; undefined where it reached none. */
export function measureStages(
  workflow: Workflow,
  run: RunDocument,
  jobs: readonly JobDocument[],
): StageMetrics | undefined {
  const sent = jobs.flatMap((job) => job.attempts.flatMap(({ turns }) => turns.map(sentAt)));
  const stages: StageMetrics = {
    ...optional('routing', histogramOrNone('seconds', routingTimes(run))),
    ...optional('dispatch', histogramOrNone('seconds', secondsToFirst(run.createdAt, sent))),
    ...optional('apply', histogramOrNone('seconds', applyTimes(workflow, jobs))),
  };
  return Object.keys(stages).length === 0 ? undefined : stages;
}

/** When a turn was sent: when that was recorded, else when it was decided. */
export function sentAt({ remote, dispatchedAt }: Turn): string {
  return remote?.sentAt ?? dispatchedAt;
}

/** A histogram of values, or undefined for no value. */
export function histogramOrNone(scale: Scale, values: readonly number[]): Histogram | undefined {
  return values.length === 0 ? undefined : histogramOf(scale, values);
}

/** Only the first run of a bead was chosen when the bead was filed, and only a run that nobody called. */
function routingTimes({ trigger, number, parent, createdAt }: RunDocument): readonly number[] {
  const { openedAt, labels } = trigger.issue;
  const isFiled = labels.some((label) => label.toLowerCase() === AUTO_FILED);
  if (openedAt === undefined || !isFiled || number !== 1 || parent !== undefined) return [];
  return [secondsBetween(openedAt, createdAt)];
}

function applyTimes(workflow: Workflow, jobs: readonly JobDocument[]): readonly number[] {
  return jobs.flatMap(({ id, gate }) => {
    if (gate?.answer?.verdict !== 'approved') return [];
    const next = new Set(workflow.graph.dependents(id));
    const turns = jobs
      .filter((job) => next.has(jobOf(job.id)))
      .flatMap((job) => job.attempts.flatMap((attempt) => attempt.turns));
    return secondsToFirst(gate.answer.at, turns.map(sentAt));
  });
}

/** Seconds to the first of some moments that is not before another; none where there is none. */
function secondsToFirst(from: string, moments: readonly string[]): readonly number[] {
  const [first] = moments.filter((at) => at >= from).sort();
  return first === undefined ? [] : [secondsBetween(from, first)];
}
