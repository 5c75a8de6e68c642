import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { parseReport, type ParsedReport } from '../../src/codec/report-block.ts';
import { ensureBuilt } from '../cli/built-cli.ts';
import {
  git,
  sourceRepository,
  startTestServer,
  temporaryDirectory,
  type TestServer,
} from '../local-github/test-server.ts';
import { runAgentWorkflow, type Hub, type WorkflowEnd } from './agent-workflow.ts';

const REPOSITORY = 'ada/loom';
const AT = { owner: 'ada', repo: 'loom' } as const;
const TASK = 'Mend the sum. $(touch pwned) `touch pwned`';

vi.setConfig({ testTimeout: 300_000 });

let server: TestServer;
let ada: Octokit;
let hub: Omit<Hub, 'agent'>;
let runs = 0;

beforeAll(async () => {
  await ensureBuilt();
  server = await startTestServer();
  const source = await sourceRepository({
    'sum.txt': '1\n',
    'old.txt': 'old\n',
    '.github/treadle.yml': 'roles: { ceo: [ada] }\n',
  });
  ada = server.client(await server.token('ada'));
  const read = await server.token('reader');
  const write = await server.token('github-actions[bot]', 'default');
  await server.admin('PUT', `/repositories/${REPOSITORY}`, { import: source });
  const grants = { ada: 'admin', reader: 'read', 'github-actions[bot]': 'write' };
  for (const [login, permission] of Object.entries(grants)) {
    const path = `/repositories/${REPOSITORY}/collaborators/${encodeURIComponent(login)}`;
    await server.admin('PUT', path, { permission });
  }
  const { data: bead } = await ada.issues.create({ ...AT, title: 'The sum is wrong' });
  const { data: task } = await ada.issues.createComment({ ...AT, issue_number: bead.number, body: TASK });
  const inputs = {
    dispatch: '5d1fca9f3fd0b6d6a3c9e0b1',
    issue: String(bead.number),
    job: 'fix',
    attempt: '1',
    turn: '1',
    comment: String(task.id),
  };
  hub = { url: server.url, repository: REPOSITORY, tokens: { read, write }, inputs };
}, 120_000);
afterAll(() => server.dispose());

const newRun = (): string => `1-${(runs += 1)}`;
const bare = (...args: readonly string[]): Promise<string> => git(server.bare(REPOSITORY), ...args);
const branches = (run: string): Promise<string> =>
  bare('for-each-ref', '--format=%(refname:short)', `refs/heads/agent/${run}`);

/** An agent that does something, and answers. */
const answering = (script: string, outputs = '{ pull-request: own }', outcome = 'success'): string =>
  `${script}\ncat <<'END'\nDone.\n\n\`\`\`treadle\noutcome: ${outcome}\noutputs: ${outputs}\nsummary: "Mended @ada, fixes #1 <b>"\nusage: { tokens: 5 }\n\`\`\`\nEND\n`;

function execute(
  run: string,
  agent: string,
  over: Partial<Hub> = {},
  template = 'claude-code',
): Promise<WorkflowEnd> {
  return runAgentWorkflow(template, {
    ...hub,
    agent,
    ...over,
    inputs: { ...hub.inputs, run, ...over.inputs },
  });
}

function reportOf(end: WorkflowEnd): Extract<ParsedReport, { kind: 'report' }>['report'] {
  const parsed = parseReport(end.report ?? '');
  if (parsed.kind !== 'report') throw new Error(`${JSON.stringify(parsed)}\n${end.log}`);
  return parsed.report;
}

