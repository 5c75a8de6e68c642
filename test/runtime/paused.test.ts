import { afterAll, beforeAll, expect, test } from 'vitest';

import { advance } from '../../src/runtime/advance.ts';
import { planWake } from '../../src/runtime/plan.ts';
import { openHost, type Host } from './world.ts';

const TWO = `name: Two
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

test('a stop of the repository holds dispatches, costs no push, and they go out once when it is lifted', async () => {
  const world = await host.newWorld({ workflows: { fix: TWO } });
  const bead = await world.fileBead();
  const runner = await world.runner();
  const { runtime } = runner;
  await runner.wake();
  await world.report('blake', bead, {});
  const calls = async (): Promise<number> =>
    (await world.as('ada').comments.on(bead)).filter(({ body }) => body.includes('@quinn')).length;

  const stopped = { ...runtime, paused: true };
  const plan = await planWake(stopped, null);
  expect(plan.transitions).toHaveLength(1);
  expect(plan.effects.map(({ effect }) => effect.type)).not.toContain('dispatch');
  const report = await advance(stopped);
  expect(report.transitions).toBe(1);
  expect(report.remarks.join()).toContain('TREADLE_PAUSED');
  const tip = await world.history.tip();
  world.clock.later(3_600);
  await advance(stopped);
  expect(await world.history.tip()).toBe(tip);
  expect(await calls()).toBe(0);

  await runner.wake();
  await runner.wake();
  expect(await calls()).toBe(1);
  await world.history.expectSound();
});
