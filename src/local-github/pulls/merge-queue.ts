import type { Actor } from '../auth.ts';
import type { PullIssue, QueuedPull } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { publishEvent } from '../events/publish-event.ts';
import { branchTip, moveRef, noOid, readRef } from '../git/refs.ts';
import { userOf } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';
import { isPull } from './is-pull.ts';
import { findUnmetRule, mergeMethods, writeMerge } from './merge-pull.ts';
import { hasFailedCheck, queueRuleOf, unmetChecks } from './merge-rules.ts';
import { publishPush } from './publish-push.ts';
import { concludeMerge, reconcileLocked } from './reconcile.ts';

/** Whether a pull request was enqueued, or why not, in words like GitHub's. */
export type Enqueued =
  | { readonly kind: 'enqueued'; readonly entry: QueuedPull }
  | { readonly kind: 'refused'; readonly problem: string };

/** The entry of a pull request, with its place from 1 in the queue of its base branch. */
export function queueEntryOf(
  repository: Repository,
  number: number,
): { readonly entry: QueuedPull; readonly position: number } | null {
  const entry = entriesOf(repository).find((one) => one.number === number);
  if (entry === undefined) return null;
  const line = entriesOf(repository).filter(({ baseRef }) => baseRef === entry.baseRef);
  return { entry, position: line.indexOf(entry) + 1 };
}

function entriesOf({ record }: Repository): readonly QueuedPull[] {
  return record.mergeQueue ?? [];
}

/**
 * Puts a pull request at the end of its base branch's merge queue. What would be merged is written to a branch of its own, on which
 * the checks run anew; by the default token none begins, as with all its events.
 * https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
 */
export function enqueuePull(
  server: ServerContext,
  repository: Repository,
  number: number,
  expectedHead: string | null,
  actor: Actor,
): Promise<Enqueued> {
  return server.exclusively(repository, async () => {
    await reconcileLocked(server, repository, actor);
    const issue = repository.issues.get(number);
    const refused = (problem: string): Enqueued => ({ kind: 'refused', problem });
    if (issue === undefined || !isPull(issue) || issue.state === 'closed')
      return refused('Pull request is closed');
    const { baseRef, headSha, draft } = issue.pull;
    if (queueRuleOf(repository, baseRef) === null)
      return refused('Merge queue is not enabled for the base branch');
    if (draft) return refused('Pull request is in draft status');
    if (expectedHead !== null && expectedHead !== headSha)
      return refused('Expected head oid does not match the head of the pull request');
    const known = queueEntryOf(repository, number);
    if (known !== null) return refused('Pull request is already in the queue');
    const base = await branchTip(repository.path, baseRef);
    const unmet =
      base === null ? 'Base branch is missing' : await findUnmetRule(server, repository, issue, base);
    if (unmet !== null) return refused(unmet);
    const entry = await buildGroup(server, repository, issue, {
      at: server.now(),
      actorId: actor.user.id,
      tokenKind: actor.tokenKind,
    });
    if (entry === null) return refused('Pull request is not mergeable: it has merge conflicts');
    return { kind: 'enqueued', entry };
  });
}

/** Takes a pull request out of the queue by hand. False where it is not there. */
export function dequeuePull(server: ServerContext, repository: Repository, number: number): Promise<boolean> {
  return server.exclusively(repository, async () => {
    const known = queueEntryOf(repository, number);
    if (known !== null) await remove(server, repository, known.entry, 'manual');
    return known !== null;
  });
}

/**
 * Lets the merge queues go on: whoever is first is merged once the checks of its group passed, and put out when one failed or its
 * head moved. On GitHub that happens by itself some time later; here when somebody looks.
 */
export function advanceMergeQueues(server: ServerContext, repository: Repository): Promise<void> {
  if (entriesOf(repository).length === 0) return Promise.resolve();
  return server.exclusively(repository, async () => {
    while (await advanceFirst(server, repository));
  });
}

/** One step of the first entry of any queue that can take one. */
async function advanceFirst(server: ServerContext, repository: Repository): Promise<boolean> {
  const firsts = new Map(
    entriesOf(repository)
      .toReversed()
      .map((entry) => [entry.baseRef, entry]),
  );
  for (const entry of firsts.values()) if (await advanceEntry(server, repository, entry)) return true;
  return false;
}

