import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A repository of the git binary in a folder of its own. */
export interface TemporaryRepository {
  readonly path: string;
  /** Runs git in it and returns what it prints; throws where git fails. */
  git(...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export const branch = 'treadle/state';
export const refName = `refs/heads/${branch}`;

/** Makes a bare repository, with options of `git init`. */
export async function createRepository(...initOptions: readonly string[]): Promise<TemporaryRepository> {
  const path = await mkdtemp(join(tmpdir(), 'treadle-store-'));
  const git = (...args: readonly string[]): Promise<string> => runGit(path, ...args);
  await git('init', '--quiet', '--bare', ...initOptions, '.');
  return { path, git, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Runs git in a folder, away from the settings of this machine and its user. */
export async function runGit(folder: string, ...args: readonly string[]): Promise<string> {
  const identity = {
    GIT_AUTHOR_NAME: 'x',
    GIT_AUTHOR_EMAIL: 'x',
    GIT_COMMITTER_NAME: 'x',
    GIT_COMMITTER_EMAIL: 'x',
  };
  const running = execute('git', args, {
    cwd: folder,
    env: {
      ...process.env,
      ...identity,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      LC_ALL: 'C',
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  running.child.stdin?.end();
  return (await running).stdout;
}
