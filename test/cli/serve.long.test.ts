import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';

import { ensureBuilt, startTreadle, treadle, treadleJson } from './built-cli.ts';
import { askAs } from './local-server.ts';
import { processesIn } from './processes.ts';
import { repositoryWith } from './repository.ts';
import { GREETING } from './team.ts';

interface StatusJson {
  readonly runs: readonly { readonly id: string; readonly conclusion: string | null }[];
}

/** Asks until there is an answer. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  let answer: T | undefined;
  await vi.waitUntil(async () => (answer = await ask()) !== undefined, { timeout: 60_000, interval: 100 });
  if (answer === undefined) throw new Error('there was no answer');
  return answer;
}

beforeAll(ensureBuilt, 120_000);

it('goes on with what happens on the server, until it is asked to end', async () => {
  const repository = repositoryWith(GREETING);
  onTestFinished(() => repository.remove());
  const options = { cwd: repository.folder };
  const serving = startTreadle(['serve'], options);
  onTestFinished(() => void serving.child.kill('SIGKILL'));
  await serving.says('end with Ctrl-C');
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(serving.soFar())?.[0] ?? '';
  const ask = askAs(repository, 'boss', url);

  // Somebody files an issue with a label that the workflow asks for, and approves what they are asked.
  const body = { title: 'Say hello', labels: ['greeting'] };
  const issue = await ask<{ readonly number: number }>('/issues', { method: 'POST', body });
  const pull = await eventually(async () => {
    const open = await ask<readonly { readonly number: number; readonly base: { ref: string } }[]>('/pulls');
    return open.find(({ base }) => base.ref === 'treadle/state');
  });
  await ask(`/pulls/${pull.number}/reviews`, { method: 'POST', body: { event: 'APPROVE' } });
  await eventually(async () => {
    const { state } = await ask<{ readonly state: string }>(`/issues/${issue.number}`);
    return state === 'closed' ? state : undefined;
  });

  // Other commands leave the work to it.
  const run = await treadle(['run', 'greeting', '--issue', 'Say it again', '--yes'], options);
  expect(run.stderr).toMatch(/treadle serve \(process \d+\) is at work in this repository/);
  // There is nothing left to write, so every attempt fails: no --yes answers an escalation.
  expect(run.stderr).toMatch(/write is escalated/);
  expect(run.code).toBe(3);
  const advance = await treadle(['advance'], options);
  expect(advance.code).toBe(5);
  expect(advance.stderr).toMatch(/\[already-serving\]: treadle serve \(process \d+\) is at work/);

  serving.child.kill('SIGTERM');
  expect(await serving.ended).toMatchObject({ code: 0, signal: null });
  expect(processesIn(repository.folder)).toEqual([]);
  expect(repository.git('show', 'main:hello.txt')).toBe('hello');
  const { runs } = await treadleJson<StatusJson>(['status', '--all'], options);
  expect(runs).toMatchObject([{ conclusion: null }, { conclusion: 'success' }]);
}, 120_000);

it('says which port is taken, and what to do', async () => {
  const repository = repositoryWith(GREETING);
  onTestFinished(() => repository.remove());
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const ended = await treadle(['serve', '--port', String(port)], { cwd: repository.folder });
  expect(ended.code).toBe(5);
  expect(ended.stderr).toBe(
    `error [server-unavailable]: the local server cannot listen on port ${port}: another program uses it\nChoose another one with --port, or leave that out for one that is free.\n`,
  );
}, 60_000);