async function advanceEntry(
  server: ServerContext,
  repository: Repository,
  entry: QueuedPull,
): Promise<boolean> {
  const issue = repository.issues.get(entry.number);
  const { baseRef, groupSha, groupBase } = entry;
  if (
    issue === undefined ||
    !isPull(issue) ||
    issue.state === 'closed' ||
    issue.pull.headSha !== entry.headSha
  ) {
    await remove(server, repository, entry, 'manual');
    return true;
  }
  if (hasFailedCheck(repository, baseRef, groupSha)) {
    await remove(server, repository, entry, 'failed_checks');
    return true;
  }
  const base = await branchTip(repository.path, baseRef);
  if (base !== groupBase) {
    await rebuild(server, repository, baseRef);
    return true;
  }
  if (unmetChecks(repository, baseRef, groupSha).length > 0) return false;
  const ref = `refs/heads/${baseRef}`;
  if (!(await moveRef(repository.path, ref, groupBase, groupSha))) return false;
  await forget(server, repository, entry, 'merged');
  const current = repository.issues.get(entry.number) ?? issue;
  const merged = isPull(current) ? current : issue;
  // The queue itself merges: its push starts workflows, whoever enqueued.
  const actor: Actor = { user: userOf(server, entry.actorId), tokenKind: 'app' };
  const from = { ...merged, pull: { ...merged.pull, baseSha: groupBase } };
  await concludeMerge(server, repository, from, groupSha, actor);
  await publishPush(server, repository, [{ ref, before: groupBase, after: groupSha }], actor);
  return true;
}

interface Enqueuer {
  readonly at: string;
  readonly actorId: number;
  readonly tokenKind: QueuedPull['tokenKind'];
}

/** Writes the commit of an entry's group behind the entries that are there, and has its checks begin; null on a conflict. */
async function buildGroup(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  { at, actorId, tokenKind }: Enqueuer,
): Promise<QueuedPull | null> {
  const { baseRef, headSha } = issue.pull;
  const last = entriesOf(repository).findLast((entry) => entry.baseRef === baseRef);
  const groupBase = last?.groupSha ?? (await branchTip(repository.path, baseRef)) ?? noOid;
  const actor: Actor = { user: userOf(server, actorId), tokenKind };
  const method = mergeMethods.find((one) => one === queueRuleOf(repository, baseRef)?.method) ?? 'merge';
  const request = { method, sha: undefined, title: undefined, message: undefined };
  const groupSha = await writeMerge(server, repository, issue, groupBase, request, actor);
  if (groupSha === null) return null;
  const groupRef = `refs/heads/gh-readonly-queue/${baseRef}/pr-${issue.number}-${groupBase}`;
  await moveRef(
    repository.path,
    groupRef,
    (await readRef(repository.path, groupRef))?.oid ?? noOid,
    groupSha,
  );
  const entry = {
    ...{ number: issue.number, baseRef, headSha, enqueuedAt: at, actorId, tokenKind },
    ...{ groupBase, groupRef, groupSha },
  };
  repository.update({ mergeQueue: [...entriesOf(repository), entry] });
  repository.issues.put(issue.number, {
    ...issue,
    updatedAt: server.now(),
    pull: { ...issue.pull, queueing: { at, removed: null } },
  });
  await publishGroup(server, repository, entry, 'checks_requested', actor);
  return entry;
}

async function remove(
  server: ServerContext,
  repository: Repository,
  entry: QueuedPull,
  reason: string,
): Promise<void> {
  await forget(server, repository, entry, reason);
  // What was queued behind it was built on it.
  await rebuild(server, repository, entry.baseRef);
}

async function forget(
  server: ServerContext,
  repository: Repository,
  entry: QueuedPull,
  reason: string,
): Promise<void> {
  repository.update({ mergeQueue: entriesOf(repository).filter((one) => one.number !== entry.number) });
  await moveRef(repository.path, entry.groupRef, entry.groupSha, noOid);
  const issue = repository.issues.get(entry.number);
  if (issue !== undefined && isPull(issue)) {
    const at = server.now();
    const queueing = { at, removed: reason };
    repository.issues.put(entry.number, { ...issue, updatedAt: at, pull: { ...issue.pull, queueing } });
  }
  const actor: Actor = { user: userOf(server, entry.actorId), tokenKind: entry.tokenKind };
  await publishGroup(server, repository, entry, 'destroyed', actor);
}

/** Builds the groups of a branch's queue anew, in their order. */
async function rebuild(server: ServerContext, repository: Repository, baseRef: string): Promise<void> {
  const line = entriesOf(repository).filter((entry) => entry.baseRef === baseRef);
  repository.update({ mergeQueue: entriesOf(repository).filter((entry) => entry.baseRef !== baseRef) });
  for (const entry of line) {
    await moveRef(repository.path, entry.groupRef, entry.groupSha, noOid);
    const issue = repository.issues.get(entry.number);
    if (issue === undefined || !isPull(issue)) continue;
    const { enqueuedAt: at, actorId, tokenKind } = entry;
    const built = await buildGroup(server, repository, issue, { at, actorId, tokenKind });
    if (built === null) await forget(server, repository, entry, 'merge_conflict');
  }
}

async function publishGroup(
  server: ServerContext,
  repository: Repository,
  { groupRef, groupSha, groupBase, baseRef }: QueuedPull,
  action: 'checks_requested' | 'destroyed',
  actor: Actor,
): Promise<void> {
  const group = {
    head_sha: groupSha,
    head_ref: groupRef,
    base_sha: groupBase,
    base_ref: `refs/heads/${baseRef}`,
  };
  await publishEvent(server, repository, {
    name: 'merge_group',
    action,
    payload: { merge_group: group },
    actor,
    source: { kind: 'ref', ref: groupRef, sha: groupSha },
  });
}
