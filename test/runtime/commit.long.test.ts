import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { COMMITTED } from './committed.ts';
import { openHost, type Host, type World } from './world.ts';

const REVIEWED = COMMITTED.replace(
  '  merge:\n',
  `  read:
    type: approval
    needs: mend
    runs-on: ceo
    pull-request: "\${{ needs.mend.outputs.pull-request }}"
    on-rejected: mend
  merge:
`,
).replace('needs: mend\n    runs-on: engineering', 'needs: [mend, read]\n    runs-on: engineering');

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  world = await host.newWorld({ workflows: { fix: COMMITTED }, store: 'memory' });
});
afterEach(() => world.history.expectSound());

const wake = async (): Promise<void> => {
  await (await world.runner()).wake();
};
const line = async (run: string, job: string): Promise<string> =>
  (await world.history.run(run)).run.jobs[job]?.status ?? 'none';

/** A bead whose fix is a pull request that the engineering manager is asked about. */
async function offered(
  files: Readonly<Record<string, string>>,
): Promise<{ bead: number; run: string; pull: number; branch: string }> {
  const bead = await world.fileBead();
  await wake();
  const branch = `fix-${bead}`;
  const pull = await world.openPull('blake', branch, files);
  await world.report('blake', bead, { outputs: { 'pull-request': `#${pull}` } });
  await wake();
  return { bead, run: `${bead}-1`, pull, branch };
}

const bases = async (): Promise<readonly string[]> =>
  (await world.git('log', '--first-parent', '--format=%s', 'main')).split('\n');

