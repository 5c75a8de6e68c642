import { afterAll, beforeAll, expect, test } from 'vitest';

import { coldWake } from './budget/cold-wake.ts';
import { openHost, STATE_BRANCH, type Host } from './world.ts';

const FIX = `
on: { issues: { labels: [bug] } }
jobs: { look: { runs-on: backend-engineer, prompt: Look at it. } }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

test('a ruleset on the state branch lets the App of Treadle write it, and nobody else', async () => {
  const world = await host.newWorld({ workflows: { fix: FIX } });
  const { id } = await world.as('treadle[bot]').people.viewer();
  await world.rest('ada', 'POST', '/rulesets', {
    name: 'State of Treadle',
    enforcement: 'active',
    conditions: { ref_name: { include: [`refs/heads/${STATE_BRANCH}`], exclude: [] } },
    rules: ['creation', 'update', 'deletion', 'non_fast_forward'].map((type) => ({ type })),
    bypass_actors: [{ actor_id: id, actor_type: 'Integration', bypass_mode: 'always' }],
  });
  await coldWake(world);
  const bead = await world.fileBead();
  await coldWake(world);
  await world.report('blake', bead, {});
  await coldWake(world);
  expect(await world.history.finished(`${bead}-1`)).toMatchObject({ conclusion: 'success' });

  const tip = await world.history.tip();
  for (const person of ['ada', 'blake'] as const) {
    await expect(world.push(person, STATE_BRANCH, 'runs/forged.json', '{}')).rejects.toThrow(
      /Cannot update this protected ref/,
    );
  }
  expect(await world.history.tip()).toBe(tip);
});
