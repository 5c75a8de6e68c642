import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { Batch, Store } from '../../../src/store/port.ts';
import { commitOne, draft, write } from '../contract.ts';
import { branch, startGitHost, type GitHost } from './git-host.ts';
import { failure, meddlingFetch, programOf, type Fetch } from './meddling-fetch.ts';

let host: GitHost;
let repository: string;
beforeAll(async () => {
  host = await startGitHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  repository = await host.createRepository();
});

async function beginOn(store: Store, content = 'mine'): Promise<Batch> {
  const batch = store.begin(await store.read());
  await batch.append(draft([write('mine', content)]));
  return batch;
}

async function historyOf(): Promise<readonly string[]> {
  return (await host.git(repository, 'log', '--format=%H', branch)).split('\n');
}

describe('a push whose answer is lost', () => {
  test('after it took place is published', async () => {
    const base = await commitOne(await host.open(repository), [write('start')]);
    const fetch = meddlingFetch('git-receive-pack', async (go, count) => {
      await (await go()).arrayBuffer();
      if (count === 1) throw failure();
      return new Response('', { status: 500 });
    });
    const batch = await beginOn(await host.open(repository, { fetch }));
    expect(await batch.publish()).toBe('published');
    expect(await historyOf()).toEqual([batch.tip.oid, base]);
  });

  test('before it took place is sent again', async () => {
    const fetch = meddlingFetch('git-receive-pack', (go, count) =>
      count < 3 ? Promise.reject(failure()) : go(),
    );
    const batch = await beginOn(await host.open(repository, { fetch }));
    expect(await batch.publish()).toBe('published');
    expect(await historyOf()).toEqual([batch.tip.oid]);
  });

  test('is published where somebody else went on from it', async () => {
    const other = await host.open(repository);
    await commitOne(other, [write('start')]);
    const fetch = meddlingFetch('git-receive-pack', async (go) => {
      await (await go()).arrayBuffer();
      for (const path of ['a', 'b', 'c']) await commitOne(other, [write(path)]);
      throw failure();
    });
    const batch = await beginOn(await host.open(repository, { fetch }));
    expect(await batch.publish()).toBe('published');
    expect((await historyOf())[3]).toBe(batch.tip.oid);
  });

  test.each([
    ['a branch that stood', true],
    ['a new branch', false],
  ])('is a conflict where somebody else was first on %s', async (_case, isThere) => {
    const other = await host.open(repository);
    if (isThere) await commitOne(other, [write('start')]);
    const fetch = meddlingFetch('git-receive-pack', async () => {
      for (const path of ['a', 'b']) await commitOne(other, [write(path)]);
      throw failure();
    });
    const batch = await beginOn(await host.open(repository, { fetch }));
    expect(await batch.publish()).toBe('conflict');
    expect(await historyOf()).not.toContain(batch.tip.oid);
  });

  test('and that takes place late, while it is sent again, is published once', async () => {
    let late: Promise<Response> | undefined;
    const fetch = meddlingFetch('git-receive-pack', async (go, count) => {
      if (count === 1) {
        late = go();
        throw failure();
      }
      await late;
      return go();
    });
    const batch = await beginOn(await host.open(repository, { fetch }));
    expect(await batch.publish()).toBe('published');
    expect(await historyOf()).toEqual([batch.tip.oid]);
  });

  test('and that holds the lock meanwhile is waited for', async () => {
    const store = await host.open(repository);
    await commitOne(store, [write('start')]);
    const lock = join(host.server.bare(repository), `refs/heads/${branch}.lock`);
    let pushes = 0;
    const fetch = meddlingFetch('git-receive-pack', async (go, count) => {
      pushes = count;
      if (count === 1) {
        await writeFile(lock, '');
        throw failure();
      }
      const response = await go();
      const answer = new Response(await response.arrayBuffer(), response);
      await rm(lock, { force: true });
      return answer;
    });
    const batch = await beginOn(await host.open(repository, { fetch }));
    expect(await batch.publish()).toBe('published');
    expect(pushes).toBe(3);
  });

  test('by an answer that is cut off is found out', async () => {
    const fetch = meddlingFetch('git-receive-pack', async (go) => {
      const response = await go();
      const body = await response.arrayBuffer();
      return new Response(body.slice(0, 9), response);
    });
    const batch = await beginOn(await host.open(repository, { fetch }));
    expect(await batch.publish()).toBe('published');
  });

  test.each([
    ['the ref cannot be read', true],
    ['the server never takes it', false],
  ])('is said to be unclear where %s', async (_case, isDown) => {
    let down = false;
    const fetch: Fetch = (input, init) => {
      down ||= programOf(input) === 'git-receive-pack';
      const fails = programOf(input) === 'git-receive-pack' || (isDown && down);
      return fails ? Promise.reject(failure()) : globalThis.fetch(input, init);
    };
    const batch = await beginOn(await host.open(repository, { fetch }));
    await expect(batch.publish()).rejects.toMatchObject({ code: 'push-unclear' });
  });
});

