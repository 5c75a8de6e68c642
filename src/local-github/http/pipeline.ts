import { createHash, randomUUID } from 'node:crypto';

import type { MiddlewareHandler } from 'hono';

import { identify } from '../auth.ts';
import type { ServerContext } from '../server-context.ts';
import { ApiFailure } from './api-failure.ts';
import type { Environment } from './endpoint.ts';

/** Finds out who asks; a token that nobody holds is refused. */
export function authenticate(server: ServerContext): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const identity = identify(server.database, context.req.header('authorization'));
    if (identity.kind === 'unknown-token') throw new ApiFailure(401, 'Bad credentials');
    context.set('actor', identity.kind === 'actor' ? identity.actor : null);
    await next();
    // Told of classic personal tokens only; those here may do whatever their account may.
    // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
    if (identity.kind === 'actor' && identity.actor.tokenKind === 'user')
      context.res.headers.set('x-oauth-scopes', 'repo, workflow, read:org');
  };
}

/** No answer leaves before everything that it may tell of is durable. */
export function acknowledgeDurably(server: ServerContext): MiddlewareHandler<Environment> {
  return async (_context, next) => {
    await next();
    await server.database.durable();
  };
}

/** Gives every answer the headers that GitHub's have. */
export function describeAnswer(): MiddlewareHandler<Environment> {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set('x-github-request-id', randomUUID().toUpperCase());
    headers.set('x-github-media-type', 'github.v3; format=json');
    headers.set('x-github-api-version-selected', context.req.header('x-github-api-version') ?? '2022-11-28');
    headers.set('x-content-type-options', 'nosniff');
  };
}

/**
 * Gives each successful answer to a GET an ETag over its body, and answers 304 to a caller who already has it.
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests
 */
export function answerConditionally(): MiddlewareHandler<Environment> {
  return async (context, next) => {
    await next();
    const type = context.res.headers.get('content-type') ?? '';
    if (context.req.method !== 'GET' || context.res.status !== 200 || !type.includes('json')) return;
    const text = await context.res.clone().text();
    const etag = `W/"${createHash('sha256').update(text).digest('hex')}"`;
    const headers = new Headers(context.res.headers);
    headers.set('etag', etag);
    headers.set('cache-control', 'private, max-age=60, s-maxage=60');
    headers.set('vary', 'Accept, Authorization, Cookie, X-GitHub-OTP');
    const wanted = context.req.header('if-none-match');
    const matches = wanted?.split(',').some((each) => bare(each) === bare(etag)) ?? false;
    context.res = undefined;
    context.res = matches
      ? new Response(null, { status: 304, headers })
      : new Response(text, { status: 200, headers });
  };
}

function bare(etag: string): string {
  return etag.trim().replace(/^W\//, '');
}
