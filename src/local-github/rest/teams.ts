import { forbidden, authenticationRequired, notFound } from '../http/api-failure.ts';
import { addEndpoint, type Application } from '../http/endpoint.ts';
import { listAnswer } from '../http/pagination.ts';
import { renderUser, userOf } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';

/** `GET /orgs/ORG/teams/TEAM/members`. As on GitHub, the token of a workflow run may not ask. */
export function addTeamEndpoints(app: Application, server: ServerContext): void {
  addEndpoint(app, server, 'get', '/orgs/:org/teams/:team/members', ({ actor, param, url }) => {
    if (actor === null) throw authenticationRequired();
    if (actor.tokenKind === 'default') throw forbidden('Resource not accessible by integration');
    const members = server.database.team(param('org'), param('team'));
    if (members === undefined) throw notFound();
    return listAnswer(url, members, (id) => renderUser(server, userOf(server, id)));
  });
}
