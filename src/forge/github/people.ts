import type { Account, People, Permission } from '../port.ts';
import type { Connection } from './connection.ts';
import { field, integerAt, textAt } from './decode.ts';
import { decodeAccount } from './decode-shapes.ts';

const permissions: readonly Permission[] = ['admin', 'maintain', 'write', 'triage', 'read', 'none'];

/** People and Apps, over the REST API. */
export function githubPeople(connection: Connection): People {
  return {
    viewer: async () => {
      const what = 'read whose token this is';
      const answer = await connection.tryAsk({ what, route: 'GET /user' }, [403], decodeAccount);
      if (answer.kind === 'done') return answer.value;
      // The token of an App's installation, GITHUB_TOKEN among them, has no user in REST, but a viewer in GraphQL.
      return connection.query(
        { what, document: 'query { viewer { login databaseId } }', variables: {} },
        decodeViewer,
      );
    },

    find: async (login) => {
      if (!isLogin(login)) return undefined;
      const answer = await connection.tryAsk(
        {
          what: `find the account ${login}`,
          route: 'GET /users/{username}',
          parameters: { username: login },
        },
        [404],
        decodeAccount,
      );
      return answer.kind === 'done' ? answer.value : undefined;
    },

    permission: async (login) => {
      if (!isLogin(login)) return 'none';
      const answer = await connection.tryAsk(
        {
          what: `read the permission of ${login}`,
          route: 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
          parameters: { username: login },
        },
        [404],
        decodePermission,
      );
      return answer.kind === 'done' ? answer.value : 'none';
    },
  };
}

/** Logins come from configuration and comments: what cannot be one never becomes part of an address. */
function isLogin(text: string): boolean {
  return /^[a-z\d_-]{1,100}(\[bot\])?$/i.test(text);
}

function decodeViewer(answer: unknown): Account {
  const viewer = field(answer, 'viewer');
  const login = textAt(viewer, 'login');
  return { login, id: integerAt(viewer, 'databaseId'), kind: login.endsWith('[bot]') ? 'app' : 'user' };
}

/**
 * `role_name` tells triage and maintain apart from read and write, but may be a role of the organisation's own making; then
 * `permission` says what that role amounts to.
 * https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 */
function decodePermission(answer: unknown): Permission {
  const role = field(answer, 'role_name');
  const legacy = textAt(answer, 'permission');
  return permissions.find((each) => each === role) ?? permissions.find((each) => each === legacy) ?? 'none';
}
