import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { temporaryDirectory } from '../local-github/test-server.ts';
import { openActionTeam, STATE_BRANCH, type ActionTeam } from './team.ts';

let team: ActionTeam;
beforeAll(async () => {
  team = await openActionTeam();
  await team.wake('schedule');
}, 120_000);
afterAll(() => team.dispose());

async function fileBead(title: string): Promise<number> {
  const { at, as } = team;
  const { data } = await as('cleo').issues.create({ ...at, title, body: 'It should work.' });
  await as('ada').issues.addLabels({ ...at, issue_number: data.number, labels: ['bug'] });
  return data.number;
}

describe('mode advance', () => {
  it('says what moved, in outputs, log and summary', async () => {
    const issue = await fileBead('Hostile `code` <img src=x> ::error::title @ada');
    const woken = await team.wake('issues', 'labeled');
    expect(woken.outputs).toMatchObject({ advanced: 'true', transitions: '1', escalated: '[]' });
    const waiting = JSON.parse(woken.outputs['waiting'] ?? '') as unknown;
    expect(waiting).toMatchObject([
      { run: `${issue}-1`, issue, kind: 'agent', job: 'triage', who: { login: 'quinn' } },
    ]);
    expect(woken.outputs['state-oid']).toBe(await team.git('rev-parse', STATE_BRANCH));
    expect(woken.outputs['next-due']).toMatch(/^\d{4}-.*Z$/);
    expect(woken.summary).toContain('```mermaid\nflowchart');
    // Within fences everything is shown as it is.
    const outside = woken.summary.replaceAll(/^```[^]*?^```$/gm, '');
    expect(outside).toContain('Hostile');
    expect(outside).not.toContain('<img');
    expect(outside).not.toMatch(/(^|[^`\w])@ada/);
    expect(woken.log).not.toMatch(/^::error/m);
  });

  it('dispatches nothing while TREADLE_PAUSED is set, and pushes nothing over it', async () => {
    const issue = await fileBead('While it is paused');
    const paused = await team.step({ env: { TREADLE_PAUSED: 'true' } });
    expect(paused.code).toBe(0);
    expect(paused.outputs['transitions']).toBe('1');
    expect(paused.log).toContain('TREADLE_PAUSED is set');
    expect((await team.comments(issue)).filter(({ body }) => body.includes('@quinn'))).toEqual([]);
    const tip = await team.git('rev-parse', STATE_BRANCH);
    const again = await team.step({ env: { TREADLE_PAUSED: 'true' } });
    expect(again.outputs['advanced']).toBe('false');
    expect(await team.git('rev-parse', STATE_BRANCH)).toBe(tip);
  });
});

describe('mode plan', () => {
  it('shows what a wake would do, and does nothing', async () => {
    const issue = await fileBead('To be planned');
    const tip = await team.git('rev-parse', STATE_BRANCH);
    const plan = await team.step({ inputs: { mode: 'plan' } });
    expect(plan.code).toBe(0);
    expect(plan.log).toContain(`would commit: #${issue} bug: start → triage`);
    expect(plan.log).toContain(`would perform: ${issue}-1: dispatch`);
    expect(plan.summary).toContain('nothing was done');
    const effects = JSON.parse(plan.outputs['effects'] ?? '') as readonly { readonly run: string }[];
    expect(effects.map(({ run }) => run)).toContain(`${issue}-1`);
    expect(await team.git('rev-parse', STATE_BRANCH)).toBe(tip);
    expect(await team.comments(issue)).toEqual([]);
  });
});

describe('mode lint', () => {
  const lint = async (files: Readonly<Record<string, string>>): ReturnType<ActionTeam['step']> => {
    const workspace = await temporaryDirectory();
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(workspace, path)), { recursive: true });
      await writeFile(join(workspace, path), text);
    }
    return team.step({ inputs: { mode: 'lint', token: '' }, workspace });
  };
  const good = 'on: workflow_dispatch\njobs:\n  one: { runs-on: painter, prompt: Paint. }\n';

  it('annotates every finding at its place, and fails', async () => {
    const end = await lint({
      '.github/treadle.yml': 'roles:\n  painter: [blake]\n',
      '.github/treadle/workflows/good.yml': good,
      '.github/treadle/workflows/bad.yml': good.replace('runs-on', 'run-on'),
    });
    expect(end.code).toBe(1);
    expect(end.log).toMatch(/^::error .*file=\.github\/treadle\/workflows\/bad\.yml,line=3,.*col=10/m);
    expect(Number(end.outputs['errors'])).toBeGreaterThan(0);
    expect(end.log).not.toContain('good.yml');
  });

  it('passes where all is well', async () => {
    const end = await lint({
      '.github/treadle.yml': 'roles:\n  painter: [blake]\n',
      '.github/treadle/workflows/good.yml': good,
    });
    expect(end).toMatchObject({ code: 0, outputs: { errors: '0' } });
  });

  it('says where nothing is checked out', async () => {
    const end = await lint({});
    expect(end.log).toContain('is it checked out?');
  });
});

describe('mode report', () => {
  it('answers under the account of the token', async () => {
    const issue = await fileBead('To be reported on');
    await team.wake('issues', 'labeled');
    const inputs = {
      mode: 'report',
      token: team.tokenOf('quinn'),
      outputs: '{"specialist": "backend-engineer"}',
      summary: 'A line\nwith ``` in it',
    };
    const payload = { issue: { number: issue } };
    const end = await team.step({ event: 'issue_comment', payload, inputs });
    expect(end.code, end.log).toBe(0);
    const woken = await team.wake('issue_comment', 'created');
    expect(woken.outputs['waiting']).toContain('"job":"investigate"');
  });

  it('is refused under the default token, which is nobody', async () => {
    const end = await team.step({
      inputs: { mode: 'report', token: team.tokenOf('github-actions[bot]'), issue: '1' },
    });
    expect(end.code).toBe(1);
    expect(end.log).toContain('[report-anonymous]');
  });
});

const MISTAKES: readonly [what: string, order: Parameters<ActionTeam['step']>[0], code: string][] = [
  ['an unknown mode', { inputs: { mode: 'go' } }, 'input-invalid'],
  ['a number that is none', { inputs: { 'max-new-runs': 'many' } }, 'input-invalid'],
  ['outputs that are no JSON', { inputs: { mode: 'report', outputs: 'a=b' } }, 'input-invalid'],
  ['no token', { inputs: { token: '' } }, 'input-invalid'],
  ['a token that nobody has', { inputs: { token: 'ghs_unknown' } }, 'forge-denied'],
  ['a repository that does not exist', { repository: 'ada/nothing' }, 'forge-'],
  [
    'a forge that does not answer',
    { apiUrl: 'http://127.0.0.1:9', serverUrl: 'http://127.0.0.1:9' },
    'forge-unreachable',
  ],
  ['no runner', { env: { GITHUB_API_URL: '' } }, 'not-in-action'],
];

describe('a mistake in the step', () => {
  it.each(MISTAKES)('%s fails it with the reason and a remedy', async (_what, order, code) => {
    const end = await team.step(order);
    expect(end.code).toBe(1);
    const [error = ''] = /^::error::.*$/m.exec(end.log) ?? [];
    expect(error).toContain(`[${code}`);
    expect(error).toContain('%0A');
    expect(end.log).not.toMatch(/^\s+at /m);
  });
});
