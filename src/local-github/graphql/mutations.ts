import { GraphQLError } from 'graphql';

import { type Actor, actorPermission, reaches } from '../auth.ts';
import type { Repository } from '../data/repository.ts';
import { readCommit, writeCommit } from '../git/commits.ts';
import { cleanPath, entryAt, isFilePath, type TreeChange, writeBlob, writeTree } from '../git/objects.ts';
import { branchTip, isAncestor, isOid, isRefName, moveRefs, noOid, readRef } from '../git/refs.ts';
import { moveRefFor } from '../pulls/move-ref.ts';
import { personOf, webFlow } from '../pulls/people.ts';
import { publishPush } from '../pulls/publish-push.ts';
import { findPushViolations, violationText } from '../pulls/ref-rules.ts';
import { reconcileLocked } from '../pulls/reconcile.ts';
import type { ServerContext } from '../server-context.ts';
import { protectsWorkflows } from '../workflows/protect-workflows.ts';
import { commitNode, type GraphNode, refNode } from './git-nodes.ts';

interface CommitInput {
  readonly branch: {
    readonly id?: string | null;
    readonly repositoryNameWithOwner?: string | null;
    readonly branchName?: string | null;
  };
  readonly expectedHeadOid: string;
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[] | null;
    readonly deletions?: readonly { readonly path: string }[] | null;
  } | null;
  readonly message: { readonly headline: string; readonly body?: string | null };
  readonly clientMutationId?: string | null;
}

interface RefsInput {
  readonly repositoryId: string;
  readonly refUpdates: readonly {
    readonly name: string;
    readonly afterOid: string;
    readonly beforeOid?: string | null;
    readonly force?: boolean | null;
  }[];
  readonly clientMutationId?: string | null;
}

/** The mutations of the schema for one viewer. */
export function createMutations(server: ServerContext, actor: Actor): GraphNode {
  return {
    createCommitOnBranch: ({ input }: { readonly input: CommitInput }) => createCommit(server, actor, input),
    updateRefs: ({ input }: { readonly input: RefsInput }) => updateRefs(server, actor, input),
  };
}

