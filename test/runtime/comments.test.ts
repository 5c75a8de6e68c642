import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openHost, reportBlock, type Host, type World } from './world.ts';

const ONE_TASK = `name: One task
on: { issues: { labels: [bug] } }
jobs:
  look:
    runs-on: backend-engineer
    max-turns: 6
    prompt: Look at it.
    outputs: { cause: { required: true } }
`;

/** Both jobs are Blake's. */
const TWO_TASKS = `${ONE_TASK}
  mend:
    needs: look
    runs-on: backend-engineer
    prompt: Mend it.
    outputs: { cause: { required: true } }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

interface Dispatched {
  readonly world: World;
  readonly bead: number;
  readonly run: string;
}

const worlds = new Map<string, Promise<World>>();

/** A bead of its own whose first task was dispatched by comment. */
async function dispatched(text = ONE_TASK): Promise<Dispatched> {
  const opened = worlds.get(text) ?? host.newWorld({ workflows: { fix: text }, store: 'memory' });
  worlds.set(text, opened);
  const world = await opened;
  const bead = await world.fileBead();
  await wake(world);
  return { world, bead, run: `${bead}-1` };
}

async function wake(world: World): Promise<readonly string[]> {
  return (await (await world.runner()).wake()).remarks;
}

const commentsOf = async (world: World, bead: number): Promise<readonly string[]> =>
  (await world.as('ada').comments.on(bead)).map((comment) => comment.body);

const turnsOf = async ({ world, run }: Dispatched, job = 'look'): Promise<readonly string[]> =>
  (await world.history.job(run, job)).attempts.flatMap((one) => one.turns.map((turn) => turn.outcome));

describe('a comment agent', () => {
  test('is called by a comment with a marker, and its answer carries the run to its end', async () => {
    const { world, bead, run } = await dispatched();
    const call = (await commentsOf(world, bead)).find((body) => body.includes('@blake'));
    expect(call).toMatch(/^<!-- treadle:[\w-]+ -->\n/);
    await world.report('blake', bead, { outputs: { cause: 'a typo' } });
    await wake(world);
    expect((await world.history.run(run)).run.conclusion).toBe('success');
    expect((await world.history.job(run, 'look')).outputs).toEqual({ cause: 'a typo' });
    expect((await world.as('ada').issues.get(bead))?.state).toBe('closed');
    expect(await world.history.events(run)).toEqual(['run_started', 'report_received']);
    await world.history.expectSound();
  });

  test('answers for each leg of a matrix by its id', async () => {
    const legs = ONE_TASK.replace('prompt: Look at it.', 'prompt: Look at ${{ matrix.part }}.').replace(
      '    max-turns: 6',
      '    strategy: { matrix: { part: [api, web] } }',
    );
    const at = await dispatched(legs);
    const { world, bead, run } = at;
    const calls = (await commentsOf(world, bead)).filter((body) => body.includes('@blake'));
    expect(calls.map((body) => /Look at \w+/.exec(body)?.[0])).toEqual(['Look at api', 'Look at web']);
    await world.report('blake', bead, { outputs: { cause: 'which?' } });
    expect((await wake(world)).join()).toContain("look.0, look.1): the report must say which, with 'job:'");
    for (const job of ['look.1', 'look.0'])
      await world.report('blake', bead, { job, outputs: { cause: job } });
    await wake(world);
    expect((await world.history.run(run)).run.conclusion).toBe('success');
    expect((await world.history.job(run, 'look')).outputs).toEqual({ cause: 'look.0' });
    await world.history.expectSound();
  });

  test('may be answered for by another holder of the role', async () => {
    const { world, bead, run } = await dispatched();
    await world.report('casey', bead, { outputs: { cause: 'a typo' } });
    await wake(world);
    expect((await world.history.run(run)).run.conclusion).toBe('success');
  });

  test.each([
    { name: 'a stranger', say: (world: World, bead: number) => world.report('cleo', bead, GOOD) },
    {
      name: 'a member of another role',
      say: (world: World, bead: number) => world.report('emma', bead, GOOD),
    },
    {
      name: 'any workflow',
      say: (world: World, bead: number) => world.anyWorkflow.comments.create(bead, reportBlock(GOOD)),
    },
  ])('is not answered for by $name', async ({ say }) => {
    const at = await dispatched();
    await say(at.world, at.bead);
    const remarks = await wake(at.world);
    expect(await turnsOf(at)).toEqual(['open']);
    expect(remarks.join()).toMatch(/has no dispatch in run/);
    expect(await at.world.history.events(at.run)).toEqual(['run_started', 'outsider_refused']);
  });

  test('is not answered for by any workflow even where the settings name its account', async () => {
    const world = await host.newWorld({
      store: 'memory',
      workflows: { fix: ONE_TASK },
      roles: 'roles:\n  ceo: [ada]\n  backend-engineer: ["github-actions[bot]", blake]\n',
    });
    const bead = await world.fileBead();
    await wake(world);
    await world.anyWorkflow.comments.create(bead, reportBlock(GOOD));
    await wake(world);
    expect(await world.history.events(`${bead}-1`)).toEqual(['run_started', 'outsider_refused']);
  });

  test.each([
    { name: 'a quoted block', body: reportBlock({ outputs: { cause: 'x' } }).replaceAll(/^/gm, '> ') },
    { name: 'a block in another fence', body: `~~~~\n${reportBlock({ outputs: { cause: 'x' } })}\n~~~~` },
    { name: 'plain words', body: 'On my way.' },
    { name: 'the marker of a comment of ours', body: '<!-- treadle:abc -->\nDone!' },
  ])('answers nothing by $name', async ({ body }) => {
    const at = await dispatched();
    await at.world.comment('blake', at.bead, body);
    await wake(at.world);
    expect(await turnsOf(at)).toEqual(['open']);
  });

  test('gets one clear reply to a malformed answer, which costs a turn', async () => {
    const at = await dispatched();
    const { world, bead } = at;
    await world.comment('blake', bead, '```treadle\noutcome: maybe\n```');
    await wake(world);
    await wake(world);
    expect(await turnsOf(at)).toEqual(['malformed', 'open']);
    expect((await commentsOf(world, bead)).filter((body) => body.includes('could not be used'))).toHaveLength(
      1,
    );
    await world.report('blake', bead, GOOD);
    await wake(world);
    expect(await turnsOf(at)).toEqual(['malformed', 'success']);
    await world.history.expectSound();
  });

  test('that cannot be read as a command is replied to once, whoever may overrule each time', async () => {
    const at = await dispatched();
    const { world, bead } = at;
    const replies = async (): Promise<number> =>
      (await commentsOf(world, bead)).filter((body) => body.includes('nothing was done')).length;
    for (const word of ['thanks', 'thanks', 'welcome']) {
      await world.comment('blake', bead, `/treadle ${word}`);
      expect((await wake(world)).join()).toContain('the command of blake was not followed');
    }
    expect(await replies()).toBe(1);
    for (const word of ['aprove it', 'aprove it']) await world.comment('ada', bead, `/treadle ${word}`);
    await wake(world);
    expect(await replies()).toBe(3);
    expect(await turnsOf(at)).toEqual(['open']);
    await world.history.expectSound();
  });

  test('that names another job than it was given is no outsider: that is a malformed answer', async () => {
    const at = await dispatched();
    const { world, bead } = at;
    await world.report('blake', bead, { ...GOOD, job: 'lock' });
    await wake(world);
    expect(await turnsOf(at)).toEqual(['malformed', 'open']);
    const said = (await commentsOf(world, bead)).join();
    expect(said).toContain('it says that it answers the job "lock", and "look" was asked for');
    expect(said).not.toContain('Thank you, blake');
  });

  test('is told once that it came too late', async () => {
    const at = await dispatched(TWO_TASKS);
    const { world, bead, run } = at;
    await world.report('blake', bead, GOOD);
    await world.report('ada', bead, GOOD);
    await wake(world);
    expect((await world.history.run(run)).run.jobs['mend']?.status).toBe('in_progress');
    await world.report('blake', bead, { ...GOOD, outputs: { cause: 'something else' }, job: 'look' });
    await world.report('blake', bead, { ...GOOD, outputs: { cause: 'a third thing' }, job: 'look' });
    await wake(world);
    const refusals = (await commentsOf(world, bead)).filter(
      (body) => body.startsWith('<!-- ') && body.includes('is over'),
    );
    expect(refusals).toHaveLength(1);
    expect((await world.history.job(run, 'look')).outputs).toEqual({ cause: 'a typo' });
    expect(await turnsOf(at, 'mend')).toEqual(['open']);
    await world.history.expectSound();
  });
});

const GOOD = { outputs: { cause: 'a typo' } } as const;

describe('a comment that is edited', () => {
  test('counts in its latest version when it was not counted yet', async () => {
    const at = await dispatched();
    const { world, bead } = at;
    const comment = await world.comment('blake', bead, 'Looking at it.');
    await wake(world);
    world.clock.later(60);
    await world.as('blake').comments.update(comment, `Found it.\n\n${reportBlock(GOOD)}`);
    await wake(world);
    expect(await turnsOf(at)).toEqual(['success']);
  });

  test.each([
    { name: 'the same answer with a typo mended', later: reportBlock({ ...GOOD, summary: 'Found.' }) },
    {
      name: 'another outcome',
      later: reportBlock({ outcome: 'failure', summary: 'No, it cannot be done.' }),
    },
    { name: 'a malformed answer', later: '```treadle\noutcome: maybe\n```' },
  ])('after it counted, does not answer the next dispatch by $name', async ({ later }) => {
    const at = await dispatched(TWO_TASKS);
    const { world, bead } = at;
    const comment = await world.report('blake', bead, GOOD);
    await wake(world);
    expect(await turnsOf(at, 'mend')).toEqual(['open']);
    world.clock.later(60);
    await world.as('blake').comments.update(comment, later);
    expect((await wake(world)).join()).toMatch(/counts once/);
    expect(await turnsOf(at, 'mend')).toEqual(['open']);
    expect(await turnsOf(at)).toEqual(['success']);
  });

  test('after it counted as malformed, does not count again as an answer', async () => {
    const at = await dispatched();
    const { world, bead } = at;
    const comment = await world.comment('blake', bead, '```treadle\noutcome: maybe\n```');
    await wake(world);
    await world.as('blake').comments.update(comment, reportBlock(GOOD));
    await wake(world);
    expect(await turnsOf(at)).toEqual(['malformed', 'open']);
  });
});

describe('the same answer twice', () => {
  test('answers one dispatch, not also the one that it led to', async () => {
    const at = await dispatched(TWO_TASKS);
    const { world, bead } = at;
    await world.report('blake', bead, GOOD);
    await world.report('blake', bead, GOOD);
    await wake(world);
    expect(await turnsOf(at)).toEqual(['success']);
    expect(await turnsOf(at, 'mend')).toEqual(['open']);
    expect((await commentsOf(world, bead)).filter((body) => body.includes('is over'))).toEqual([]);
    await world.history.expectSound();
  });

  test('is a turn each, when the agent asked for more turns and says the same again', async () => {
    const at = await dispatched();
    const { world, bead } = at;
    for (const summary of ['still at it', 'still at it']) {
      await world.report('blake', bead, { outcome: 'continue', summary });
      await wake(world);
    }
    expect(await turnsOf(at)).toEqual(['continue', 'continue', 'open']);
  });
});
