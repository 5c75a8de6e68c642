import type { Actor } from '../auth.ts';
import type { Repository } from '../data/repository.ts';
import { readCommit, writeCommit } from '../git/commits.ts';
import {
  cleanPath,
  entryAt,
  isFilePath,
  readBlob,
  readTree,
  type TreeEntry,
  writeBlob,
  writeTree,
} from '../git/objects.ts';
import { branchTip, noOid, resolveCommit } from '../git/refs.ts';
import { type Answer, created, ok } from '../http/answer.ts';
import { ApiFailure, forbidden, invalid, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { optionalText, requiredText } from '../http/fields.ts';
import { moveRefFor } from '../pulls/move-ref.ts';
import { personOf, webFlow } from '../pulls/people.ts';
import { renderGitCommit } from '../render/commit.ts';
import { repositoryHtmlUrl, repositoryUrl } from '../render/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { personField } from './git-objects.ts';

/** Files and folders of a commit, and commits of one file. */
export function addContentEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const read = (call: RepositoryCall): Promise<Answer> => readContents(server, call);
  api.read('/contents', read);
  api.read('/contents/:path{.+}', read);
  api.add('put', '/contents/:path{.+}', 'write', (call) => putFile(server, call));
  api.add('delete', '/contents/:path{.+}', 'write', (call) => deleteFile(server, call));
}

async function readContents(server: ServerContext, call: RepositoryCall): Promise<Answer> {
  const { repository, query } = call;
  const ref = query.get('ref') ?? repository.record.defaultBranch;
  const commit = await resolveCommit(repository.path, ref);
  if (commit === null) throw new ApiFailure(404, `No commit found for the ref ${ref}`);
  const entry = await entryAt(repository.path, commit, call.param('path'));
  if (entry === null) throw notFound();
  if (entry.type === 'tree') {
    const children = (await readTree(repository.path, entry.oid)) ?? [];
    const prefix = entry.path === '' ? '' : `${entry.path}/`;
    return ok(
      children.map((child) =>
        renderEntry(server, repository, ref, { ...child, path: `${prefix}${child.path}` }),
      ),
    );
  }
  const content = (await readBlob(repository.path, entry.oid)) ?? Buffer.alloc(0);
  const rendered = renderEntry(server, repository, ref, entry);
  if (entry.mode === '120000') return ok({ ...rendered, target: content.toString('utf8') });
  // GitHub breaks the text into lines of 60 characters.
  const encoded = content.toString('base64').replace(/(.{60})/g, '$1\n');
  return ok({ ...rendered, content: encoded, encoding: 'base64' });
}

function renderEntry(
  server: ServerContext,
  repository: Repository,
  ref: string,
  entry: TreeEntry,
): Record<string, unknown> {
  const base = repositoryUrl(server, repository);
  const html = repositoryHtmlUrl(server, repository);
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const isFolder = entry.type === 'tree';
  const self = `${base}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${base}/git/${isFolder ? 'trees' : 'blobs'}/${entry.oid}`;
  const page = `${html}/${isFolder ? 'tree' : 'blob'}/${ref}/${path}`;
  return {
    name: entry.path.split('/').at(-1) ?? '',
    path: entry.path,
    sha: entry.oid,
    size: entry.size ?? 0,
    type: isFolder
      ? 'dir'
      : entry.mode === '120000'
        ? 'symlink'
        : entry.type === 'commit'
          ? 'submodule'
          : 'file',
    url: self,
    git_url: git,
    html_url: page,
    download_url: isFolder ? null : `${html}/raw/${ref}/${path}`,
    _links: { self, git, html: page },
  };
}

interface FileEdit {
  readonly path: string;
  readonly branch: string;
  /** `null` in a repository that has no commit yet. */
  readonly tip: string | null;
  readonly known: TreeEntry | null;
}

async function beginEdit(call: RepositoryCall): Promise<FileEdit> {
  const { repository, fields } = call;
  const path = cleanPath(call.param('path'));
  if (!isFilePath(path)) throw new ApiFailure(422, 'path contains a malformed path component');
  const branch = optionalText(fields, 'branch') ?? repository.record.defaultBranch;
  const tip = await branchTip(repository.path, branch);
  if (tip === null && branch !== repository.record.defaultBranch) {
    throw new ApiFailure(404, `Branch ${branch} not found`);
  }
  return { path, branch, tip, known: tip === null ? null : await entryAt(repository.path, tip, path) };
}

