import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type SpawnedServer, spawnServer, transpiledFolder, transpileServer } from './spawn-server.ts';
import { sourceRepository, startTestServer, temporaryDirectory } from './test-server.ts';

describe('the server as a process', () => {
  let main: string;
  beforeAll(() => {
    main = transpileServer();
  });
  afterAll(() => rmSync(transpiledFolder(main), { recursive: true, force: true }));

  const call = async (
    url: string,
    token: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Response> =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  const prepare = async (server: SpawnedServer, data: string): Promise<string> => {
    const admin = readFileSync(join(data, 'admin-token'), 'utf8').trim();
    const source = await sourceRepository({ 'README.md': 'r\n' });
    await call(server.url, admin, 'PUT', '/_local/users/ada', {});
    await call(server.url, admin, 'PUT', '/_local/repositories/ada/loom', { import: source });
    const answer = await call(server.url, admin, 'POST', '/_local/tokens', { login: 'ada' });
    return ((await answer.json()) as { token: string }).token;
  };

  it('tells where it is, keeps its secrets, and ends cleanly', async () => {
    const data = await temporaryDirectory();
    const server = await spawnServer(main, '--data', data);
    expect(JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'))).toEqual({
      url: server.url,
      pid: server.pid,
    });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(statSync(join(data, 'admin-token')).mode & 0o777).toBe(0o600);
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(existsSync(join(data, 'server.json'))).toBe(false);
    expect(existsSync(join(data, 'lock'))).toBe(false);
  });

  it('refuses a data directory that another process serves', async () => {
    const data = await temporaryDirectory();
    const server = await spawnServer(main, '--data', data);
    await expect(spawnServer(main, '--data', data)).rejects.toThrow(/exit 1: process \d+ serves .* already/);
    await expect(startTestServer({ dataDirectory: data })).rejects.toMatchObject({
      code: 'local-github-running',
    });
    server.process.kill('SIGINT');
    expect(await server.ended).toBe(0);
  });

  it('takes over what a killed process left', async () => {
    const data = await temporaryDirectory();
    const killed = await spawnServer(main, '--data', data);
    killed.process.kill('SIGKILL');
    expect(await killed.ended).toBe('SIGKILL');
    const next = await spawnServer(main, '--data', data);
    next.process.kill('SIGTERM');
    expect(await next.ended).toBe(0);
  });

  it('does not mistake a process that has a dead one’s id for it', async () => {
    const data = await temporaryDirectory();
    writeFileSync(join(data, 'lock'), `${process.pid} 1\n`);
    const server = await startTestServer({ dataDirectory: data });
    await server.dispose();
  });

  it('ends with its parent', async () => {
    const data = await temporaryDirectory();
    const server = await spawnServer(main, '--data', data, '--with-parent');
    server.process.stdin.end();
    expect(await server.ended).toBe(0);
  });

  it.each([
    { named: 'no directory', args: [] },
    { named: 'a port that is none', args: ['--data', 'x', '--port', 'http'] },
  ])('tells its usage for $named', async ({ args }) => {
    await expect(spawnServer(main, ...args)).rejects.toThrow(/exit 2: usage/);
  });

  it('loses nothing that it acknowledged when it is killed', async () => {
    const data = await temporaryDirectory();
    let server = await spawnServer(main, '--data', data);
    const token = await prepare(server, data);
    const ids = new Set<number>();
    for (let round = 1; round <= 3; round += 1) {
      const acknowledged: number[] = [];
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let count = 0; count < 5; count += 1) {
          const body = { title: `${round}/${writer}/${count}` };
          const answer = await call(server.url, token, 'POST', '/repos/ada/loom/issues', body);
          const issue = (await answer.json()) as { number: number; id: number };
          expect(ids.has(issue.id)).toBe(false);
          ids.add(issue.id);
          acknowledged.push(issue.number);
          // In the midst of the others' writes.
          if (acknowledged.length === 20) server.process.kill('SIGKILL');
        }
      });
      await Promise.allSettled(writers);
      await server.ended;
      server = await spawnServer(main, '--data', data);
      for (const number of acknowledged) {
        expect((await call(server.url, token, 'GET', `/repos/ada/loom/issues/${number}`)).status).toBe(200);
      }
      expect(acknowledged.length).toBeGreaterThanOrEqual(20);
    }
    server.process.kill('SIGTERM');
    await server.ended;
  });

  it('keeps everything over a restart', async () => {
    const data = await temporaryDirectory();
    const first = await spawnServer(main, '--data', data);
    const token = await prepare(first, data);
    await call(first.url, token, 'POST', '/repos/ada/loom/issues', { title: 'Kept', labels: ['bug'] });
    first.process.kill('SIGTERM');
    await first.ended;
    const second = await spawnServer(main, '--data', data);
    const issue = (await (await call(second.url, token, 'GET', '/repos/ada/loom/issues/1')).json()) as {
      url: string;
      labels: { name: string }[];
    };
    expect(issue.labels.map(({ name }) => name)).toEqual(['bug']);
    expect(issue.url).toBe(`${second.url}/repos/ada/loom/issues/1`);
    const next = await call(second.url, token, 'POST', '/repos/ada/loom/issues', { title: 'Next' });
    expect(await next.json()).toMatchObject({ number: 2 });
    second.process.kill('SIGTERM');
    await second.ended;
  });

  it('does not start over data that it cannot read', async () => {
    const data = await temporaryDirectory();
    const first = await startTestServer({ dataDirectory: data });
    await first.close();
    writeFileSync(join(data, 'data', 'accounts.json'), '{"formatVersion":1,');
    await expect(spawnServer(main, '--data', data)).rejects.toThrow(
      /exit 1: .*accounts\.json does not hold JSON/,
    );
  });
});
