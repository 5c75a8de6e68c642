import { type Actor, permissionOf, reaches } from '../auth.ts';
import type { PullIssue } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { listCommits, writeCommit } from '../git/commits.ts';
import { mergeTrees, replayCommits } from '../git/merge.ts';
import { branchTip, moveRef } from '../git/refs.ts';
import type { ServerContext } from '../server-context.ts';
import { publishPush } from './publish-push.ts';
import { personOf, webFlow } from './people.ts';
import { isPull } from './is-pull.ts';
import { approvalsWanted, isBehindRule, queueRuleOf, rulesOf, unmetChecks } from './merge-rules.ts';
import { heldRules, unmetText, violationText } from './ref-rules.ts';
import { concludeMerge, reconcileLocked } from './reconcile.ts';

/** The ways of GitHub to merge a pull request. */
export const mergeMethods = ['merge', 'squash', 'rebase'] as const;
export type MergeMethod = (typeof mergeMethods)[number];

/** What is asked for. */
export interface MergeRequest {
  readonly method: MergeMethod;
  /** The head that must be the pull request's; `undefined` for whatever it is. */
  readonly sha: string | undefined;
  readonly title: string | undefined;
  readonly message: string | undefined;
}

/** What came of it. */
export type MergeOutcome =
  | { readonly kind: 'merged'; readonly sha: string }
  | { readonly kind: 'head-moved' }
  | { readonly kind: 'base-moved' }
  | { readonly kind: 'conflict' }
  /** A rule of the base branch is not met, in GitHub's words. */
  | { readonly kind: 'rule'; readonly problem: string }
  | { readonly kind: 'not-mergeable' };

/** Merges an open pull request into its base branch, by compare-and-swap on the branch. */
export function mergePull(
  server: ServerContext,
  repository: Repository,
  number: number,
  request: MergeRequest,
  actor: Actor,
): Promise<MergeOutcome> {
  return server.exclusively(repository, async () => {
    await reconcileLocked(server, repository, actor);
    const issue = repository.issues.get(number);
    if (issue === undefined || !isPull(issue) || issue.state === 'closed' || issue.pull.draft) {
      return { kind: 'not-mergeable' };
    }
    if (request.sha !== undefined && request.sha !== issue.pull.headSha) return { kind: 'head-moved' };
    const { baseRef } = issue.pull;
    const base = await branchTip(repository.path, baseRef);
    if (base === null) return { kind: 'not-mergeable' };
    const problem =
      queueProblem(repository, issue) ?? (await findUnmetRule(server, repository, issue, base, actor));
    if (problem !== null) return { kind: 'rule', problem };
    const sha = await writeMerge(server, repository, issue, base, request, actor);
    if (sha === null) return { kind: 'conflict' };
    const ref = `refs/heads/${baseRef}`;
    if (!(await moveRef(repository.path, ref, base, sha))) return { kind: 'base-moved' };
    await concludeMerge(server, repository, { ...issue, pull: { ...issue.pull, baseSha: base } }, sha, actor);
    await publishPush(server, repository, [{ ref, before: base, after: sha }], actor);
    return { kind: 'merged', sha };
  });
}

/** Nobody merges past a merge queue. */
function queueProblem(repository: Repository, { number, pull }: PullIssue): string | null {
  if (queueRuleOf(repository, pull.baseRef) === null) return null;
  const isQueued = (repository.record.mergeQueue ?? []).some((entry) => entry.number === number);
  return isQueued
    ? 'Pull Request is in the merge queue'
    : 'Repository rule violations found\n\nChanges must be made through the merge queue';
}

/**
 * The rule of the base branch that a pull request does not meet, in GitHub's words; null where it meets all.
 *
 * @param actor who merges; left out where the merge queue does: it is held to all but restricted updates, and bypasses nothing
 */
export async function findUnmetRule(
  server: ServerContext,
  repository: Repository,
  { number, authorId, pull: { baseRef, headSha } }: PullIssue,
  base: string,
  actor?: Actor,
): Promise<string | null> {
  const unmet = unmetChecks(repository, baseRef, headSha);
  if (unmet.length > 0) return violationText([unmetText(unmet)]);
  const held =
    actor === undefined
      ? rulesOf(repository, baseRef).map(({ rule }) => rule)
      : heldRules(repository, baseRef, actor);
  if (actor !== undefined && held.some(({ type }) => type === 'update'))
    return violationText(['Cannot update this protected ref.']);
  const wanted = Math.max(0, ...held.map(approvalsWanted));
  if (wanted > countApprovals(server, repository, number, authorId)) {
    return violationText([
      `At least ${wanted} approving ${wanted === 1 ? 'review is' : 'reviews are'} required by reviewers with write access.`,
    ]);
  }
  const isBehind = await isBehindRule(repository, baseRef, base, headSha);
  return isBehind ? violationText(['Head branch is out of date. Review and try the merge again.']) : null;
}

/** The approvals of a pull request that stand, by those who may write. */
function countApprovals(
  { database }: ServerContext,
  repository: Repository,
  number: number,
  authorId: number,
): number {
  const standing = new Map<number, string>();
  for (const { pullNumber, authorId: reviewer, state } of repository.reviews.values()) {
    const counts = state === 'APPROVED' || state === 'CHANGES_REQUESTED' || state === 'DISMISSED';
    if (pullNumber === number && reviewer !== authorId && counts) standing.set(reviewer, state);
  }
  const mayWrite = (reviewer: number): boolean =>
    reaches(permissionOf(repository, database.userById(reviewer) ?? null), 'write');
  return [...standing].filter(([reviewer, state]) => state === 'APPROVED' && mayWrite(reviewer)).length;
}

/** Writes the commits that the base branch shall move to; `null` on a conflict. */
export async function writeMerge(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  base: string,
  request: MergeRequest,
  actor: Actor,
): Promise<string | null> {
  const { path } = repository;
  const now = server.now();
  const { headSha, headRef } = issue.pull;
  if (request.method === 'rebase') {
    const replay = await replayCommits(path, base, headSha, webFlow(now));
    return replay.kind === 'clean' ? replay.tip : null;
  }
  const merged = await mergeTrees(path, base, headSha);
  if (merged.kind === 'conflict') return null;
  if (request.method === 'squash') {
    const commits = await listCommits(path, ['--reverse', `${base}..${headSha}`]);
    const title = request.title ?? `${issue.title} (#${issue.number})`;
    const text = request.message ?? commits.map((commit) => `* ${commit.message}`).join('\n\n');
    const author = server.database.userById(issue.authorId) ?? actor.user;
    return writeCommit(path, {
      tree: merged.tree,
      parents: [base],
      message: joinMessage(title, text),
      author: personOf(author, now),
      committer: webFlow(now),
    });
  }
  const title =
    request.title ?? `Merge pull request #${issue.number} from ${repository.record.owner}/${headRef}`;
  return writeCommit(path, {
    tree: merged.tree,
    parents: [base, headSha],
    message: joinMessage(title, request.message ?? issue.title),
    author: personOf(actor.user, now),
    committer: webFlow(now),
  });
}

function joinMessage(title: string, text: string): string {
  return text === '' ? title : `${title}\n\n${text}`;
}
