import type { Actor } from '../auth.ts';
import type { Repository } from '../data/repository.ts';
import { type Commit, listCommits } from '../git/commits.ts';
import { isAncestor, noOid } from '../git/refs.ts';
import { publishEvent } from '../events/publish-event.ts';
import { repositoryHtmlUrl } from '../render/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { closeMentionedIssues } from './closing-keywords.ts';

/** A ref that was moved; `noOid` stands for not being there. */
export interface RefMove {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** GitHub's payload holds at most that many commits. */
const payloadCommits = 2048;

/**
 * Tells of refs that were moved through the server (`push`), and closes the issues that the commits close which came into the
 * default branch. The pull requests must be reconciled besides.
 */
export async function publishPush(
  server: ServerContext,
  repository: Repository,
  moves: readonly RefMove[],
  actor: Actor,
): Promise<void> {
  if (moves.length === 0) return;
  repository.update({ pushedAt: server.now(), updatedAt: server.now() });
  for (const move of moves) {
    const commits = await newCommits(repository, move);
    await publishEvent(server, repository, {
      name: 'push',
      action: null,
      payload: await pushPayload(server, repository, move, commits, actor),
      actor,
      source: { kind: 'ref', ref: move.ref, sha: move.after },
    });
    if (move.ref === `refs/heads/${repository.record.defaultBranch}`) {
      const texts = commits.map(({ message, oid }) => ({ text: message, closer: { commit: oid } }));
      await closeMentionedIssues(server, repository, texts, actor);
    }
  }
}

async function newCommits(repository: Repository, move: RefMove): Promise<readonly Commit[]> {
  if (move.after === noOid || !move.ref.startsWith('refs/heads/')) return [];
  const { defaultBranch } = repository.record;
  const fromDefault = move.ref === `refs/heads/${defaultBranch}` ? [] : [`^refs/heads/${defaultBranch}`];
  const range = move.before === noOid ? [move.after, ...fromDefault] : [`${move.before}..${move.after}`];
  // A new branch in a repository whose default branch does not exist yet is all new.
  const list = (args: readonly string[]): Promise<readonly Commit[]> =>
    listCommits(repository.path, ['--reverse', '-n', String(payloadCommits), ...args]);
  return list(range).catch(() => list([move.after]));
}

async function pushPayload(
  server: ServerContext,
  repository: Repository,
  move: RefMove,
  commits: readonly Commit[],
  actor: Actor,
): Promise<Record<string, unknown>> {
  const html = repositoryHtmlUrl(server, repository);
  const render = (commit: Commit): Record<string, unknown> => ({
    id: commit.oid,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${html}/commit/${commit.oid}`,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  });
  const rendered = commits.map(render);
  const created = move.before === noOid;
  const deleted = move.after === noOid;
  return {
    ref: move.ref,
    before: move.before,
    after: move.after,
    base_ref: null,
    created,
    deleted,
    forced: !created && !deleted && !(await isAncestor(repository.path, move.before, move.after)),
    compare: `${html}/compare/${move.before.slice(0, 12)}...${move.after.slice(0, 12)}`,
    commits: rendered,
    head_commit: rendered.at(-1) ?? null,
    pusher: { name: actor.user.login, email: null },
  };
}
