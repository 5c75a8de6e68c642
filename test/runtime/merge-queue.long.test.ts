/** A base branch that takes changes through a merge queue only. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { COMMITTED } from './committed.ts';
import { openHost, type Host, type World } from './world.ts';

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  world = await host.newWorld({ workflows: { fix: COMMITTED }, store: 'memory' });
  await world.rest('ada', 'POST', '/rulesets', {
    name: 'queue',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
    rules: [
      { type: 'merge_queue', parameters: { merge_method: 'MERGE' } },
      {
        type: 'required_status_checks',
        parameters: {
          strict_required_status_checks_policy: false,
          required_status_checks: [{ context: 'build' }],
        },
      },
    ],
  });
});
afterEach(() => world.history.expectSound());

const wake = async (): Promise<void> => {
  await (await world.runner()).wake();
};
const line = async (run: string, job: string): Promise<string> =>
  (await world.history.run(run)).run.jobs[job]?.status ?? 'none';
const tell = (sha: string, state: string): Promise<unknown> =>
  world.rest('ada', 'POST', `/statuses/${sha}`, { state, context: 'build' });

/** A bead whose fix is agreed to, with its own checks passed. */
async function agreed(
  path: string,
): Promise<{ readonly bead: number; readonly run: string; readonly pull: number }> {
  const bead = await world.fileBead();
  await wake();
  const pull = await world.openPull('blake', `fix-${bead}`, { [path]: 'new\n' });
  await tell((await world.as('ada').pulls.get(pull))?.head.oid ?? '', 'success');
  await world.report('blake', bead, { outputs: { 'pull-request': `#${pull}` } });
  await wake();
  await world.report('emma', bead, {});
  return { bead, run: `${bead}-1`, pull };
}

/** The commits that would be merged, in the order of the queue. */
async function groups(): Promise<readonly string[]> {
  const refs = await world.git('for-each-ref', '--format=%(objectname)', 'refs/heads/gh-readonly-queue');
  return refs.split('\n').filter((oid) => oid !== '');
}

test('the pull request is enqueued under the lease, awaited without it, and merged by the queue', async () => {
  const first = await agreed('src/a.txt');
  const second = await agreed('src/b.txt');
  await wake();
  for (const { run, pull } of [first, second]) {
    expect(await line(run, 'merge')).toBe('pending');
    expect((await world.history.job(run, 'merge')).merge).toMatchObject({
      pull,
      checks: { state: 'enqueued' },
    });
  }
  expect((await world.history.run(first.run)).queue).toMatchObject({ entries: [], lease: null });
  const before = await world.history.tip();
  await wake();
  expect(await world.history.tip()).toBe(before);
  for (const group of await groups()) await tell(group, 'success');
  await wake();
  await wake();
  for (const { run } of [first, second]) expect(await line(run, 'verify')).toBe('in_progress');
  const merged = (await world.git('log', '--first-parent', '--format=%s', 'main')).split('\n').slice(0, 2);
  expect(merged).toEqual([second, first].map(({ pull }) => expect.stringContaining(`#${pull} `) as unknown));
});

test('what the queue puts out goes back to rework; what is not wanted any more is taken out', async () => {
  const failing = await agreed('src/a.txt');
  await wake();
  const [group = ''] = await groups();
  await tell(group, 'failure');
  await wake();
  expect(await line(failing.run, 'mend')).toBe('in_progress');
  expect((await world.history.job(failing.run, 'mend')).feedback?.text).toContain('failed checks');
  const unwanted = await agreed('src/b.txt');
  await wake();
  expect(await groups()).toHaveLength(1);
  await world.comment('ada', unwanted.bead, '/treadle cancel no longer needed');
  await wake();
  expect(await groups()).toEqual([]);
  expect((await world.as('ada').pulls.get(unwanted.pull))?.merged).toBe(false);
});