describe('a commit', () => {
  test('merges the reviewed head with two parents, under a lease, and the bead is closed when it is verified', async () => {
    const { bead, run, pull } = await offered({ 'src/new.txt': 'new\n' });
    await world.report('emma', bead, { summary: 'Good.' });
    await wake();
    expect((await bases())[0]).toBe(`Merge #${pull} for #${bead}`);
    const { outputs } = await world.history.job(run, 'merge');
    expect(outputs['sha']).toBe(await world.git('rev-parse', 'main'));
    expect((await world.git('show', '-s', '--format=%P', 'main')).split(' ')).toHaveLength(2);
    expect((await world.history.run(run)).queue).toMatchObject({ entries: [], lease: null });
    await world.report('quinn', bead, {});
    await wake();
    expect((await world.history.run(run)).run.conclusion).toBe('success');
    expect((await world.as('ada').issues.get(bead))?.state).toBe('closed');
  });

  test('keeps a bead open that the fix would close, until it is verified', async () => {
    const { bead, run } = await offered({ 'src/new.txt': 'new\n' });
    const pull = (await world.as('ada').pulls.fromBranch(`fix-${bead}`))?.number ?? 0;
    await world.rest('blake', 'PATCH', `/pulls/${pull}`, { body: `Fixes #${bead}` });
    await world.report('emma', bead, {});
    await wake();
    await wake();
    expect((await world.as('ada').issues.get(bead))?.state).toBe('open');
    expect(await line(run, 'verify')).toBe('in_progress');
  });

  test('opens a bead again that the merge closes later, whoever merged, and not one that a person closes', async () => {
    const held = (isHeld: boolean): Promise<unknown> =>
      world.admin('PUT', `/repositories/${world.repository}/closings`, { held: isHeld });
    await held(true);
    const ours = await offered({ 'src/new.txt': 'new\n' });
    const theirs = await offered({ 'src/other.txt': 'other\n' });
    for (const { pull, bead } of [ours, theirs])
      await world.rest('blake', 'PATCH', `/pulls/${pull}`, { body: `Fixes #${bead}` });
    await world.report('emma', ours.bead, {});
    await world.report('emma', theirs.bead, {});
    await world.rest('ada', 'PUT', `/pulls/${theirs.pull}/merge`, {});
    await wake();
    for (const { run } of [ours, theirs]) expect(await line(run, 'verify')).toBe('in_progress');
    world.clock.later(60);
    await held(false);
    for (const { bead } of [ours, theirs])
      expect((await world.as('ada').issues.get(bead))?.state).toBe('closed');
    await wake();
    await wake();
    for (const { bead, run } of [ours, theirs]) {
      expect((await world.as('ada').issues.get(bead))?.state).toBe('open');
      expect(await line(run, 'verify')).toBe('in_progress');
      const events = await world.history.events(run);
      expect(events.filter((type) => type === 'issue_closed')).toHaveLength(1);
    }
    world.clock.later(1);
    await world.as('ada').issues.close(ours.bead, 'not_planned');
    await wake();
    expect((await world.history.run(ours.run)).run.conclusion).toBe('cancelled');
  });

  test('is not verified by anybody once the base branch was moved back behind it, and not taken for merged again', async () => {
    const { bead, run, pull } = await offered({ 'src/new.txt': 'new\n' });
    const before = await world.git('rev-parse', 'main');
    await world.report('emma', bead, {});
    await wake();
    await world.git('update-ref', 'refs/heads/main', before);
    await world.report('quinn', bead, {});
    await wake();
    const told = /^main does not contain the merge [0-9a-f]{10}: the branch was moved since/;
    expect((await world.history.job(run, 'mend')).feedback?.text).toMatch(told);
    expect((await world.as('ada').issues.get(bead))?.state).toBe('open');
    await world.report('blake', bead, { outputs: { 'pull-request': `#${pull}` } });
    await wake();
    await world.report('emma', bead, {});
    await wake();
    expect((await world.history.job(run, 'mend')).feedback?.text).toMatch(/which main does not contain/);
  });

  test('refuses a head that moved after the engineering manager saw it', async () => {
    const { bead, run, pull, branch } = await offered({ 'src/new.txt': 'new\n' });
    await world.report('emma', bead, { summary: 'Good as I saw it.' });
    await world.push('blake', branch, 'src/new.txt', 'something else\n');
    await wake();
    expect((await world.as('ada').pulls.get(pull))?.merged).toBe(false);
    expect(await line(run, 'mend')).toBe('in_progress');
    expect((await world.history.job(run, 'mend')).feedback?.text).toMatch(/when it was reviewed and is/);
  });

  test('sends a conflict back with the paths', async () => {
    const { bead, run } = await offered({ 'src/total.txt': 'one\nTWO\nthree\n' });
    await world.push('ada', 'main', 'src/total.txt', 'one\n2\nthree\n');
    await world.report('emma', bead, {});
    await wake();
    const { feedback } = await world.history.job(run, 'mend');
    expect(feedback?.from).toBe('merge');
    expect(feedback?.text).toMatch(/conflicts with main.*src\/total\.txt/);
    expect(await bases()).not.toContain(expect.stringContaining('Merge #'));
  });

  test('of protected paths is refused without an approval of the pull request itself', async () => {
    const { bead, run, pull } = await offered({ 'src/new.txt': 'new\n', 'AGENTS.md': 'Obey.\n' });
    await world.report('emma', bead, {});
    await wake();
    expect((await world.as('ada').pulls.get(pull))?.merged).toBe(false);
    expect((await world.history.job(run, 'mend')).feedback?.text).toMatch(
      /AGENTS\.md.*always needs an approval/,
    );
  });

  test('of a pull request that was closed goes back', async () => {
    const { bead, run, pull } = await offered({ 'src/new.txt': 'new\n' });
    await world.as('ada').pulls.close(pull);
    await world.report('emma', bead, {});
    await wake();
    expect((await world.history.job(run, 'mend')).feedback?.text).toMatch(/closed without a merge/);
  });

  test('that a person made already is taken for what it is', async () => {
    const { bead, run, pull } = await offered({ 'src/new.txt': 'new\n' });
    await world.rest('ada', 'PUT', `/pulls/${pull}/merge`, {});
    await world.report('emma', bead, {});
    await wake();
    expect(await line(run, 'verify')).toBe('in_progress');
    expect((await world.history.job(run, 'merge')).outputs['sha']).toBe(await world.git('rev-parse', 'main'));
  });
});

