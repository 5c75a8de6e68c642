import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openActionTeam, REPOSITORY, STATE_BRANCH, type ActionTeam } from '../action/team.ts';
import { temporaryDirectory } from '../local-github/test-server.ts';
import { openCheckingProxy, type CheckingProxy } from './checking-proxy.ts';
import { remoteCommand, type Told } from './remote-command.ts';

type Somebody = Parameters<ActionTeam['tokenOf']>[0];

let team: ActionTeam;
let proxy: CheckingProxy;
beforeAll(async () => {
  team = await openActionTeam('app');
  proxy = await openCheckingProxy(team.serverUrl);
}, 240_000);
afterAll(async () => {
  await proxy.close();
  await team.dispose();
});

function environment(who: Somebody): Record<string, string> {
  return {
    GITHUB_TOKEN: team.tokenOf(who),
    GITHUB_API_URL: proxy.url,
    GITHUB_SERVER_URL: `${proxy.url}/git`,
  };
}

/** A command on the repository on GitHub, with somebody's token. */
function command(who: Somebody, ...args: readonly string[]): Promise<Told> {
  return remoteCommand([...args, '--repository', REPOSITORY], environment(who));
}

/** The same, which must succeed. */
async function done(who: Somebody, ...args: readonly string[]): Promise<Told> {
  const told = await command(who, ...args);
  expect(told.error, told.error?.message).toBeNull();
  return told;
}

/** Begins a command that waits, wakes the Action once it does, and returns how it ended. */
async function whileWaiting(
  who: Somebody,
  args: readonly string[],
  wake: () => Promise<unknown>,
): Promise<Told> {
  let waits: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => (waits = resolve));
  const told = remoteCommand([...args, '--wait', '-R', REPOSITORY], environment(who), (line) => {
    if (line.includes('waiting for a wake')) waits();
  });
  await Promise.race([waiting, told]);
  await wake();
  return told;
}

/** What Treadle says on an issue without a run: one comment, which is brought up to date. */
async function toldOn(issue: number): Promise<string> {
  const said = await team.comments(issue);
  return said
    .filter(({ login }) => login === 'treadle[bot]')
    .map(({ body }) => body)
    .join('\n');
}

/** A wake that is executed here, as the App. */
async function advance(): Promise<Told> {
  return done('treadle[bot]', 'advance');
}

