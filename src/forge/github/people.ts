import type { Account, People, Permission } from '../port/people.ts';
import type { Connection } from './connection.ts';
import { field, textAt } from './decode.ts';
import { decodeAccount, decodeActor } from './decode-shapes.ts';
import type { RememberedViewer } from './viewer.ts';

const permissions: readonly Permission[] = ['admin', 'maintain', 'write', 'triage', 'read', 'none'];

/** Users asked for in one query: each is an alias of its own. */
const batchSize = 100;

/** People and Apps. */
export function githubPeople(connection: Connection, identity: RememberedViewer): People {
  const find = (login: string): Promise<Account | undefined> => findAccount(connection, login);
  return {
    viewer: () => identity.viewer(),
    find,
    findAll: (logins) => findAccounts(connection, find, logins),
    teamMembers: (organisation, team) => listTeamMembers(connection, organisation, team),
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

async function findAccount(connection: Connection, login: string): Promise<Account | undefined> {
  if (!isLogin(login)) return undefined;
  const answer = await connection.tryAsk(
    { what: `find the account ${login}`, route: 'GET /users/{username}', parameters: { username: login } },
    [404],
    decodeAccount,
  );
  return answer.kind === 'done' ? answer.value : undefined;
}

/** GraphQL finds users by login, and no Apps: those are asked for one by one. */
async function findAccounts(
  connection: Connection,
  find: (login: string) => Promise<Account | undefined>,
  logins: readonly string[],
): Promise<ReadonlyMap<string, Account>> {
  const wanted = [...new Set(logins)].filter(isLogin);
  const users = wanted.filter((login) => !login.endsWith('[bot]'));
  const found = new Map<string, Account>();
  for (let start = 0; start < users.length; start += batchSize) {
    const batch = users.slice(start, start + batchSize);
    const accounts = await findUsers(connection, batch);
    batch.forEach((login, index) => {
      const account = accounts[index] ?? null;
      if (account !== null) found.set(login, account);
    });
  }
  const apps = wanted.filter((login) => login.endsWith('[bot]'));
  const accounts = await Promise.all(apps.map(find));
  apps.forEach((login, index) => {
    const account = accounts[index];
    if (account !== undefined) found.set(login, account);
  });
  return found;
}

/** In the order of the logins; null for those that are nobody's. An organisation has the same field, and is no user. */
function findUsers(connection: Connection, logins: readonly string[]): Promise<readonly (Account | null)[]> {
  const users = logins.map((_, index): [string, string] => [
    `u${index}`,
    `user(login: $l${index}) { __typename login databaseId }`,
  ]);
  return connection.query(
    {
      what: `find the accounts ${logins.join(', ')}`,
      fields: Object.fromEntries(users),
      variables: Object.fromEntries(logins.map((login, index) => [`l${index}`, ['String!', login]])),
    },
    (answer) => logins.map((_, index) => decodeActor(field(answer, `u${index}`))),
  );
}

/**
 * 404 is GitHub's answer to a token that may not know of the team, 403 to one whose kind may not ask.
 * https://docs.github.com/en/rest/teams/members#list-team-members
 */
async function listTeamMembers(
  connection: Connection,
  organisation: string,
  team: string,
): Promise<readonly Account[] | undefined> {
  if (![organisation, team].every((name) => /^[a-z\d][\w.-]{0,99}$/i.test(name))) return undefined;
  const members: Account[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await connection.tryAsk(
      {
        what: `list the members of @${organisation}/${team}`,
        route: 'GET /orgs/{org}/teams/{team_slug}/members',
        parameters: { org: organisation, team_slug: team, per_page: 100, page },
      },
      [403, 404],
      (list) => (Array.isArray(list) ? list.map((user: unknown) => decodeAccount(user)) : []),
    );
    if (answer.kind === 'refused') return undefined;
    members.push(...answer.value);
    if (answer.value.length < 100) return members;
  }
}

/** Logins come from configuration and comments: what cannot be one never becomes part of an address. */
function isLogin(text: string): boolean {
  return /^[a-z\d_-]{1,100}(\[bot\])?$/i.test(text);
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
