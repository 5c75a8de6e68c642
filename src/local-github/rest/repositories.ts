import { permissionOf, reaches } from '../auth.ts';
import type { Permission } from '../data/records.ts';
import { listRefs } from '../git/refs.ts';
import { listAnswer } from '../http/pagination.ts';
import { noContent, ok } from '../http/answer.ts';
import { notFound } from '../http/api-failure.ts';
import type { RepositoryEndpoints } from '../http/endpoint.ts';
import { renderCommit } from '../render/commit.ts';
import { readCommit } from '../git/commits.ts';
import {
  renderFullRepository,
  renderPermissions,
  repositoryHtmlUrl,
  repositoryUrl,
} from '../render/repository.ts';
import { renderUser } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';

/** The four permissions that GitHub's older field knows: what lies between is rounded down. */
const legacyPermission: Readonly<Record<Permission, string>> = {
  none: 'none',
  read: 'read',
  triage: 'read',
  write: 'write',
  maintain: 'write',
  admin: 'admin',
};

/** The repository itself, its collaborators and branches. */
export function addRepositoryEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read('', ({ repository, permission }) => ok(renderFullRepository(server, repository, permission)));
  addCollaboratorEndpoints(api, server);
  addBranchEndpoints(api, server);
}

function addCollaboratorEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.add('get', '/collaborators/:login/permission', 'account', ({ repository, param }) => {
    const user = server.database.userByLogin(param('login'));
    if (user === undefined) throw notFound();
    const permission = permissionOf(repository, user);
    return ok({
      permission: legacyPermission[permission],
      role_name: permission,
      user: {
        ...renderUser(server, user),
        permissions: renderPermissions(permission),
        role_name: permission,
      },
    });
  });
  api.add('get', '/collaborators/:login', 'write', ({ repository, param }) => {
    const user = server.database.userByLogin(param('login'));
    if (user === undefined) throw notFound();
    const added = repository.collaborators.get(user.id) !== undefined;
    if (!added && !reaches(permissionOf(repository, user), 'admin')) throw notFound();
    return noContent;
  });
  api.add('get', '/collaborators', 'write', ({ repository, url }) => {
    const users = server.database.usersWhere(
      (user) =>
        repository.collaborators.get(user.id) !== undefined || permissionOf(repository, user) === 'admin',
    );
    return listAnswer(url, users, (user) => {
      const permission = permissionOf(repository, user);
      return {
        ...renderUser(server, user),
        permissions: renderPermissions(permission),
        role_name: permission,
      };
    });
  });
}

function addBranchEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read('/branches', async ({ repository, url }) => {
    const refs = await listRefs(repository.path, 'refs/heads/');
    return listAnswer(url, refs, (ref) => ({
      name: ref.name.slice('refs/heads/'.length),
      commit: { sha: ref.oid, url: `${repositoryUrl(server, repository)}/commits/${ref.oid}` },
      protected: false,
    }));
  });
  api.read('/branches/:branch{.+}', async ({ repository, param }) => {
    const name = param('branch');
    const refs = await listRefs(repository.path, `refs/heads/${name}`);
    const ref = refs.find((each) => each.name === `refs/heads/${name}`);
    const commit = ref === undefined ? null : await readCommit(repository.path, ref.oid);
    if (commit === null) throw notFound();
    const self = `${repositoryUrl(server, repository)}/branches/${encodeURIComponent(name)}`;
    return ok({
      name,
      commit: renderCommit(server, repository, commit),
      _links: { self, html: `${repositoryHtmlUrl(server, repository)}/tree/${name}` },
      protected: false,
      protection: {
        enabled: false,
        required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
      },
      protection_url: `${self}/protection`,
    });
  });
}