async function putFile(server: ServerContext, call: RepositoryCall & SignedIn): Promise<Answer> {
  const { repository, fields } = call;
  const message = requiredText(fields, 'message', 'Commit');
  const content = optionalText(fields, 'content');
  if (content === undefined) throw invalid({ resource: 'Commit', field: 'content', code: 'missing_field' });
  const edit = await beginEdit(call);
  const given = optionalText(fields, 'sha');
  if (edit.known !== null && given === undefined) {
    throw new ApiFailure(422, `Invalid request.\n\n"sha" wasn't supplied.`);
  }
  if (edit.known?.type === 'tree') throw new ApiFailure(422, `${edit.path} is a directory`);
  if (given !== undefined && given !== edit.known?.oid) {
    throw new ApiFailure(409, `${edit.path} does not match ${given}`);
  }
  const oid = await writeBlob(repository.path, Buffer.from(content, 'base64'));
  const mode = edit.known?.mode ?? '100644';
  const tree = await writeTree(repository.path, edit.tip, [{ path: edit.path, mode, oid }]);
  const commit = await commitEdit(server, call, edit, tree, message);
  const entry = await entryAt(repository.path, commit, edit.path);
  const body = {
    content: entry === null ? null : renderEntry(server, repository, edit.branch, entry),
    commit: await renderNewCommit(server, repository, commit),
  };
  return edit.known === null ? created(body) : ok(body);
}

async function deleteFile(server: ServerContext, call: RepositoryCall & SignedIn): Promise<Answer> {
  const { repository, fields, query } = call;
  // Octokit sends these as a body, others as a query.
  const merged = { ...Object.fromEntries(query), ...fields };
  const message = requiredText(merged, 'message', 'Commit');
  const given = requiredText(merged, 'sha', 'Commit');
  const edit = await beginEdit({ ...call, fields: merged });
  if (edit.known === null || edit.tip === null) throw notFound();
  if (given !== edit.known.oid) throw new ApiFailure(409, `${edit.path} does not match ${given}`);
  const tree = await writeTree(repository.path, edit.tip, [
    { path: edit.path, mode: edit.known.mode, oid: null },
  ]);
  const commit = await commitEdit(server, { ...call, fields: merged }, edit, tree, message);
  return ok({ content: null, commit: await renderNewCommit(server, repository, commit) });
}

async function renderNewCommit(
  server: ServerContext,
  repository: Repository,
  oid: string,
): Promise<Record<string, unknown>> {
  const commit = await readCommit(repository.path, oid);
  if (commit === null) throw notFound();
  return renderGitCommit(server, repository, commit);
}

async function commitEdit(
  server: ServerContext,
  call: RepositoryCall & SignedIn,
  edit: FileEdit,
  tree: string,
  message: string,
): Promise<string> {
  const { repository, actor, fields } = call;
  const commit = await writeCommit(repository.path, {
    tree,
    parents: edit.tip === null ? [] : [edit.tip],
    message,
    ...peopleOf(server, actor, fields),
  });
  const move = { ref: `refs/heads/${edit.branch}`, before: edit.tip ?? noOid, after: commit };
  const outcome = await moveRefFor(server, repository, move, actor);
  switch (outcome.kind) {
    case 'moved':
      return commit;
    case 'touches-workflows':
      throw forbidden('Resource not accessible by integration');
    case 'moved-meanwhile':
      throw new ApiFailure(409, `is at a different commit than expected: ${edit.branch}`);
    case 'forbidden':
      throw new ApiFailure(409, outcome.problem);
  }
}

function peopleOf(
  server: ServerContext,
  actor: Actor,
  fields: RepositoryCall['fields'],
): { readonly author: ReturnType<typeof personField>; readonly committer: ReturnType<typeof personField> } {
  const now = server.now();
  const committer = personField(fields, 'committer', webFlow(now));
  const own = personOf(actor.user, now);
  const author = personField(fields, 'author', fields['committer'] == null ? own : committer);
  return { author, committer };
}