function refuse(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

function writable(repository: Repository | undefined, actor: Actor, named: string): Repository {
  const permission = repository === undefined ? 'none' : actorPermission(repository, actor);
  if (repository === undefined || !reaches(permission, 'read')) {
    throw refuse('NOT_FOUND', `Could not resolve to a Repository with the name '${named}'.`);
  }
  if (!reaches(permission, 'write'))
    throw refuse('FORBIDDEN', 'Resource not accessible by personal access token');
  return repository;
}

/** https://docs.github.com/graphql/reference/mutations#createcommitonbranch */
async function createCommit(server: ServerContext, actor: Actor, input: CommitInput): Promise<GraphNode> {
  const { repository, branch } = branchOf(server, actor, input);
  const { path } = repository;
  const tip = await branchTip(path, branch);
  if (tip === null) throw refuse('NOT_FOUND', `A branch with the name '${branch}' does not exist.`);
  const expected = input.expectedHeadOid;
  const stale = (oid: string): GraphQLError =>
    refuse(
      'STALE_DATA',
      `Expected branch to point to "${expected}" but it points to "${oid}". Pull and try again.`,
    );
  if (tip !== expected) throw stale(tip);
  const changes = await changesOf(repository, tip, input);
  const now = server.now();
  const { headline, body } = input.message;
  const oid = await writeCommit(path, {
    tree: await writeTree(path, tip, changes),
    parents: [tip],
    message: body == null || body === '' ? headline : `${headline}\n\n${body}`,
    author: personOf(actor.user, now),
    committer: webFlow(now),
  });
  const move = { ref: `refs/heads/${branch}`, before: tip, after: oid };
  const outcome = await moveRefFor(server, repository, move, actor);
  if (outcome.kind === 'forbidden') throw refuse('UNPROCESSABLE', outcome.problem);
  if (outcome.kind === 'touches-workflows')
    throw refuse('FORBIDDEN', 'Resource not accessible by integration');
  if (outcome.kind === 'moved-meanwhile') throw stale((await branchTip(path, branch)) ?? noOid);
  const commit = await readCommit(path, oid);
  return {
    clientMutationId: input.clientMutationId ?? null,
    commit: commit === null ? null : commitNode(server, repository, commit),
    ref: () => refNode(server, repository, move.ref),
  };
}

function branchOf(
  server: ServerContext,
  actor: Actor,
  input: CommitInput,
): { readonly repository: Repository; readonly branch: string } {
  const { id, repositoryNameWithOwner, branchName } = input.branch;
  if (id != null) {
    const [, repositoryId, name = ''] = /^Ref:(\d+):refs\/heads\/(.+)$/.exec(decodeId(id)) ?? [];
    const found = server.database.repositories().find(({ record }) => String(record.id) === repositoryId);
    return { repository: writable(found, actor, id), branch: name };
  }
  const [owner = '', name = ''] = (repositoryNameWithOwner ?? '').split('/');
  const found = server.database.repository(owner, name);
  return {
    repository: writable(found, actor, repositoryNameWithOwner ?? ''),
    branch: (branchName ?? '').replace(/^refs\/heads\//, ''),
  };
}

function decodeId(id: string): string {
  return Buffer.from(id, 'base64url').toString('utf8');
}

async function changesOf(
  repository: Repository,
  tip: string,
  input: CommitInput,
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = [];
  for (const { path } of input.fileChanges?.deletions ?? []) {
    if ((await entryAt(repository.path, tip, path)) === null) {
      throw refuse('UNPROCESSABLE', `A path was requested for deletion which does not exist: ${path}`);
    }
    changes.push({ path: cleanPath(path), mode: '100644', oid: null });
  }
  for (const { path, contents } of input.fileChanges?.additions ?? []) {
    if (!isFilePath(path)) throw refuse('UNPROCESSABLE', `A path was requested which is malformed: ${path}`);
    const oid = await writeBlob(repository.path, Buffer.from(contents, 'base64'));
    // There is no way to ask for the executable bit; a file that has it keeps it.
    const known = await entryAt(repository.path, tip, path);
    changes.push({ path: cleanPath(path), mode: known?.mode === '100755' ? '100755' : '100644', oid });
  }
  return changes;
}

/** https://docs.github.com/graphql/reference/mutations#updaterefs: all refs are updated, or none. */
async function updateRefs(server: ServerContext, actor: Actor, input: RefsInput): Promise<GraphNode> {
  const id = /^Repository:(\d+)$/.exec(decodeId(input.repositoryId))?.[1];
  const found = server.database.repositories().find(({ record }) => String(record.id) === id);
  const repository = writable(found, actor, input.repositoryId);
  const { path } = repository;
  await server.exclusively(repository, async () => {
    const moves = [];
    for (const update of input.refUpdates) {
      const known = (await readRef(path, update.name))?.oid ?? noOid;
      await requireUpdate(repository, actor, update, known);
      const move = { ref: update.name, before: known, after: update.afterOid };
      const problems = await findPushViolations(repository, move, actor);
      if (problems.length > 0) throw refuse('UNPROCESSABLE', violationText(problems));
      moves.push({ name: update.name, from: known, to: update.afterOid });
    }
    if (!(await moveRefs(path, moves)))
      throw refuse('STALE_DATA', 'A ref was moved meanwhile. No ref was updated.');
    const steps = moves.map(({ name, from, to }) => ({ ref: name, before: from, after: to }));
    await reconcileLocked(server, repository, actor);
    await publishPush(server, repository, steps, actor);
  });
  return { clientMutationId: input.clientMutationId ?? null };
}

async function requireUpdate(
  repository: Repository,
  actor: Actor,
  update: RefsInput['refUpdates'][number],
  known: string,
): Promise<void> {
  const { path } = repository;
  const { name, afterOid, beforeOid, force } = update;
  if (!(await isRefName(path, name)) || !/^refs\/(heads|tags)\//.test(name) || !isOid(afterOid)) {
    throw refuse('UNPROCESSABLE', `${name} cannot be updated to ${afterOid}.`);
  }
  if (beforeOid != null && beforeOid !== known) {
    throw refuse('STALE_DATA', `Expected ${name} to point to "${beforeOid}" but it points to "${known}".`);
  }
  if (afterOid === noOid) return;
  if ((await readCommit(path, afterOid)) === null)
    throw refuse('UNPROCESSABLE', `${afterOid} is not a commit.`);
  const forward = known === noOid || force === true || (await isAncestor(path, known, afterOid));
  if (!forward) throw refuse('UNPROCESSABLE', `The update of ${name} is not a fast-forward.`);
  if (await protectsWorkflows(path, afterOid, actor)) {
    throw refuse('FORBIDDEN', 'Resource not accessible by integration');
  }
}
