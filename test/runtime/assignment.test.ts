import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openHost, type Host, type World } from './world.ts';

const TASK = `name: One task
on: { issues: { labels: [bug] } }
jobs:
  fix:
    runs-on: backend-engineer
    prompt: Mend it.
    outputs: { pull-request: { required: true } }
`;
/** The check sends the work back to whoever did it. */
const CHECKED = `${TASK}  check:
    needs: fix
    runs-on: qa-engineer
    prompt: Check it.
    max-attempts: 1
    on-failure: fix
`;
const SETTINGS = 'agents:\n  blake: { dispatch: assign }\n';

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

async function assigned(text = TASK): Promise<{ world: World; bead: number; run: string }> {
  const world = await host.newWorld({ workflows: { fix: text }, settings: SETTINGS, store: 'memory' });
  const bead = await world.fileBead();
  await wake(world);
  return { world, bead, run: `${bead}-1` };
}

const wake = async (world: World): Promise<void> => {
  world.clock.later(1);
  await (await world.runner()).wake();
};

const assigneesOf = async (world: World, bead: number): Promise<readonly string[]> => {
  const issue = (await world.rest('ada', 'GET', `/issues/${bead}`)) as {
    readonly assignees: readonly { readonly login: string }[];
  };
  return issue.assignees.map(({ login }) => login);
};

/** Opens a pull request of somebody's from a branch of its own. */
async function openPull(
  world: World,
  by: 'blake' | 'casey',
  options: { readonly body: string; readonly draft?: boolean; readonly base?: string },
): Promise<{ readonly number: number; readonly node: string }> {
  world.clock.later(1);
  const forge = world.as(by);
  const name = `${by}-${world.clock.date().getTime()}`;
  await forge.files.createBranchWithFile({
    name,
    from: (await forge.files.head('main')) ?? '',
    path: `${name}.txt`,
    text: 'mended\n',
    message: 'Mend it',
  });
  const { base = 'main', ...rest } = options;
  const made = (await world.rest(by, 'POST', '/pulls', { title: 'Mend it', head: name, base, ...rest })) as {
    readonly number: number;
    readonly node_id: string;
  };
  return { number: made.number, node: made.node_id };
}

async function ready(world: World, node: string): Promise<void> {
  world.clock.later(1);
  const query =
    'mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }';
  await world.graphql('blake', query, { id: node });
}

describe('an agent that beads are assigned to', () => {
  test('is assigned, and its pull request that leaves draft is the answer', async () => {
    const { world, bead, run } = await assigned();
    expect(await assigneesOf(world, bead)).toEqual(['blake']);
    const remote = (await world.history.job(run, 'fix')).attempts[0]?.turns[0]?.remote;
    expect(remote).toMatchObject({ assigned: true });
    const call = (await world.as('ada').comments.on(bead)).find(({ id }) => id === remote?.comment);
    expect(call?.body).toContain(`open a pull request that closes #${bead}`);
    expect(call?.body).not.toContain('@blake');
    const pull = await openPull(world, 'blake', { body: `Fixes #${bead}`, draft: true });
    await wake(world);
    expect(await world.history.events(run)).toEqual(['run_started']);
    await ready(world, pull.node);
    await wake(world);
    expect((await world.history.run(run)).run.conclusion).toBe('success');
    expect((await world.history.job(run, 'fix')).outputs).toEqual({ 'pull-request': String(pull.number) });
    await world.history.expectSound();
  });

  test('may open it ready, or answer by a comment', async () => {
    const one = await assigned();
    const pull = await openPull(one.world, 'blake', { body: `Closes #${one.bead}` });
    await wake(one.world);
    expect((await one.world.history.job(one.run, 'fix')).outputs).toEqual({
      'pull-request': String(pull.number),
    });
    const other = await assigned();
    await other.world.report('blake', other.bead, { outputs: { 'pull-request': '7' } });
    await wake(other.world);
    expect((await other.world.history.job(other.run, 'fix')).outputs).toEqual({ 'pull-request': '7' });
  });

  test.each([
    {
      name: 'somebody else opened',
      open: (world: World, bead: number) => openPull(world, 'casey', { body: `Fixes #${bead}` }),
    },
    {
      name: 'closes another bead',
      open: (world: World) => openPull(world, 'blake', { body: 'Fixes #99' }),
    },
  ])('is not answered for by a pull request that $name', async ({ open }) => {
    const { world, bead, run } = await assigned();
    await open(world, bead);
    await wake(world);
    expect(await world.history.events(run)).toEqual(['run_started']);
  });

  test('has to do something anew when it is asked again', async () => {
    const { world, bead, run } = await assigned(CHECKED);
    const pull = await openPull(world, 'blake', { body: `Fixes #${bead}` });
    await wake(world);
    await world.report('quinn', bead, { outcome: 'failure', summary: 'It is still broken' });
    await wake(world);
    await wake(world);
    const { attempts } = await world.history.job(run, 'fix');
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['success', 'running']);
    const draft =
      'mutation($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { clientMutationId } }';
    await world.graphql('blake', draft, { id: pull.node });
    await wake(world);
    await ready(world, pull.node);
    await wake(world);
    expect((await world.history.job(run, 'fix')).attempts.at(-1)?.outcome).toBe('success');
  });

  test('that is called off loses the bead, and is told', async () => {
    const { world, bead } = await assigned();
    await world.comment('ada', bead, '/treadle cancel enough');
    await wake(world);
    expect(await assigneesOf(world, bead)).toEqual([]);
    const said = (await world.as('ada').comments.on(bead)).map(({ body }) => body);
    expect(said.some((body) => body.includes('no longer counts'))).toBe(true);
  });

  test('that cannot be assigned is the CEO’s in the end', async () => {
    await host.admin('PUT', '/users/stranger', {});
    const world = await host.newWorld({
      workflows: { fix: TASK },
      roles: 'roles:\n  ceo: [ada]\n  backend-engineer: [stranger]\n',
      settings: 'agents:\n  stranger: { dispatch: assign }\n',
      store: 'memory',
    });
    const bead = await world.fileBead();
    await wake(world);
    const { escalation } = await world.history.job(`${bead}-1`, 'fix');
    expect(escalation?.reason).toContain('stranger cannot be assigned');
  });
});
