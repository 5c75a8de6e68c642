import { type Actor } from '../auth.ts';
import type { PullIssue } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { listCommits } from '../git/commits.ts';
import { isAncestor, listRefs, moveRef, noOid, readRef } from '../git/refs.ts';
import { git } from '../git/run-git.ts';
import type { ServerContext } from '../server-context.ts';
import { closeMentionedIssues } from './closing-keywords.ts';
import { isPull } from './is-pull.ts';
import { publishPullEvent } from './pull-events.ts';
import { headRefOf } from './test-merge.ts';

const waiting = new WeakMap<Repository, Promise<void>>();

/**
 * Brings the open pull requests up to date with the refs, which other processes may have moved: a moved head is a
 * `synchronize`, a head that its base has come to contain is a merge. Calls that wait at the same time share one pass, which
 * begins after the last of them.
 */
export function reconcilePulls(server: ServerContext, repository: Repository): Promise<void> {
  if (openPulls(repository).length === 0) return Promise.resolve();
  const shared = waiting.get(repository);
  if (shared !== undefined) return shared;
  const pass = server.exclusively(repository, async () => {
    waiting.delete(repository);
    await reconcileLocked(server, repository, ownerOf(server, repository));
  });
  waiting.set(repository, pass);
  return pass;
}

/** The same for a caller who has the repository to itself and knows who moved the refs. */
export async function reconcileLocked(
  server: ServerContext,
  repository: Repository,
  actor: Actor,
): Promise<void> {
  const pulls = openPulls(repository);
  if (pulls.length === 0) return;
  const names = new Set(pulls.flatMap(({ pull }) => [pull.headRef, pull.baseRef]));
  const refs = await listRefs(repository.path, ...[...names].map((name) => `refs/heads/${name}`));
  const tips = new Map(refs.map((ref) => [ref.name.slice('refs/heads/'.length), ref.oid]));
  for (const issue of pulls) await reconcilePull(server, repository, issue, tips, actor);
}

function openPulls(repository: Repository): readonly PullIssue[] {
  return repository.issues
    .values()
    .filter((issue) => issue.state === 'open')
    .filter(isPull);
}

/** Who is answerable for refs that were moved past the server. */
function ownerOf(server: ServerContext, repository: Repository): Actor {
  const user = server.database.ensureUser(repository.record.owner, 'User', server.now());
  return { user, tokenKind: 'user' };
}

async function reconcilePull(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  tips: ReadonlyMap<string, string>,
  actor: Actor,
): Promise<void> {
  const { pull } = issue;
  const head = tips.get(pull.headRef) ?? pull.headSha;
  const base = tips.get(pull.baseRef);
  if (base === undefined) {
    await closePull(server, repository, issue, actor);
    return;
  }
  if (head === pull.headSha && base === pull.baseSha) {
    if (!tips.has(pull.headRef)) await closePull(server, repository, issue, actor);
    return;
  }
  const moved: PullIssue = { ...issue, pull: { ...pull, headSha: head, baseSha: base } };
  if (await isAncestor(repository.path, head, base)) {
    if (base === pull.baseSha) await closePull(server, repository, moved, actor);
    else
      await mergeIndirectly(server, repository, { ...issue, pull: { ...pull, headSha: head } }, base, actor);
    return;
  }
  const deleted = !tips.has(pull.headRef);
  const changed = head !== pull.headSha;
  const current: PullIssue = changed ? { ...moved, updatedAt: server.now() } : moved;
  repository.issues.put(issue.number, current);
  if (deleted) await closePull(server, repository, current, actor);
  else if (changed) {
    await keepHead(repository, current);
    const extra = { before: pull.headSha, after: head };
    await publishPullEvent(server, repository, current, 'synchronize', actor, extra);
  }
}

/** Points `refs/pull/N/head` to the head of a pull request. */
export async function keepHead(repository: Repository, issue: PullIssue): Promise<void> {
  const name = headRefOf(issue.number);
  const known = await readRef(repository.path, name);
  if (known?.oid === issue.pull.headSha) return;
  await moveRef(repository.path, name, known?.oid ?? noOid, issue.pull.headSha);
}

async function closePull(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  actor: Actor,
): Promise<void> {
  const now = server.now();
  const closed: PullIssue = {
    ...issue,
    state: 'closed',
    closedAt: now,
    closedById: actor.user.id,
    updatedAt: now,
  };
  repository.issues.put(issue.number, closed);
  await publishPullEvent(server, repository, closed, 'closed', actor);
}

async function mergeIndirectly(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  base: string,
  actor: Actor,
): Promise<void> {
  await keepHead(repository, issue);
  const { headSha, baseSha } = issue.pull;
  const sha = await commitThatBrought(repository.path, headSha, baseSha, base);
  await concludeMerge(server, repository, issue, sha, actor);
}

/** The first commit on the base branch that reaches the head: a merge commit, or the head itself after a fast-forward. */
async function commitThatBrought(path: string, head: string, oldBase: string, base: string): Promise<string> {
  const line = await git(path, ['rev-list', '--first-parent', '--reverse', base, `^${oldBase}`]);
  const onBase = line.split('\n').filter((oid) => oid !== '');
  if (onBase.includes(head)) return head;
  const reaching = await git(path, ['rev-list', '--ancestry-path', `${head}..${base}`]);
  const after = new Set(reaching.split('\n'));
  return onBase.find((oid) => after.has(oid)) ?? base;
}

/**
 * Records that a pull request was merged by the commit `sha` into a base that was at its `baseSha`, tells of it, and closes what its
 * body and its commits close when it
 * went into the default branch.
 */
export async function concludeMerge(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  sha: string,
  actor: Actor,
): Promise<PullIssue> {
  const now = server.now();
  const merged: PullIssue = {
    ...issue,
    state: 'closed',
    closedAt: now,
    closedById: actor.user.id,
    updatedAt: now,
    pull: { ...issue.pull, mergedAt: now, mergedById: actor.user.id, mergeCommitSha: sha },
  };
  repository.issues.put(issue.number, merged);
  await publishPullEvent(server, repository, merged, 'closed', actor);
  if (issue.pull.baseRef === repository.record.defaultBranch) {
    const range = [issue.pull.headSha, `^${issue.pull.baseSha}`];
    const commits = await listCommits(repository.path, ['-n', '250', ...range]);
    const texts = [
      { text: issue.body ?? '', closer: { pull: issue.number } },
      ...commits.map(({ message, oid }) => ({ text: message, closer: { commit: oid } })),
    ];
    await closeMentionedIssues(server, repository, texts, actor);
  }
  return merged;
}