describe('a push that is refused', () => {
  async function installHook(text: string): Promise<() => Promise<void>> {
    const path = join(host.server.bare(repository), 'hooks', 'update');
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
    return () => rm(path);
  }

  test('by a rule of the server tells its words and what to do', async () => {
    const store = await host.open(repository);
    await commitOne(store, [write('start')]);
    const remove = await installHook(
      'echo "error: GH006: Protected branch update failed for $1." >&2; exit 1',
    );
    const batch = await beginOn(store);
    await expect(batch.publish()).rejects.toMatchObject({
      code: 'push-refused',
      message: expect.stringMatching(/hook declined.*GH006: Protected branch update failed/) as string,
      remedy: expect.stringContaining('rule of the repository') as string,
      facts: { ref: `refs/heads/${branch}` },
    });
    await remove();
    expect(await (await beginOn(store)).publish()).toBe('published');
  });

  test('by a hook of any kind', async () => {
    await installHook('echo "not today" >&2; exit 1');
    await expect((await beginOn(await host.open(repository))).publish()).rejects.toMatchObject({
      code: 'push-refused',
      message: expect.stringContaining('not today') as string,
    });
  });

  test('because another branch takes the name tells so', async () => {
    const other = await host.open(repository, { branch: 'treadle' });
    await commitOne(other, [write('a')]);
    await expect((await beginOn(await host.open(repository))).publish()).rejects.toMatchObject({
      code: 'push-refused',
      message: expect.stringContaining("'refs/heads/treadle' exists") as string,
    });
  });

  test('because somebody else holds the lock is a conflict', async () => {
    const store = await host.open(repository);
    await commitOne(store, [write('start')]);
    const lock = join(host.server.bare(repository), `refs/heads/${branch}.lock`);
    await writeFile(lock, '');
    expect(await (await beginOn(store)).publish()).toBe('conflict');
    await rm(lock);
    expect(await (await beginOn(store)).publish()).toBe('published');
  });
});

describe('a token', () => {
  test('that is wrong is refused', async () => {
    const store = await host.open(repository, { token: 'ghp_wrong' });
    await expect(store.read()).rejects.toMatchObject({
      code: 'forge-denied',
      facts: { status: 401 },
      message: expect.not.stringContaining('ghp_wrong') as string,
    });
  });

  test('that may only read cannot publish, and says so', async () => {
    const cleo = await host.server.token('cleo');
    await host.server.admin('PUT', `/repositories/${repository}/collaborators/cleo`, { permission: 'read' });
    const store = await host.open(repository, { token: cleo });
    const batch = await beginOn(store);
    await expect(batch.publish()).rejects.toMatchObject({
      code: 'forge-denied',
      facts: { status: 403 },
      message: expect.stringContaining('denied to cleo') as string,
      remedy: expect.stringContaining('contents: write') as string,
    });
  });

  test.each(['ada/none', 'nobody/none'])('finds no repository %s', async (name) => {
    await expect((await host.open(name)).read()).rejects.toMatchObject({
      code: 'forge-refused',
      facts: { status: 404 },
    });
  });

  test('of an Action suffices', async () => {
    const token = await host.server.token('github-actions[bot]', 'default');
    await host.server
      .admin('PUT', `/repositories/${repository}/collaborators/github-actions[bot]`, { permission: 'write' })
      .catch(() => undefined);
    expect(await (await beginOn(await host.open(repository, { token }))).publish()).toBe('published');
  });
});
