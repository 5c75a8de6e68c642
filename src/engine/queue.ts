import { derivedId } from '../base/digest.ts';
import type { Draft, RunView } from './draft.ts';
import { TREADLE } from './event.ts';
import { jobsAndLegs } from './legs.ts';
import type { Lease, QueueDocument, QueueEntry } from './state/queue.ts';
import { countLease, countRelease } from './tally.ts';
import { addMs, isReached } from './time.ts';

/** The commit queue where the branch has no document for it. */
export function emptyQueue(base: string): {
  version: 1;
  base: string;
  entries: readonly never[];
  lease: null;
} {
  return { version: 1, base, entries: [], lease: null };
}

/** Who merges next: the first that waits for nobody's rework. */
export function nextEntry({ entries, reworked }: QueueDocument): QueueEntry | undefined {
  return entries.find(({ behind }) => behind === undefined || behind !== reworked?.run);
}

/** The run's lease, or null where it has none. */
export function ownLease(view: RunView): Lease | null {
  return view.queue.lease?.run === view.run.id ? view.queue.lease : null;
}

/**
 * Puts a commit job at the tail of the queue, or gives it the lease at once where nobody else is next. In a paused run it keeps
 * out of the queue, so that others are not held up, and joins it on resume.
 *
 * @param behind the run whose rework it waits for
 */
export function enqueueMerge(draft: Draft, job: string, behind?: string): void {
  draft.setLine(job, { status: 'pending', conclusion: null, result: null });
  const attempt = draft.document(job)?.attempts.length ?? 0;
  if (draft.run.paused !== null) return;
  const waits = behind === undefined ? {} : { behind };
  const entry = { run: draft.run.id, job, attempt, since: draft.cause.at, ...waits };
  draft.setQueue({ ...draft.queue, entries: [...draft.queue.entries, entry] });
  if (draft.queue.lease === null && nextEntry(draft.queue) === entry) grantLease(draft);
}

/** Takes a job out of the queue, and out of the forge's merge queue, and gives its lease back; whoever is next is told. */
export function leaveQueue(draft: Draft, job: string): void {
  leaveMergeQueue(draft, job);
  const { queue } = draft;
  const { entries, lease } = queue;
  const kept = entries.filter((entry) => !(entry.run === draft.run.id && entry.job === job));
  const holds = ownLease(draft)?.job === job;
  countRelease(draft, job);
  if (kept.length === entries.length && !holds) return;
  const next = nextEntry(queue);
  const wasNext = lease === null && next?.run === draft.run.id && next.job === job;
  if (holds) draft.settleEffects((effect) => effect.type === 'merge_pull' && effect.fence === lease?.fence);
  draft.setQueue({ ...draft.queue, entries: kept, lease: holds ? null : lease });
  if (holds || wasNext) advanceQueue(draft);
}

function leaveMergeQueue(draft: Draft, job: string): void {
  const merge = draft.document(job)?.merge ?? null;
  if (merge?.checks?.state !== 'enqueued') return;
  const { pull, head } = merge;
  draft.patchJob(job, { merge: { pull, head } });
  draft.emit({ type: 'leave_merge_queue', job, pull });
}

/**
 * Gives the run, whose entry is the head, the lease when it is free or ran out. A holder that loses it so is told, and queues again.
 * Returns whether it was granted.
 */
export function takeLease(draft: Draft): boolean {
  const { lease } = draft.queue;
  if (nextEntry(draft.queue)?.run !== draft.run.id) return false;
  if (lease !== null && !isReached(lease.until, draft.cause.at)) return false;
  grantLease(draft);
  if (lease !== null && lease.run !== draft.run.id) tellQueueAdvanced(draft, lease.run);
  return true;
}

/** Hands the free lease to the head of the queue: here, or by an event when it is another run. */
function advanceQueue(draft: Draft): void {
  const head = nextEntry(draft.queue);
  if (head === undefined) return;
  if (head.run === draft.run.id) grantLease(draft);
  else tellQueueAdvanced(draft, head.run);
}