describe('the command line on GitHub', () => {
  it('carries a bug from its start to its verified fix, each person under their own token', async () => {
    const absent = await command('ada', 'status');
    expect(absent.error).toMatchObject({
      code: 'state-missing',
      remedy: expect.stringContaining('treadle init') as string,
    });
    await team.wake('schedule');

    const started = await whileWaiting('ada', ['start', 'bug', '--issue', 'Total is off by one'], advance);
    expect(started.error, started.error?.message).toBeNull();
    expect(started.notes).toContain('triage');
    expect((await team.comments(1))[0]).toEqual({ login: 'ada', body: '/treadle start bug' });
    expect(await team.git('log', '-1', '--format=%an', '--grep=start → triage', STATE_BRANCH)).toBe('ada');

    const stranger = await command(
      'blake',
      'report',
      '1',
      '--outcome',
      'success',
      '--output',
      'specialist=backend-engineer',
    );
    expect(stranger.error).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('blake was not asked') as string,
    });
    await done('quinn', 'report', '1', '--outcome', 'success', '--output', 'specialist=backend-engineer');
    await team.wake('issue_comment', 'created');
    const outputs = ['--output', 'root-cause=the loop', '--output', 'proposal=stop earlier'];
    await done('blake', 'report', '1', '--outcome', 'success', ...outputs);
    await team.wake('issue_comment', 'created');

    // Readers, with a token that may only read.
    proxy.take();
    const shown: string[] = [];
    for (const args of [
      ['status'],
      ['show', '1-1'],
      ['explain', '1'],
      ['log', '1'],
      ['graph', '1'],
      ['metrics'],
      ['ready', '--explain'],
    ]) {
      const { out } = await done('cleo', ...args);
      const requests = proxy.take();
      shown.push(out);
      expect
        .soft(requests.length, `${args.join(' ')}\n${requests.join('\n')}`)
        .toBeLessThanOrEqual(args[0] === 'ready' ? 9 : 7);
      expect.soft(requests.filter((one) => !/^GET |\/graphql$|\/git-upload-pack$/.test(one))).toEqual([]);
    }
    expect(shown[0]).toMatch(/^1-1 .*Total is off by one/);
    expect(shown[2]).toContain('To be decided in approve');
    expect(shown[3]).toContain('#1 bug: investigate → approve (success)');

    // An approval is a review, on GitHub itself.
    const outsider = await command('quinn', 'approve', '1');
    expect(outsider.error).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('quinn does not hold the role ceo') as string,
    });
    const asOther = await command('quinn', 'approve', '1', '--as', 'ada');
    expect(asOther.error).toMatchObject({
      code: 'usage',
      message: expect.stringContaining("the token is quinn's") as string,
    });
    const pull = await team.decisionPull();
    const approved = await whileWaiting('ada', ['approve', '1', '--reason', 'Go on.'], () =>
      team.wake('workflow_run', 'completed'),
    );
    expect(approved.error, approved.error?.message).toBeNull();
    expect(approved.exit).toBe(0);
    expect(approved.notes).toMatch(/● fix/);
    const { data: reviews } = await team.as('ada').pulls.listReviews({ ...team.at, pull_number: pull });
    expect(reviews.map(({ user, state, body }) => [user?.login, state, body])).toEqual([
      ['ada', 'APPROVED', 'Go on.'],
    ]);
    const twice = await command('ada', 'approve', '1');
    expect(twice.error).toMatchObject({ code: 'refused' });
    expect(twice.exit).toBe(4);

    // The CEO's word is a comment.
    const paused = await whileWaiting('ada', ['pause', '1', '--reason', 'Not today'], () =>
      team.wake('issue_comment', 'created'),
    );
    expect(paused.exit).toBe(3);
    expect((await team.comments(1)).at(-1)?.body).not.toContain('was not done');
    const refused = await command('ada', 'goto', '1', 'nowhere', '--reason', 'Try');
    expect(refused.error).toMatchObject({ code: 'not-found' });
    expect((await command('blake', 'resume', '1', '--reason', 'Now')).error).toMatchObject({ code: 'usage' });
    const said = await done('ada', 'resume', '1', '--reason', 'Now', '--json');
    expect(JSON.parse(said.out)).toMatchObject({
      version: 1,
      said: { login: 'ada' },
      run: { id: '1-1', paused: true },
    });
    await advance();

    const fix = await team.openPull('blake', 'fix-total', 'src/total.txt', 'right\n');
    await done('blake', 'report', '1', '--outcome', 'success', '--output', `pull-request=${fix}`);
    await team.wake('issue_comment', 'created');
    await done('emma', 'report', '1', '--outcome', 'success');
    await team.wake('issue_comment', 'created');
    const end = await whileWaiting(
      'quinn',
      ['report', '1', '--outcome', 'success', '--summary', 'It adds up'],
      () => team.wake('issue_comment', 'created'),
    );
    expect(end.exit).toBe(0);
    expect((await done('cleo', 'show', '1-1')).out).toContain('It adds up');
    expect((await done('cleo', 'status', '--all', '--json')).out).toContain('"conclusion": "success"');
    expect(proxy.violations()).toEqual([]);
  }, 480_000);

  it('says on the issue why no run is started, and only to those who may start one', async () => {
    const filed = await team.as('cleo').issues.create({ ...team.at, title: 'Older', body: '' });
    const issue = filed.data.number;
    const say = (person: 'cleo' | 'ada', body: string): Promise<unknown> =>
      team.as(person).issues.createComment({ ...team.at, issue_number: issue, body });
    expect((await command('cleo', 'start', 'bug', '--issue', `#${issue}`)).error).toMatchObject({
      code: 'forge-denied',
    });
    await say('cleo', '/treadle start bug');
    await advance();
    expect(await team.comments(issue)).toHaveLength(1);
    expect((await command('ada', 'start', 'bgu', '--issue', `#${issue}`)).error).toMatchObject({
      code: 'not-found',
    });
    await say('ada', '/treadle start bgu');
    await advance();
    expect(await toldOn(issue)).toContain("there is no workflow 'bgu'");
    await say('ada', '/treadle start bug who=me');
    await advance();
    expect(await toldOn(issue)).toContain("the workflow has no input 'who'");
    await done('ada', 'start', 'bug', '--issue', `#${issue}`);
    await advance();
    const bodies = (await team.comments(issue)).map(({ body }) => body);
    expect(bodies.some((body) => body.includes(`Settled: run ${issue}-1 of bug was started`))).toBe(true);
    const again = await command('ada', 'start', 'bug', '--issue', `#${issue}`);
    expect(again.error).toMatchObject({
      code: 'not-started',
      message: expect.stringContaining(`${issue}-1`) as string,
    });
    await done('ada', 'cancel', String(issue), '--reason', 'Enough');
    await advance();
    expect((await done('cleo', 'status')).out).toContain('no active runs');
  }, 240_000);

  it('counts a failure that is told twice on one bead', async () => {
    const failure = [
      'file-bug',
      '--title',
      'Cart breaks',
      '--error-type',
      'TypeError',
      '--severity',
      'high',
      '--json',
    ];
    const first = JSON.parse((await done('ada', ...failure)).out) as { readonly issue: number };
    const second = JSON.parse((await done('emma', ...failure)).out) as { readonly issue: number };
    expect(first).toMatchObject({ filing: 'file', issue: expect.any(Number) as number });
    expect(second).toMatchObject({ filing: null, issue: first.issue });
    expect((await command('cleo', ...failure)).error).toMatchObject({ code: 'forge-denied' });
    const { data } = await team.as('ada').issues.get({ ...team.at, issue_number: first.issue });
    expect(data.user?.login).toBe('ada');
    await advance();
    expect((await done('cleo', 'status')).out).toContain(`${first.issue}-1`);
    expect(proxy.violations()).toEqual([]);
  }, 240_000);

  it('imports beads once, also where it was cut off with an answer lost', async () => {
    const folder = await temporaryDirectory();
    const file = join(folder, 'issues.jsonl');
    const ids = Array.from({ length: 12 }, (_, index) => `bd-${index + 1}`);
    const lines = ids.map((id, index) => ({
      id,
      title: `Bead ${id}`,
      status: index === 3 ? 'closed' : 'open',
      priority: 1,
      issue_type: 'task',
      ...(index === 0
        ? {}
        : {
            dependencies: [
              { issue_id: id, depends_on_id: 'bd-1', type: index === 1 ? 'parent-child' : 'blocks' },
            ],
          }),
    }));
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    const imported = ['import', 'beads', file];
    expect((await command('cleo', ...imported)).error).toMatchObject({ code: 'forge-denied' });
    const planned = await done('ada', ...imported, '--dry-run');
    expect(planned.out.match(/^created /gm)).toHaveLength(12);

    let filed = 0;
    proxy.lose((request) => /^POST .*\/issues$/.test(request) && (filed += 1) >= 5);
    const cut = await command('ada', ...imported);
    proxy.lose(() => false);
    expect(cut.error).toMatchObject({
      code: 'forge-unreachable',
      remedy: expect.stringContaining('run the same command again') as string,
    });
    await done('ada', ...imported);
    const again = await done('ada', ...imported);
    expect(again.notes).toContain('0 created, 0 updated, 0 closed, 12 left as they are; 0 relations made');

    const { data } = await team.as('ada').issues.listForRepo({ ...team.at, state: 'all', per_page: 100 });
    const beads = data.filter(({ title }) => title.startsWith('Bead '));
    expect(beads.map(({ title }) => title).sort()).toEqual(ids.map((id) => `Bead ${id}`).sort());
    expect(beads.find(({ title }) => title === 'Bead bd-4')?.state).toBe('closed');
    const hindered = JSON.parse((await done('cleo', 'ready', '--explain', '--json')).out) as {
      readonly hindered: readonly { readonly title: string; readonly code: string }[];
    };
    expect(hindered.hindered.find(({ title }) => title === 'Bead bd-5')?.code).toBe('blocked');
    expect(proxy.violations()).toEqual([]);
  }, 240_000);

  it('gives nothing to anybody while the repository is stopped', async () => {
    await team.as('ada').actions.createRepoVariable({ ...team.at, name: 'TREADLE_PAUSED', value: 'true' });
    await done('ada', 'start', 'bug', '--issue', 'Stopped');
    const { notes } = await advance();
    expect(notes).toMatch(/TREADLE_PAUSED is set: \d+-1 waits with dispatch/);
    await team.as('ada').actions.deleteRepoVariable({ ...team.at, name: 'TREADLE_PAUSED' });
    expect((await command('cleo', 'advance')).error).toMatchObject({ code: 'forge-denied' });
  }, 240_000);
});
