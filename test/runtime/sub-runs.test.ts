/** A workflow that calls another, by whole wakes. */
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openHost, type Host } from './world.ts';

const OUTER = `name: Outer
on: { issues: { labels: [bug] } }
jobs:
  call: { uses: ./.github/treadle/workflows/inner.yml, with: { what: tea } }
  after: { needs: call, runs-on: qa-engineer, prompt: "Taste \${{ needs.call.outputs.answer }}" }
`;
const INNER = `on:
  workflow_call:
    inputs: { what: { type: string, required: true } }
    outputs: { answer: { value: "\${{ jobs.make.outputs.answer }}" } }
jobs:
  make: { runs-on: backend-engineer, prompt: "Make \${{ inputs.what }}", outputs: { answer: { required: true } } }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

test('the bead is worked in a run of its own, and the caller goes on in the push that ends it', async () => {
  const world = await host.newWorld({ workflows: { outer: OUTER, inner: INNER }, store: 'memory' });
  const bead = await world.fileBead();
  await (await world.runner()).wake();
  expect((await world.history.run(`${bead}-2`)).run.parent).toMatchObject({ run: `${bead}-1`, job: 'call' });
  expect(await world.history.events(`${bead}-2`)).toEqual(['run_started']);

  await world.report('blake', bead, { outputs: { answer: 'a pot' } });
  await (await world.runner()).wake();
  const { run } = await world.history.run(`${bead}-1`);
  expect([run.jobs['call']?.result, run.jobs['after']?.status]).toEqual(['success', 'in_progress']);
  expect(await world.history.events(`${bead}-1`)).toEqual(['run_started', 'sub_run_completed']);

  await world.report('quinn', bead, {});
  await (await world.runner()).wake();
  await (await world.runner()).wake();
  expect(await world.history.finished(`${bead}-1`)).toMatchObject({ conclusion: 'success' });
  expect(await world.history.finished(`${bead}-2`)).toMatchObject({ conclusion: 'success' });
  await world.history.expectSound();
});
