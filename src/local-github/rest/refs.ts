import type { Repository } from '../data/repository.ts';
import { objectType } from '../git/objects.ts';
import { isAncestor, isOid, isRefName, listRefs, noOid, type Ref, readRef } from '../git/refs.ts';
import { created, noContent, ok } from '../http/answer.ts';
import { ApiFailure, forbidden, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { optionalFlag, requiredText } from '../http/fields.ts';
import { listAnswer } from '../http/pagination.ts';
import { moveRefFor } from '../pulls/move-ref.ts';
import { renderRef } from '../render/commit.ts';
import type { ServerContext } from '../server-context.ts';

/** Refs of the git database. */
export function addRefEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read('/git/ref/:ref{.+}', async ({ repository, param }) =>
    ok(renderRef(server, repository, await findRef(repository, param('ref')))),
  );
  api.read('/git/matching-refs/:ref{.*}', async ({ repository, param, url }) => {
    const prefix = `refs/${param('ref')}`;
    const refs = await listRefs(repository.path, 'refs/');
    const matching = refs.filter((ref) => ref.name.startsWith(prefix));
    return listAnswer(url, matching, (ref) => renderRef(server, repository, ref));
  });
  api.add('post', '/git/refs', 'write', async (call) => {
    const ref = await createRef(server, call);
    return created(renderRef(server, call.repository, ref));
  });
  api.add('patch', '/git/refs/:ref{.+}', 'write', async (call) => {
    const ref = await updateRef(server, call);
    return ok(renderRef(server, call.repository, ref));
  });
  api.add('delete', '/git/refs/:ref{.+}', 'write', async (call) => {
    const name = `refs/${call.param('ref')}`;
    const ref = await readRef(call.repository.path, name);
    if (ref === null) throw new ApiFailure(422, 'Reference does not exist');
    if (name === `refs/heads/${call.repository.record.defaultBranch}`) {
      throw new ApiFailure(422, 'Cannot delete the default branch');
    }
    await move(server, call, ref, noOid);
    return noContent;
  });
}

async function findRef(repository: Repository, name: string): Promise<Ref> {
  const ref = await readRef(repository.path, `refs/${name}`);
  if (ref === null) throw notFound();
  return ref;
}

async function requireObject(call: RepositoryCall): Promise<{ readonly oid: string; readonly type: string }> {
  const oid = requiredText(call.fields, 'sha', 'Reference');
  const type = isOid(oid) ? await objectType(call.repository.path, oid) : null;
  if (type === null) throw new ApiFailure(422, 'Object does not exist');
  return { oid, type };
}

async function createRef(server: ServerContext, call: RepositoryCall & SignedIn): Promise<Ref> {
  const name = requiredText(call.fields, 'ref', 'Reference');
  if (!(await isRefName(call.repository.path, name)) || name.split('/').length < 3) {
    throw new ApiFailure(422, `${name} is not a valid ref name.`);
  }
  const { oid, type } = await requireObject(call);
  requireCommit(name, type);
  if ((await readRef(call.repository.path, name)) !== null)
    throw new ApiFailure(422, 'Reference already exists');
  await move(server, call, { name, oid: noOid, type }, oid);
  return { name, oid, type };
}

async function updateRef(server: ServerContext, call: RepositoryCall & SignedIn): Promise<Ref> {
  const name = `refs/${call.param('ref')}`;
  const known = await readRef(call.repository.path, name);
  if (known === null) throw new ApiFailure(422, 'Reference does not exist');
  const { oid, type } = await requireObject(call);
  requireCommit(name, type);
  const force = optionalFlag(call.fields, 'force') ?? false;
  if (!force && !(await isAncestor(call.repository.path, known.oid, oid))) {
    throw new ApiFailure(422, 'Update is not a fast forward');
  }
  if (known.oid !== oid) await move(server, call, known, oid);
  return { name, oid, type };
}

function requireCommit(name: string, type: string): void {
  if (!name.startsWith('refs/heads/') || type === 'commit') return;
  throw new ApiFailure(422, 'Reference update failed: a branch must point to a commit');
}

async function move(
  server: ServerContext,
  call: RepositoryCall & SignedIn,
  from: Ref,
  to: string,
): Promise<void> {
  if (from.name.startsWith('refs/pull/')) throw new ApiFailure(422, 'Reference cannot be updated');
  const step = { ref: from.name, before: from.oid, after: to };
  const outcome = await moveRefFor(server, call.repository, step, call.actor);
  switch (outcome.kind) {
    case 'moved':
      return;
    case 'touches-workflows':
      throw forbidden('Resource not accessible by integration');
    case 'moved-meanwhile':
      // Somebody else was faster: what was a fast-forward is none any more.
      throw new ApiFailure(
        422,
        from.oid === noOid ? 'Reference already exists' : 'Update is not a fast forward',
      );
    case 'forbidden':
      throw new ApiFailure(422, outcome.problem);
  }
}
