import type { Deadline } from './event.ts';
import { laterOf } from './time.ts';
import type { JobDocument } from './state/job.ts';
import type { QueueDocument } from './state/queue.ts';
import type { RunDocument, RunState } from './state/run.ts';

/**
 * What falls due in a run, by itself: timeouts, retries, the lease, the end of a cancelled run. Derived from the documents alone; a
 * job's deadlines change only with its document, and the lease's with the queue.
 *
 * @param jobs those that matter, besides the run itself
 */
export function deadlinesOf(
  state: RunState,
  jobs: readonly string[] = Object.keys(state.jobs),
): readonly Deadline[] {
  return [
    ...jobs.toSorted().flatMap((job) => {
      const document = state.jobs[job];
      return document === undefined ? [] : jobDeadlines(document);
    }),
    ...leaseDeadlines(state.run.id, state.queue),
    ...stopDeadlines(state.run),
  ];
}

/** What falls due for one job, apart from the lease. */
export function jobDeadlines(document: JobDocument): readonly Deadline[] {
  const { id: job, timeoutAt, retryAt, escalation, attempts } = document;
  const remindAt = escalation?.remindAt;
  const attempt = attempts.length;
  return [
    ...(retryAt === null ? [] : [{ kind: 'retry', job, attempt, at: retryAt } as const]),
    ...(timeoutAt === null ? [] : [{ kind: 'timeout', job, attempt, at: timeoutAt } as const]),
    ...(remindAt === undefined ? [] : [{ kind: 'reminder', job, attempt, at: remindAt } as const]),
  ];
}

/** By when a job's attempt must be answered: its own deadline, or that of the cancelled run where it is earlier. */
export function dueAt({ stopAt }: RunDocument, { timeoutAt }: JobDocument): string | null {
  if (stopAt === undefined || timeoutAt === null) return timeoutAt;
  return laterOf(stopAt, timeoutAt) === stopAt ? timeoutAt : stopAt;
}

/** When what is still open of a cancelled run is ended. */
export function stopDeadlines({
  stopAt,
  status,
}: Pick<RunDocument, 'stopAt' | 'status'>): readonly Deadline[] {
  if (stopAt === undefined || status === 'completed') return [];
  return [{ kind: 'stop', job: 'run', attempt: 1, at: stopAt }];
}

/** When the run's lease runs out, if it has one. */
export function leaseDeadlines(run: string, queue: QueueDocument): readonly Deadline[] {
  const { lease } = queue;
  if (lease?.run !== run) return [];
  return [{ kind: 'lease', job: lease.job, attempt: lease.attempt, at: lease.until }];
}
