import type { Repository } from '../data/repository.ts';
import { type Commit, countCommits, listCommits, mergeBase, readCommit } from '../git/commits.ts';
import { diffTrees, type FileChange } from '../git/diff.ts';
import { git } from '../git/run-git.ts';
import { resolveCommit } from '../git/refs.ts';
import { type Answer, ok } from '../http/answer.ts';
import { ApiFailure, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints } from '../http/endpoint.ts';
import { listAnswer, paginate } from '../http/pagination.ts';
import { renderCommit, renderFile } from '../render/commit.ts';
import { repositoryHtmlUrl, repositoryUrl } from '../render/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { sinceOf } from './select-issues.ts';

/** Commits: list, get, compare. Must be added after the endpoints below a commit. */
export function addCommitEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read('/commits', (call) => listHistory(server, call));
  api.read('/commits/:ref{.+}', async (call) => {
    const { repository } = call;
    const oid = await resolveCommit(repository.path, call.param('ref'));
    const commit = oid === null ? null : await readCommit(repository.path, oid);
    if (commit === null) throw new ApiFailure(422, `No commit found for SHA: ${call.param('ref')}`);
    return ok(renderCommit(server, repository, commit, await changesOf(repository, commit)));
  });
  api.read('/compare/:basehead{.+}', (call) => compare(server, call));
}

/** What a commit changed against its first parent. */
async function changesOf(repository: Repository, commit: Commit): Promise<readonly FileChange[]> {
  const parent = commit.parents[0];
  const from = parent ?? (await git(repository.path, ['hash-object', '-t', 'tree', '-w', '--stdin']));
  return diffTrees(repository.path, from, commit.oid);
}

async function listHistory(server: ServerContext, call: RepositoryCall): Promise<Answer> {
  const { repository, query, url } = call;
  const from = await resolveCommit(repository.path, query.get('sha') ?? repository.record.defaultBranch);
  if (from === null) {
    if (query.has('sha')) throw notFound();
    throw new ApiFailure(409, 'Git Repository is empty.');
  }
  const since = sinceOf(query);
  const until = Date.parse(query.get('until') ?? '');
  const path = query.get('path');
  const oids = await git(repository.path, [
    'rev-list',
    ...(since === null ? [] : [`--since=${new Date(since).toISOString()}`]),
    ...(Number.isNaN(until) ? [] : [`--until=${new Date(until).toISOString()}`]),
    from,
    ...(path === null ? [] : ['--', `:(top,literal)${path}`]),
  ]);
  const page = paginate(
    url,
    oids.split('\n').filter((oid) => oid !== ''),
  );
  if (page.items.length === 0) return ok([], page.headers);
  const commits = await listCommits(repository.path, ['--no-walk=unsorted', ...page.items]);
  return ok(
    commits.map((commit) => renderCommit(server, repository, commit)),
    page.headers,
  );
}

async function compare(server: ServerContext, call: RepositoryCall): Promise<Answer> {
  const { repository } = call;
  const { path } = repository;
  const [base, head] = await endsOf(call);
  const common = await mergeBase(path, base.oid, head.oid);
  const commonCommit = common === null ? null : await readCommit(path, common);
  if (commonCommit === null) throw new ApiFailure(404, 'No common ancestor between the two.');
  const [ahead, behind, files] = await Promise.all([
    countCommits(path, base.oid, head.oid),
    countCommits(path, head.oid, base.oid),
    diffTrees(path, commonCommit.oid, head.oid),
  ]);
  const commits = await listCommits(path, ['--reverse', '-n', '250', `${base.oid}..${head.oid}`]);
  const range = `${base.oid}...${head.oid}`;
  const page = `${repositoryHtmlUrl(server, repository)}/compare/${range}`;
  const shown = (await listAnswer(call.url, commits, (each) => renderCommit(server, repository, each))).body;
  return ok({
    url: `${repositoryUrl(server, repository)}/compare/${range}`,
    html_url: page,
    permalink_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: renderCommit(server, repository, base),
    merge_base_commit: renderCommit(server, repository, commonCommit),
    status: statusOf(ahead, behind),
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: shown,
    files: files.slice(0, 300).map((file) => renderFile(server, repository, head.oid, file)),
  });
}

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

/** The two ends of `BASE...HEAD`; each may name the owner, `OWNER:BRANCH`. */
async function endsOf(call: RepositoryCall): Promise<readonly [Commit, Commit]> {
  const [one, other] = call.param('basehead').split('...');
  if (one === undefined || other === undefined) throw notFound();
  const find = async (name: string): Promise<Commit> => {
    const oid = await resolveCommit(call.repository.path, name.replace(/^[^:]*:/, ''));
    const commit = oid === null ? null : await readCommit(call.repository.path, oid);
    if (commit === null) throw notFound();
    return commit;
  };
  return [await find(one), await find(other)];
}
