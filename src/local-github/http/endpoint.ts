import type { Context, Hono } from 'hono';

import { type Actor, actorPermission, reaches } from '../auth.ts';
import type { Permission } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { reconcilePulls } from '../pulls/reconcile.ts';
import type { ServerContext } from '../server-context.ts';
import type { Answer } from './answer.ts';
import { authenticationRequired, forbidden, notFound } from './api-failure.ts';
import { decodeFields, type Fields } from './fields.ts';

/** What the middleware leaves for the endpoints. */
export interface Environment {
  readonly Variables: { actor: Actor | null };
}

/** The application that the endpoints are added to. */
export type Application = Hono<Environment>;

/** A request to an endpoint that concerns no repository. */
export interface Call {
  readonly server: ServerContext;
  readonly actor: Actor | null;
  /** The part of the path that `:name` stands for, decoded. */
  readonly param: (name: string) => string;
  readonly url: URL;
  readonly query: URLSearchParams;
  readonly fields: Fields;
}

/** A request to an endpoint of a repository that the caller may read. */
export interface RepositoryCall extends Call {
  readonly repository: Repository;
  readonly permission: Permission;
}

/** A request that must come from an account. */
export interface SignedIn {
  readonly actor: Actor;
}

/** The methods that the endpoints use. */
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** `public`: whoever may read; `account`: the same, signed in; otherwise an account with that permission. */
export type Needs = 'public' | 'account' | Exclude<Permission, 'none' | 'read'>;

/** Adds an endpoint that concerns no repository. */
export function addEndpoint(
  app: Application,
  server: ServerContext,
  method: Method,
  path: string,
  respond: (call: Call) => Answer | Promise<Answer>,
): void {
  app.on(method.toUpperCase(), path, async (context) =>
    toResponse(await respond(await toCall(server, context))),
  );
}

/** The endpoints of repositories: `get('/issues', …)` answers `GET /repos/OWNER/NAME/issues`. */
export interface RepositoryEndpoints {
  /** Adds an endpoint for which reading suffices, also by strangers. */
  read(path: string, respond: (call: RepositoryCall) => Answer | Promise<Answer>): void;
  /** Adds an endpoint for accounts. */
  add(
    method: Method,
    path: string,
    needs: Exclude<Needs, 'public'>,
    respond: (call: RepositoryCall & SignedIn) => Answer | Promise<Answer>,
  ): void;
}

/** The endpoints of repositories in an application. Before each, the pull requests are brought up to date with the refs. */
export function repositoryEndpoints(app: Application, server: ServerContext): RepositoryEndpoints {
  const prefix = '/repos/:owner/:repo';
  return {
    read(path, respond) {
      app.get(`${prefix}${path}`, async (context) => {
        const call = await toRepositoryCall(server, context);
        return toResponse(await respond(call));
      });
    },
    add(method, path, needs, respond) {
      app.on(method.toUpperCase(), `${prefix}${path}`, async (context) => {
        const call = await toRepositoryCall(server, context);
        const { actor } = call;
        if (actor === null) throw authenticationRequired();
        requirePermission(call, actor, needs);
        return toResponse(await respond({ ...call, actor }));
      });
    },
  };
}

/** Refuses a caller who lacks the permission, in the words that GitHub has for the kind of token. */
function requirePermission(
  call: Pick<RepositoryCall, 'permission'>,
  actor: Actor,
  needs: Exclude<Needs, 'public'>,
): void {
  if (needs === 'account' || reaches(call.permission, needs)) return;
  if (actor.tokenKind !== 'user') throw forbidden('Resource not accessible by integration');
  throw forbidden(
    needs === 'admin'
      ? 'Must have admin rights to Repository.'
      : 'Resource not accessible by personal access token',
  );
}

async function toCall(server: ServerContext, context: Context<Environment>): Promise<Call> {
  const url = new URL(context.req.url);
  const target = new URL(`${url.pathname}${url.search}`, server.url());
  const hasBody = context.req.method !== 'GET' && context.req.method !== 'HEAD';
  return {
    server,
    actor: context.get('actor'),
    param: (name) => context.req.param(name) ?? '',
    url: target,
    query: target.searchParams,
    fields: hasBody ? decodeFields(await context.req.text()) : {},
  };
}

async function toRepositoryCall(
  server: ServerContext,
  context: Context<Environment>,
): Promise<RepositoryCall> {
  const call = await toCall(server, context);
  const repository = server.database.repository(call.param('owner'), call.param('repo'));
  if (repository === undefined) throw notFound();
  const permission = actorPermission(repository, call.actor);
  if (!reaches(permission, 'read')) throw notFound();
  await reconcilePulls(server, repository);
  return { ...call, repository, permission };
}

function toResponse(answer: Answer): Response {
  const headers = new Headers(answer.headers);
  if (answer.bytes !== undefined) return new Response(answer.bytes, { status: answer.status, headers });
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  headers.set('content-type', 'application/json; charset=utf-8');
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers });
}
