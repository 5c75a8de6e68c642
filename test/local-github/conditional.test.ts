import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openWorld, type World } from './world.ts';

describe('pages, conditions, times, limits', () => {
  let world: World;
  let time = Date.parse('2026-11-02T08:00:00.750Z');
  beforeAll(async () => {
    world = await openWorld(undefined, { clock: () => new Date(time), requestsPerHour: 200 });
    for (let number = 1; number <= 7; number += 1) {
      await world.alice.issues.create({
        ...world.at,
        title: `Issue ${number}`,
        labels: number % 2 === 0 ? ['even'] : [],
      });
      time += 60_000;
    }
  });
  afterAll(async () => {
    expect(world.server.violations()).toEqual([]);
    await world.dispose();
  });

  it('gives pages that Octokit can follow', async () => {
    const { alice, at } = world;
    const all = await alice.paginate(alice.issues.listForRepo, { ...at, per_page: 2 });
    expect(all.map(({ number }) => number)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    const second = await alice.issues.listForRepo({ ...at, per_page: 3, page: 2 });
    expect(second.headers.link).toContain('rel="prev"');
    expect(second.headers.link).toContain('page=3>; rel="next"');
    expect(second.headers.link).toContain('page=3>; rel="last"');
    expect((await alice.issues.listForRepo({ ...at, page: 9 })).data).toEqual([]);
  });

  it.each([
    { named: 'since', query: { since: '2026-11-02T08:05:00Z' }, numbers: [7, 6] },
    { named: 'labels', query: { labels: 'EVEN' }, numbers: [6, 4, 2] },
    { named: 'ascending', query: { direction: 'asc' as const, per_page: 2 }, numbers: [1, 2] },
    { named: 'creator', query: { creator: 'bob' }, numbers: [] },
    { named: 'closed', query: { state: 'closed' as const }, numbers: [] },
  ])('filters by $named', async ({ query, numbers }) => {
    const { alice, at } = world;
    const found = await alice.issues.listForRepo({ ...at, ...query });
    expect(found.data.map(({ number }) => number)).toEqual(numbers);
  });

  it('has times of whole seconds, and brings what changed since', async () => {
    const { alice, bob, at } = world;
    const issue = await alice.issues.get({ ...at, issue_number: 1 });
    expect(issue.data.created_at).toBe('2026-11-02T08:00:00Z');
    const early = await bob.issues.createComment({ ...at, issue_number: 1, body: 'early' });
    time += 60_000;
    await bob.issues.createComment({ ...at, issue_number: 2, body: 'late' });
    time += 60_000;
    await bob.issues.updateComment({ ...at, comment_id: early.data.id, body: 'edited' });
    const since = new Date(time - 60_000).toISOString();
    const found = await alice.issues.listCommentsForRepo({ ...at, since, sort: 'updated', direction: 'asc' });
    expect(found.data.map(({ body }) => body)).toEqual(['late', 'edited']);
    const onIssue = await alice.issues.listComments({
      ...at,
      issue_number: 2,
      since: new Date(time).toISOString(),
    });
    expect(onIssue.data).toEqual([]);
  });

  it('answers 304 to whoever has the answer already, and does not count it', async () => {
    const { alice, at } = world;
    const first = await alice.issues.get({ ...at, issue_number: 3 });
    const headers = { 'if-none-match': first.headers.etag ?? '' };
    const same = alice.issues.get({ ...at, issue_number: 3, headers });
    await expect(same).rejects.toMatchObject({ status: 304 });
    const before = (await alice.rateLimit.get()).data.rate.used;
    await alice.issues.get({ ...at, issue_number: 3, headers }).catch(() => undefined);
    expect((await alice.rateLimit.get()).data.rate.used).toBe(before);
    await alice.issues.update({ ...at, issue_number: 3, title: 'changed' });
    expect((await alice.issues.get({ ...at, issue_number: 3, headers })).data.title).toBe('changed');
  });

  it('refuses more requests than the hour allows, and allows them in the next', async () => {
    const { carol, at } = world;
    let refused: unknown = null;
    for (let count = 0; count <= 200 && refused === null; count += 1) {
      refused = await carol.repos.get(at).then(
        () => null,
        (error: unknown) => error,
      );
    }
    expect(refused).toMatchObject({ status: 403, response: { headers: { 'x-ratelimit-remaining': '0' } } });
    time += 3_600_000;
    expect((await carol.repos.get(at)).headers['x-ratelimit-remaining']).toBe('199');
  });
});
