import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { decodeFetch, encodeFetch } from '../../../src/store/http/upload-pack.ts';
import type { Store } from '../../../src/store/port.ts';
import { commitOne, draft, readAll, write } from '../contract.ts';
import { countingFetch, startGitHost, type GitHost } from './git-host.ts';
import { meddlingFetch } from './meddling-fetch.ts';

let host: GitHost;
beforeAll(async () => {
  host = await startGitHost();
});
afterAll(() => host.close());

/** A store that counts what passes, on a branch where somebody else published. */
async function openCounted(
  files: readonly string[],
): Promise<{ repository: string; store: Store; other: Store; take: () => readonly string[] }> {
  const repository = await host.createRepository();
  const other = await host.open(repository);
  if (files.length > 0)
    await commitOne(
      other,
      files.map((path) => write(path)),
    );
  const { fetch, take } = countingFetch();
  const store = await host.open(repository, { fetch });
  return { repository, store, other, take: () => take().map(({ program }) => program) };
}

const read = 'git-upload-pack';
const push = 'git-receive-pack';

describe('requests', () => {
  const files = [
    'treadle.json',
    'cursor.json',
    'runs/a/1/run.json',
    'runs/a/1/jobs/fix.json',
    'runs/b/2/run.json',
  ];

  test('a first read of a document takes three: the ref, the folders, the file', async () => {
    const { store, take } = await openCounted(files);
    const tip = await store.read();
    expect(await tip.readFile('runs/a/1/run.json')).toBe('runs/a/1/run.json\n');
    expect(take()).toEqual([read, read, read]);
  });

  test('reads that are issued together are one, and what is known takes none', async () => {
    const { store, take } = await openCounted(files);
    const tip = await store.read();
    const together = ['cursor.json', 'runs/a/1/run.json', 'runs/b/2/run.json', 'runs/none'];
    await Promise.all(together.map((path) => tip.readFile(path)));
    expect(take()).toEqual([read, read, read]);
    for (const path of together) await tip.readFile(path);
    expect(await tip.list('runs')).toHaveLength(2);
    expect(take()).toEqual([]);
  });

  test('files of a small branch come together', async () => {
    const { store, take } = await openCounted(files);
    const tip = await store.read();
    await tip.readFile('treadle.json');
    take();
    expect(Object.keys(await readAll(tip))).toHaveLength(files.length);
    expect(take()).toEqual([]);
  });

  test('files of a large branch come by small folders, or one by one', async () => {
    const many = Array.from({ length: 200 }, (_, n) => `many/${n}`);
    const { store, take } = await openCounted([...many, ...files]);
    const tip = await store.read();
    await tip.readFile('treadle.json');
    take();
    expect(await tip.readFile('cursor.json')).toBe('cursor.json\n');
    expect(take()).toEqual([]);
    for (const path of ['many/0', 'many/1']) {
      await tip.readFile(path);
      expect(take()).toEqual([read]);
    }
  });

  test('a second read of a branch that stands still takes one', async () => {
    const { store, take } = await openCounted(files);
    await (await store.read()).readFile('cursor.json');
    take();
    expect(await (await store.read()).readFile('cursor.json')).toBe('cursor.json\n');
    expect(take()).toEqual([read]);
  });

  test('publishing takes one more, and what was published is known', async () => {
    const { store, take } = await openCounted(files);
    const batch = store.begin(await store.read());
    await batch.append(draft([write('cursor.json', '1')]));
    await batch.append(draft([write('runs/b/2/run.json', '2')]));
    expect(await batch.publish()).toBe('published');
    expect(take()).toEqual([read, read, push]);
    const tip = await store.read();
    expect(await tip.readFile('cursor.json')).toBe('1');
    expect(await tip.readFile('runs/b/2/run.json')).toBe('2');
    expect(take()).toEqual([read]);
  });

  test('what somebody else changed comes with the branch, files too', async () => {
    const { store, other, take } = await openCounted(files);
    await (await store.read()).readFile('cursor.json');
    await commitOne(other, [write('runs/a/1/run.json', 'new')]);
    await commitOne(other, [write('cursor.json', 'new')]);
    take();
    const tip = await store.read();
    expect(await tip.readFile('cursor.json')).toBe('new');
    expect(await tip.readFile('runs/a/1/run.json')).toBe('new');
    expect(take()).toEqual([read, read]);
  });

  test('a conflict takes two: the refused push, and the ref; deciding again three', async () => {
    const { store, other, take } = await openCounted(files);
    const loser = store.begin(await store.read());
    await loser.append(draft([write('cursor.json', 'lost')]));
    await commitOne(other, [write('cursor.json', 'won')]);
    take();
    expect(await loser.publish()).toBe('conflict');
    expect(take()).toEqual([push, read]);
    const again = store.begin(await store.read());
    expect(await again.tip.readFile('cursor.json')).toBe('won');
    await again.append(draft([write('cursor.json', 'mine')]));
    expect(await again.publish()).toBe('published');
    expect(take()).toEqual([read, read, push]);
  });

  test('the history comes in batches that grow, without its files', async () => {
    const { repository, other } = await openCounted([]);
    const batch = other.begin(await other.read());
    for (let n = 0; n < 100; n += 1) await batch.append(draft([write('n', `${n}`)]));
    await batch.publish();
    const { fetch, take } = countingFetch();
    const store = await host.open(repository, { fetch });
    const { oid } = await store.read();
    let count = 0;
    for await (const commit of store.log(oid ?? '')) {
      count += commit.parents.length;
      if (count === 3) expect(take()).toHaveLength(3);
    }
    expect(count).toBe(99);
    expect(take()).toHaveLength(3);
  });

  test('an old state is told by what differs from the newest', async () => {
    const folders = Array.from({ length: 40 }, (_, n) => `runs/${n}/run.json`);
    const { repository, other } = await openCounted(folders);
    const old = (await other.read()).oid ?? '';
    await commitOne(other, [write('runs/7/run.json', 'new')]);
    const { fetch, take } = countingFetch();
    const store = await host.open(repository, { fetch });
    await (await store.read()).list('runs');
    const [, whole] = take();
    const then = await store.at(old);
    expect(await then.readFile('runs/7/run.json')).toBe('runs/7/run.json\n');
    const [difference, ...rest] = take();
    expect(rest).toHaveLength(1);
    expect(difference!.receivedBytes).toBeLessThan(whole!.receivedBytes / 2);
    expect(await then.list('runs')).toHaveLength(40);
  });

  test('a parent that is only named is looked up without its files', async () => {
    const { repository, store, take } = await openCounted(files);
    const head = (await host.git(repository, 'commit-tree', '-m', 'x', 'treadle/state^{tree}')).trim();
    await host.git(repository, 'update-ref', 'refs/heads/decision', head);
    const batch = store.begin(await store.read());
    take();
    await batch.append(draft([write('cursor.json', '1')], { extraParents: [head] }));
    expect(await batch.publish()).toBe('published');
    expect(take()).toHaveLength(3);
    expect(await host.git(repository, 'rev-parse', 'treadle/state^2')).toBe(head);
  });

  test('an empty repository and a branch that is not there take one', async () => {
    const { repository, store, take } = await openCounted([]);
    expect((await store.read()).oid).toBeNull();
    expect(take()).toEqual([read]);
    const longer = await host.open(repository, { branch: 'treadle/state-of-others' });
    await commitOne(longer, [write('a')]);
    const tip = await store.read();
    expect([tip.oid, await tip.readFile('a')]).toEqual([null, undefined]);
    expect(take()).toEqual([read]);
    await commitOne(store, [write('b')]);
    expect(await readAll(await store.read())).toEqual({ b: 'b\n' });
  });
});

