import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { TreadleError } from '../../src/base/errors.ts';
import type { ConnectOptions } from '../../src/forge/github/connect.ts';
import { connectForge } from '../../src/forge/github/connect.ts';
import { patienceFor } from '../../src/forge/github/patience.ts';
import type { Forge } from '../../src/forge/port/forge.ts';
import type { ForgeWorld, Person } from './contract/world.ts';
import { openPullRequest } from './contract/world.ts';
import type { FaultyFetch } from './faulty-fetch.ts';
import { faultyFetch, firstOnly } from './faulty-fetch.ts';
import type { LocalHost } from './local-host.ts';
import { openLocalHost } from './local-host.ts';

let host: LocalHost;
beforeAll(async () => {
  host = await openLocalHost();
});
afterAll(() => host.close());

const patience = { retryBaseMs: 1 };

/** A forge behind faults. */
function through(
  world: { readonly repository: string },
  faults: FaultyFetch,
  options: Partial<ConnectOptions> & { readonly person?: Person } = {},
): Forge {
  return connectForge({
    apiUrl: host.url,
    repository: world.repository,
    token: host.token(options.person ?? 'ada'),
    fetch: faults.fetch,
    patience,
    ...options,
  });
}

async function failureOf(promise: Promise<unknown>): Promise<TreadleError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof TreadleError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const noFault = () => faultyFetch(() => undefined);

describe('what cannot be a forge', () => {
  test.each([
    { name: 'no owner', change: { repository: 'loom' }, code: 'forge-refused' },
    { name: 'a deeper path', change: { repository: 'ada/loom/issues' }, code: 'forge-refused' },
    { name: 'a dot path', change: { repository: 'ada/..' }, code: 'forge-refused' },
    { name: 'no address', change: { apiUrl: 'api.github.com' }, code: 'forge-refused' },
    { name: 'another protocol', change: { apiUrl: 'file:///etc' }, code: 'forge-refused' },
    { name: 'no token', change: { token: ' ' }, code: 'forge-denied' },
  ])('$name', ({ change, code }) => {
    const options = { apiUrl: 'https://api.github.com', repository: 'ada/loom', token: 't', ...change };
    expect(() => connectForge(options)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('failures', () => {
  test('a server that is down is unreachable, and that soon', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const apiUrl = `http://127.0.0.1:${(free.address() as AddressInfo).port}`;
    await new Promise((resolve) => free.close(resolve));
    const start = performance.now();
    const forge = connectForge({ apiUrl, repository: 'ada/loom', token: 'secret-token' });
    const failure = await failureOf(forge.issues.get(1));
    expect(performance.now() - start).toBeLessThan(5000);
    expect(failure.code).toBe('forge-unreachable');
    expect(failure.message).toContain('Could not read issue #1 in ada/loom');
    expect(failure.message).toContain(apiUrl);
    expect(failure.remedy).toMatch(/local server/);
  });

  test('a token that nobody holds is denied, with a remedy, and never shown', async () => {
    const world = await host.newWorld();
    const failure = await failureOf(through(world, noFault(), { token: 'secret-token' }).issues.get(1));
    expect(failure).toMatchObject({ code: 'forge-denied', facts: { status: 401 } });
    expect(failure.remedy).toMatch(/token/);
    expect(failure.message).toContain('Bad credentials');
    expect(JSON.stringify([failure.message, failure.facts, failure.remedy, failure.cause])).not.toContain(
      'secret-token',
    );
  });

  test('what a person may not do is denied, with a remedy', async () => {
    const world = await host.newWorld();
    const number = await world.as('ada').issues.create({ title: 'It breaks', body: '', labels: [] });
    const failure = await failureOf(world.as('cleo').issues.close(number, 'completed'));
    expect(failure).toMatchObject({ code: 'forge-denied', facts: { status: 403 } });
    expect(failure.remedy).toMatch(/write access/);
  });

  test('a repository that is not there is refused, with a remedy', async () => {
    const failure = await failureOf(through({ repository: 'ada/none' }, noFault()).files.defaultBranch());
    expect(failure).toMatchObject({ code: 'forge-refused', facts: { status: 404 } });
    expect(failure.remedy).toMatch(/ada\/none exists/);
  });

  test('what answers, but is not GitHub, is told by the field that it lacks', async () => {
    const faults = faultyFetch(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
    const failure = await failureOf(through({ repository: 'ada/loom' }, faults).issues.get(1));
    expect(failure.code).toBe('forge-malformed');
    expect(failure.message).toContain('"number"');
  });

  test('an answer that never comes is given up', async () => {
    const silent: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
      });
    const forge = connectForge({
      apiUrl: host.url,
      repository: 'ada/loom',
      token: 't',
      fetch: silent,
      patience: { ...patience, timeoutMs: 20, retries: 1 },
    });
    expect(await failureOf(forge.issues.get(1))).toMatchObject({ code: 'forge-unreachable' });
  });
});

describe('trying again', () => {
  const broken = () => Response.json({ message: 'Server Error' }, { status: 502 });

  test.each([
    { name: 'a 502', fault: () => broken() },
    { name: 'a lost answer', fault: () => 'lose-answer' as const },
    {
      name: 'an answer that breaks off',
      fault: () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              controller.error(new Error('terminated'));
            },
          }),
        ),
    },
  ])('a read passes over $name', async ({ fault }) => {
    const world = await host.newWorld();
    const faults = faultyFetch(({ count }) => (count < 2 ? fault() : undefined));
    expect(await through(world, faults).files.head('main')).toBe(world.root);
    expect(faults.sent).toHaveLength(3);
  });

  test('a read gives up in the end', async () => {
    const faults = faultyFetch(broken);
    const failure = await failureOf(through({ repository: 'ada/loom' }, faults).files.head('main'));
    expect(failure).toMatchObject({ code: 'forge-unreachable', facts: { status: 502 } });
    expect(faults.sent).toHaveLength(4);
  });

  test('what is refused is asked once', async () => {
    const world = await host.newWorld();
    const faults = noFault();
    expect(await through(world, faults).issues.get(4711)).toBeUndefined();
    expect(faults.sent).toHaveLength(1);
  });

  test('a comment whose answer is lost is not sent twice, and is there', async () => {
    const world = await host.newWorld();
    const issue = await world.as('ada').issues.create({ title: 'Talk', body: '', labels: [] });
    const faults = faultyFetch(firstOnly('POST', '/comments', 'lose-answer'));
    expect(await failureOf(through(world, faults).comments.create(issue, 'Once'))).toMatchObject({
      code: 'forge-unreachable',
    });
    expect(faults.sent).toHaveLength(1);
    expect(await world.as('ada').comments.on(issue)).toMatchObject([{ body: 'Once' }]);
  });

  test('a change that may be made twice is sent again', async () => {
    const world = await host.newWorld();
    const issue = await world.as('ada').issues.create({ title: 'It breaks', body: '', labels: [] });
    const faults = faultyFetch(firstOnly('PATCH', `/issues/${issue}`, 'lose-answer'));
    await through(world, faults).issues.close(issue, 'completed');
    expect(await world.as('ada').issues.get(issue)).toMatchObject({ state: 'closed' });
  });

  test('a merge whose answer is lost is found', async () => {
    const world = await host.newWorld();
    const pull = await openPullRequest(world);
    const faults = faultyFetch(firstOnly('PUT', '/merge', 'lose-answer'));
    const outcome = await through(world, faults).pulls.merge(pull.number, {
      head: pull.head,
      title: 'Take',
      message: '',
    });
    expect(outcome).toEqual({ kind: 'merged', commit: await world.as('ada').files.head('main') });
  });

  test('a merge that somebody else makes between two tries is found', async () => {
    const world = await host.newWorld();
    const pull = await openPullRequest(world);
    const merge = { head: pull.head, title: 'Take', message: '' };
    const faults = faultyFetch(() => undefined);
    const first = await world.as('bert').pulls.merge(pull.number, merge);
    expect(await through(world, faults).pulls.merge(pull.number, merge)).toEqual(first);
    expect(faults.sent.map((line) => line.replace(/ .* /, ' '))).toEqual(['PUT 405', 'GET 200']);
  });
});

