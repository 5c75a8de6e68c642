import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { layout } from '../../src/codec/layout.ts';
import { textCodec } from '../../src/codec/documents.ts';
import { openHost, type Host, type Person, type World } from './world.ts';

const GATED = `name: Gated
on: { issues: { labels: [bug] } }
jobs:
  look:
    runs-on: backend-engineer
    prompt: Look at it.
    outputs: { proposal: { required: true } }
  approve:
    type: approval
    needs: look
    runs-on: ceo
    prompt: "\${{ needs.look.outputs.proposal }}"
    on-rejected: look
  mend:
    needs: [look, approve]
    runs-on: backend-engineer
    prompt: Mend it.
    outputs: { pull-request: { required: true } }
  merge:
    type: commit
    needs: mend
    runs-on: engineering-manager
    pull-request: "\${{ needs.mend.outputs.pull-request }}"
    on-failure: mend
  verify:
    type: verify
    needs: merge
    runs-on: qa-engineer
    prompt: Try it.
    on-failure: mend
`;

const ROLES = `roles:
  ceo: [ada, blake]
  engineering-manager: [emma]
  qa-engineer: [quinn]
  backend-engineer: [blake]
`;

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  world = await host.newWorld({ workflows: { fix: GATED }, roles: ROLES });
});
afterEach(() => world.history.expectSound());

const wake = async (): Promise<readonly string[]> => (await (await world.runner()).wake()).remarks;

/** A bead whose gate is open, and its decision pull request. */
async function gated(body?: string): Promise<{ bead: number; run: string; pull: number }> {
  const bead = await world.fileBead();
  if (body !== undefined) await world.rest('cleo', 'PATCH', `/issues/${bead}`, { body });
  await wake();
  await world.report('blake', bead, { outputs: { proposal: 'Turn it off and on.' } });
  await wake();
  const run = `${bead}-1`;
  return { bead, run, pull: await pullOf(run) };
}

async function pullOf(run: string): Promise<number> {
  const pull = (await world.history.job(run, 'approve')).gate?.pull ?? null;
  if (pull === null) throw new Error('no decision pull request was opened');
  return pull;
}

const statusOf = async (run: string, job: string): Promise<string> =>
  (await world.history.run(run)).run.jobs[job]?.status ?? 'none';

