import { invariant } from '../../base/errors.ts';
import { permissionOf, reaches } from '../auth.ts';
import type { UserRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';

/** An opaque global id, as GitHub's GraphQL has: it names the type and the numeric id. */
export function nodeId(type: string, id: number | string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}

/** The account of an id that a record holds. */
export function userOf(server: ServerContext, id: number): UserRecord {
  const user = server.database.userById(id);
  invariant(user !== undefined, `user ${id} is referred to and not there`);
  return user;
}

/** An account as GitHub embeds it everywhere (`simple-user`). */
export function renderUser(server: ServerContext, user: UserRecord): Record<string, unknown> {
  const login = encodeURIComponent(user.login);
  const url = `${server.url()}/users/${login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId(user.type, user.id),
    avatar_url: `${server.url()}/avatars/u/${user.id}`,
    gravatar_id: '',
    url,
    html_url: `${server.url()}/${user.type === 'Bot' ? `apps/${login.replace('%5Bbot%5D', '')}` : login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** The account of an id, rendered. */
export function renderUserOf(server: ServerContext, id: number): Record<string, unknown> {
  return renderUser(server, userOf(server, id));
}

/** The account of an id, rendered, or `null`. */
export function renderUserOrNull(server: ServerContext, id: number | null): Record<string, unknown> | null {
  return id === null ? null : renderUserOf(server, id);
}

/** An account's own page (`public-user`). */
export function renderProfile(server: ServerContext, user: UserRecord): Record<string, unknown> {
  const owned = server.database
    .repositories()
    .filter(({ record }) => record.owner.toLowerCase() === user.login.toLowerCase() && !record.private);
  return {
    ...renderUser(server, user),
    name: user.login,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: owned.length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: user.createdAt,
    updated_at: user.createdAt,
  };
}

/** How the author of something stands to the repository (`author_association`). */
export function renderAssociation(repository: Repository, user: UserRecord): string {
  if (user.login.toLowerCase() === repository.record.owner.toLowerCase()) return 'OWNER';
  const added = repository.collaborators.get(user.id);
  return added !== undefined && reaches(permissionOf(repository, user), 'read') ? 'COLLABORATOR' : 'NONE';
}