describe('a code approval', () => {
  const files = { 'AGENTS.md': 'Obey.\n' };

  test('lets protected paths in, for the head that was approved', async () => {
    world = await host.newWorld({ workflows: { fix: REVIEWED }, store: 'memory' });
    const { bead, run, pull } = await offered(files);
    await world.review('ada', pull, 'approve');
    await wake();
    await world.report('emma', bead, {});
    await wake();
    expect((await world.as('ada').pulls.get(pull))?.merged).toBe(true);
    expect(await line(run, 'verify')).toBe('in_progress');
  });

  test('is void when the pull request changes, before and after it was given', async () => {
    world = await host.newWorld({ workflows: { fix: REVIEWED }, store: 'memory' });
    const { bead, run, pull, branch } = await offered(files);
    await world.review('ada', pull, 'approve');
    await world.push('blake', branch, 'AGENTS.md', 'Obey me.\n');
    await wake();
    expect(await line(run, 'read')).toBe('waiting');
    await world.review('ada', pull, 'approve');
    await wake();
    expect(await line(run, 'merge')).toBe('in_progress');
    await world.push('blake', branch, 'AGENTS.md', 'Obey me alone.\n');
    await world.report('emma', bead, {});
    await wake();
    expect((await world.as('ada').pulls.get(pull))?.merged).toBe(false);
    expect(await line(run, 'merge')).not.toBe('completed');
  });
});

describe("the CEO's word that approved", () => {
  test('is read again at the merge: without its comment it is void, and asked for anew', async () => {
    world = await host.newWorld({ workflows: { fix: REVIEWED }, store: 'memory' });
    const { bead, run, pull } = await offered({ 'src/new.txt': 'new\n' });
    const word = await world.comment('ada', bead, '/treadle approve read I looked at it myself');
    await wake();
    await world.report('emma', bead, {});
    await world.as('ada').comments.remove(word);
    await wake();
    expect((await world.as('ada').pulls.get(pull))?.merged).toBe(false);
    expect((await world.history.job(run, 'read')).gate).toMatchObject({
      answer: null,
      voided: ['the comment by which ada approved is gone'],
    });
    await world.comment('ada', bead, '/treadle approve read And I mean it');
    await wake();
    await world.report('emma', bead, {});
    await wake();
    expect((await world.as('ada').pulls.get(pull))?.merged).toBe(true);
  });
});

