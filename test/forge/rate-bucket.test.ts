import { describe, expect, test } from 'vitest';

import { connectForge } from '../../src/forge/github/connect.ts';
import { createRateBucket, GITHUB_LIMITS, type RateBucket } from '../../src/forge/github/rate-bucket.ts';
import { faultyFetch } from './faulty-fetch.ts';

/** How many requests of a kind pass at a time. */
function passing(bucket: RateBucket, changes: number, nowMs: number): number {
  let passed = 0;
  while (bucket.take(changes, nowMs) === 0) passed += 1;
  return passed;
}

describe('a bucket with GitHub’s limits', () => {
  test('lets 80 writes a minute pass, and tells when the next may', () => {
    const bucket = createRateBucket(GITHUB_LIMITS);
    expect(passing(bucket, 1, 0)).toBe(80);
    expect(bucket.take(1, 20_000)).toBe(40_000);
    expect(bucket.take(0, 20_000)).toBe(0);
    expect(passing(bucket, 1, 60_000)).toBe(80);
  });

  test('lets 500 writes an hour pass', () => {
    const bucket = createRateBucket(GITHUB_LIMITS);
    const perMinute = Array.from({ length: 8 }, (_, minute) => passing(bucket, 1, minute * 60_000));
    expect(perMinute).toEqual([80, 80, 80, 80, 80, 80, 20, 0]);
    expect(bucket.take(1, 480_000)).toBe(3_600_000 - 480_000);
    expect(passing(bucket, 1, 3_600_000)).toBe(80);
  });

  test('lets 900 points a minute pass: a read is one, a write five', () => {
    const bucket = createRateBucket(GITHUB_LIMITS);
    expect(passing(bucket, 1, 0)).toBe(80);
    expect(passing(bucket, 0, 0)).toBe(500);
    expect(bucket.take(0, 59_000)).toBe(1_000);
    expect(bucket.take(0, 60_000)).toBe(0);
  });

  test('is closed as long as the forge asks for', () => {
    const bucket = createRateBucket(GITHUB_LIMITS);
    bucket.close(5_000);
    bucket.close(3_000);
    expect(bucket.take(0, 1_000)).toBe(4_000);
    expect(bucket.take(0, 5_000)).toBe(0);
  });
});

describe('a connection', () => {
  const connect = (faults: ReturnType<typeof faultyFetch>, more = {}) =>
    connectForge({
      apiUrl: 'http://127.0.0.1:9',
      repository: 'ada/loom',
      token: 't',
      fetch: faults.fetch,
      patience: { retries: 0, longestWaitMs: 0, ...more },
    });

  test('sends nothing beyond its limits, and says when it would', async () => {
    const faults = faultyFetch(() => Response.json({ id: 1 }));
    const forge = connect(faults, { rate: [{ counts: 'content', most: 2, windowMs: 3_600_000 }] });
    await forge.comments.create(1, 'one');
    await forge.comments.create(1, 'two');
    const failure: unknown = await forge.comments.create(1, 'three').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'forge-rate-limited' });
    const { retryAt } = (failure as { readonly facts: { readonly retryAt: string } }).facts;
    expect(Date.parse(retryAt) - Date.now()).toBeGreaterThan(3_500_000);
    expect(faults.sent).toHaveLength(2);
  });

  test('waits for its turn where that comes soon', async () => {
    const faults = faultyFetch(() => Response.json({ id: 1 }));
    const rate = [{ counts: 'content' as const, most: 1, windowMs: 50 }];
    const forge = connect(faults, { rate, longestWaitMs: 1_000 });
    await forge.comments.create(1, 'one');
    await forge.comments.create(1, 'two');
    expect(faults.sent).toHaveLength(2);
  });

  test.each([403, 429])('is silent after a %i with retry-after', async (status) => {
    const message = 'You have exceeded a secondary rate limit';
    const faults = faultyFetch(() =>
      Response.json({ message }, { status, headers: { 'retry-after': '600' } }),
    );
    const forge = connect(faults, { rate: [] });
    for (const text of ['one', 'two']) {
      await expect(forge.comments.create(1, text)).rejects.toMatchObject({ code: 'forge-rate-limited' });
    }
    expect(faults.sent).toHaveLength(1);
  });
});
