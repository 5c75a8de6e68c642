import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { parseMarker } from '../../src/engine/view/markdown.ts';
import { openHost, type Host, type Runner, type World } from './world.ts';

const CHAIN = `name: Chain
on: { issues: { labels: [bug] } }
jobs:
  one: { runs-on: backend-engineer, prompt: One. }
  two: { needs: one, runs-on: qa-engineer, prompt: Two. }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

/** Wakes that begin at the same time, each with its own connections. */
async function wakeAtOnce(world: World, count: number): Promise<void> {
  const runners: Runner[] = [];
  for (let i = 0; i < count; i += 1) runners.push(await world.runner());
  await Promise.all(runners.map((runner) => runner.wake()));
}

async function expectOneCopyEach(world: World, bead: number): Promise<void> {
  const ours = (await world.as('ada').comments.on(bead))
    .filter(({ author }) => author.login === 'treadle[bot]')
    .map(({ body }) => parseMarker(body));
  expect(ours.toSorted(), `on #${bead}`).toEqual([...new Set(ours)].toSorted());
}

describe('several wakes at once', () => {
  test.each([2, 4])('%i of them apply every fact once and leave one copy of each effect', async (count) => {
    const world = await host.newWorld({ workflows: { fix: CHAIN } });
    const beads = [await world.fileBead('One'), await world.fileBead('Two'), await world.fileBead('Three')];
    await wakeAtOnce(world, count);
    for (const bead of beads) await world.report('blake', bead, { summary: `one ${bead}` });
    await wakeAtOnce(world, count);
    for (const bead of beads) await world.report('quinn', bead, { summary: `two ${bead}` });
    await wakeAtOnce(world, count);
    // What a wake did after another one had settled it, the next one finds.
    await (await world.runner()).wake();
    for (const bead of beads) {
      expect(await world.history.events(`${bead}-1`)).toEqual([
        'run_started',
        'report_received',
        'report_received',
      ]);
      expect(await world.history.finished(`${bead}-1`)).toMatchObject({ conclusion: 'success' });
      expect((await world.as('ada').issues.get(bead))?.state).toBe('closed');
      await expectOneCopyEach(world, bead);
    }
    expect(world.notices.some((notice) => notice.type === 'conflict')).toBe(true);
    await world.history.expectSound();
  });

  test('that begin on a branch that does not exist yet make one beginning', async () => {
    const world = await host.newWorld({ workflows: { fix: CHAIN } });
    await wakeAtOnce(world, 4);
    const commits = await world.history.commits();
    expect(commits.map(({ event }) => event?.type)).toEqual(['initialised']);
  });
});

describe('a wake that keeps losing', () => {
  test('gives up with an error that says that nothing is lost, and nothing is', async () => {
    const world = await host.newWorld({ workflows: { fix: CHAIN }, store: 'memory' });
    const bead = await world.fileBead();
    const tip = await world.history.tip();
    const losing = await world.runner({
      store: (store) => ({
        ...store,
        begin: (base) => {
          const batch = store.begin(base);
          return {
            get tip() {
              return batch.tip;
            },
            append: (draft) => batch.append(draft),
            publish: () => Promise.resolve('conflict'),
          };
        },
      }),
    });
    await expect(losing.wake()).rejects.toMatchObject({ code: 'state-contended' });
    expect(await world.history.tip()).toBe(tip);
    await (await world.runner()).wake();
    expect(await world.history.events(`${bead}-1`)).toEqual(['run_started']);
  });
});