describe('the commit queue', () => {
  test('keeps the order, one at a time, also when a run starts meanwhile', async () => {
    const first = await offered({ 'src/a.txt': 'a\n' });
    const second = await offered({ 'src/b.txt': 'b\n' });
    const third = await offered({ 'src/c.txt': 'c\n' });
    for (const { bead } of [second, third, first]) await world.report('emma', bead, {});
    const late = await world.fileBead();
    await wake();
    const merges = (await bases()).filter((subject) => subject.startsWith('Merge #')).reverse();
    expect(merges).toEqual([second, third, first].map(({ pull, bead }) => `Merge #${pull} for #${bead}`));
    for (const { run } of [first, second, third]) expect(await line(run, 'verify')).toBe('in_progress');
    expect(await line(`${late}-1`, 'mend')).toBe('in_progress');
    expect((await world.history.run(first.run)).queue).toMatchObject({ entries: [], lease: null });
  });

  test('is not forgotten by a run that starts while another one merges', async () => {
    const { bead, run, pull } = await offered({ 'src/a.txt': 'a\n' });
    await world.report('emma', bead, {});
    let late = 0;
    const runner = await world.runner({
      forge: (forge) => ({
        ...forge,
        pulls: {
          ...forge.pulls,
          merge: async (number, merge) => {
            late = await world.fileBead('Something else');
            await wake();
            expect((await world.history.run(run)).queue.lease?.run).toBe(run);
            return forge.pulls.merge(number, merge);
          },
        },
      }),
    });
    await runner.wake();
    expect((await world.as('ada').pulls.get(pull))?.merged).toBe(true);
    expect(await line(run, 'verify')).toBe('in_progress');
    expect(await line(`${late}-1`, 'mend')).toBe('in_progress');
  });

  test('goes on after a lease ran out, and first looks whether the merge took place', async () => {
    const { bead, run, pull } = await offered({ 'src/a.txt': 'a\n' });
    await world.report('emma', bead, {});
    const dying = await world.runner({
      forge: (forge) => ({
        ...forge,
        pulls: {
          ...forge.pulls,
          merge: async (number, merge) => {
            await forge.pulls.merge(number, merge);
            throw new Error('the power went out');
          },
        },
      }),
    });
    await expect(dying.wake()).rejects.toThrow('the power went out');
    expect(await line(run, 'merge')).toBe('in_progress');
    world.clock.later(6 * 60);
    await wake();
    expect(await line(run, 'verify')).toBe('in_progress');
    expect(await world.history.events(run)).not.toContain('deadline_passed');
    expect((await bases()).filter((subject) => subject === `Merge #${pull} for #${bead}`)).toHaveLength(1);
  });

  test('gives the lease of a runner that died before the merge to the next one', async () => {
    const { bead, run, pull } = await offered({ 'src/a.txt': 'a\n' });
    const other = await offered({ 'src/b.txt': 'b\n' });
    await world.report('emma', bead, {});
    const dying = await world.runner({
      forge: (forge) => ({
        ...forge,
        pulls: { ...forge.pulls, merge: () => Promise.reject(new Error('the power went out')) },
      }),
    });
    await expect(dying.wake()).rejects.toThrow('the power went out');
    await world.report('emma', other.bead, {});
    await wake();
    expect(await line(other.run, 'merge')).toBe('pending');
    world.clock.later(6 * 60);
    await wake();
    expect(await line(other.run, 'verify')).toBe('in_progress');
    world.clock.later(10 * 60);
    await wake();
    await wake();
    expect(await line(run, 'verify')).toBe('in_progress');
    expect((await world.as('ada').pulls.get(pull))?.merged).toBe(true);
  });
});

describe('required checks', () => {
  const rule = (isStrict: boolean): unknown => ({
    name: 'checks',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
    // Ada may push without them.
    bypass_actors: [{ actor_id: 5, actor_type: 'RepositoryRole', bypass_mode: 'always' }],
    rules: [
      {
        type: 'required_status_checks',
        parameters: {
          strict_required_status_checks_policy: isStrict,
          required_status_checks: [{ context: 'build' }],
        },
      },
    ],
  });
  const tell = async (pull: number, state: string): Promise<void> => {
    const head = (await world.as('ada').pulls.get(pull))?.head.oid ?? '';
    await world.rest('ada', 'POST', `/statuses/${head}`, { state, context: 'build' });
  };

  test('are awaited before the lease, and the merge names who made the change', async () => {
    const { bead, run, pull } = await offered({ 'src/new.txt': 'new\n' });
    await world.rest('ada', 'POST', '/rulesets', rule(false));
    await world.report('emma', bead, {});
    await wake();
    expect(await line(run, 'merge')).toBe('pending');
    expect((await world.history.job(run, 'merge')).merge?.checks).toMatchObject({
      state: 'pending',
      names: ['build'],
    });
    expect((await world.history.run(run)).queue).toMatchObject({ entries: [], lease: null });
    const before = await world.history.tip();
    await wake();
    expect(await world.history.tip()).toBe(before);
    await tell(pull, 'success');
    await wake();
    expect(await line(run, 'verify')).toBe('in_progress');
    expect(await world.git('log', '-1', '--format=%b', 'main')).toMatch(/^Co-authored-by: blake <.+>$/m);
  });

  test('that fail go back to rework with their names', async () => {
    const { bead, run, pull } = await offered({ 'src/new.txt': 'new\n' });
    await world.rest('ada', 'POST', '/rulesets', rule(false));
    await tell(pull, 'failure');
    await world.report('emma', bead, {});
    await wake();
    expect((await world.history.job(run, 'mend')).feedback?.text).toBe(
      `The required checks of #${pull} failed: build.`,
    );
  });

  test('of a head that must be up to date send it back when the base moved on', async () => {
    const { bead, run, pull } = await offered({ 'src/new.txt': 'new\n' });
    await world.rest('ada', 'POST', '/rulesets', rule(true));
    await tell(pull, 'success');
    await world.push('ada', 'main', 'src/total.txt', 'one\n');
    await world.report('emma', bead, {});
    await wake();
    expect((await world.history.job(run, 'mend')).feedback?.text).toMatch(/is behind its base branch/);
  });
});

