import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest';

import { startGitHost, type GitHost } from './git-host.ts';
import { failure, programOf, type Fetch } from './meddling-fetch.ts';
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

describe('writers that race on one branch lose nothing', () => {
  test('two stores', async () => {
    const names = Array.from({ length: 2 }, (_, index) => `w${index + 1}`);
    const writers = await Promise.all(
      names.map(async (name) => writeMany(await host.open(repository), name, 3)),
    );
    await expectNothingLost(host, repository, writers);
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
        writeMany(await host.open(repository, { fetch: unreliable(every) }), `w${every}`, 3),
      ),
    );
    await expectNothingLost(host, repository, writers);
  });
});
