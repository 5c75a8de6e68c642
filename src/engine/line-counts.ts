import type { RecordVersion } from './record-version.ts';
import type { JobLine } from './state/run.ts';
import type { Status } from './state/status.ts';

/** How many jobs and legs there are of each status. */
export type LineCounts = Readonly<Record<Status, number>>;

/** Lines never change, so that they need counting once only. */
const counted = new WeakMap<RecordVersion<JobLine>, LineCounts>();

/** Counts lines of which some are others than before: costs those only, once those before were counted. */
export function countLines(
  before: RecordVersion<JobLine>,
  changes: ReadonlyMap<string, JobLine>,
): LineCounts {
  const counts = { ...countAll(before) };
  for (const [job, { status }] of changes) {
    const earlier = before.get(job);
    if (earlier !== undefined) counts[earlier.status] -= 1;
    counts[status] += 1;
  }
  return counts;
}

/** Remembers how many there are of each status among lines that follow from others. */
export function rememberCounts(lines: RecordVersion<JobLine>, counts: LineCounts): void {
  counted.set(lines, counts);
}

function countAll(lines: RecordVersion<JobLine>): LineCounts {
  const known = counted.get(lines);
  if (known !== undefined) return known;
  const counts: Record<Status, number> = { queued: 0, pending: 0, waiting: 0, in_progress: 0, completed: 0 };
  for (const { status } of Object.values(lines.flat())) counts[status] += 1;
  counted.set(lines, counts);
  return counts;
}
