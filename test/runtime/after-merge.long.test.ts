/** Workflows that are started after a merge which starts none by itself. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { COMMITTED } from './committed.ts';
import { openHost, type Host, type RunnerOptions, type World } from './world.ts';

const CI = 'name: CI\non: { push: { branches: [main] }, workflow_dispatch: }\njobs: {}\n';

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
afterEach(() => world.history.expectSound());

const newWorld = (settings: string, ci = CI): Promise<World> =>
  host.newWorld({
    workflows: { fix: COMMITTED },
    settings,
    files: { '.github/workflows/ci.yml': ci },
    store: 'memory',
  });

const byDefaultToken = (options: RunnerOptions = {}): ReturnType<World['runner']> =>
  world.runner({ token: world.tokenOf('github-actions[bot]' as 'ada'), ...options });

/** A bead whose fix the engineering manager just agreed to. */
async function agreed(): Promise<number> {
  const bead = await world.fileBead();
  await (await byDefaultToken()).wake();
  const pull = await world.openPull('blake', `fix-${bead}`, { 'src/new.txt': 'new\n' });
  await world.report('blake', bead, { outputs: { 'pull-request': `#${pull}` } });
  await (await byDefaultToken()).wake();
  await world.report('emma', bead, {});
  return bead;
}

interface ListedRun {
  readonly event: string;
  readonly head_branch: string;
  readonly head_sha: string;
}

async function runsOfCi(): Promise<readonly ListedRun[]> {
  const { workflow_runs: runs } = (await world.rest('ada', 'GET', '/actions/runs')) as {
    workflow_runs: readonly ListedRun[];
  };
  return runs.filter(({ head_branch: branch }) => branch === 'main');
}

test('the default token starts them once on the merged commit', async () => {
  world = await newWorld('after-merge: [ci.yml]\n');
  const bead = await agreed();
  await (await byDefaultToken()).wake();
  await (await byDefaultToken()).wake();
  expect(await runsOfCi()).toMatchObject([
    { event: 'workflow_dispatch', head_sha: await world.git('rev-parse', 'main') },
  ]);
  expect((await world.history.run(`${bead}-1`)).run.outbox).toEqual([]);
});

test('without the setting the default token starts none, and an App need not', async () => {
  world = await newWorld('');
  await agreed();
  await (await byDefaultToken()).wake();
  expect(await runsOfCi()).toEqual([]);
  world = await newWorld('after-merge: [ci.yml]\n');
  await agreed();
  await (await world.runner()).wake();
  expect(await runsOfCi()).toMatchObject([{ event: 'push', head_sha: await world.git('rev-parse', 'main') }]);
});

test('a start whose answer was lost is adopted by the next wake', async () => {
  world = await newWorld('after-merge: [ci.yml]\n');
  await agreed();
  const dying = await byDefaultToken({
    forge: (forge) => ({
      ...forge,
      workflows: {
        ...forge.workflows,
        start: async (wanted) => {
          await forge.workflows.start(wanted);
          throw new Error('the power went out');
        },
      },
    }),
  });
  await expect(dying.wake()).rejects.toThrow('the power went out');
  expect(await runsOfCi()).toHaveLength(1);
  world.clock.later(20 * 60);
  await (await byDefaultToken()).wake();
  expect(await runsOfCi()).toHaveLength(1);
});

test('one that cannot be started is said on the bead once, and the run goes on', async () => {
  world = await newWorld('after-merge: [ci.yml]\n', 'name: CI\non: push\njobs: {}\n');
  const bead = await agreed();
  await (await byDefaultToken()).wake();
  await (await byDefaultToken()).wake();
  const { run } = await world.history.run(`${bead}-1`);
  expect(run.jobs['merge']).toMatchObject({ status: 'completed', conclusion: 'success' });
  expect(run.jobs['verify']?.status).toBe('in_progress');
  expect(run.outbox).toEqual([]);
  const said = (await world.as('ada').comments.on(bead)).filter(({ body }) =>
    body.includes('after the merge'),
  );
  expect(said).toHaveLength(1);
  expect(said[0]?.body).toMatch(/ci\.yml.*could not be started on main.*workflow_dispatch/s);
});