test('many wants are sent compressed', async () => {
  const { repository, other } = await openCounted([]);
  const paths = Array.from({ length: 60 }, (_, n) => `many/${n}`);
  await commitOne(
    other,
    paths.map((path) => write(path)),
  );
  const commands: string[] = [];
  const fetch = meddlingFetch('git-upload-pack', (go, _count, init) => {
    const isCompressed = new Headers(init.headers).get('content-encoding') === 'gzip';
    if (isCompressed) commands.push(gunzipSync(init.body as Buffer).toString('latin1', 4, 17));
    return go();
  });
  const tip = await (await host.open(repository, { fetch })).read();
  const contents = await Promise.all(paths.map((path) => tip.readFile(path)));
  expect(contents).toEqual(paths.map((path) => `${path}\n`));
  expect(commands).toEqual(['command=fetch']);
});

describe('with 1,000 runs and as many commits', () => {
  test('a wake takes four requests, and its size is that of the folders', async () => {
    const { repository, other } = await openCounted([]);
    const runs = Array.from({ length: 1000 }, (_, n) => {
      const digits = n.toString(16).padStart(3, '0');
      return `runs/${digits.at(-1)}/${digits.at(-2)}/${n}-1/run.json`;
    });
    const batch = other.begin(await other.read());
    await batch.append(draft(runs.map((path) => write(path, `${path}\n`.repeat(50)))));
    for (let n = 0; n < 1000; n += 1) await batch.append(draft([write('cursor.json', `${n}`)]));
    expect(await batch.publish()).toBe('published');

    const { fetch, take } = countingFetch();
    const store = await host.open(repository, { fetch });
    const unit = store.begin(await store.read());
    const [path = ''] = runs;
    expect(await unit.tip.readFile(path)).toBeDefined();
    await unit.append(draft([write(path, 'next')]));
    expect(await unit.publish()).toBe('published');
    const exchanges = take();
    expect(exchanges.map(({ program }) => program)).toEqual([read, read, read, push]);
    expect(exchanges.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0)).toBeLessThan(100_000);
    expect(exchanges.reduce((sum, { sentBytes }) => sum + sentBytes, 0)).toBeLessThan(3_000);
  });
});