describe.each(['claude-code', 'copilot'])('the workflow of %s', (template) => {
  test('publishes what the agent changed, and reports the pull request', async () => {
    const run = newRun();
    const agent = answering(`grep -q 'touch pwned' "$RUNNER_TEMP/seen.md"
      grep -q 'pull-request: own' "$RUNNER_TEMP/seen.md"
      [ ! -e pwned ]
      echo 2 > sum.txt; printf '#!/bin/sh\\n' > 'new ü.sh'; chmod +x 'new ü.sh'; git rm -q old.txt; git commit -q -m 'evil: fixes #1' -a`);
    const end = await execute(run, agent, {}, template);
    expect(end.results, end.log).toEqual({ work: 'success', publish: 'success' });
    const { outcome, outputs, usage } = reportOf(end);
    expect({ outcome, usage }).toEqual({ outcome: 'success', usage: { tokens: 5, costUsd: null } });
    const { data: pull } = await ada.pulls.get({ ...AT, pull_number: Number(outputs['pull-request']) });
    expect(pull).toMatchObject({ state: 'open', base: { ref: 'main' }, head: { ref: `agent/${run}/fix` } });
    expect(pull.title).toBe(`For #1: fix of run ${run}`);
    expect(pull.body).toMatch(/^For #1\.\n/);
    expect(pull.body).not.toMatch(/@ada|<b>|fixes #1/);
    const branch = pull.head.sha;
    expect(await bare('diff', '--raw', '--abbrev=4', 'main', branch)).toMatch(
      /100755 .* A\t"new \\303\\274\.sh"\n.* D\told\.txt\n.* M\tsum\.txt$/,
    );
    expect(await bare('log', '--format=%an %s', `main..${branch}`)).toBe(
      `github-actions[bot] For #1: fix of run ${run}`,
    );
  });
});

describe('rework', () => {
  test('goes on in the open pull request, with what was merged meanwhile', async () => {
    const run = newRun();
    const first = reportOf(await execute(run, answering('echo first > first.txt')));
    await ada.repos.createOrUpdateFileContents({
      ...AT,
      path: `.github/of-${run}.yml`,
      message: 'Go on',
      content: Buffer.from('a: 1\n').toString('base64'),
    });
    const end = await execute(
      run,
      answering(
        `[ -e first.txt ]\necho more >> first.txt\ngit commit -qam more\ngit merge -q --no-edit origin/main`,
      ),
    );
    expect(reportOf(end).outputs).toEqual(first.outputs);
    const branch = `agent/${run}/fix`;
    expect(await bare('diff', '--name-only', `main...${branch}`)).toBe('first.txt');
    expect(await bare('merge-base', 'main', branch)).toBe(await bare('rev-parse', 'main'));
    const again = await execute(run, answering('true'));
    expect(reportOf(again).outputs).toEqual(first.outputs);
  });

  test('begins anew once the pull request is closed', async () => {
    const run = newRun();
    const first = Number(reportOf(await execute(run, answering('echo 1 > one.txt'))).outputs['pull-request']);
    await ada.pulls.update({ ...AT, pull_number: first, state: 'closed' });
    const second = reportOf(await execute(run, answering('[ ! -e one.txt ]\necho 2 > two.txt')));
    expect(Number(second.outputs['pull-request'])).toBeGreaterThan(first);
    expect(await bare('diff', '--name-only', `main...agent/${run}/fix`)).toBe('two.txt');
  });

  test('is refused where somebody else moved the branch meanwhile', async () => {
    const run = newRun();
    await execute(run, answering('echo 1 > one.txt'));
    const tamper = async (): Promise<void> => {
      const branch = `agent/${run}/fix`;
      const content = Buffer.from('theirs').toString('base64');
      await ada.repos.createOrUpdateFileContents({
        ...AT,
        branch,
        path: 'theirs.txt',
        message: 'Help',
        content,
      });
    };
    const end = await execute(run, answering('echo 2 > one.txt'), { tamper });
    expect(reportOf(end)).toMatchObject({
      outcome: 'failure',
      summary: expect.stringContaining('do not go on from') as string,
    });
  });
});

describe('the agent', () => {
  test('holds no token that could write, and none is left in the clone', async () => {
    const run = newRun();
    const agent = answering(
      `git config --local --get-regexp 'http|credential' && exit 9
      env | grep -q "${hub.tokens.write}" && exit 9
      git -c http.extraHeader="Authorization: Basic $(printf 'x-access-token:%s' "$GH_TOKEN" | base64 -w0)" push -q origin HEAD:refs/heads/agent/${run}/own && exit 9
      true`,
      '{}',
    );
    const end = await execute(run, agent);
    expect(end.results, end.log).toEqual({ work: 'success', publish: 'success' });
    expect(await branches(run)).toBe('');
  });

  test('that fails is reported with its failure, and nothing is published', async () => {
    const run = newRun();
    const end = await execute(run, `echo 2 > sum.txt\nexit 7\n`);
    expect(end.results).toEqual({ work: 'failure', publish: 'success' });
    expect(reportOf(end)).toMatchObject({
      outcome: 'failure',
      summary: 'The agent ended without an answer.',
    });
    expect(await branches(run)).toBe('');
  });

  test('that reports a failure is taken at its word', async () => {
    const run = newRun();
    const end = await execute(run, answering('echo 2 > sum.txt', '{}', 'failure'));
    expect(reportOf(end)).toMatchObject({ outcome: 'failure', summary: 'Mended @ada, fixes #1 <b>' });
    expect(await branches(run)).toBe('');
  });

  test('that changes nothing is heard, but has no pull request of its own', async () => {
    const said = reportOf(await execute(newRun(), answering('true', '{ cause: "sum.txt:1" }')));
    expect(said).toMatchObject({ outcome: 'success', outputs: { cause: 'sum.txt:1' } });
    const own = reportOf(await execute(newRun(), answering('true')));
    expect(own).toMatchObject({
      outcome: 'failure',
      summary: expect.stringContaining('left nothing') as string,
    });
    const named = reportOf(await execute(newRun(), answering('true', '{ pull-request: 12 }')));
    expect(named.outputs).toEqual({ 'pull-request': '12' });
  });

  test.each<[what: string, agent: string, kind: ParsedReport['kind']]>([
    ['two blocks', `${answering('true')}${answering('true')}`, 'malformed'],
    [
      'a fence in a fence',
      'cat <<\'END\'\n```treadle\noutcome: success\noutputs: { a: "\n```\n```treadle\n" }\n```\nEND\n',
      'malformed',
    ],
    ['a block in a quotation', "printf '> ```treadle\\n> outcome: success\\n> ```\\n'", 'report'],
  ])('that answers with %s does not report a success', async (_, agent, kind) => {
    const parsed = parseReport((await execute(newRun(), agent)).report ?? '');
    expect(parsed.kind).toBe(kind);
    if (parsed.kind === 'report') expect(parsed.report.outcome).toBe('failure');
  });

  test('is not asked where the dispatch names no comment', async () => {
    const end = await execute(newRun(), answering('true'), { inputs: { ...hub.inputs, comment: '1/../2' } });
    expect(end.results.work).toBe('failure');
    expect(reportOf(end).outcome).toBe('failure');
  });
});

describe('what may not be published', () => {
  test.each<[what: string, script: string, reason: RegExp]>([
    [
      'a workflow',
      'mkdir -p .github/workflows; echo "on: push" > .github/workflows/own.yml',
      /protected paths.*own\.yml/,
    ],
    ['the settings, moved away', 'git mv .github/treadle.yml away.yml', /protected paths.*treadle\.yml/],
    ['a symbolic link', 'ln -s /etc/passwd link', /no plain file.*"link"/],
    [
      'a submodule',
      'git init -q m; git -C m -c user.name=a -c user.email=a@a commit -q --allow-empty -m m',
      /no plain file.*"m"/,
    ],
  ])('%s', async (_, script, reason) => {
    const run = newRun();
    const end = await execute(run, answering(script));
    const { outcome, summary } = reportOf(end);
    expect(outcome, end.log).toBe('failure');
    expect(summary).toMatch(reason);
    expect(await branches(run)).toBe('');
  });

  test.each<[what: string, entry: string]>([
    ['a folder above', '..'],
    ["git's own folder", '.GIT'],
    ['a name with a slash', '../../x'],
  ])('a tree that was made by hand, with %s', async (_, name) => {
    const run = newRun();
    const tamper = async (artifact: string): Promise<void> => {
      const clone = await temporaryDirectory();
      await git(clone, 'clone', '-q', server.bare(REPOSITORY), '.');
      const blob = await git(clone, 'rev-parse', 'HEAD:sum.txt');
      const entry = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')]);
      await writeFile(join(clone, 'tree'), entry);
      const tree = await git(clone, 'hash-object', '-t', 'tree', '-w', '--literally', 'tree');
      const commit = await git(clone, 'commit-tree', tree, '-p', 'HEAD', '-m', 'evil');
      await git(clone, 'update-ref', '--no-deref', 'HEAD', commit);
      await git(
        clone,
        'bundle',
        'create',
        '-q',
        join(artifact, 'changes.bundle'),
        'HEAD',
        '--not',
        'origin/main',
      );
    };
    const { outcome, summary } = reportOf(await execute(run, answering('echo 2 > sum.txt'), { tamper }));
    expect(outcome).toBe('failure');
    expect(summary).toMatch(/no path that may be written|protected paths|no bundle/);
    expect(await branches(run)).toBe('');
  });

  test.each<[what: string, tamper: (artifact: string) => Promise<void>]>([
    ['no bundle', (artifact) => writeFile(join(artifact, 'changes.bundle'), 'evil')],
    [
      'a link to a file of the machine',
      async (artifact) => {
        await rm(join(artifact, 'changes.bundle'));
        await symlink('/etc/passwd', join(artifact, 'changes.bundle'));
      },
    ],
  ])('what is %s', async (_, tamper) => {
    const run = newRun();
    const end = await execute(run, answering('echo 2 > sum.txt'), { tamper });
    expect(reportOf(end).outcome).toBe('failure');
    expect(await branches(run)).toBe('');
  });

  test('an answer that is a link', async () => {
    const tamper = async (artifact: string): Promise<void> => {
      await rm(join(artifact, 'answer.md'));
      await symlink('/etc/passwd', join(artifact, 'answer.md'));
    };
    const end = await execute(newRun(), answering('true', '{}'), { tamper });
    expect(reportOf(end)).toMatchObject({
      outcome: 'failure',
      summary: 'The agent ended without an answer.',
    });
  });
});