test('of two beads whose fixes touch the same file the second is done again on the first, and none is lost', async () => {
  const first = await offered({ 'src/total.txt': 'ONE\ntwo\nthree\n', 'src/one.txt': '1\n' });
  const second = await offered({ 'src/total.txt': 'one, but other\ntwo\nthree\n', 'src/two.txt': '2\n' });
  await world.report('emma', first.bead, {});
  await world.report('emma', second.bead, {});
  await wake();
  expect(await world.git('show', 'main:src/total.txt')).toBe('ONE\ntwo\nthree');
  expect((await world.as('ada').pulls.get(second.pull))?.merged).toBe(false);
  const { feedback } = await world.history.job(second.run, 'mend');
  expect(feedback?.text).toMatch(/conflicts with main in src\/total\.txt: changed on both sides/);
  expect(feedback?.text).not.toContain('src/two.txt');
  const again = await world.openPull('blake', 'again', {
    'src/total.txt': 'ONE, but other\ntwo\nthree\n',
    'src/two.txt': '2\n',
  });
  await world.report('blake', second.bead, { outputs: { 'pull-request': `#${again}` } });
  await wake();
  await world.report('emma', second.bead, {});
  await wake();
  expect(await line(second.run, 'verify')).toBe('in_progress');
  expect(await world.git('show', 'main:src/total.txt')).toBe('ONE, but other\ntwo\nthree');
  expect(await world.git('show', 'main:src/one.txt')).toBe('1');
});

test('of several beads that conflict with each other each is done again once, in order, on top of those before', async () => {
  const offer = (text: string): ReturnType<typeof offered> =>
    offered({ 'src/total.txt': `${text}\ntwo\nthree\n` });
  const beads = [await offer('first'), await offer('second'), await offer('third')] as const;
  const [, second, third] = beads;
  for (const { bead } of beads) await world.report('emma', bead, {});
  await wake();
  expect(await world.git('show', 'main:src/total.txt')).toBe('first\ntwo\nthree');
  expect(await line(second.run, 'mend')).toBe('in_progress');
  // To do the third again now would be in vain: the second changes the same line.
  expect(await line(third.run, 'merge')).toBe('pending');
  expect((await world.history.run(third.run)).queue).toMatchObject({
    reworked: { run: second.run },
    entries: [{ run: third.run, behind: second.run }],
  });
  const again = async ({ bead, run }: typeof second, text: string): Promise<void> => {
    const pull = await world.openPull('blake', `again-${bead}`, { 'src/total.txt': `${text}\ntwo\nthree\n` });
    await world.report('blake', bead, { outputs: { 'pull-request': `#${pull}` } });
    await wake();
    await world.report('emma', bead, {});
    await wake();
    expect(await line(run, 'verify')).toBe('in_progress');
    expect((await world.history.job(run, 'mend')).attempts).toHaveLength(2);
  };
  await again(second, 'first, second');
  expect(await line(third.run, 'mend')).toBe('in_progress');
  await again(third, 'first, second, third');
  expect(await world.git('show', 'main:src/total.txt')).toBe('first, second, third\ntwo\nthree');
  expect((await world.history.run(third.run)).queue).toEqual({
    version: 1,
    base: 'main',
    entries: [],
    lease: null,
  });
});
