import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { openHost, type Host, type World } from './world.ts';

const GREET = `name: Greet
on: { workflow_dispatch: { inputs: { who: { required: true }, times: { type: number, default: 1 } } } }
jobs:
  one: { runs-on: backend-engineer, prompt: "Greet \${{ inputs.who }}." }
`;
const BUG = `name: Bug
on: { issues: { labels: [bug] } }
jobs:
  one: { runs-on: backend-engineer, prompt: One. }
`;

let host: Host;
let world: World;
let bead: number;
beforeAll(async () => {
  host = await openHost();
  world = await host.newWorld({
    workflows: { greet: GREET, fix: BUG, broken: 'jobs: {}\n' },
    store: 'memory',
  });
});
afterAll(() => host.close());
beforeEach(async () => {
  bead = await world.fileBead('Somebody is not greeted', []);
  await wake();
});
afterEach(() => world.history.expectSound());

const wake = async (): Promise<string> => (await (await world.runner()).wake()).remarks.join();
/** What Treadle says on the bead. */
const told = async (): Promise<readonly string[]> =>
  (await world.as('ada').comments.on(bead))
    .filter(({ author }) => author.login === 'treadle[bot]')
    .map(({ body }) => body);

test('whoever may write starts a run by a comment, with inputs, once', async () => {
  await world.comment('casey', bead, '/treadle start greet who="the whole shop"');
  await wake();
  await wake();
  const [started, ...others] = await world.history.transitions(`${bead}-1`);
  expect(others).toEqual([]);
  expect(started?.author.name).toBe('casey');
  const { run } = await world.history.run(`${bead}-1`);
  expect(run.trigger).toMatchObject({
    event: 'workflow_dispatch',
    inputs: { who: 'the whole shop', times: 1 },
    actor: { login: 'casey' },
  });
});

test.each([
  { name: 'an unknown workflow', says: '/treadle start gret who=me', why: "there is no workflow 'gret'" },
  { name: 'a missing input', says: '/treadle start greet', why: "the workflow needs the input 'who'" },
  { name: 'an unknown input', says: '/treadle start greet whom=me', why: "the workflow has no input 'whom'" },
  {
    name: 'a workflow that is not started by hand',
    says: '/treadle start fix',
    why: 'cannot be started by hand',
  },
  { name: 'a workflow with errors', says: '/treadle start broken', why: 'broken.yml' },
])('$name is told on the issue', async ({ says, why }) => {
  await world.comment('ada', bead, says);
  expect(await wake()).toContain(why);
  expect((await told()).join()).toContain('Nothing was started.');
  expect(await world.history.events(`${bead}-1`)).toEqual([]);
});

test('a later start settles what was told', async () => {
  await world.comment('ada', bead, '/treadle start greet');
  await wake();
  await world.comment('ada', bead, '/treadle start greet who=me');
  await wake();
  expect((await told()).filter((body) => body.includes('Settled: run'))).toHaveLength(1);
  await world.comment('ada', bead, '/treadle start greet who=you');
  expect(await wake()).toContain(`has the active run ${bead}-1`);
});

test('a stranger starts nothing, and is not answered', async () => {
  await world.comment('cleo', bead, '/treadle start greet who=me');
  expect(await wake()).toContain('cleo may not write here');
  expect(await told()).toEqual([]);
});

test('neither an edited comment nor one on a closed issue starts anything', async () => {
  const comment = await world.comment('ada', bead, 'Greet them.');
  world.clock.later(2);
  await world.as('ada').comments.update(comment, '/treadle start greet who=me');
  expect(await wake()).toContain('the comment was edited');
  await world.as('ada').issues.close(bead, 'completed');
  await world.comment('ada', bead, '/treadle start greet who=me');
  expect(await wake()).toContain('the issue is closed');
  expect(await world.history.events(`${bead}-1`)).toEqual([]);
});
