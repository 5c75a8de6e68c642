import type { Draft } from './draft.ts';
import { lookup } from './own-keys.ts';
import type { Escalation } from './state/escalation.ts';
import type { Lease } from './state/queue.ts';
import type { RunTally } from './state/run.ts';
import { msBetween } from './time.ts';

/** Longer lists than a run of sane length makes are cut at their beginning. */
const MOST_NOTED = 200;

const EMPTY: RunTally = { escalations: [], reworks: {}, leases: [] };

/** Counts that a job was handed to the CEO. */
export function countEscalation(draft: Draft, job: string, cause: Escalation['cause']): void {
  const escalations = [...tallyOf(draft).escalations, { job, cause, seconds: null }];
  patchTally(draft, { escalations: escalations.slice(-MOST_NOTED) });
}

/** Notes how long an escalation waited for its answer. Where it is asked again, the whole time counts. */
export function countAnswer(draft: Draft, job: string, { at }: Escalation): void {
  const { escalations } = tallyOf(draft);
  const last = escalations.findLastIndex((one) => one.job === job);
  if (last === -1) return;
  const seconds = secondsBetween(at, draft.cause.at);
  patchTally(draft, {
    escalations: escalations.map((one, index) => (index === last ? { ...one, seconds } : one)),
  });
}

/** Counts that a rework edge was taken. Unlike `cycles` it is never forgiven. */
export function countRework(draft: Draft, edge: string): void {
  const { reworks } = tallyOf(draft);
  patchTally(draft, { reworks: { ...reworks, [edge]: (lookup(reworks, edge) ?? 0) + 1 } });
}

/** Notes that a commit got the lease: since when it queued, and how many queued with it. */
export function countLease(draft: Draft, { job, grantedAt }: Lease, since: string, depth: number): void {
  const lease = { job, grantedAt, queued: secondsBetween(since, grantedAt), depth, held: null };
  patchTally(draft, { leases: [...tallyOf(draft).leases, lease].slice(-MOST_NOTED) });
}

/** Notes that the lease of a commit came to its end, however. */
export function countRelease(draft: Draft, job: string): void {
  const { leases } = tallyOf(draft);
  const last = leases.findLastIndex((one) => one.job === job);
  if (leases[last]?.held !== null) return;
  patchTally(draft, {
    leases: leases.map((one, index) =>
      index === last ? { ...one, held: secondsBetween(one.grantedAt, draft.cause.at) } : one,
    ),
  });
}

/** Counts that a commit was merged, and whether it names who made the change. */
export function countMerge(draft: Draft, isAuthored: boolean): void {
  const { merged, authored, refusals } = mergesOf(draft);
  patchTally(draft, {
    merges: { merged: merged + 1, authored: authored + (isAuthored ? 1 : 0), refusals },
  });
}

/** Counts that a merge was refused: a conflict, checks that failed, and whatever else there is. */
export function countRefusal(draft: Draft, cause: string): void {
  const merges = mergesOf(draft);
  const refusals = { ...merges.refusals, [cause]: (lookup(merges.refusals, cause) ?? 0) + 1 };
  patchTally(draft, { merges: { ...merges, refusals } });
}

function mergesOf(draft: Draft): NonNullable<RunTally['merges']> {
  return tallyOf(draft).merges ?? { merged: 0, authored: 0, refusals: {} };
}

/** Whole seconds from one moment to another, never negative. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, Math.floor(msBetween(from, to) / 1000));
}

function tallyOf(draft: Draft): RunTally {
  return draft.run.tally ?? EMPTY;
}

function patchTally(draft: Draft, patch: Partial<RunTally>): void {
  draft.patchRun({ tally: { ...tallyOf(draft), ...patch } });
}
