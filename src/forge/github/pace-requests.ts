import { setTimeout as sleep } from 'node:timers/promises';
import type { Octokit } from '@octokit/rest';

import { TreadleError } from '../../base/errors.ts';
import { rateLimitEnd } from './forge-error.ts';
import type { Patience } from './patience.ts';
import { createRateBucket } from './rate-bucket.ts';

const TOLD_FROM_MS = 5_000;

/**
 * Keeps an Octokit below the secondary limits: a request waits for its turn where that comes soon, and is not sent where it does
 * not. Whoever waits longer is told (`log`). After the forge has asked for silence nothing is sent before its end.
 */
export function paceRequests(
  octokit: Octokit,
  { rate, longestWaitMs }: Patience,
  log: (line: string) => void,
): void {
  const bucket = createRateBucket(rate);
  octokit.hook.before('request', async ({ method, url, request }) => {
    const changes = changesOf(method, url, request);
    for (;;) {
      const nowMs = Date.now();
      const waitMs = bucket.take(changes, nowMs);
      if (waitMs === 0) return;
      if (waitMs > longestWaitMs) throw limited(new Date(nowMs + waitMs).toISOString());
      if (waitMs > TOLD_FROM_MS)
        log(`rate limit: going on at ${new Date(nowMs + waitMs).toISOString().slice(0, 19)}Z`);
      await sleep(waitMs);
    }
  });
  octokit.hook.error('request', (error) => {
    const end = rateLimitEnd(error);
    if (end !== undefined) bucket.close(Date.parse(end));
    throw error;
  });
}

/** A mutation says how much it changes; every other request of GraphQL is a query. */
function changesOf(method: string, url: string, request: { readonly [option: string]: unknown }): number {
  if (!url.endsWith('/graphql')) return method === 'GET' ? 0 : 1;
  const { changes } = request;
  return typeof changes === 'number' ? changes : 0;
}

function limited(retryAt: string): TreadleError {
  return new TreadleError(
    'forge-rate-limited',
    `Nothing more is sent to the forge before ${retryAt}: its rate limit is used up`,
    {
      remedy: `Run again after ${retryAt}.`,
      facts: { retryAt },
    },
  );
}
