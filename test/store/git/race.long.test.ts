import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { openGitStore } from '../../../src/store/git/git-store.ts';
import { compileStore } from '../compile-store.ts';
import { commitOne, write } from '../contract.ts';
import { branch, createRepository, refName, type TemporaryRepository } from './temporary-repository.ts';

const writerPath = fileURLToPath(new URL('../writer.mjs', import.meta.url));
let compiled: string;
let repository: TemporaryRepository;
const started: ChildProcess[] = [];

beforeAll(async () => {
  compiled = await compileStore();
});
afterAll(() => rm(compiled, { recursive: true, force: true }));
beforeEach(async () => {
  repository = await createRepository();
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await repository.remove();
});

interface Writer {
  readonly child: ChildProcess;
  /** The commits it was told are published, in order; grows. */
  readonly acknowledged: string[];
  /** Resolves at the next acknowledgement, or when it ends. */
  nextAcknowledged(): Promise<void>;
  /** Resolves with the exit code, null where it was killed. */
  readonly ended: Promise<number | null>;
}

function startWriter(name: string, count: number): Writer {
  const args = [
    writerPath,
    join(compiled, 'store/git/git-store.js'),
    'openGitStore',
    JSON.stringify({ repository: repository.path, branch }),
    name,
    `${count}`,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const lines = createInterface({ input: child.stdout });
  const acknowledged: string[] = [];
  lines.on('line', (line) => acknowledged.push(line));
  return {
    child,
    acknowledged,
    async nextAcknowledged() {
      await Promise.race([once(lines, 'line'), once(lines, 'close')]);
    },
    ended: once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null)),
  };
}

/** The commits on the branch, oldest first: id and subject. */
async function readHistory(): Promise<readonly (readonly [oid: string, subject: string])[]> {
  const log = await repository.git('log', '--reverse', '--format=%H %s', branch);
  return log
    .split('\n')
    .filter(Boolean)
    .map((line) => [line.slice(0, 40), line.slice(41)] as const);
}

async function expectValid(): Promise<void> {
  expect(await repository.git('fsck', '--strict', '--full', '--no-dangling')).toBe('');
}

const numbersTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index + 1);

describe('processes that race on one branch', { timeout: 180_000 }, () => {
  test.each([
    [2, 30],
    [4, 15],
    [8, 6],
  ])('%d writers of %d commits each lose none', async (writerCount, commitCount) => {
    const writers = numbersTo(writerCount).map((n) => startWriter(`w${n}`, commitCount));
    expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual(writers.map(() => 0));
    const history = await readHistory();
    expect(history).toHaveLength(writerCount * commitCount);
    expect(await repository.git('show', `${branch}:total`)).toBe(`${writerCount * commitCount}`);
    for (const [index, { acknowledged }] of writers.entries()) {
      const name = `w${index + 1}`;
      const own = history.filter(([, subject]) => subject.startsWith(`${name} `));
      expect(own).toEqual(numbersTo(commitCount).map((n) => [acknowledged[n - 1], `${name} ${n}`]));
    }
    await expectValid();
  });

  test('and git processes that race with them lose none either', async () => {
    const store = await openGitStore({ repository: repository.path, branch });
    const first = await commitOne(store, [write('start')]);
    const writers = [startWriter('w1', 20), startWriter('w2', 20)];
    const byGit: string[] = [];
    while (byGit.length < 10) {
      const tip = (await repository.git('rev-parse', branch)).trim();
      const commit = (
        await repository.git('commit-tree', '-p', tip, '-m', `git ${byGit.length + 1}`, `${tip}^{tree}`)
      ).trim();
      const isDone = await repository.git('update-ref', refName, commit, tip).then(
        () => true,
        () => false,
      );
      if (isDone) byGit.push(commit);
      if (byGit.length === 5) await repository.git('pack-refs', '--all', '--prune').catch(() => undefined);
    }
    expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0]);
    const history = (await readHistory()).map(([oid]) => oid);
    expect(history).toHaveLength(51);
    for (const own of [[first], byGit, ...writers.map(({ acknowledged }) => acknowledged)]) {
      expect(history.filter((oid) => own.includes(oid))).toEqual(own);
    }
    await expectValid();
  });
});

describe('a process that is killed while it writes', { timeout: 180_000 }, () => {
  /** The moments of the kill: at the n-th acknowledgement, or when it has just made its ref lock. */
  const moments = [1, 2, 3, 5, 8, 'lock', 'lock', 'lock'] as const;

  async function waitFor(moment: (typeof moments)[number], writer: Writer): Promise<void> {
    await writer.nextAcknowledged();
    if (moment === 'lock') {
      const changes = watch(join(repository.path, dirname(refName)));
      await new Promise<void>((resolve) => {
        changes.on('change', (_type, name) => {
          if (name.toString().endsWith('.lock')) resolve();
        });
      });
      changes.close();
      return;
    }
    while (writer.acknowledged.length < moment) await writer.nextAcknowledged();
  }

  test('leaves a valid repository, and what was acknowledged stays', async () => {
    const acknowledged: string[] = [];
    const lockPath = join(repository.path, `${refName}.lock`);
    for (const [index, moment] of moments.entries()) {
      const writer = startWriter(`w${index}`, 0);
      await waitFor(moment, writer);
      writer.child.kill('SIGKILL');
      expect(await writer.ended).toBeNull();
      acknowledged.push(...writer.acknowledged);
      const store = await openGitStore({ repository: repository.path, branch, lockTimeoutMs: 50 });
      const next = await commitOne(store, [write(`after/${index}`)]).catch(async (error: unknown) => {
        expect(error).toMatchObject({ code: 'ref-locked', facts: { path: lockPath } });
        await rm(lockPath);
        return commitOne(store, [write(`after/${index}`)]);
      });
      acknowledged.push(next);
      await expectValid();
    }
    const history = (await readHistory()).map(([oid]) => oid);
    expect(history.filter((oid) => acknowledged.includes(oid))).toEqual(acknowledged);
  });
});
