import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

import { EXIT } from '../../src/cli/exit-codes.ts';
import { fencesOf, fenceWith, proseOf, ROOT } from './documents.ts';

const README = 'README.md';
const CLI = join(ROOT, 'build/src/cli/main.js');

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(folder: string, program: string, ...args: readonly string[]): Promise<Ended> {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Casey',
    GIT_AUTHOR_EMAIL: 'casey@example.com',
    GIT_COMMITTER_NAME: 'Casey',
    GIT_COMMITTER_EMAIL: 'casey@example.com',
  };
  return promisify(execFile)(program, args, { cwd: folder, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as Ended,
  );
}

/** A repository with the three files of the README, committed. */
async function makeRepository(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'treadle-readme-'));
  folders.push(folder);
  const files = {
    '.github/treadle.yml': fenceWith(README, 'agents:').text,
    '.github/treadle/workflows/count.yml': fenceWith(README, 'jobs:').text,
    '.github/agents/count.mjs': fenceWith(README, "from 'node:fs'").text,
    'README.md': 'one\ntwo\nthree\n',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '.'],
    ['commit', '-q', '-m', 'Begin'],
  ]) {
    await run(folder, 'git', ...args);
  }
  return folder;
}

describe('README.md', () => {
  test('has exactly two commands for a fresh clone', () => {
    const [first] = fencesOf(README).filter(({ language }) => language === 'console');
    expect(first?.text).toBe('$ npm ci && npm run demo\n$ npm cit\n');
  });

  test('tells every exit code', () => {
    const [, section = ''] = proseOf(README).split('## Exit codes');
    const codes = [...section.matchAll(/^\| (\d+)/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT));
  });

  test('its own example waits for the approval, and ends when it is given', async () => {
    const folder = await makeRepository();
    const started = await run(
      folder,
      process.execPath,
      CLI,
      'run',
      'count',
      '--issue',
      'How long is the README?',
    );
    expect(started.code, started.stderr).toBe(EXIT.waiting);
    const explained = await run(folder, process.execPath, CLI, 'explain', '1-1');
    expect(explained.stdout).toContain('waits for an approval by ceo (casey)');
    const approved = await run(folder, process.execPath, CLI, 'approve', '1-1', '--reason', 'Long enough');
    expect(approved.code, approved.stderr).toBe(EXIT.done);
    const shown = await run(folder, process.execPath, CLI, 'show', '1-1', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({
      run: { status: 'completed', conclusion: 'success' },
      jobs: { count: { outputs: { lines: '3' } } },
    });
    const log = await run(folder, 'git', 'log', '--first-parent', '--format=%s', 'treadle/state');
    expect(log.stdout).toContain('#1 count: count → approve (success)');
  });
});
