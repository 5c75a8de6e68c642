import { GITHUB_LIMITS, type RateLimit } from './rate-bucket.ts';

/** How long the connection waits, and how often it tries again, before it gives up with an error. */
export interface Patience {
  /** Further tries of a request that may be repeated, after a network failure or a 5xx; and of any request that a rate limit refused. */
  readonly retries: number;
  /** The unit of the back-off: the n-th further try comes n² units after the last. */
  readonly retryBaseMs: number;
  /** The longest wait a rate limit may ask for; beyond it, `forge-rate-limited` is thrown at once. */
  readonly longestWaitMs: number;
  /** How long one request may take, its answer included. */
  readonly timeoutMs: number;
  /** `github`: writes keep GitHub's distances (1 s, and 3 s where people are notified). `none`: as fast as they come. */
  readonly pace: 'github' | 'none';
  /** What may be sent within a time, by this connection. */
  readonly rate: readonly RateLimit[];
}

/**
 * What suits an address. A server on this machine answers at once or is down, and limits no rate.
 *
 * GitHub's distances: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export function patienceFor(apiUrl: string): Patience {
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(apiUrl).hostname);
  return {
    retries: 3,
    retryBaseMs: local ? 50 : 1000,
    longestWaitMs: 60_000,
    timeoutMs: 30_000,
    pace: local ? 'none' : 'github',
    rate: local ? [] : GITHUB_LIMITS,
  };
}