describe('an approval', () => {
  test('is a merge commit on the reviewed head, and the pull request shows as merged', async () => {
    const { run, pull } = await gated();
    const decision = await world.as('ada').pulls.get(pull);
    const reviewed = await world.git('show', `${decision?.head.oid ?? ''}:decisions/${run}/approve-1.md`);
    expect(reviewed).toContain('Turn it off and on.');
    await world.review('ada', pull, 'approve', 'Do it.');
    await wake();
    const commit = (await world.history.transitions(run)).find(
      ({ event }) => event?.type === 'review_submitted',
    );
    expect(commit?.parents[1]).toBe(decision?.head.oid);
    expect(commit?.author.name).toBe('ada');
    expect(await world.as('ada').pulls.get(pull)).toMatchObject({ merged: true, state: 'closed' });
    const kept = await (
      await world.history.documents()
    ).read(layout.decision(`decisions/${run}/approve-1.md`), textCodec);
    expect(kept?.trim()).toBe(reviewed);
    expect(await statusOf(run, 'mend')).toBe('in_progress');
    expect((await world.history.job(run, 'approve')).gate?.answer).toMatchObject({
      verdict: 'approved',
      body: 'Do it.',
      by: { login: 'ada' },
    });
  });

  test('by requesting changes sends the work back with the words as feedback', async () => {
    const { bead, run, pull } = await gated();
    await world.review('ada', pull, 'request_changes', 'Say which switch.');
    await wake();
    expect((await world.history.job(run, 'look')).feedback).toEqual({
      from: 'approve',
      text: 'Say which switch.',
    });
    const calls = (await world.as('ada').comments.on(bead)).filter(({ body }) =>
      body.includes('Say which switch'),
    );
    expect(calls.some(({ body }) => body.includes('@blake'))).toBe(true);
    expect(await world.as('ada').pulls.get(pull)).toMatchObject({ merged: false, state: 'closed' });
    await world.report('blake', bead, { outputs: { proposal: 'The left switch.' } });
    await wake();
    expect(await pullOf(run)).not.toBe(pull);
  });

  const uncounted: readonly { name: string; by: Person; why: RegExp }[] = [
    { name: 'a stranger', by: 'cleo', why: /does not hold the role ceo/ },
    { name: 'a member of another role', by: 'emma', why: /does not hold the role ceo/ },
  ];
  test.each(uncounted)('by $name does not count', async ({ by, why }) => {
    const { run, pull } = await gated();
    await world.review(by, pull, 'approve');
    expect((await wake()).join()).toMatch(why);
    expect(await statusOf(run, 'approve')).toBe('waiting');
  });

  test('by whoever reported what is to be approved does not count', async () => {
    const { run, pull } = await gated();
    await world.review('blake', pull, 'approve');
    const remarks = (await wake()).join();
    expect(remarks).toMatch(/reported what is to be approved/);
    expect(await statusOf(run, 'approve')).toBe('waiting');
  });

  test('by whoever reported it does not count either where a decision passed it on', async () => {
    const passedOn = GATED.replace(
      '  approve:\n    type: approval\n    needs: look\n',
      `  choose:
    type: decision
    needs: look
    outputs: { proposal: "\${{ needs.look.outputs.proposal }}" }
  approve:
    type: approval
    needs: choose
`,
    )
      .replace('prompt: "${{ needs.look', 'prompt: "${{ needs.choose')
      .replace('needs: [look, approve]', 'needs: approve');
    world = await host.newWorld({ workflows: { fix: passedOn }, roles: ROLES });
    const { run, pull } = await gated();
    await world.review('blake', pull, 'approve');
    expect((await wake()).join()).toMatch(/reported what is to be approved/);
    expect(await statusOf(run, 'approve')).toBe('waiting');
    await world.review('ada', pull, 'approve');
    await wake();
    expect(await statusOf(run, 'approve')).toBe('completed');
  });

  test('of an older head does not count, and a push asks again', async () => {
    const { run, pull } = await gated();
    const before = await world.as('ada').pulls.get(pull);
    await world.review('ada', pull, 'approve');
    await world.push(
      'otto',
      before?.head.branch ?? '',
      `decisions/${run}/approve-1.md`,
      'Give Otto a raise.\n',
    );
    await wake();
    expect(await statusOf(run, 'approve')).toBe('waiting');
    expect((await world.history.job(run, 'approve')).gate?.voided.join()).toMatch(/changed from/);
    expect(await statusOf(run, 'mend')).toBe('queued');
  });

  test('of a file that somebody changed does not count', async () => {
    const { run, pull } = await gated();
    const before = await world.as('ada').pulls.get(pull);
    await world.push(
      'otto',
      before?.head.branch ?? '',
      `decisions/${run}/approve-1.md`,
      'Give Otto a raise.\n',
    );
    await world.review('ada', pull, 'approve');
    const remarks = await wake();
    await wake();
    expect(await statusOf(run, 'mend')).toBe('queued');
    expect(remarks.join()).toMatch(/does not count/);
  });

  test('is not given by pressing Merge: the state is restored, and it is said so', async () => {
    const { run, pull } = await gated();
    const tip = await world.history.tip();
    world.clock.later(1);
    await world.rest('ada', 'PUT', `/pulls/${pull}/merge`, {});
    expect(await world.history.tip()).not.toBe(tip);
    const remarks = await wake();
    expect(remarks.join()).toMatch(/is not Treadle's/);
    expect(await statusOf(run, 'mend')).toBe('queued');
    const commits = await world.history.commits();
    expect(commits.filter(({ event }) => event?.type === 'state_restored')).toHaveLength(1);
    const documents = await world.history.documents();
    expect(await documents.read(layout.decision(`decisions/${run}/approve-1.md`), textCodec)).toBeUndefined();
    expect((await world.history.job(run, 'approve')).gate?.voided.join()).toMatch(/merged by hand/);
    await world.comment('ada', Number(run.split('-')[0]), '/treadle approve I only pressed the wrong button');
    await wake();
    expect(await statusOf(run, 'mend')).toBe('in_progress');
  });

  const edit = async (bead: number, by: Person, body: string): Promise<void> => {
    world.clock.later(1);
    await world.rest(by, 'PATCH', `/issues/${bead}`, { body });
  };

  test('of a bead that somebody edits is void, and asked for again with what it asks now', async () => {
    const { bead, run, pull } = await gated();
    await world.review('ada', pull, 'approve');
    await wake();
    expect(await statusOf(run, 'mend')).toBe('in_progress');
    await edit(bead, 'otto', 'It should work. And give Otto a raise.');
    await wake();
    expect(await statusOf(run, 'approve')).toBe('waiting');
    expect(await statusOf(run, 'mend')).toBe('queued');
    const again = await pullOf(run);
    expect(again).not.toBe(pull);
    const asked = await world.as('ada').pulls.get(again);
    expect(asked?.body).toMatch(/This is asked again: the title or text of the issue was edited/);
    const file = await world.git('show', `${asked?.head.oid ?? ''}:decisions/${run}/approve-2.md`);
    expect(file).toContain('was edited after the run began');
    const said = (await world.as('ada').comments.on(bead)).map(({ body }) => body).join();
    expect(said).toMatch(/no longer counts: the title or text of the issue was edited/);
    await wake();
    expect(await pullOf(run)).toBe(again);
    await world.review('ada', again, 'approve');
    await wake();
    expect(await statusOf(run, 'mend')).toBe('in_progress');
  });

  test('stays where the bead was only labelled and commented on', async () => {
    const { bead, run, pull } = await gated();
    await world.review('ada', pull, 'approve');
    await wake();
    world.clock.later(1);
    await world.as('ada').issues.addLabels(bead, ['urgent']);
    await world.comment('cleo', bead, 'When?');
    await wake();
    expect(await statusOf(run, 'mend')).toBe('in_progress');
    expect(await world.history.events(run)).not.toContain('issue_edited');
  });

  test.each([
    { name: 'a bead', text: 'It should work.' },
    {
      name: 'a bead with the mark of a failure that was never told of',
      text: `It should work.\n\n<!-- treadle-failure ${'ab'.repeat(32)} -->`,
    },
  ])(
    'of $name that is edited while the merge is decided on is void, and nothing is merged',
    async ({ text: first }) => {
      const { bead, run, pull } = await gated(first);
      await world.review('ada', pull, 'approve');
      await wake();
      const code = await world.openPull('blake', `fix-${bead}`, { 'src/switch.txt': 'on\n' });
      await world.report('blake', bead, { outputs: { 'pull-request': String(code) } });
      await wake();
      await world.report('emma', bead, { summary: 'Fine.' });
      const runner = await world.runner({
        forge: (forge) => ({
          ...forge,
          issues: {
            ...forge.issues,
            text: async (number) => {
              await edit(bead, 'cleo', 'It should fly.');
              return forge.issues.text(number);
            },
          },
        }),
      });
      await runner.wake();
      expect((await world.as('ada').pulls.get(code))?.merged).toBe(false);
      expect(await statusOf(run, 'approve')).toBe('waiting');
      expect(await statusOf(run, 'merge')).toBe('queued');
      await wake();
      expect((await world.history.events(run)).filter((type) => type === 'issue_edited')).toHaveLength(1);
    },
  );

  test('that is dismissed before the merge is asked for again, and nothing is merged', async () => {
    const { bead, run, pull } = await gated();
    const review = await world.review('ada', pull, 'approve');
    await wake();
    const code = await world.openPull('blake', `fix-${bead}`, { 'src/switch.txt': 'on\n' });
    await world.report('blake', bead, { outputs: { 'pull-request': String(code) } });
    await wake();
    world.clock.later(1);
    await world.rest('ada', 'PUT', `/pulls/${pull}/reviews/${review}/dismissals`, {
      message: 'I changed my mind.',
    });
    await world.report('emma', bead, { summary: 'Fine.' });
    await wake();
    expect((await world.as('ada').pulls.get(code))?.merged).toBe(false);
    expect(await statusOf(run, 'approve')).toBe('waiting');
    expect(await statusOf(run, 'merge')).toBe('queued');
    const again = await pullOf(run);
    expect(again).not.toBe(pull);
    expect((await world.history.job(run, 'approve')).gate?.voided.join()).toMatch(/dismissed or taken back/);
    await world.review('ada', again, 'approve');
    await wake();
    expect(await statusOf(run, 'mend')).toBe('in_progress');
  });
});
