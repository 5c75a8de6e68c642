import type { MiddlewareHandler } from 'hono';

import type { ServerContext } from '../server-context.ts';
import { ApiFailure } from './api-failure.ts';
import type { Environment } from './endpoint.ts';

/** How much of an hour's requests one account has used. */
export interface RateWindow {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** Seconds since the epoch. */
  readonly reset: number;
}

/** Counts requests for each account and hour. */
export interface RateLimit {
  /** The window as it is, without counting. */
  look(key: string): RateWindow;
  /** Counts requests; a negative number takes some back. */
  count(key: string, requests: number): RateWindow;
}

const windowSeconds = 3600;

/** Starts counting at nothing. `requestsPerHour` is what one account may use. */
export function createRateLimit(server: Pick<ServerContext, 'now' | 'requestsPerHour'>): RateLimit {
  const windows = new Map<string, { used: number; reset: number }>();
  function count(key: string, requests: number): RateWindow {
    const seconds = Math.floor(Date.parse(server.now()) / 1000);
    const known = windows.get(key);
    const window =
      known === undefined || known.reset <= seconds ? { used: 0, reset: seconds + windowSeconds } : known;
    window.used = Math.max(0, window.used + requests);
    windows.set(key, window);
    const limit = server.requestsPerHour;
    return { limit, used: window.used, remaining: Math.max(0, limit - window.used), reset: window.reset };
  }
  return { look: (key) => count(key, 0), count };
}

/** Counts each request but those answered 304, tells how many remain, and refuses further ones. */
export function limitRate(limits: RateLimit): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const key = rateKey(context.get('actor')?.user.id);
    const free = context.req.path === '/rate_limit';
    if (!free && limits.look(key).remaining === 0) {
      throw new ApiFailure(403, 'API rate limit exceeded for user.', {
        headers: headersOf(limits.look(key)),
      });
    }
    await next();
    const window = limits.count(key, free || context.res.status === 304 ? 0 : 1);
    for (const [name, value] of Object.entries(headersOf(window))) context.res.headers.set(name, value);
  };
}

/** The key of an account's window. */
export function rateKey(userId: number | undefined): string {
  return userId === undefined ? 'anonymous' : String(userId);
}

function headersOf(window: RateWindow): Record<string, string> {
  return {
    'x-ratelimit-limit': String(window.limit),
    'x-ratelimit-remaining': String(window.remaining),
    'x-ratelimit-used': String(window.used),
    'x-ratelimit-reset': String(window.reset),
    'x-ratelimit-resource': 'core',
  };
}