describe('adopting what a broken try has left', () => {
  const branchOf = (world: ForgeWorld) => ({
    name: 'asked',
    from: world.root,
    path: 'asked.md',
    text: 'Shall it?\n',
    message: 'Ask',
  });

  test.each([
    { name: 'the branch was not made', method: 'POST', end: '/git/refs', fault: 'lose-request' },
    { name: 'the branch was made, unheard', method: 'POST', end: '/git/refs', fault: 'lose-answer' },
    { name: 'the file was not written', method: 'PUT', end: '/asked.md', fault: 'lose-request' },
    { name: 'the file was written, unheard', method: 'PUT', end: '/asked.md', fault: 'lose-answer' },
  ] as const)('createBranchWithFile: $name', async ({ method, end, fault }) => {
    const world = await host.newWorld();
    const forge = through(world, faultyFetch(firstOnly(method, end, fault)));
    expect(await failureOf(forge.files.createBranchWithFile(branchOf(world)))).toMatchObject({
      code: 'forge-unreachable',
    });
    const head = await forge.files.createBranchWithFile(branchOf(world));
    expect(await forge.files.head('asked')).toBe(head);
    expect(await world.rest('ada', 'GET', `/git/commits/${head}`)).toMatchObject({
      parents: [{ sha: world.root }],
    });
    expect(await forge.files.read('asked.md', head)).toBe('Shall it?\n');
  });

  test.each(['lose-request', 'lose-answer'] as const)('open: %s', async (fault) => {
    const world = await host.newWorld();
    const forge = through(world, faultyFetch(firstOnly('POST', '/pulls', fault)));
    const head = await forge.files.createBranchWithFile(branchOf(world));
    const open = { branch: 'asked', base: 'main', title: 'Asked', body: '' };
    expect(await failureOf(forge.pulls.open(open))).toMatchObject({ code: 'forge-unreachable' });
    const opened = await forge.pulls.open(open);
    expect(opened).toMatchObject({ kind: 'opened', head });
    expect(await forge.pulls.open(open)).toEqual(opened);
  });
});

