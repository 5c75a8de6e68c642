import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { compileStore } from '../compile-store.ts';
import { branch, startGitHost, type GitHost } from './git-host.ts';
import { expectNothingLost, writeMany } from './write-many.ts';

let host: GitHost;
let repository: string;
beforeAll(async () => {
  host = await startGitHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  repository = await host.createRepository();
});

describe('writers that race on one branch lose nothing', { timeout: 180_000 }, () => {
  test('four stores', async () => {
    const names = Array.from({ length: 4 }, (_, index) => `w${index + 1}`);
    const writers = await Promise.all(
      names.map(async (name) => writeMany(await host.open(repository), name, 3)),
    );
    await expectNothingLost(host, repository, writers);
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
      await expectNothingLost(host, repository, writers);
    } finally {
      await rm(compiled, { recursive: true, force: true });
    }
  });
});
