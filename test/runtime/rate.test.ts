import { afterAll, beforeAll, expect, test } from 'vitest';

import { countedFetch } from './requests.ts';
import { openHost, type Host, type World } from './world.ts';

const SIMPLE = `name: Simple
on: { issues: { labels: [bug] } }
jobs:
  look: { runs-on: backend-engineer, prompt: Look. }
  also: { runs-on: web-designer, prompt: Look again. }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

const callsOf = async (world: World, bead: number): Promise<number> =>
  (await world.as('ada').comments.on(bead)).filter(({ body }) => body.includes(', this is yours')).length;

test.each([
  { status: 403, message: 'You have exceeded a secondary rate limit. Please wait.' },
  { status: 429, message: 'Too many requests' },
])(
  'what a rate limit ($status) holds up stays to be done, is no failure, and is told by when',
  async (limit) => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const bead = await world.fileBead();
    const counted = countedFetch((request) =>
      /^POST .*\/issues\/\d+\/comments$/.test(request)
        ? Response.json(
            { message: limit.message },
            { status: limit.status, headers: { 'retry-after': '3600' } },
          )
        : undefined,
    );
    const wake = await (await world.runner({ fetch: counted.fetch })).wake();
    // Two were on their way; after the refusal nothing more is sent.
    expect(counted.writes()).toHaveLength(2);
    const { outbox } = (await world.history.run(`${bead}-1`)).run;
    expect(outbox.map(({ effect, failures, problem }) => [effect.type, failures, problem])).toEqual([
      ['dispatch', 0, null],
      ['dispatch', 0, null],
      ['update_status', 0, null],
    ]);
    expect(wake.nextDue).not.toBeNull();
    expect(Date.parse(wake.nextDue ?? '')).toBeGreaterThanOrEqual(Date.parse(outbox[0]?.claim.until ?? ''));
    expect(world.notices.some((one) => one.type === 'problem' && /limits the rate/.test(one.message))).toBe(
      true,
    );
    expect(await callsOf(world, bead)).toBe(0);
    world.clock.later(11 * 60);
    await (await world.runner()).wake();
    expect(await callsOf(world, bead)).toBe(2);
    expect((await world.history.run(`${bead}-1`)).run.outbox).toEqual([]);
    await world.history.expectSound();
  },
);

test('a limit without an end is waited out for a minute at least', async () => {
  const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
  await world.fileBead();
  const fetch = countedFetch((request) =>
    /^POST .*\/comments$/.test(request)
      ? Response.json({ message: 'You have exceeded a secondary rate limit' }, { status: 403 })
      : undefined,
  ).fetch;
  const wake = await (await world.runner({ fetch, alone: true })).wake();
  expect(wake.nextDue).toBe(
    new Date(world.clock.date().getTime() + 60_000).toISOString().replace('.000Z', 'Z'),
  );
});
