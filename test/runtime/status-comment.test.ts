import { afterAll, beforeAll, expect, test } from 'vitest';

import { countedFetch } from './requests.ts';
import { openHost, type Host, type World } from './world.ts';

const TASKS = `name: Two tasks
on: { issues: { labels: [bug] }, workflow_dispatch: }
jobs:
  look: { runs-on: backend-engineer, prompt: Look. }
  mend: { runs-on: web-designer, prompt: Mend. }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

async function dispatched(): Promise<{ world: World; bead: number }> {
  const world = await host.newWorld({ workflows: { fix: TASKS }, store: 'memory' });
  const bead = await world.fileBead();
  await (await world.runner()).wake();
  return { world, bead };
}

const statusesOf = async (world: World, bead: number) =>
  (await world.as('ada').comments.on(bead)).filter(({ body }) => body.startsWith('<!-- treadle:status/'));

test('a bead has one status comment, edited in place', async () => {
  const { world, bead } = await dispatched();
  const [first, other] = await statusesOf(world, bead);
  expect(other).toBeUndefined();
  expect(first?.body).toContain('`look` is with `blake`');
  await world.report('blake', bead, {});
  await (await world.runner()).wake();
  const [second, more] = await statusesOf(world, bead);
  expect(more).toBeUndefined();
  expect(second?.id).toBe(first?.id);
  expect(second?.body).not.toContain('`look` is with `blake`');
  expect(second?.body).toContain('<details><summary>History');
  await world.history.expectSound();
});

test('a text that it has already is not sent again', async () => {
  const { world, bead } = await dispatched();
  await world.report('blake', bead, {});
  await (await world.runner()).wake();
  const counted = countedFetch();
  const runner = await world.runner({ fetch: counted.fetch });
  // A late answer gets a word, and changes nothing that the status tells.
  await world.report('blake', bead, { summary: 'Once more' });
  await runner.wake();
  expect(counted.writes()).toEqual([`POST /repos/${world.repository}/issues/${bead}/comments`]);
  world.clock.later(60);
  await world.report('casey', bead, {});
  await runner.wake();
  expect(counted.writes().some((request) => request.startsWith('PATCH'))).toBe(true);
});

test('one that somebody deleted is written anew, once', async () => {
  const { world, bead } = await dispatched();
  const [first] = await statusesOf(world, bead);
  await world.as('ada').comments.remove(first?.id ?? 0);
  await world.report('blake', bead, {});
  await (await world.runner()).wake();
  const [second, more] = await statusesOf(world, bead);
  expect(more).toBeUndefined();
  expect(second?.id).not.toBe(first?.id);
});
