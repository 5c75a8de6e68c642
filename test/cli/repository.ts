import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { testEnvironment } from './built-cli.ts';

/** A git repository of a test's own. */
export interface TestRepository {
  readonly folder: string;
  git(...args: readonly string[]): string;
  write(files: Files): void;
  /** Writes files and commits them. */
  commit(message: string, files: Files): void;
  remove(): void;
}

export type Files = Readonly<Record<string, string>>;

export function emptyRepository(): TestRepository {
  const top = mkdtempSync(join(tmpdir(), 'treadle-cli-'));
  const folder = join(top, 'shop');
  mkdirSync(folder);
  const git = (...args: readonly string[]): string => gitIn(folder, ...args);
  git('init', '--quiet', '--initial-branch=main');
  const write = (files: Files): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  return {
    folder,
    git,
    write,
    commit(message, files) {
      write(files);
      git('add', '--all');
      git('commit', '--quiet', '--message', message);
    },
    remove: () => rmSync(top, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

export function repositoryWith(files: Files): TestRepository {
  const repository = emptyRepository();
  repository.commit('Start', files);
  return repository;
}

/** The bare repository that Treadle's local server keeps for one. */
export function bareOf({ folder }: TestRepository): string {
  return join(folder, '.git/treadle/server/repositories/local/shop.git');
}

export function gitIn(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    env: testEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}