describe('the server', () => {
  test.each([
    ['blob:none', undefined],
    ['blob:limit=1k', undefined],
    ['tree:0', undefined],
    ['tree:1', 'tree filter allows max depth 0'],
    ['combine:tree:0+blob:none', "filter 'combine' not supported"],
    ['object:type=commit', "filter 'object:type' not supported"],
  ])('takes the filter %s as GitHub does', async (filter, refusal) => {
    const { repository, other } = await openCounted(['a']);
    const { oid } = await other.read();
    const body = encodeFetch({ wants: [oid ?? ''], filter: 'blob:none' }, 'test');
    const line = (text: string): string => (text.length + 5).toString(16).padStart(4, '0') + text;
    const text = Buffer.from(body)
      .toString('latin1')
      .replace(line('filter blob:none'), line(`filter ${filter}`));
    const response = await fetch(`${host.url(repository)}/git-upload-pack`, {
      method: 'POST',
      body: text,
      headers: {
        'content-type': 'application/x-git-upload-pack-request',
        'git-protocol': 'version=2',
        authorization: `Basic ${Buffer.from(`x-access-token:${host.token}`).toString('base64')}`,
      },
    });
    const answer = decodeFetch(new Uint8Array(await response.arrayBuffer()));
    expect(answer).toMatchObject(
      refusal === undefined
        ? { kind: 'pack' }
        : { kind: 'failure', reason: expect.stringContaining(refusal) as string },
    );
  });

  test.each<[string, (repository: string) => Promise<unknown>, string[]]>([
    ['without filters', (name) => host.git(name, 'config', 'uploadpack.allowFilter', 'false'), []],
    ['without version 2 of the protocol', () => Promise.resolve(), ['git-protocol']],
  ])('%s cannot be used, and that is said', async (_case, change, dropped) => {
    const { repository } = await openCounted(['a']);
    await change(repository);
    const store = await host.open(repository, {
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        for (const name of dropped) headers.delete(name);
        return fetch(input, { ...init, headers });
      },
    });
    await expect(store.read().then((tip) => tip.list(''))).rejects.toMatchObject({
      code: 'git-server-unusable',
      remedy: expect.stringContaining('allowFilter') as string,
    });
  });
});
