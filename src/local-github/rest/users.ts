import type { Application } from '../http/endpoint.ts';
import { addEndpoint } from '../http/endpoint.ts';
import { ok } from '../http/answer.ts';
import { authenticationRequired, forbidden, notFound } from '../http/api-failure.ts';
import { type RateLimit, rateKey } from '../http/rate-limit.ts';
import { renderProfile } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';

const resources = [
  'core',
  'search',
  'graphql',
  'code_search',
  'source_import',
  'integration_manifest',
  'actions_runner_registration',
  'scim',
  'dependency_snapshots',
  'dependency_sbom',
  'code_scanning_upload',
  'code_scanning_autofix',
  'copilot_usage_records',
];

/** `GET /user`, `/users/LOGIN`, `/rate_limit`. */
export function addUserEndpoints(app: Application, server: ServerContext, limits: RateLimit): void {
  addEndpoint(app, server, 'get', '/user', ({ actor }) => {
    if (actor === null) throw authenticationRequired();
    // Only people have a page of their own.
    if (actor.tokenKind !== 'user') throw forbidden('Resource not accessible by integration');
    return ok(renderProfile(server, actor.user));
  });
  addEndpoint(app, server, 'get', '/users/:login', ({ param }) => {
    const user = server.database.userByLogin(param('login'));
    if (user === undefined) throw notFound();
    return ok(renderProfile(server, user));
  });
  addEndpoint(app, server, 'get', '/rate_limit', ({ actor }) => {
    const window = limits.look(rateKey(actor?.user.id));
    return ok({ resources: Object.fromEntries(resources.map((name) => [name, window])), rate: window });
  });
}
