import { describe, expect, test } from 'vitest';

import { connectForge } from '../../src/forge/github/connect.ts';
import type { Forge } from '../../src/forge/port/forge.ts';
import { faultyFetch, type FaultyFetch } from './faulty-fetch.ts';

const RUN = {
  id: 7,
  run_attempt: 1,
  event: 'workflow_dispatch',
  path: '.github/workflows/agent.yml@main',
  head_branch: 'main',
  head_sha: 'a'.repeat(40),
  display_title: 'treadle d1',
  actor: { id: 5 },
  status: 'in_progress',
  conclusion: null,
  html_url: 'https://github.com/ada/loom/actions/runs/7',
  created_at: '2026-11-02T08:00:00Z',
  updated_at: '2026-11-02T08:01:00Z',
};

const connect = ({ fetch }: FaultyFetch, apiUrl = 'http://127.0.0.1:9'): Forge =>
  connectForge({ apiUrl, repository: 'ada/loom', token: 't', fetch, patience: { retries: 0 } });

const answering = (body: unknown, status = 200): FaultyFetch =>
  faultyFetch(() => Response.json(body, { status }));

describe('a workflow run as GitHub tells it', () => {
  test.each([
    { name: 'queued', run: { status: 'queued' }, state: 'running' },
    { name: 'in progress', run: {}, state: 'running' },
    { name: 'waiting for an environment', run: { status: 'waiting' }, state: 'held' },
    { name: 'waiting to begin', run: { status: 'action_required' }, state: 'held' },
    {
      name: 'ended before it began, until somebody lets it',
      run: { status: 'completed', conclusion: 'action_required' },
      state: 'held',
    },
    { name: 'completed', run: { status: 'completed', conclusion: 'failure' }, state: 'completed' },
  ])('$name is $state', async ({ run, state }) => {
    expect(await connect(answering({ ...RUN, ...run })).workflows.run(7)).toMatchObject({
      state,
      path: '.github/workflows/agent.yml',
    });
  });

  test('that is gone is none', async () => {
    expect(await connect(answering({ message: 'Not Found' }, 404)).workflows.run(7)).toBeUndefined();
  });
});

test('runs of pull requests from branches of that name are none of the branch', async () => {
  const failed = { ...RUN, status: 'completed', conclusion: 'failure', repository: { id: 1 } };
  const listed = [
    { ...failed, id: 1, event: 'push', head_repository: { id: 1 } },
    { ...failed, id: 2, event: 'push', head_repository: { id: 2 } },
    { ...failed, id: 3, event: 'push', head_repository: null },
    { ...failed, id: 4, event: 'pull_request', head_repository: { id: 2 } },
    { ...failed, id: 5, event: 'pull_request_target', head_repository: { id: 1 } },
    { ...failed, id: 6, event: 'schedule', head_repository: { id: 1 } },
  ];
  const { workflows } = connect(answering({ total_count: listed.length, workflow_runs: listed }));
  const found = await workflows.failedOn('main', '2026-11-01T00:00:00Z');
  expect(found.map(({ id }) => id)).toEqual([1, 6]);
});

describe('how workflow runs stand', () => {
  const suite = (status: string, conclusion: string | null = null): unknown => ({
    checkSuite: { status, conclusion },
  });
  const data: Readonly<Record<string, unknown>> = {
    w1: suite('QUEUED'),
    w2: suite('IN_PROGRESS'),
    w3: suite('WAITING'),
    w4: suite('COMPLETED', 'ACTION_REQUIRED'),
    w5: suite('COMPLETED', 'FAILURE'),
    // Gone, and something that is no run.
    w6: null,
    w7: {},
  };

  test('is told of several in one query; what is not found is left out', async () => {
    const counted = answering({ data });
    const states = await connect(counted, 'https://ghe.example/api/v3').workflows.states([
      ...[1, 2, 3, 4, 5, 6, 7],
      1,
    ]);
    expect([...states]).toEqual([
      [1, 'running'],
      [2, 'running'],
      [3, 'held'],
      [4, 'held'],
      [5, 'completed'],
    ]);
    expect(counted.sent).toHaveLength(1);
  });

  test('is asked for by the pages that people see, 300 in one request', async () => {
    const sent: unknown[] = [];
    const fetch: typeof globalThis.fetch = (_, init) => {
      sent.push(JSON.parse(typeof init?.body === 'string' ? init.body : 'null'));
      return Promise.resolve(Response.json({ data: {} }));
    };
    const forge = connectForge({
      apiUrl: 'https://ghe.example/api/v3',
      repository: 'ada/loom',
      token: 't',
      fetch,
    });
    await forge.workflows.states(Array.from({ length: 300 }, (_, index) => 20_000_000_000 + index));
    expect(sent).toHaveLength(1);
    const { variables } = sent[0] as { readonly variables: Readonly<Record<string, string>> };
    expect(Object.values(variables)).toContain('https://ghe.example/ada/loom/actions/runs/20000000007');
  });
});

describe('starting a workflow', () => {
  const wanted = { workflow: 'agent.yml', ref: 'main', inputs: {} };

  test.each([
    { name: 'tells the run', fetch: answering({ workflow_run_id: 7 }), outcome: { kind: 'started', run: 7 } },
    {
      name: 'of an older server tells none',
      fetch: faultyFetch(() => new Response(null, { status: 204 })),
      outcome: { kind: 'started', run: null },
    },
    {
      name: 'is refused with the reason',
      fetch: answering({ message: 'No ref found for: main' }, 422),
      outcome: { kind: 'refused', problem: 'No ref found for: main' },
    },
  ])('$name, and is sent once', async ({ fetch, outcome }) => {
    expect(await connect(fetch).workflows.start(wanted)).toEqual(outcome);
    expect(fetch.sent).toHaveLength(1);
  });

  test('whose answer is lost is not sent again', async () => {
    const faults = faultyFetch(() => 'lose-request');
    await expect(connect(faults).workflows.start(wanted)).rejects.toMatchObject({
      code: 'forge-unreachable',
    });
    expect(faults.sent).toHaveLength(1);
  });
});

test.each([
  { apiUrl: 'https://api.github.com', webUrl: 'https://github.com/ada/loom' },
  { apiUrl: 'https://api.acme.ghe.com', webUrl: 'https://acme.ghe.com/ada/loom' },
  { apiUrl: 'https://git.acme.example/api/v3', webUrl: 'https://git.acme.example/ada/loom' },
  { apiUrl: 'http://127.0.0.1:4711', webUrl: 'http://127.0.0.1:4711/ada/loom' },
])('people see $apiUrl at $webUrl', ({ apiUrl, webUrl }) => {
  expect(connect(answering({}), apiUrl).webUrl).toBe(webUrl);
});
