import type { Commit } from '../git/commits.ts';
import type { FileChange } from '../git/diff.ts';
import type { Ref } from '../git/refs.ts';
import type { UserRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { repositoryHtmlUrl, repositoryUrl } from './repository.ts';
import { nodeId, renderUser } from './user.ts';

const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** A ref (`git-ref`). */
export function renderRef(server: ServerContext, repository: Repository, ref: Ref): Record<string, unknown> {
  const git = `${repositoryUrl(server, repository)}/git`;
  return {
    ref: ref.name,
    node_id: nodeId('Ref', `${repository.record.id}:${ref.name}`),
    url: `${git}/${ref.name}`,
    object: { sha: ref.oid, type: ref.type, url: `${git}/${ref.type}s/${ref.oid}` },
  };
}

/** A commit as a git object (`git-commit`). */
export function renderGitCommit(
  server: ServerContext,
  repository: Repository,
  commit: Commit,
): Record<string, unknown> {
  const git = `${repositoryUrl(server, repository)}/git`;
  const html = `${repositoryHtmlUrl(server, repository)}/commit`;
  return {
    sha: commit.oid,
    node_id: nodeId('Commit', `${repository.record.id}:${commit.oid}`),
    url: `${git}/commits/${commit.oid}`,
    html_url: `${html}/${commit.oid}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${git}/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${git}/commits/${sha}`,
      html_url: `${html}/${sha}`,
    })),
    verification: unsigned,
  };
}

/** A commit of a repository (`commit`); with `files` also what it changed. */
export function renderCommit(
  server: ServerContext,
  repository: Repository,
  commit: Commit,
  files?: readonly FileChange[],
): Record<string, unknown> {
  const base = repositoryUrl(server, repository);
  const html = `${repositoryHtmlUrl(server, repository)}/commit`;
  const url = `${base}/commits/${commit.oid}`;
  return {
    sha: commit.oid,
    node_id: nodeId('Commit', `${repository.record.id}:${commit.oid}`),
    url,
    html_url: `${html}/${commit.oid}`,
    comments_url: `${url}/comments`,
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${base}/git/trees/${commit.tree}` },
      url: `${base}/git/commits/${commit.oid}`,
      comment_count: 0,
      verification: unsigned,
    },
    author: renderAccount(server, commit.author.email),
    committer: renderAccount(server, commit.committer.email),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${base}/commits/${sha}`,
      html_url: `${html}/${sha}`,
    })),
    ...(files === undefined
      ? {}
      : {
          stats: statsOf(files),
          files: files.map((file) => renderFile(server, repository, commit.oid, file)),
        }),
  };
}

/** The account that an author's noreply address belongs to. */
export function accountOf(server: ServerContext, email: string): UserRecord | undefined {
  const match = /^(\d+)\+.*@users\.noreply\.github\.com$/.exec(email);
  return match === null ? undefined : server.database.userById(Number(match[1]));
}

function renderAccount(server: ServerContext, email: string): Record<string, unknown> | null {
  const user = accountOf(server, email);
  return user === undefined ? null : renderUser(server, user);
}

function statsOf(files: readonly FileChange[]): Record<string, number> {
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return { additions, deletions, total: additions + deletions };
}

/** A changed file (`diff-entry`) as of the commit `at`. */
export function renderFile(
  server: ServerContext,
  repository: Repository,
  at: string,
  file: FileChange,
): Record<string, unknown> {
  const html = repositoryHtmlUrl(server, repository);
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.oid,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/blob/${at}/${path}`,
    raw_url: `${html}/raw/${at}/${path}`,
    contents_url: `${repositoryUrl(server, repository)}/contents/${path}?ref=${at}`,
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
    ...(file.patch === null ? {} : { patch: file.patch }),
  };
}
