import type { Repository } from '../data/repository.ts';
import { type Person, readCommit, writeCommit } from '../git/commits.ts';
import {
  cleanPath,
  entryAt,
  isFilePath,
  objectType,
  readBlob,
  readTree,
  type TreeChange,
  type TreeEntry,
  writeBlob,
  writeTree,
} from '../git/objects.ts';
import { isOid, resolveCommit } from '../git/refs.ts';
import { created, ok } from '../http/answer.ts';
import { ApiFailure, invalid, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { type Fields, optionalList, optionalObject, optionalText, requiredText } from '../http/fields.ts';
import { personOf } from '../pulls/people.ts';
import { renderGitCommit } from '../render/commit.ts';
import { repositoryUrl } from '../render/repository.ts';
import { nodeId } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';

/** Blobs, trees and commits of the git database. */
export function addGitObjectEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  addBlobEndpoints(api, server);
  addTreeEndpoints(api, server);
  addCommitEndpoints(api, server);
}

function addBlobEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const urlOf = (repository: Repository, sha: string): string =>
    `${repositoryUrl(server, repository)}/git/blobs/${sha}`;
  api.read('/git/blobs/:sha', async ({ repository, param }) => {
    const sha = param('sha');
    const content = isOid(sha) ? await readBlob(repository.path, sha) : null;
    if (content === null) throw notFound();
    return ok({
      sha,
      node_id: nodeId('Blob', `${repository.record.id}:${sha}`),
      size: content.length,
      url: urlOf(repository, sha),
      content: content.toString('base64'),
      encoding: 'base64',
    });
  });
  api.add('post', '/git/blobs', 'write', async ({ repository, fields }) => {
    const content = optionalText(fields, 'content');
    if (content === undefined) throw invalid({ resource: 'Blob', field: 'content', code: 'missing_field' });
    const encoding = optionalText(fields, 'encoding') === 'base64' ? 'base64' : 'utf8';
    const sha = await writeBlob(repository.path, Buffer.from(content, encoding));
    return created({ sha, url: urlOf(repository, sha) });
  });
}

function addTreeEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const render = (
    repository: Repository,
    sha: string,
    entries: readonly TreeEntry[],
  ): Record<string, unknown> => {
    const git = `${repositoryUrl(server, repository)}/git`;
    return {
      sha,
      url: `${git}/trees/${sha}`,
      tree: entries.map((entry) => ({
        path: entry.path,
        mode: entry.mode,
        type: entry.type,
        sha: entry.oid,
        ...(entry.size === null ? {} : { size: entry.size }),
        url: `${git}/${entry.type}s/${entry.oid}`,
      })),
      truncated: false,
    };
  };
  api.read('/git/trees/:sha{.+}', async ({ repository, param, query }) => {
    const name = param('sha');
    const treeish = isOid(name) ? name : await resolveCommit(repository.path, name);
    const entries =
      treeish === null
        ? null
        : await readTree(repository.path, treeish, { recursive: query.has('recursive') });
    if (treeish === null || entries === null) throw notFound();
    const root = await entryAt(repository.path, treeish, '');
    return ok(render(repository, root?.oid ?? treeish, entries));
  });
  api.add('post', '/git/trees', 'write', async ({ repository, fields }) => {
    const sha = await createTree(repository, fields);
    return created(render(repository, sha, (await readTree(repository.path, sha)) ?? []));
  });
}

async function createTree(repository: Repository, fields: Fields): Promise<string> {
  const entries = optionalList(fields, 'tree');
  if (entries === undefined) throw invalid({ resource: 'Tree', field: 'tree', code: 'missing_field' });
  const base = optionalText(fields, 'base_tree') ?? null;
  const known = base !== null && isOid(base) ? await objectType(repository.path, base) : null;
  if (base !== null && known !== 'tree' && known !== 'commit') throw new ApiFailure(404, 'Not Found');
  const changes: TreeChange[] = [];
  for (const entry of entries) changes.push(await treeChange(repository, entry));
  return writeTree(repository.path, base, changes);
}

const modes = ['100644', '100755', '040000', '160000', '120000'];

async function treeChange(repository: Repository, entry: Fields): Promise<TreeChange> {
  const path = cleanPath(requiredText(entry, 'path', 'Tree'));
  const mode = optionalText(entry, 'mode') ?? '100644';
  if (!isFilePath(path)) throw new ApiFailure(422, 'tree.path contains a malformed path component');
  if (!modes.includes(mode)) throw new ApiFailure(422, `tree.mode ${mode} is not one of ${modes.join(', ')}`);
  const content = optionalText(entry, 'content');
  if (content !== undefined) {
    return { path, mode, oid: await writeBlob(repository.path, Buffer.from(content, 'utf8')) };
  }
  if (entry['sha'] === null) return { path, mode, oid: null };
  const oid = optionalText(entry, 'sha') ?? '';
  const wanted = mode === '040000' ? 'tree' : 'blob';
  const type = mode === '160000' ? wanted : isOid(oid) ? await objectType(repository.path, oid) : null;
  if (type !== wanted) throw new ApiFailure(422, `tree.sha ${oid} is not a valid ${wanted}`);
  return { path, mode, oid };
}

function addCommitEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read('/git/commits/:sha', async ({ repository, param }) => {
    const sha = param('sha');
    const commit = isOid(sha) ? await readCommit(repository.path, sha) : null;
    if (commit === null) throw notFound();
    return ok(renderGitCommit(server, repository, commit));
  });
  api.add('post', '/git/commits', 'write', async (call) => {
    const sha = await createCommit(server, call);
    const commit = await readCommit(call.repository.path, sha);
    if (commit === null) throw notFound();
    return created(renderGitCommit(server, call.repository, commit));
  });
}

async function createCommit(server: ServerContext, call: RepositoryCall & SignedIn): Promise<string> {
  const { repository, fields, actor } = call;
  const message = requiredText(fields, 'message', 'Commit');
  const tree = requiredText(fields, 'tree', 'Commit');
  if (!isOid(tree) || (await objectType(repository.path, tree)) !== 'tree') {
    throw new ApiFailure(422, 'Tree SHA does not exist');
  }
  const listed = fields['parents'];
  const parents = Array.isArray(listed) ? listed.map(String) : [];
  for (const parent of parents) {
    if (!isOid(parent) || (await objectType(repository.path, parent)) !== 'commit') {
      throw new ApiFailure(422, 'Parent SHA does not exist or is not a commit object');
    }
  }
  const author = personField(fields, 'author', personOf(actor.user, server.now()));
  const committer = personField(fields, 'committer', author);
  return writeCommit(repository.path, { tree, parents, message, author, committer });
}

/** A person of a request: name and e-mail address are required, the date is now unless given. */
export function personField(fields: Fields, name: string, otherwise: Person): Person {
  const person = optionalObject(fields, name);
  if (person === undefined) return otherwise;
  const date = optionalText(person, 'date');
  if (date !== undefined && Number.isNaN(Date.parse(date))) {
    throw invalid({ resource: 'Commit', field: `${name}.date`, code: 'invalid' });
  }
  return {
    name: requiredText(person, 'name', 'Commit'),
    email: requiredText(person, 'email', 'Commit'),
    date: date === undefined ? otherwise.date : new Date(date).toISOString(),
  };
}
