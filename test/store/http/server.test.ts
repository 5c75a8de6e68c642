import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { encodePack } from '../../../src/store/http/encode-pack.ts';
import { openHttpStore } from '../../../src/store/http/http-store.ts';
import type { Store } from '../../../src/store/port.ts';
import { branch } from './git-host.ts';

describe('an address', () => {
  test.each(['git@github.com:o/r.git', 'file:///tmp/x', 'https://user:secret@example.org/r.git', ''])(
    '%j is no address of HTTP',
    async (url) => {
      await expect(openHttpStore({ url, branch, token: 'x' })).rejects.toMatchObject({
        code: 'git-url-invalid',
        message: expect.not.stringContaining('secret') as string,
      });
    },
  );

  test.each(['a..b', '', 'x.lock', '-x'])('the branch %j is refused', async (name) => {
    await expect(
      openHttpStore({ url: 'https://example.org/r.git', branch: name, token: 'x' }),
    ).rejects.toMatchObject({ code: 'branch-invalid' });
  });

  test('where nothing answers is unreachable', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await promisify(server.close.bind(server))();
    const store = await openHttpStore({
      url: `http://127.0.0.1:${port}/o/r.git`,
      branch,
      token: 'x',
      patience: { retries: 1, retryBaseMs: 1 },
    });
    await expect(store.read()).rejects.toMatchObject({
      code: 'forge-unreachable',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });
});

describe('what a server answers', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  interface Seen {
    readonly path: string;
    readonly authorization: string | undefined;
  }

  /** Answers each request as told, and keeps what it was asked. */
  async function answer(
    respond: (
      seen: Seen,
      count: number,
    ) => { status: number; headers?: Record<string, string>; body?: string | Buffer },
  ): Promise<{ url: string; seen: Seen[] }> {
    const seen: Seen[] = [];
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        seen.push({ path: request.url ?? '', authorization: request.headers.authorization });
        const { status, headers = {}, body = '' } = respond(seen.at(-1)!, seen.length);
        response.writeHead(status, headers).end(body);
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/o/r.git`, seen };
  }

  const waits: number[] = [];
  const open = (url: string): Promise<Store> =>
    openHttpStore({
      url,
      branch,
      token: 'secret-token',
      pause: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    });
  beforeEach(() => void waits.splice(0));

  const result = { 'content-type': 'application/x-git-upload-pack-result' };
  const oid = '1234567890123456789012345678901234567890';
  const listed = { status: 200, headers: result, body: `0046${oid} refs/heads/treadle/state\n0000` };

  test('a 5xx is asked again, a while later each time', async () => {
    const { url, seen } = await answer((_seen, count) => (count < 4 ? { status: 502 } : listed));
    expect((await (await open(url)).read()).oid).toBe(oid);
    expect(seen).toHaveLength(4);
    expect(waits).toHaveLength(3);
    for (const [index, ms] of waits.entries()) expect(ms).toBeLessThanOrEqual(500 * 2 ** index);
  });

  test('a 5xx that stays is unreachable', async () => {
    const { url, seen } = await answer(() => ({
      status: 503,
      headers: { 'content-type': 'text/plain' },
      body: 'down',
    }));
    await expect((await open(url)).read()).rejects.toMatchObject({
      code: 'forge-unreachable',
      message: expect.stringContaining('answered 503: down') as string,
    });
    expect(seen).toHaveLength(5);
  });

  test.each([
    [429, {}],
    [403, {}],
    [503, {}],
  ])('a %d with retry-after is waited for', async (status) => {
    const { url } = await answer((_seen, count) =>
      count === 1 ? { status, headers: { 'retry-after': '7' } } : listed,
    );
    expect((await (await open(url)).read()).oid).toBe(oid);
    expect(waits).toEqual([7000]);
  });

  test('a rate limit for too long is told at once', async () => {
    const { url, seen } = await answer(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
    await expect((await open(url)).read()).rejects.toMatchObject({ code: 'forge-rate-limited' });
    expect(seen).toHaveLength(1);
  });

  test('a redirect on the same server is followed, and remembered', async () => {
    const { url, seen } = await answer(({ path }) =>
      path.startsWith('/o/')
        ? { status: 301, headers: { location: path.replace('/o/r', '/new/r') } }
        : listed,
    );
    const store = await open(url);
    expect((await store.read()).oid).toBe(oid);
    expect((await store.read()).oid).toBe(oid);
    expect(seen.map(({ path }) => path.split('/')[1])).toEqual(['o', 'new', 'new']);
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(
      new Set([`Basic ${Buffer.from('x-access-token:secret-token').toString('base64')}`]),
    );
  });

  test('a redirect to another host never gets the token', async () => {
    const { url, seen } = await answer(({ path }) => {
      const location = `http://localhost:${new URL(url).port}/away/git-upload-pack`;
      return path.startsWith('/o/') ? { status: 302, headers: { location } } : { status: 401 };
    });
    await expect((await open(url)).read()).rejects.toMatchObject({
      code: 'forge-denied',
      remedy: expect.stringContaining('no host but its own') as string,
    });
    expect(seen.map(({ authorization }) => authorization === undefined)).toEqual([false, true]);
  });

  test('a redirect in a circle ends', async () => {
    const { url, seen } = await answer(({ path }) => ({ status: 307, headers: { location: path } }));
    await expect((await open(url)).read()).rejects.toMatchObject({ code: 'git-server-unusable' });
    expect(seen).toHaveLength(6);
  });

  test.each<[string, { status: number; headers?: Record<string, string>; body: string }, RegExp]>([
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>' }, /text\/html/],
    ['nothing', { status: 200, headers: result, body: '' }, /does not end/],
    [
      'what are no packets',
      { status: 200, headers: result, body: 'hello world' },
      /a packet begins with "hell"/,
    ],
    ['a packet that is cut off', { status: 200, headers: result, body: '0046123' }, /within a packet/],
    [
      'refs in the older protocol',
      { status: 200, headers: result, body: '001e# service=git-upload-pack\n0000' },
      /is no ref/,
    ],
    ['a failure', { status: 200, headers: result, body: '0014ERR \u001b[31mno way\n0000' }, /: \[31mno way/],
  ])('%s is no answer of a git server', async (_case, body, words) => {
    const { url } = await answer(() => body);
    await expect((await open(url)).read()).rejects.toMatchObject({
      code: 'git-server-unusable',
      message: expect.stringMatching(words) as string,
    });
  });

  const packet = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;

  test.each<[string, string, string]>([
    ['without a pack', '0000', 'holds no pack'],
    ['with a damaged pack', `${packet('packfile\n')}${packet('\u0001PACK?')}0000`, 'not a pack'],
    ['that breaks off', `${packet('packfile\n')}${packet('\u0001PACK?')}`, 'cut off'],
    ['on no band', `${packet('packfile\n')}${packet('\u0007x')}0000`, 'no band'],
    ['that ends in a failure', `${packet('packfile\n')}${packet('\u0003ouch')}0000`, 'ouch'],
    ['that refuses the filter', packet("ERR filter 'tree' not supported\n"), "filter 'tree' not supported"],
    ['that misses what nobody asked for', packet(`ERR not our ref ${'9'.repeat(40)}\n`), 'it misses 999'],
  ])('a fetch %s is told as such', async (_case, body, words) => {
    const { url } = await answer((_seen, count) =>
      count === 1 ? listed : { status: 200, headers: result, body },
    );
    await expect((await (await open(url)).read()).list('')).rejects.toMatchObject({
      name: 'TreadleError',
      code: 'git-server-unusable',
      message: expect.stringContaining(words) as string,
    });
  });

  test('a fetch without what was wanted is told as such', async () => {
    const empty = Buffer.from(encodePack([]));
    const head = Buffer.from(
      packet('packfile\n') + (empty.length + 5).toString(16).padStart(4, '0') + '\u0001',
    );
    const { url } = await answer((_seen, count) =>
      count === 1
        ? listed
        : { status: 200, headers: result, body: Buffer.concat([head, empty, Buffer.from('0000')]) },
    );
    await expect((await (await open(url)).read()).list('')).rejects.toMatchObject({
      code: 'object-unreadable',
      message: expect.stringContaining('does not send it') as string,
    });
  });
});