function grantLease(draft: Draft): void {
  const { cause, config, queue } = draft;
  const head = nextEntry(queue);
  const entries = queue.entries.filter((entry) => entry !== head);
  const merge = head === undefined ? null : (draft.document(head.job)?.merge ?? null);
  if (head === undefined || merge === null) return;
  const lease: Lease = {
    run: head.run,
    job: head.job,
    attempt: head.attempt,
    grantedAt: cause.at,
    until: addMs(cause.at, config.settings.leaseMinutes * 60_000),
    fence: cause.id,
  };
  draft.setQueue({ ...queue, entries, lease });
  countLease(draft, lease, head.since, queue.entries.length);
  draft.setLine(head.job, { status: 'in_progress', conclusion: null, result: null });
  const { pull, head: commit } = merge;
  const { job, attempt } = head;
  draft.emit({ type: 'merge_pull', job, attempt, pull, head: commit, fence: cause.id });
}

/** The run whose rework a merge of this run waits for where it conflicts; null where it is to be reworked itself. */
export function reworkAhead(draft: Draft): string | null {
  const { run, queue } = draft;
  const ahead = queue.reworked?.run;
  if (ahead === undefined || ahead === run.id) return null;
  // Who is waited for must not wait for this run: as its caller, or for a concurrency group of a job that it holds. The place of a
  // whole run (`*`) is none that a run at work waits for; one that it calls may, and then it gives way.
  const holdsGroup = Object.keys(run.groups ?? {}).some((place) => place !== '*');
  const isWaitedFor = run.parent?.callers.includes(ahead) === true || holdsGroup;
  return isWaitedFor ? null : ahead;
}

/** Puts a merge that conflicts back into the queue, where it waits until another run is reworked, and gives the lease to others. */
export function waitForRework(draft: Draft, job: string, ahead: string): void {
  leaveQueue(draft, job);
  enqueueMerge(draft, job, ahead);
}

/**
 * A merge conflicts, and its run is sent back. Others that conflict meanwhile wait until it merged: each is reworked once, on top of
 * all that comes before it, and not anew with every merge.
 */
export function beginRework(draft: Draft, job: string): void {
  const { reworked, entries } = draft.queue;
  const { id: run } = draft.run;
  if (reworked !== undefined && reworked.run !== run) return;
  // Who conflicted before still does: the base branch has more of what it conflicts with, not less.
  const waiting = entries.map((entry) =>
    entry.behind === undefined || entry.run === run ? entry : { ...entry, behind: run },
  );
  draft.setQueue({ ...draft.queue, entries: waiting, reworked: { run, job } });
}

/** The run merged what was reworked, or does so no more: those that wait for it go on. */
export function endRework(draft: Draft): void {
  const { reworked, ...queue } = draft.queue;
  if (reworked?.run !== draft.run.id) return;
  draft.setQueue(queue);
  if (queue.lease === null) advanceQueue(draft);
}

/** Lets others go on where a rework is over, or waits for what may take long: a person, a called run, a time. */
export function giveWay(draft: Draft): void {
  const { reworked } = draft.queue;
  if (reworked?.run !== draft.run.id) return;
  const { run } = draft;
  const isGoingOn =
    run.status !== 'completed' &&
    run.paused === null &&
    draft.definition(reworked.job) !== undefined &&
    draft.line(reworked.job).status !== 'completed' &&
    ![...jobsAndLegs(draft)].some((job) => waitsLong(draft, job));
  if (!isGoingOn) endRework(draft);
}

function waitsLong(draft: Draft, job: string): boolean {
  const { status } = draft.line(job);
  if (status === 'waiting') return true;
  if (status === 'completed') return false;
  const document = draft.document(job);
  if (document === undefined) return false;
  const { merge, retryAt, attempts } = document;
  const isForPerson =
    merge?.byPerson === true || merge?.checks?.state === 'held' || merge?.checks?.state === 'unmerged';
  return (
    isForPerson || retryAt !== null || (status === 'in_progress' && attempts.at(-1)?.child !== undefined)
  );
}

function tellQueueAdvanced(draft: Draft, run: string): void {
  const { cause, queue } = draft;
  draft.send({
    version: 1,
    type: 'queue_advanced',
    id: derivedId('queue_advanced', cause.id, run),
    run,
    at: cause.at,
    actor: TREADLE,
    ground: `the commit queue of ${queue.base} moved`,
    wake: cause.wake,
    base: queue.base,
  });
}
