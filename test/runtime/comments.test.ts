import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openHost, type Host, type World } from './world.ts';

const ONE_TASK = `name: One task
on: { issues: { labels: [bug] } }
jobs:
  look:
    runs-on: backend-engineer
    max-turns: 6
    prompt: Look at it.
    outputs: { cause: { required: true } }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

/** A bead whose one task was dispatched by comment. */
async function dispatched(text = ONE_TASK): Promise<{ world: World; bead: number; run: string }> {
  const world = await host.newWorld({ workflows: { fix: text } });
  const bead = await world.fileBead();
  await (await world.runner()).wake();
  return { world, bead, run: `${bead}-1` };
}

const commentsOf = async (world: World, bead: number): Promise<readonly string[]> =>
  (await world.as('ada').comments.on(bead)).map((comment) => comment.body);

describe('a comment agent', () => {
  test('is called by a comment with a marker, and its answer carries the run to its end', async () => {
    const { world, bead, run } = await dispatched();
    const call = (await commentsOf(world, bead)).find((body) => body.includes('@blake'));
    expect(call).toMatch(/^<!-- treadle:[\w-]+ -->\n/);
    await world.report('blake', bead, { outputs: { cause: 'a typo' } });
    await (await world.runner()).wake();
    expect((await world.history.run(run)).run.conclusion).toBe('success');
    expect((await world.history.job(run, 'look')).outputs).toEqual({ cause: 'a typo' });
    expect((await world.as('ada').issues.get(bead))?.state).toBe('closed');
    expect(await world.history.events(run)).toEqual(['run_started', 'report_received']);
    await world.history.expectSound();
  });
});
