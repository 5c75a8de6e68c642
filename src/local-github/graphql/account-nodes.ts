import type { UserRecord } from '../data/records.ts';
import { nodeId, renderUser } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';

type GraphNode = Readonly<Record<string, unknown>>;

function common(server: ServerContext, user: UserRecord): GraphNode {
  const rendered = renderUser(server, user);
  return {
    id: nodeId(user.type, user.id),
    databaseId: user.id,
    login: user.login,
    name: user.login,
    url: rendered['html_url'],
    avatarUrl: rendered['avatar_url'],
    resourcePath: `/${user.login}`,
  };
}

/** An account where the schema has a `User`. */
export function userNode(server: ServerContext, user: UserRecord): GraphNode {
  return { __typename: 'User', ...common(server, user) };
}

/** An account where the schema has an `Actor`. The login of a bot comes without `[bot]` there, as on GitHub. */
export function actorNode(server: ServerContext, user: UserRecord): GraphNode {
  if (user.type === 'User') return userNode(server, user);
  return { __typename: 'Bot', ...common(server, user), login: user.login.replace(/\[bot\]$/, '') };
}
