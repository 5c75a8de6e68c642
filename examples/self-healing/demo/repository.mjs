import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './options.mjs';

const PROJECT = fileURLToPath(new URL('../project', import.meta.url));
const BUGS = fileURLToPath(new URL('../bugs', import.meta.url));

/** The person who wrote the project, always at the same time: the same bug is always the same commit. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'Robin Example',
  GIT_AUTHOR_EMAIL: 'robin@example.com',
  GIT_AUTHOR_DATE: '2025-03-10T09:00:00Z',
  GIT_COMMITTER_NAME: 'Robin Example',
  GIT_COMMITTER_EMAIL: 'robin@example.com',
  GIT_COMMITTER_DATE: '2025-03-10T09:00:00Z',
};

/** git as it is, without the settings of whoever runs the demo. */
const PLAIN_GIT = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' };

/** @param {string} folder @param {readonly string[]} args @param {Readonly<Record<string, string>>} [env] */
export function git(folder, args, env = {}) {
  const done = spawnSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...PLAIN_GIT, ...env },
  });
  if (done.status === 0) return done.stdout.trim();
  throw new Error(`git ${args[0]} failed: ${(done.stderr || done.error?.message || '').trim()}`);
}

/**
 * What a user would file for a bug.
 * @param {number} bug
 * @returns {{ title: string, body: string }}
 */
export function readIssue(bug) {
  return JSON.parse(readFileSync(join(BUGS, `${bug}.json`), 'utf8'));
}

/**
 * The folder for the repository: the one that is named, if it is new or empty, or a temporary one that is made later.
 * Throws a UsageError.
 * @param {string | null} dir
 * @returns {string | null}
 */
export function chooseFolder(dir) {
  if (dir === null) return null;
  const folder = resolve(dir);
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw new UsageError(`${folder} is not an empty folder: name a new one, or leave --dir out`);
  }
  return folder;
}

/**
 * Makes the demo's repository: the project, with the bug in it, as one commit on `main`.
 * @param {{ folder: string | null, bug: number, settings?: Readonly<Record<string, unknown>> }} wish
 *   folder: as chosen; settings: what differs in the agents' settings.json
 * @returns {string} the folder
 */
export function createRepository({ folder: chosen, bug, settings = {} }) {
  const folder = chosen ?? mkdtempSync(join(tmpdir(), 'treadle-demo-'));
  mkdirSync(folder, { recursive: true });
  cpSync(PROJECT, folder, { recursive: true });
  changeSettings(join(folder, '.github', 'agents', 'settings.json'), settings);
  git(folder, ['init', '--quiet', '--initial-branch=main']);
  git(folder, ['apply', join(BUGS, `${bug}.patch`)]);
  git(folder, ['add', '--all']);
  git(
    folder,
    ['commit', '--quiet', '--message', 'Book, promise and price the repairs of a bicycle workshop'],
    AUTHOR,
  );
  return folder;
}

/** @param {string} path @param {Readonly<Record<string, unknown>>} changes */
function changeSettings(path, changes) {
  if (Object.keys(changes).length === 0) return;
  const settings = { ...JSON.parse(readFileSync(path, 'utf8')), ...changes };
  writeFileSync(path, `${JSON.stringify(settings, null, 2)}\n`);
}

/**
 * Runs the project's tests on a fresh clone of a branch.
 * @param {string} folder @param {string} branch
 * @returns {{ passed: number, failing: readonly string[] }}
 */
export function testBranch(folder, branch) {
  const clone = mkdtempSync(join(tmpdir(), 'treadle-demo-tests-'));
  try {
    git(clone, ['clone', '--quiet', '--branch', branch, folder, '.']);
    const done = spawnSync(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: clone,
      encoding: 'utf8',
    });
    const failing = [...done.stdout.matchAll(/^ *not ok \d+ - (.*)$/gm)].map(([, name]) => name ?? '');
    const passed = Number(/^# pass (\d+)$/m.exec(done.stdout)?.[1] ?? 0);
    if (done.status !== 0 && failing.length === 0)
      throw new Error(`the tests did not run: ${done.stderr.trim()}`);
    return { passed, failing };
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}
