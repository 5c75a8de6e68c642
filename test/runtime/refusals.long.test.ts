import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { layout } from '../../src/codec/layout.ts';
import { textCodec } from '../../src/codec/documents.ts';
import { openHost, reportBlock, type Host, type World } from './world.ts';

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
`;
const CODE = `name: Code
on: { issues: { labels: [bug] } }
jobs:
  look:
    runs-on: backend-engineer
    prompt: Mend it.
    outputs: { proposal: { required: true } }
  approve:
    type: approval
    needs: look
    runs-on: ceo
    pull-request: "\${{ needs.look.outputs.proposal }}"
`;
const ROLES = 'roles:\n  ceo: [ada, quinn, "treadle[bot]"]\n  backend-engineer: [blake, casey]\n';

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

const wake = async (world: World): Promise<string> => (await (await world.runner()).wake()).remarks.join();

interface Gated {
  readonly world: World;
  readonly bead: number;
  readonly run: string;
  readonly pull: number;
}

const pullOf = async (world: World, run: string): Promise<number> =>
  (await world.history.job(run, 'approve')).gate?.pull ?? 0;
const statusOf = async (world: World, run: string, job = 'approve'): Promise<string> =>
  (await world.history.run(run)).run.jobs[job]?.status ?? 'none';
const said = async (world: World, bead: number, words: string): Promise<readonly string[]> =>
  (await world.as('ada').comments.on(bead)).map(({ body }) => body).filter((body) => body.includes(words));

/** A bead whose gate is open. */
async function gated(settings = '', roles = ROLES): Promise<Gated> {
  const world = await host.newWorld({ workflows: { fix: GATED }, roles, settings });
  const bead = await world.fileBead();
  await wake(world);
  await world.report('blake', bead, { outputs: { proposal: 'Turn it off and on.' } });
  await wake(world);
  return { world, bead, run: `${bead}-1`, pull: await pullOf(world, `${bead}-1`) };
}

/** A bead whose gate waits on a pull request of Blake's. */
async function codeGated(): Promise<Gated> {
  const world = await host.newWorld({ workflows: { fix: CODE }, roles: ROLES });
  const bead = await world.fileBead();
  await wake(world);
  const pull = await world.openPull('blake', 'fix', { 'src/switch.txt': 'on\n' });
  await world.report('blake', bead, { outputs: { proposal: String(pull) } });
  await wake(world);
  return { world, bead, run: `${bead}-1`, pull };
}

describe('an approval is refused', () => {
  test('from whoever is no member of the role', async () => {
    const { world, run, pull } = await gated();
    await world.review('cleo', pull, 'approve');
    expect(await wake(world)).toMatch(/cleo does not hold the role ceo/);
    expect(await statusOf(world, run)).toBe('waiting');
  });

  test('from the author of the commits, and of the pull request', async () => {
    const { world, run, pull } = await codeGated();
    const { id } = (await world.as('ada').people.find('quinn')) ?? { id: 0 };
    const head = await commitAs(world, 'fix', 'Quinn', `${id}+quinn@users.noreply.github.com`);
    await world.review('quinn', pull, 'approve', 'Mine is good.', head);
    expect(await wake(world)).toMatch(/quinn made commits of/);
    expect(await statusOf(world, run)).toBe('waiting');
    await world.review('ada', pull, 'approve', 'Fine.', head);
    await wake(world);
    expect(await statusOf(world, run)).toBe('completed');
  });

  test('from an App that the settings do not list, and counts from one that they do', async () => {
    const apps = 'approving-apps: ["treadle[bot]"]\n';
    for (const [settings, status] of [
      ['', 'waiting'],
      [apps, 'completed'],
    ] as const) {
      const roles = 'roles:\n  ceo: [ada, "treadle[bot]"]\n  backend-engineer: [blake]\n';
      const workflows = { fix: CODE };
      const world = await host.newWorld({ workflows, roles, settings, store: 'memory' });
      const bead = await world.fileBead();
      await wake(world);
      const pull = await world.openPull('blake', 'fix', { 'src/switch.txt': 'on\n' });
      await world.report('blake', bead, { outputs: { proposal: String(pull) } });
      await wake(world);
      await world.review('treadle[bot]', pull, 'approve');
      const remarks = await wake(world);
      expect(await statusOf(world, `${bead}-1`)).toBe(status);
      if (settings === '') expect(remarks).toMatch(/is an App, and not one of approving-apps/);
    }
  });

  test('from somebody who lost the permission to write', async () => {
    const { world, run, pull } = await gated();
    await world.review('quinn', pull, 'approve');
    const { repository } = world;
    await world.admin('PUT', `/repositories/${repository}/collaborators/quinn`, { permission: 'read' });
    expect(await wake(world)).toMatch(/quinn has no write permission/);
    expect(await statusOf(world, run)).toBe('waiting');
  });

  test('on an old head', async () => {
    const { world, run, pull } = await codeGated();
    await world.review('ada', pull, 'approve');
    await world.push('blake', 'fix', 'src/switch.txt', 'off\n');
    expect(await wake(world)).toMatch(/ada reviewed an older state/);
    expect(await statusOf(world, run)).toBe('waiting');
    expect(await said(world, Number(run.split('-')[0]), 'no longer counts')).toHaveLength(1);
  });

  test('when it was dismissed', async () => {
    const { world, run, pull } = await gated();
    const review = await world.review('ada', pull, 'approve');
    await world.rest('ada', 'PUT', `/pulls/${pull}/reviews/${review}/dismissals`, { message: 'No.' });
    await wake(world);
    expect(await statusOf(world, run)).toBe('waiting');
  });

  test('of a proposal that was edited after it, and the question is put again', async () => {
    const { world, bead, run, pull } = await gated();
    await world.review('ada', pull, 'approve');
    const { head } = (await world.as('ada').pulls.get(pull)) ?? { head: { branch: '' } };
    await world.push('otto', head.branch, `decisions/${run}/approve-1.md`, 'Give Otto a raise.\n');
    await wake(world);
    await wake(world);
    const again = await pullOf(world, run);
    expect([await statusOf(world, run), again === pull]).toEqual(['waiting', false]);
    expect(await world.as('ada').pulls.get(pull)).toMatchObject({ state: 'closed', merged: false });
    expect(await said(world, bead, 'What was answered before no longer counts')).toHaveLength(1);
    await world.review('ada', again, 'approve');
    await wake(world);
    expect(await statusOf(world, run, 'mend')).toBe('in_progress');
    await world.history.expectSound();
  });

  test('when it is only a name in a commit', async () => {
    const { world, run } = await gated();
    const tip = await world.history.tip();
    await commitAs(world, 'treadle/state', 'ada', 'ada@example.com', '#1 fix: approve (approved)');
    expect(await world.history.tip()).not.toBe(tip);
    expect(await wake(world)).toMatch(/is not Treadle's/);
    expect([await statusOf(world, run), await statusOf(world, run, 'mend')]).toEqual(['waiting', 'queued']);
  });
});

describe('an approval is kept', () => {
  test("when somebody puts the reviewer's name, and no address of theirs, into a commit", async () => {
    const { world, run, pull } = await codeGated();
    const head = await commitAs(world, 'fix', 'ada', 'ada@example.com');
    await world.review('ada', pull, 'approve', 'Fine.', head);
    await wake(world);
    expect(await statusOf(world, run)).toBe('completed');
  });
});

describe('a decision pull request', () => {
  test('that somebody closes is opened anew, under another number', async () => {
    const { world, run, pull } = await gated();
    world.clock.later(1);
    await world.as('ada').pulls.close(pull);
    await wake(world);
    const again = await pullOf(world, run);
    expect(again).toBeGreaterThan(pull);
    expect(await world.as('ada').pulls.get(again)).toMatchObject({ state: 'open' });
    await world.review('ada', again, 'approve');
    await wake(world);
    expect(await statusOf(world, run, 'mend')).toBe('in_progress');
    await world.history.expectSound();
  });

  test('that somebody merges is no approval: the state is restored, it is said so, and asked again', async () => {
    const { world, bead, run, pull } = await gated();
    world.clock.later(1);
    await world.rest('ada', 'PUT', `/pulls/${pull}/merge`, {});
    expect(await wake(world)).toMatch(/no merge by hand is an approval/);
    const again = await pullOf(world, run);
    expect(again).toBeGreaterThan(pull);
    expect(await said(world, bead, 'merged by hand')).toHaveLength(1);
    const kept = layout.decision(`decisions/${run}/approve-1.md`);
    expect(await (await world.history.documents()).read(kept, textCodec)).toBeUndefined();
    await world.review('ada', again, 'request_changes', 'Say which switch.');
    await wake(world);
    expect((await world.history.job(run, 'look')).feedback?.text).toBe('Say which switch.');
    await world.history.expectSound();
  });

  test('of an escalation that somebody closes is opened anew, with its bead', async () => {
    const roles = 'roles:\n  ceo: [ada]\n';
    const world = await host.newWorld({ workflows: { fix: GATED }, roles });
    const bead = await world.fileBead();
    await wake(world);
    const before = (await world.history.job(`${bead}-1`, 'look')).escalation;
    world.clock.later(1);
    await world.as('ada').pulls.close(before?.pull ?? 0);
    await wake(world);
    await wake(world);
    const after = (await world.history.job(`${bead}-1`, 'look')).escalation;
    expect(after?.pull).toBeGreaterThan(before?.pull ?? 0);
    expect(await world.as('ada').issues.get(before?.issue ?? 0)).toMatchObject({ state: 'closed' });
    expect(await world.as('ada').issues.get(after?.issue ?? 0)).toMatchObject({ state: 'open' });
  });
});

describe('a report is refused', () => {
  const GOOD = { outputs: { proposal: 'Turn it off and on.' } };
  const dispatched = async (): Promise<{ world: World; bead: number; run: string }> => {
    const world = await host.newWorld({ workflows: { fix: GATED }, roles: ROLES, store: 'memory' });
    const bead = await world.fileBead();
    await wake(world);
    return { world, bead, run: `${bead}-1` };
  };

  test('from an outsider, who is told so once, as is whoever overrules without the role', async () => {
    const { world, bead, run } = await dispatched();
    await world.report('cleo', bead, GOOD);
    await world.comment('cleo', bead, '/treadle approve because I say so');
    await world.comment('blake', bead, '/treadle skip look because I say so');
    await wake(world);
    await world.report('cleo', bead, GOOD);
    await wake(world);
    expect(await statusOf(world, run, 'look')).toBe('in_progress');
    expect(await said(world, bead, 'Thank you, cleo')).toHaveLength(1);
    expect(await said(world, bead, 'only holders of the role ceo')).toHaveLength(1);
    expect(await world.history.events(run)).toEqual(['run_started', 'outsider_refused', 'outsider_refused']);
    await world.history.expectSound();
  });

  test.each([
    { name: 'in quotes', body: reportBlock(GOOD).replaceAll(/^/gm, '> ') },
    { name: 'in another fence', body: `~~~~\n${reportBlock(GOOD)}\n~~~~` },
    { name: 'in an HTML comment', body: `<!--\n${reportBlock(GOOD)}\n-->` },
    { name: 'in preformatted HTML', body: `<pre>\n${reportBlock(GOOD)}\n</pre>` },
    { name: 'indented as code', body: reportBlock(GOOD).replaceAll(/^/gm, '    ') },
  ])('when it is only quoted, $name', async ({ body }) => {
    const { world, bead, run } = await dispatched();
    await world.comment('blake', bead, `As was said:\n\n${body}`);
    await wake(world);
    expect(await world.history.events(run)).toEqual(['run_started']);
  });

  test('when somebody else edited it last, and counts when its author did', async () => {
    const { world, bead, run } = await dispatched();
    const comment = await world.comment('blake', bead, 'On my way.');
    world.clock.later(60);
    await world.as('ada').comments.update(comment, reportBlock(GOOD));
    expect(await wake(world)).toMatch(/was edited by ada/);
    expect(await statusOf(world, run, 'look')).toBe('in_progress');
    world.clock.later(60);
    await world.as('blake').comments.update(comment, `So it is.\n\n${reportBlock(GOOD)}`);
    await wake(world);
    expect(await statusOf(world, run, 'look')).toBe('completed');
  });

  test('from whoever took the login of a member, while the member is believed under the new one', async () => {
    const { world, bead, run } = await dispatched();
    await world.admin('PATCH', '/users/casey', { login: 'casey-smith' });
    await world.admin('PUT', '/users/casey', {});
    const { repository } = world;
    await world.admin('PUT', `/repositories/${repository}/collaborators/casey`, { permission: 'write' });
    const made = await world.admin('POST', '/tokens', { login: 'casey', kind: 'user' });
    const { token } = made as { readonly token: string };
    const impostor = await world.runner({ token });
    await impostor.runtime.forge.comments.create(bead, reportBlock(GOOD));
    await wake(world);
    expect(await statusOf(world, run, 'look')).toBe('in_progress');
    await world.report('casey', bead, GOOD);
    await wake(world);
    expect(await statusOf(world, run, 'look')).toBe('completed');
    expect((await world.history.job(run, 'look')).attempts[0]?.turns[0]?.reportedBy).toBe(
      (await world.as('ada').people.find('casey-smith'))?.id,
    );
  });
});

describe('a workflow file', () => {
  test("that a pull request's branch changes counts for nothing", async () => {
    const world = await host.newWorld({ workflows: { fix: GATED }, roles: ROLES, store: 'memory' });
    const path = '.github/treadle/workflows/fix.yml';
    const skipped = GATED.replace('type: approval', 'type: decision').replace(
      'runs-on: ceo',
      'outputs: { a: b }',
    );
    await world.openPull('blake', 'fix', {
      [path]: skipped,
      '.github/treadle.yml': 'roles: { ceo: [blake] }\n',
    });
    const bead = await world.fileBead();
    await (await world.runner()).wake({ intake: 'own' });
    const { run } = await world.history.run(`${bead}-1`);
    const config = (await world.history.documents()).read(layout.config(run.config), {
      decode: (text: string) => text,
      encode: String,
    });
    expect(await config).toContain('"ada"');
    await world.report('blake', bead, { outputs: { proposal: 'Turn it off and on.' } });
    await (await world.runner()).wake({ intake: 'own' });
    expect(await statusOf(world, `${bead}-1`)).toBe('waiting');
  });
});

describe('a team', () => {
  const roles = 'roles:\n  ceo: [ada]\n  backend-engineer: ["@looms/weavers", casey]\n';

  test('holds a role by its members, after those who are named', async () => {
    await host.admin('PUT', '/teams/looms/weavers', { members: ['otto', 'casey'] });
    const world = await host.newWorld({ workflows: { fix: GATED }, roles, store: 'memory' });
    const bead = await world.fileBead();
    await wake(world);
    expect((await world.history.job(`${bead}-1`, 'look')).assignee?.login).toBe('casey');
    await world.report('otto', bead, { outputs: { proposal: 'Turn it off and on.' } });
    await wake(world);
    expect(await statusOf(world, `${bead}-1`, 'look')).toBe('completed');
  });

  test('that the token cannot read is a clear remark; going runs go on, and the issue waits', async () => {
    const world = await host.newWorld({
      workflows: { fix: GATED },
      roles: roles.replace('weavers', 'nobody'),
      store: 'memory',
    });
    await world.fileBead();
    const runner = await world.runner();
    for (const time of [1, 2]) {
      const { remarks, transitions } = await runner.wake({ intake: 'own' });
      expect(remarks.join()).toMatch(
        /treadle.yml:3:\d+: This token cannot read who is in the team '@looms\/nobody'/,
      );
      expect(transitions, `wake ${time}`).toBe(0);
    }
  });
});

/** Commits to a branch with somebody's name on it, as whoever can push may. */
async function commitAs(
  world: World,
  branch: string,
  name: string,
  email: string,
  message = 'Change nothing',
): Promise<string> {
  world.clock.later(1);
  const tip = await world.git('rev-parse', `refs/heads/${branch}`);
  const tree = await world.git('rev-parse', `${tip}^{tree}`);
  const author = { name, email, date: world.clock.now() };
  const made = await world.rest('otto', 'POST', '/git/commits', {
    message,
    tree,
    parents: [tip],
    author,
    committer: author,
  });
  const { sha } = made as { readonly sha: string };
  await world.rest('otto', 'PATCH', `/git/refs/heads/${branch}`, { sha });
  return sha;
}
