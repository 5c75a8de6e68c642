/** Two runs of different beads in one concurrency group, by whole wakes. */
import { afterAll, beforeAll, expect, test } from 'vitest';

import { groupCodec } from '../../src/codec/documents.ts';
import { layout } from '../../src/codec/layout.ts';
import { openHost, type Host, type World } from './world.ts';

const DEPLOY = `name: Deploy
on: { issues: { labels: [bug] } }
jobs:
  deploy: { runs-on: backend-engineer, prompt: Deploy., concurrency: production }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

const statusOf = async (world: World, run: string): Promise<string | undefined> =>
  (await world.history.run(run)).run.jobs['deploy']?.status;

test('the second waits for the first, and goes on in the push that ends it', async () => {
  const world = await host.newWorld({ workflows: { deploy: DEPLOY }, store: 'memory' });
  const first = await world.fileBead('First');
  await (await world.runner()).wake();
  const second = await world.fileBead('Second');
  await (await world.runner()).wake();
  expect(await statusOf(world, `${first}-1`)).toBe('in_progress');
  expect(await statusOf(world, `${second}-1`)).toBe('pending');

  await world.report('blake', first, {});
  await (await world.runner()).wake();
  expect(await statusOf(world, `${second}-1`)).toBe('in_progress');
  expect(await world.history.events(`${second}-1`)).toEqual(['run_started', 'group_moved']);
  const documents = await world.history.documents();
  const group = await documents.read(layout.group('production'), groupCodec);
  expect(group).toMatchObject({ running: { run: `${second}-1`, job: 'deploy' }, pending: [] });

  await world.report('blake', second, {});
  await (await world.runner()).wake();
  expect(
    await (await world.history.documents()).read(layout.group('production'), groupCodec),
  ).toBeUndefined();
  await world.history.expectSound();
});