describe('rate limits', () => {
  const limited = (headers: Record<string, string>, status = 403, message = 'API rate limit exceeded') =>
    Response.json({ message }, { status, headers });
  const past = () => ({
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) - 5),
  });

  test('a short wait is waited out, also by what is not repeated otherwise', async () => {
    const world = await host.newWorld();
    const lines: string[] = [];
    const faults = faultyFetch(({ count }) => (count === 0 ? limited(past()) : undefined));
    const forge = through(world, faults, { log: (line) => lines.push(line) });
    const number = await forge.issues.create({ title: 'Once', body: '', labels: [] });
    expect(await world.as('ada').issues.get(number)).toMatchObject({ title: 'Once' });
    expect(faults.sent).toHaveLength(2);
    expect(lines).toEqual([expect.stringMatching(/^rate limit: waiting \d+ s for POST/)]);
  });

  test('it gives up after some tries', async () => {
    const faults = faultyFetch(() => limited(past()));
    const failure = await failureOf(through({ repository: 'ada/loom' }, faults).issues.get(1));
    expect(failure.code).toBe('forge-rate-limited');
    expect(faults.sent).toHaveLength(4);
  });

  test.each([
    {
      name: 'a limit of an hour',
      headers: () => ({ 'retry-after': '3600' }),
      message: 'You have exceeded a secondary rate limit',
    },
    {
      name: 'a limit used up',
      headers: () => ({
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
      }),
      message: 'API rate limit exceeded',
    },
    {
      name: 'a bare 429',
      headers: () => ({ 'retry-after': '3600' }),
      message: 'Too many requests',
      status: 429,
    },
  ])('$name is told at once, with the time', async ({ headers, message, status }) => {
    const faults = faultyFetch(() => limited(headers(), status ?? 403, message));
    const failure = await failureOf(through({ repository: 'ada/loom' }, faults).issues.get(1));
    expect(failure.code).toBe('forge-rate-limited');
    const inSeconds = (Date.parse(String(failure.facts['retryAt'])) - Date.now()) / 1000;
    expect(inSeconds).toBeGreaterThan(3500);
    expect(inSeconds).toBeLessThan(3700);
    expect(faults.sent).toHaveLength(1);
  });

  test('a limit is never taken for an expected refusal', async () => {
    const faults = faultyFetch(() =>
      limited({ 'retry-after': '3600' }, 403, 'You have exceeded a secondary rate limit'),
    );
    const forge = through({ repository: 'ada/loom' }, faults);
    const open = { branch: 'a', base: 'main', title: 'A', body: '' };
    expect(await failureOf(forge.pulls.open(open))).toMatchObject({ code: 'forge-rate-limited' });
    expect(await failureOf(forge.people.viewer())).toMatchObject({ code: 'forge-rate-limited' });
  });

  test('the local server limits as GitHub does', async () => {
    const small = await openLocalHost(undefined, { requestsPerHour: 3 });
    try {
      const world = await small.newWorld();
      const read = async (): Promise<void> => {
        for (let count = 0; count < 5; count += 1)
          await world.as('cleo').people.permission('ada' + String(count));
      };
      expect(await failureOf(read())).toMatchObject({ code: 'forge-rate-limited' });
    } finally {
      await small.close();
    }
  });
});

describe('pace', () => {
  test.each([
    { apiUrl: 'https://api.github.com', pace: 'github', retryBaseMs: 1000 },
    { apiUrl: 'https://github.example.com/api/v3', pace: 'github', retryBaseMs: 1000 },
    { apiUrl: 'http://127.0.0.1:4711', pace: 'none', retryBaseMs: 50 },
    { apiUrl: 'http://localhost:4711', pace: 'none', retryBaseMs: 50 },
  ])('$apiUrl: $pace', ({ apiUrl, ...expected }) => {
    expect(patienceFor(apiUrl)).toMatchObject(expected);
  });

  test('writes to GitHub keep their distance', async () => {
    const faults = faultyFetch(() => Response.json({}));
    const forge = through({ repository: 'ada/loom' }, faults, { patience: { pace: 'github' } });
    const start = performance.now();
    await forge.issues.close(1, 'completed');
    await forge.issues.close(2, 'completed');
    expect(performance.now() - start).toBeGreaterThan(900);
  });
});

describe('conditional reads', () => {
  test('what has not changed is not sent again, and what has is', async () => {
    const world = await host.newWorld();
    const number = await world.as('ada').issues.create({ title: 'It breaks', body: '', labels: [] });
    const faults = noFault();
    const forge = through(world, faults);
    const first = await forge.issues.get(number);
    expect(await forge.issues.get(number)).toEqual(first);
    await world.as('ada').issues.close(number, 'completed');
    expect(await forge.issues.get(number)).toMatchObject({ state: 'closed' });
    expect(faults.sent.map((line) => line.split(' ').at(-1))).toEqual(['200', '304', '200']);
  });
});
