import type { CommitJob } from '../workflow/model.ts';
import { endTurn, runningAttempt } from './attempt.ts';
import { awaitChecks, awaitMergeQueue } from './checks.ts';
import { concludeSuccess } from './conclude.ts';
import type { Draft } from './draft.ts';
import { closeEscalation } from './escalation.ts';
import { pullRequestFor } from './evaluation.ts';
import type {
  MergeLost,
  MergeRefused,
  PullRequestEnqueued,
  PullRequestMerged,
  QueueAdvanced,
} from './event.ts';
import { approvalsIn, withLegs } from './hand-over.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import {
  beginRework,
  endRework,
  enqueueMerge,
  leaveQueue,
  nextEntry,
  ownLease,
  reworkAhead,
  takeLease,
  waitForRework,
} from './queue.ts';
import { failAttempt } from './retry.ts';
import type { JobDocument } from './state/job.ts';
import type { MergeIntent } from './state/merge.ts';
import { countMerge, countRefusal } from './tally.ts';

/** After this many leases that ran out, the attempt failed. */
const mostExpiries = 2;

/**
 * The engineering manager agrees: the pull request is known, and its checks are awaited before its merge is queued for. `shown` is the head they were shown; a
 * head that a code approval was given for goes before it.
 */
export function agreeToMerge(
  draft: Draft,
  definition: CommitJob,
  outputs: Readonly<Record<string, string>>,
  shown: string | null,
): void {
  const job = definition.id;
  const pull = pullRequestFor(draft, job, definition.pullRequest);
  if (!pull.ok) {
    // It is made of outputs of the needs: the same agent asked again cannot change it.
    failAttempt(draft, job, { outcome: 'failure', reason: pull.problem, again: false });
    return;
  }
  const byPerson = definition.mergedBy === 'person' ? { byPerson: true as const } : {};
  const head = approvedHead(draft, definition, pull.value) ?? shown;
  const merge = { pull: pull.value, head, ...byPerson };
  draft.patchJob(job, { outputs });
  awaitChecks(draft, job, merge);
  draft.tell(definition.mergedBy === 'person' ? 'a person' : 'checks');
}

/**
 * The forge's merge queue has the pull request. The lease covered putting it there, and goes on to the next run: both queues are
 * first in, first out, so that the order of the commit queue holds while the forge checks several at once. What the commit rests on
 * was checked then, for the head that the forge was told to expect; a push takes it out of that queue.
 */
export function applyEnqueued(draft: Draft, event: PullRequestEnqueued): Outcome {
  const { job, pull, enqueuedAt } = event;
  const document = draft.document(job);
  const merge = document?.merge ?? null;
  if (document === undefined || merge === null || !isMerging(draft, document, event))
    return ignored('no merge of that pull request is awaited');
  if (merge.checks !== undefined) return ignored('it does not hold the lease');
  leaveQueue(draft, job);
  awaitMergeQueue(draft, job, merge, enqueuedAt);
  draft.tell('merge queue');
  return applied(job, `#${pull} enqueued`);
}

/** The pull request was merged: by us, or it is a fact anyway, whoever holds the lease by now. */
export function applyMerged(draft: Draft, event: PullRequestMerged): Outcome {
  const { job, pull, commit } = event;
  const document = draft.document(job);
  if (document === undefined || !isMerging(draft, document, event)) {
    return ignored('no merge of that pull request is awaited');
  }
  closeEscalation(draft, job, `pull request #${pull} was merged as ${commit}`);
  // The lease goes to the next one once it is known who that is.
  const holds = ownLease(draft)?.job === job;
  if (holds) endRework(draft);
  leaveQueue(draft, job);
  if (!holds) endRework(draft);
  if (document.merge?.byPerson !== true) {
    for (const workflow of draft.config.settings.afterMerge ?? [])
      draft.emit({ type: 'start_workflow', job, workflow, commit });
  }
  countMerge(draft, (document.merge?.authors ?? []).length > 0);
  concludeSuccess(draft, job, { ...document.outputs, sha: commit }, { reason: null, merged: pull });
  return applied(job, 'merged');
}

/**
 * The forge, or our own check, refused the merge. Where trying the same again cannot help (a conflict, a failed check, a void
 * approval) the work goes back at once, or once that of another run that conflicted before is merged; else the attempt failed like
 * any other.
 */
