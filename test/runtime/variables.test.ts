import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { configCodec } from '../../src/codec/documents.ts';
import { layout } from '../../src/codec/layout.ts';
import { openDocuments } from '../../src/store/documents.ts';
import { openHost, type Host, type World } from './world.ts';

const INNER = `on:
  workflow_call:
    inputs: { to: { type: string, default: "\${{ vars.Target }}" }, times: { type: number, default: "\${{ vars.TIMES }}" } }
    outputs: { said: { value: "\${{ jobs.say.outputs.text }} \${{ vars.LEVEL }}" } }
jobs:
  say: { type: decision, outputs: { text: "\${{ inputs.to }} \${{ inputs.times }} \${{ vars.LEVEL }}" } }
`;

const FIX = `on: { issues: { labels: [bug], if: "vars.OPEN == 'yes'" } }
run-name: Fix on \${{ vars.STAGE }}
concurrency: fix-\${{ vars.STAGE }}
env: { STAGE: "\${{ vars.STAGE }}" }
jobs:
  inner: { uses: ./.github/treadle/workflows/inner.yml }
  work:
    needs: inner
    if: vars.stage == 'live'
    name: Work on \${{ vars.STAGE }}
    runs-on: \${{ vars.ROLE }}
    timeout-minutes: \${{ fromJSON(vars.TIMES) }}
    prompt: \${{ env.STAGE }}, \${{ needs.inner.outputs.said }}, \${{ vars.UNKNOWN }}.
`;

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
afterEach(() => world.history.expectSound());

async function setVariables(values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values))
    await world.rest('ada', 'POST', '/actions/variables', { name, value });
}

describe('variables of the repository', () => {
  test('are those of when the run began, wherever an expression names them, in what it calls too', async () => {
    world = await host.newWorld({ workflows: { fix: FIX, inner: INNER }, store: 'memory' });
    const values = {
      OPEN: 'yes',
      STAGE: 'live',
      ROLE: 'backend-engineer',
      TARGET: 'all',
      TIMES: '7',
      LEVEL: 'a',
    };
    await setVariables({ ...values, PASSWORD_HINT: 'not for the state branch' });
    const bead = await world.fileBead();
    const runner = await world.runner();
    await runner.wake();
    const { run } = await world.history.run(`${bead}-1`);
    expect(run).toMatchObject({ title: 'Fix on live', groups: { '*': 'fix-live' } });
    const documents = openDocuments(await runner.runtime.store.read());
    expect((await documents.read(layout.config(run.config), configCodec))?.vars).toEqual(values);

    await world.rest('ada', 'PATCH', '/actions/variables/STAGE', { value: 'changed' });
    await world.rest('ada', 'PATCH', '/actions/variables/LEVEL', { value: 'changed' });
    await world.comment('ada', bead, '/treadle repin fix Take the new ones.');
    await (await world.runner()).wake({ intake: 'own' });
    const repinned = (await world.history.run(`${bead}-1`)).run.config;
    const later = openDocuments(await runner.runtime.store.read());
    expect((await later.read(layout.config(repinned), configCodec))?.vars).toEqual({
      ...values,
      STAGE: 'changed',
      LEVEL: 'changed',
    });
    const work = await world.history.job(`${bead}-1`, 'work');
    expect(work).toMatchObject({ role: 'backend-engineer' });
    const comments = await world.rest('ada', 'GET', `/issues/${bead}/comments`);
    expect(JSON.stringify(comments)).toContain('live, all 7 a a, .');
  });

  test('keep a run from being started where a trigger asks for another value', async () => {
    world = await host.newWorld({ workflows: { fix: FIX, inner: INNER }, store: 'memory' });
    await setVariables({ OPEN: 'no' });
    const bead = await world.fileBead();
    const report = await (await world.runner()).wake();
    expect([...report.touched.keys()]).not.toContain(`${bead}-1`);
  });

  test('are told of where they cannot be read, and then are empty', async () => {
    world = await host.newWorld({
      workflows: {
        fix: 'on: { issues: { labels: [bug] } }\nrun-name: "[${{ vars.A }}]"\njobs:\n  a: { runs-on: backend-engineer, prompt: x }\n',
      },
      store: 'memory',
    });
    await setVariables({ A: 'a' });
    const bead = await world.fileBead();
    const runner = await world.runner({
      forge: (forge) => ({ ...forge, variables: () => Promise.resolve(undefined) }),
    });
    const report = await runner.wake({ intake: 'own' });
    expect(report.remarks).toEqual([expect.stringContaining('fix: `vars` is empty') as unknown]);
    expect((await world.history.run(`${bead}-1`)).run.title).toBe('[]');
  });
});
