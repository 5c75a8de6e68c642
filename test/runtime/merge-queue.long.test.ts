/** A base branch that takes changes through a merge queue only. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { COMMITTED } from './committed.ts';
import { openHost, type Host, type Person, type World } from './world.ts';

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  world = await host.newWorld({ workflows: { fix: COMMITTED }, store: 'memory' });
  await queueMerges();
});
/** @param bypass accounts that may push past the queue */
async function queueMerges(bypass: readonly unknown[] = []): Promise<void> {
  await world.rest('ada', 'POST', '/rulesets', {
    name: 'queue',
    bypass_actors: bypass,
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
}
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

const APPROVED = COMMITTED.replace(
  '  merge:\n    type: commit\n    needs: mend\n',
  `  approve: { type: approval, needs: mend, runs-on: ceo, prompt: Do it? }
  merge:
    type: commit
    needs: [mend, approve]
`,
);

const ROLES = `roles:
  ceo: [ada, otto]
  engineering-manager: [emma]
  qa-engineer: [quinn]
  backend-engineer: [blake]
`;

/** Has the settings on the default branch name one CEO alone. */
const nameCeo = (login: Person): Promise<unknown> =>
  world.push('ada', 'main', '.github/treadle.yml', ROLES.replace('[ada, otto]', `[${login}]`));

const approvals: readonly {
  readonly name: string;
  readonly give: (bead: number, pull: number) => Promise<number>;
  readonly takeBack: (id: number, pull: number) => Promise<unknown>;
}[] = [
  {
    name: 'a review that is dismissed',
    give: (_, pull) => world.review('otto', pull, 'approve'),
    takeBack: (id, pull) =>
      world.rest('ada', 'PUT', `/pulls/${pull}/reviews/${id}/dismissals`, { message: 'No, wait.' }),
  },
  {
    name: 'a review of somebody who can no longer write',
    give: (_, pull) => world.review('otto', pull, 'approve'),
    takeBack: () =>
      world.admin('PUT', `/repositories/${world.repository}/collaborators/otto`, { permission: 'read' }),
  },
  {
    name: "the CEO's word that is edited",
    give: (bead) => world.comment('ada', bead, '/treadle approve Do it.'),
    takeBack: (id) => world.as('ada').comments.update(id, 'I meant another one.'),
  },
  {
    name: 'a review of somebody who is no CEO any more',
    give: (_, pull) => world.review('otto', pull, 'approve'),
    takeBack: () => nameCeo('ada'),
  },
  {
    name: 'the word of somebody who is no CEO any more',
    give: (bead) => world.comment('otto', bead, '/treadle approve Do it.'),
    takeBack: () => nameCeo('ada'),
  },
];
test.each(approvals)(
  '$name takes what rests on it out of the queue, and is asked for again',
  async (approval) => {
    world = await host.newWorld({ workflows: { fix: APPROVED }, roles: ROLES });
    await queueMerges([{ actor_id: 5, actor_type: 'RepositoryRole', bypass_mode: 'always' }]);
    const bead = await world.fileBead();
    const run = `${bead}-1`;
    await wake();
    const fix = await world.openPull('blake', `fix-${bead}`, { 'src/a.txt': 'new\n' });
    await tell((await world.as('ada').pulls.get(fix))?.head.oid ?? '', 'success');
    await world.report('blake', bead, { outputs: { 'pull-request': `#${fix}` } });
    await wake();
    const asked = (await world.history.job(run, 'approve')).gate?.pull ?? 0;
    const id = await approval.give(bead, asked);
    await wake();
    await world.report('emma', bead, {});
    await wake();
    expect(await groups()).toHaveLength(1);
    const before = await world.history.tip();
    await wake();
    expect(await world.history.tip()).toBe(before);
    world.clock.later(1);
    await approval.takeBack(id, asked);
    await wake();
    expect(await groups()).toEqual([]);
    expect(await line(run, 'approve')).toBe('waiting');
    expect(await line(run, 'merge')).toBe('queued');
    expect((await world.history.job(run, 'approve')).gate?.voided).toHaveLength(1);
    expect((await world.as('ada').pulls.get(fix))?.merged).toBe(false);
  },
);
