import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { TreadleError } from '../../src/base/errors.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { EXIT, type ExitCode } from '../../src/cli/exit-codes.ts';
import { addDoctor } from '../../src/cli/commands/doctor.ts';
import { openWorld, type World } from '../local-github/world.ts';

const SHA = 'a'.repeat(40);
const FILES = {
  'README.md': '# site\n',
  'action.yml': 'runs: { using: node24, main: dist/index.js }\n',
  '.github/treadle.yml': 'roles: { ceo: [acme, carol, dana], product-manager: [bob, "@acme/leads"] }\n',
  '.github/treadle/workflows/hello.yml':
    'name: Hello\non: { issues: { labels: [hello] } }\njobs: { look: { runs-on: qa-engineer, prompt: Look. } }\n',
  '.github/workflows/treadle.yml': `name: Treadle
on: { workflow_run: { workflows: [Treadle review] } }
jobs:
  wake:
    steps:
      - uses: actions/checkout@${SHA} # v6.0.2
      - uses: ./
        with:
          token: \${{ github.token }}
`,
};

let world: World;
const before = { ...process.env };
beforeAll(async () => {
  world = await openWorld(FILES);
});
afterAll(async () => {
  process.env = before;
  await world.dispose();
});
beforeEach(() => {
  for (const name of ['GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_REPOSITORY', 'GITHUB_API_URL']) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete process.env[name];
  }
});

interface Told {
  readonly exit: ExitCode;
  readonly out: string;
  readonly error: unknown;
}

async function doctor(token: string | null, ...args: readonly string[]): Promise<Told> {
  let out = '';
  let exit: ExitCode = EXIT.done;
  const say = (text: string): void => void (out += `${text}\n`);
  const terminal = {
    print: say,
    note: say,
    style: (_: unknown, text: string) => text,
    color: false,
    interactive: false,
  };
  const program = new Command();
  addDoctor(program, { terminal, finish: (code) => void (exit = code) });
  if (token !== null) process.env['GITHUB_TOKEN'] = token;
  const place = ['--api', world.server.url, '--repository', 'acme/site'];
  try {
    await program.parseAsync(['doctor', ...place, ...args], { from: 'user' });
    return { exit, out, error: null };
  } catch (error) {
    return { exit, out, error };
  }
}

async function findingsOf(
  token: string,
): Promise<{ readonly exit: ExitCode; readonly by: (code: string) => readonly Finding[] }> {
  const { exit, out, error } = await doctor(token, '--json');
  if (error !== null) throw error as Error;
  const { version, findings } = JSON.parse(out) as {
    readonly version: number;
    readonly findings: readonly Finding[];
  };
  expect(version).toBe(1);
  return { exit, by: (code) => findings.filter((finding) => finding.code === code) };
}

describe('treadle doctor over the local server', () => {
  test('tells an administrator everything', async () => {
    const { exit, by } = await findingsOf(world.tokens.acme);
    expect(exit).toBe(EXIT.trouble);
    expect(by('doctor-not-checked')).toEqual([]);
    expect(by('doctor-token-kind')[0]?.what).toMatch(/classic personal token.*acme/);
    expect(by('doctor-token-scopes')).toMatchObject([{ severity: 'ok' }]);
    expect(by('doctor-permission')).toMatchObject([{ severity: 'ok' }]);
    expect(by('doctor-pulls-by-actions')).toMatchObject([{ severity: 'error' }]);
    expect(by('doctor-default-token')).toMatchObject([{ severity: 'note' }]);
    expect(by('doctor-action-runtime')).toMatchObject([
      { severity: 'ok', what: expect.stringContaining('node24') as string },
    ]);
    expect(by('doctor-role-unknown-member')).toMatchObject([
      { severity: 'error', what: expect.stringContaining('dana') as string },
    ]);
    expect(by('doctor-team-unreadable')).toMatchObject([
      { severity: 'error', what: expect.stringContaining('@acme/leads') as string },
    ]);
    expect(by('doctor-role-held-by-nobody')).toMatchObject([
      { severity: 'warning', what: expect.stringContaining('hello.yml:3') as string },
    ]);
    expect(by('doctor-approver-without-write')).toMatchObject([
      { what: expect.stringContaining('carol') as string },
    ]);
    expect(by('doctor-state-branch-missing')).toMatchObject([{ severity: 'note' }]);
    expect(by('doctor-review-workflow-missing')).toMatchObject([{ severity: 'warning' }]);
    expect(by('doctor-workflow-disabled')).toMatchObject([{ severity: 'ok' }]);
  });

  test.each([
    ['a writer', 'alice', /classic/],
    ['the default token', 'default', /default token of a workflow/],
  ] as const)('names what %s may not see', async (_, who, kind) => {
    const { by } = await findingsOf(world.tokens[who]);
    expect(by('doctor-token-kind')[0]?.what).toMatch(kind);
    expect(
      by('doctor-not-checked')
        .map(({ what }) => what)
        .join('\n'),
    ).toMatch(/what Actions may run/);
    expect(by('doctor-settings-invalid')).toMatchObject([{ severity: 'ok' }]);
  });

  test('sees what was set up since', async () => {
    const { acme, at } = world;
    await acme.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
      ...at,
      can_approve_pull_request_reviews: true,
    });
    await acme.actions.disableWorkflow({ ...at, workflow_id: 'treadle.yml' });
    await acme.actions.createRepoVariable({ ...at, name: 'TREADLE_PAUSED', value: 'true' });
    const review = {
      '.github/workflows/treadle-review.yml': 'name: Treadle review\non: pull_request_review\n',
    };
    await world.pushBranch('treadle/state', review);
    await acme.repos.createRepoRuleset({
      ...at,
      name: 'State',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/heads/treadle/state'], exclude: [] } },
      rules: [{ type: 'update' }, { type: 'required_signatures' }],
    });
    const { by } = await findingsOf(world.tokens.acme);
    expect(by('doctor-pulls-by-actions')).toMatchObject([{ severity: 'ok' }]);
    expect(by('doctor-workflow-disabled')).toMatchObject([{ severity: 'error' }]);
    expect(by('doctor-paused')).toMatchObject([{ severity: 'warning' }]);
    expect(by('doctor-state-branch-missing')).toMatchObject([{ severity: 'ok' }]);
    expect(by('doctor-state-branch-unprotected')).toMatchObject([{ severity: 'ok' }]);
    expect(by('doctor-state-branch-blocked')[0]?.what).toMatch(/update, required_signatures/);
    expect(by('doctor-review-workflow-missing')[0]?.what).toMatch(/is not on the default branch:/);
  });

  test('prints it for people, worst first, with codes and remedies', async () => {
    const { out } = await doctor(world.tokens.acme);
    expect(out).toMatch(/^error {4}\S.*\[doctor-[\w-]+\]\n {9}→ \S/);
    expect(out).toMatch(/\nacme\/site: \d+ errors, \d+ warnings, \d+ notes, \d+ checks passed\n$/);
  });

  test('refuses to guess', async () => {
    expect((await doctor(null)).error).toMatchObject({ code: 'usage' });
    const { error } = await doctor('ghp_wrong');
    expect(error).toBeInstanceOf(TreadleError);
    expect(error).toMatchObject({ code: 'forge-denied' });
  });
});
