import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { WorkRepository } from './publish-work.ts';
import { isRemoved, readChanges, type ChangedFile, type SizedFile } from './work-policy.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 5 * 60_000;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface WorkRepositoryOptions {
  /** A folder in which the repository is made. */
  readonly folder: string;
  readonly url: string;
  readonly token: string;
}

/**
 * A fresh bare repository, in which nothing is ever checked out and no hook, filter or configuration of anybody applies: what comes
 * from agents is only looked at, and put into trees file by file.
 */
export async function openWorkRepository({
  folder: parent,
  url,
  token,
}: WorkRepositoryOptions): Promise<WorkRepository> {
  const folder = await mkdtemp(join(parent, 'treadle-work-'));
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: folder,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_DIR: folder,
    GIT_INDEX_FILE: join(folder, 'treadle-index'),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
  const raw = async (args: readonly string[], input = '', over: NodeJS.ProcessEnv = {}): Promise<Buffer> => {
    const running = run('git', args, {
      env: { ...env, ...over },
      encoding: 'buffer',
      timeout: TIMEOUT_MS,
      maxBuffer: MOST_OUTPUT_BYTES,
    });
    // A program that ends before it read all has said why.
    running.child.stdin?.on('error', () => undefined).end(input);
    return (await running).stdout;
  };
  const git = async (...args: readonly string[]): Promise<string> => (await raw(args)).toString().trim();
  await git('init', '--quiet', '--bare');
  return {
    async fetch(branches) {
      const refs = branches.map((branch) => `+refs/heads/${branch}*:refs/remotes/origin/${branch}*`);
      await git('fetch', '--quiet', '--no-tags', url, ...refs);
    },
    tip: (branch) =>
      git('rev-parse', '--verify', '--quiet', `refs/remotes/origin/${branch}^{commit}`).catch(() => null),
    async unbundle(file) {
      await git('fetch', '--quiet', '--no-tags', '--no-recurse-submodules', file, '+HEAD:refs/work/head');
      return git('rev-parse', '--verify', 'refs/work/head^{commit}');
    },
    parting: (one, other) => git('merge-base', one, other).catch(() => null),
    isAncestor: (older, newer) =>
      git('merge-base', '--is-ancestor', older, newer).then(
        () => true,
        () => false,
      ),
    async changes(from, to) {
      return readChanges(await raw(['diff-tree', '-r', '-z', '--raw', '--no-renames', from, to]));
    },
    async withSizes(files) {
      const kept = files.filter((file) => !isRemoved(file));
      const lines = kept.map(({ oid }) => `${oid}\n`).join('');
      const told = (await raw(['cat-file', '--batch-check'], lines)).toString().split('\n');
      const sizes = new Map(kept.map((file, index): [ChangedFile, string] => [file, told[index] ?? '']));
      return files.map((file): SizedFile => {
        const line = sizes.get(file);
        if (line === undefined) return { ...file, object: null };
        const [, type = 'missing', bytes = '0'] = line.split(' ');
        return { ...file, object: { type, bytes: Number(bytes) } };
      });
    },
    async writeTree(base, files) {
      await git('read-tree', base);
      // What is removed goes first: a file may become a folder.
      const ordered = [...files].sort((a, b) => Number(isRemoved(b)) - Number(isRemoved(a)));
      const lines = ordered.map(
        ({ mode, oid, path }) => `${isRemoved({ mode, oid, path }) ? '0' : mode} ${oid}\t${path}\0`,
      );
      await raw(['update-index', '-z', '--index-info'], lines.join(''));
      return git('write-tree');
    },
    treeOf: (commit) => git('rev-parse', '--verify', `${commit}^{tree}`),
    async commit({ tree, parents, message, author: { name, email } }) {
      const over = {
        GIT_AUTHOR_NAME: name,
        GIT_AUTHOR_EMAIL: email,
        GIT_COMMITTER_NAME: name,
        GIT_COMMITTER_EMAIL: email,
      };
      const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])];
      return (await raw(args, message, over)).toString().trim();
    },
    async push(commit, branch, expected) {
      const ref = `refs/heads/${branch}`;
      const lease = `--force-with-lease=${ref}:${expected ?? ''}`;
      try {
        await git('push', '--quiet', lease, url, `${commit}:${ref}`);
        return null;
      } catch (error) {
        return String((error as { readonly stderr?: unknown }).stderr ?? error).trim();
      }
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
