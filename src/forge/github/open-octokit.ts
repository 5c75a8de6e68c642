import { Octokit } from '@octokit/rest';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import type { ThrottlingOptions } from '@octokit/plugin-throttling';

import { sha256 } from '../../base/digest.ts';
import { completeFetch } from './complete-fetch.ts';
import { addEtagCache } from './etag-cache.ts';
import { paceRequests } from './pace-requests.ts';
import type { Patience } from './patience.ts';

type WriteGroup = NonNullable<ThrottlingOptions['write']>;

/** 4xx other than these two say that the same request would be refused again; a rate limit is the throttling's concern. */
const neverRetried = Array.from({ length: 100 }, (_, index) => 400 + index).filter(
  (status) => status !== 408,
);

/**
 * An Octokit that waits out rate limits within bounds, tries again only what may be repeated (see `mayRepeat`), reads
 * conditionally, and writes nothing to the console.
 */
export function openOctokit(options: {
  readonly apiUrl: string;
  readonly token: string;
  readonly fetch: typeof fetch;
  readonly log: (line: string) => void;
  readonly patience: Patience;
}): Octokit {
  const { patience } = options;
  const Throttled = Octokit.plugin(retry, throttling);
  const octokit = new Throttled({
    auth: options.token,
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: 'treadle',
    request: { fetch: completeFetch(options.fetch, patience.timeoutMs) },
    log: {
      debug: ignore,
      info: ignore,
      warn: (message: string) => options.log(message),
      error: ignore,
    },
    retry: { retries: patience.retries, retryAfterBaseValue: patience.retryBaseMs, doNotRetry: neverRetried },
    throttle: throttle(options),
  });
  octokit.hook.before('request', (request) => {
    // A copy: Octokit shares this object between requests, and the plugins count their tries in it. A number of retries set
    // here would hold for every status; left out, it holds for those that the retry plugin retries.
    const never = mayRepeat(request.method, request.request) ? {} : { retries: 0 };
    request.request = { ...request.request, ...never };
  });
  addEtagCache(octokit);
  paceRequests(octokit, patience, options.log);
  return octokit;
}

function ignore(): void {
  // Octokit's own lines tell nothing that the errors do not.
}

/** Reads may; a write only where the caller says so: a POST that failed on the way may have taken place. */
function mayRepeat(method: string, options: { readonly [option: string]: unknown }): boolean {
  return method === 'GET' || options['repeatable'] === true;
}

function throttle(options: {
  readonly apiUrl: string;
  readonly token: string;
  readonly log: (line: string) => void;
  readonly patience: Patience;
}): ThrottlingOptions {
  const { patience } = options;
  const waits = (
    retryAfter: number,
    request: { method: string; url: string },
    _: unknown,
    tries: number,
  ): boolean => {
    const willWait = retryAfter * 1000 <= patience.longestWaitMs && tries < patience.retries;
    if (willWait) options.log(`rate limit: waiting ${retryAfter} s for ${request.method} ${request.url}`);
    return willWait;
  };
  const limits = {
    // Connections of one token in one process share its rate.
    id: sha256(`${options.apiUrl}\n${options.token}`),
    onRateLimit: waits,
    onSecondaryRateLimit: waits,
  };
  return patience.pace === 'github' ? limits : { ...limits, write: unpaced(), notifications: unpaced() };
}

/** Stands in for the plugin's group of queues, and lets everything pass at once. */
function unpaced(): WriteGroup {
  const queue = { schedule: (_: unknown, pass: () => Promise<void>) => pass() };
  return { key: () => queue } as unknown as WriteGroup;
}