export function applyMergeRefused(draft: Draft, event: MergeRefused): Outcome {
  const { job, cause, detail } = event;
  const document = draft.document(job);
  if (document === undefined || !isMerging(draft, document, event))
    return ignored('no such merge is awaited');
  if (runningAttempt(document) === undefined) return ignored('its attempt is over');
  const ahead = cause === 'conflict' ? reworkAhead(draft) : null;
  if (ahead !== null && ownLease(draft)?.job !== job) return ignored('it does not hold the lease');
  countRefusal(draft, cause);
  if (ahead !== null) {
    waitForRework(draft, job, ahead);
    return applied(job, `conflicts: behind the rework of ${ahead}`);
  }
  if (cause === 'conflict') beginRework(draft, job);
  failAttempt(draft, job, { outcome: 'failure', reason: detail, again: cause === 'not-permitted' });
  return applied(job, `merge refused: ${cause}`);
}

/** What is to be verified is not on the base branch any more: nobody's word that it works counts, and the work goes back. */
export function applyMergeLost(draft: Draft, { job, attempt, commit }: MergeLost): Outcome {
  const running = runningAttempt(draft.document(job));
  if (running?.number !== attempt || draft.definition(job)?.type !== 'verify')
    return ignored('it is not verified now');
  const { baseBranch } = draft.config.settings;
  const reason = `${baseBranch} does not contain the merge ${commit.slice(0, 10)}: the branch was moved since. Bring the change onto ${baseBranch} as it is now, by a pull request of its own.`;
  endTurn(draft, job, { outcome: 'cancelled', summary: reason });
  failAttempt(draft, job, { outcome: 'failure', reason, again: false });
  return applied(job, 'merge lost');
}

/** The commit queue moved: the run takes the lease, or learns that it lost it and queues again. */
export function applyQueueAdvanced(draft: Draft, event: QueueAdvanced): Outcome {
  if (event.base !== draft.queue.base) return ignored(`the run commits to ${draft.queue.base}`);
  const lost = findLostMerge(draft);
  if (lost !== undefined) {
    expire(draft, lost.job, lost.merge);
    return applied(lost.job, 'lost the lease');
  }
  const head = nextEntry(draft.queue);
  if (head === undefined || !takeLease(draft)) return ignored('the lease is not for this run');
  return applied(head.job, 'takes the lease');
}

/**
 * A lease ran out without a word: the merge queues once more, at the tail, and then counts as failed. A job that is with the CEO by
 * now only gives it back.
 */
export function expireLease(draft: Draft, job: string): Outcome {
  const merge = draft.document(job)?.merge ?? null;
  if (merge === null || draft.line(job).status !== 'in_progress') {
    leaveQueue(draft, job);
    return applied(job, 'gives the lease back');
  }
  expire(draft, job, merge);
  return applied(job, 'lease ran out');
}

function expire(draft: Draft, job: string, merge: MergeIntent): void {
  const expiries = (merge.expiries ?? 0) + 1;
  if (expiries >= mostExpiries) {
    const reason = `the merge of #${merge.pull} was not done within the lease, ${expiries} times`;
    failAttempt(draft, job, { outcome: 'failure', reason, again: true });
    return;
  }
  leaveQueue(draft, job);
  draft.patchJob(job, { merge: { ...merge, expiries } });
  enqueueMerge(draft, job);
}

/** The commit job of this run that merges while somebody else has the lease, or nobody. */
function findLostMerge(draft: Draft): { readonly job: string; readonly merge: MergeIntent } | undefined {
  if (ownLease(draft) !== null) return undefined;
  for (const [job, definition] of draft.workflow.jobs) {
    const merge = definition.type === 'commit' ? (draft.document(job)?.merge ?? null) : null;
    if (merge !== null && draft.line(job).status === 'in_progress') return { job, merge };
  }
  return undefined;
}

function isMerging(
  draft: Draft,
  document: JobDocument,
  event: { readonly job: string; readonly attempt: number; readonly pull: number },
): boolean {
  if (draft.line(event.job).status === 'completed') return false;
  return document.merge?.pull === event.pull && document.attempts.length === event.attempt;
}

/** The head that a code approval before the commit was given for, where there is one for this very pull request. */
function approvedHead(draft: Draft, definition: CommitJob, pull: number): string | null {
  const own = approvalsIn(draft, withLegs(draft, draft.workflow.graph.ancestors(definition.id)));
  const all = [...own, ...(draft.run.given?.approvals ?? [])];
  return all.find((approval) => approval.kind === 'code' && approval.pull === pull)?.head ?? null;
}
