import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { Oid, Store } from '../../../src/store/port.ts';
import { compileStore } from '../compile-store.ts';
import { draft, write } from '../contract.ts';
import { branch, startGitHost, type GitHost } from './git-host.ts';
import { failure, programOf, type Fetch } from './meddling-fetch.ts';

let host: GitHost;
let repository: string;
beforeAll(async () => {
  host = await startGitHost();
});
afterAll(() => host.server.dispose());
beforeEach(async () => {
  repository = await host.createRepository();
});

/** Appends commits that count, each decided anew after a conflict, and gives their ids. */
async function writeMany(store: Store, name: string, count: number): Promise<readonly Oid[]> {
  const published: Oid[] = [];
  for (let n = 1; n <= count; n += 1) {
    for (let isDone = false; !isDone;) {
      const batch = store.begin(await store.read());
      const total = Number((await batch.tip.readFile('total')) ?? '0') + 1;
      const changes = [write('total', `${total}`), write(`writers/${name}`, `${n}`)];
      const oid = await batch.append(draft(changes, { message: `${name} ${n}\n` }));
      isDone = (await batch.publish()) === 'published';
      if (isDone) published.push(oid);
      else await delay(Math.random() * 100);
    }
  }
  return published;
}

async function expectNothingLost(writers: readonly (readonly Oid[])[]): Promise<void> {
  const log = await host.git(repository, 'log', '--reverse', '--format=%H', branch);
  const history = log.split('\n');
  expect(history).toHaveLength(writers.flat().length);
  for (const own of writers) expect(history.filter((oid) => own.includes(oid))).toEqual(own);
  expect(await host.git(repository, 'show', `${branch}:total`)).toBe(`${history.length}`);
  expect(await host.git(repository, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
}

describe('writers that race on one branch lose nothing', { timeout: 180_000 }, () => {
  test.each([
    [2, 5],
    [4, 3],
  ])('%d stores of %d commits each', async (writerCount, commitCount) => {
    const names = Array.from({ length: writerCount }, (_, index) => `w${index + 1}`);
    const writers = await Promise.all(
      names.map(async (name) => writeMany(await host.open(repository), name, commitCount)),
    );
    await expectNothingLost(writers);
  });

  test('whose answers are lost now and then', async () => {
    const unreliable = (every: number): Fetch => {
      let pushes = 0;
      return async (input, init) => {
        const response = await fetch(input, init);
        if (programOf(input) !== 'git-receive-pack') return response;
        pushes += 1;
        if (pushes % every !== 0) return response;
        await response.arrayBuffer();
        throw failure();
      };
    };
    const writers = await Promise.all(
      [2, 3].map(async (every) =>
        writeMany(await host.open(repository, { fetch: unreliable(every) }), `w${every}`, 4),
      ),
    );
    await expectNothingLost(writers);
  });

  test('in processes of their own', async () => {
    const compiled = await compileStore();
    try {
      const options = JSON.stringify({ url: host.url(repository), branch, token: host.token });
      const writerPath = fileURLToPath(new URL('../writer.mjs', import.meta.url));
      const modulePath = join(compiled, 'store/http/http-store.js');
      const writers = await Promise.all(
        ['w1', 'w2'].map(async (name) => {
          const args = [writerPath, modulePath, 'openHttpStore', options, name, '4'];
          const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
          const ended = once(child, 'close').then(([code]: unknown[]) => code);
          const [output, code] = await Promise.all([text(child.stdout), ended]);
          expect(code).toBe(0);
          return output.trim().split('\n');
        }),
      );
      await expectNothingLost(writers);
    } finally {
      await rm(compiled, { recursive: true, force: true });
    }
  });
});
