import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { countedFetch } from './requests.ts';
import { openHost, reportBlock, type Host, type ReportLines, type World } from './world.ts';

const TASK = `name: One task
on: { issues: { labels: [bug] } }
jobs:
  look:
    runs-on: backend-engineer
    max-attempts: 2
    retry-delay: 1m
    max-turns: 2
    prompt: Look at it.
    outputs: { cause: { required: true } }
`;
const TWO_TASKS = `${TASK}  also: { runs-on: backend-engineer, prompt: Look again. }\n`;

const AGENT = `name: Agent
run-name: "treadle \${{ inputs.dispatch }}"
on:
  workflow_dispatch:
    inputs: { dispatch: {}, issue: {}, run: {}, job: {}, attempt: {}, turn: {}, comment: {}, model: {} }
jobs: {}
`;
const UNNAMED = AGENT.replace(/run-name.*\n/, '');
const SETTINGS = 'agents:\n  blake: { dispatch: workflow, workflow: agent.yml, inputs: { model: large } }\n';

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

const newWorld = (text = TASK, agent = AGENT): Promise<World> =>
  host.newWorld({
    workflows: { fix: text },
    settings: SETTINGS,
    files: { '.github/workflows/agent.yml': agent },
    store: 'memory',
  });

const wake = async (world: World): Promise<void> => {
  await (await world.runner()).wake();
};

interface Run {
  readonly id: number;
  readonly display_title: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly html_url: string;
}

const runsOf = async (world: World): Promise<readonly Run[]> => {
  const answer = await world.rest('ada', 'GET', '/actions/runs?event=workflow_dispatch');
  return (answer as { readonly workflow_runs: readonly Run[] }).workflow_runs;
};

async function dispatched(text = TASK, agent = AGENT): Promise<{ world: World; bead: number; run: string }> {
  const world = await newWorld(text, agent);
  const bead = await world.fileBead();
  await wake(world);
  return { world, bead, run: `${bead}-1` };
}

const remoteOf = async (world: World, run: string, job = 'look') =>
  (await world.history.job(run, job)).attempts.at(-1)?.turns.at(-1)?.remote;

/** Ends a run as its runner would. */
async function end(
  world: World,
  id: number,
  options: { readonly conclusion?: string; readonly files?: Readonly<Record<string, string>> | null } = {},
): Promise<void> {
  world.clock.later(60);
  const { conclusion = 'success', files = null } = options;
  const artifacts = files === null ? [] : [{ name: 'treadle-report', files }];
  await host.admin('POST', `/workflow-runs/${id}/complete`, { conclusion, artifacts });
}

const report = (lines: ReportLines = { outputs: { cause: 'a typo' } }) => ({
  'treadle-report.md': reportBlock(lines),
});

describe('a workflow agent', () => {
  test('is started with what tells it its task, and its report carries the run to its end', async () => {
    const { world, bead, run } = await dispatched();
    const [started, other] = await runsOf(world);
    expect(other).toBeUndefined();
    const remote = await remoteOf(world, run);
    expect(remote?.workflowRun).toBe(started?.id);
    const details = await host.admin('GET', `/workflow-runs/${started?.id ?? 0}`);
    const dispatch = (await world.history.job(run, 'look')).attempts[0]?.turns[0]?.dispatch;
    expect((details as { readonly inputs: unknown }).inputs).toEqual({
      dispatch,
      issue: String(bead),
      run,
      job: 'look',
      attempt: '1',
      turn: '1',
      comment: String(remote?.comment),
      model: 'large',
    });
    const call = (await world.as('ada').comments.on(bead)).find(({ id }) => id === remote?.comment);
    expect(call?.body).toContain('`blake`, this is yours');
    expect(call?.body).toContain('the artifact `treadle-report`');
    await end(world, started?.id ?? 0, { files: report() });
    await wake(world);
    expect((await world.history.run(run)).run.conclusion).toBe('success');
    expect((await world.history.job(run, 'look')).outputs).toEqual({ cause: 'a typo' });
    await world.history.expectSound();
  });

  test('asks the forge for runs only while one is awaited, for several at once, and reads only those with news', async () => {
    const { world, bead, run } = await dispatched(TWO_TASKS);
    const counted = countedFetch();
    const runner = await world.runner({ fetch: counted.fetch });
    await runner.wake();
    const ofActions = (): readonly string[] =>
      counted.all().filter((request) => request.includes('/actions/'));
    expect(ofActions()).toEqual([]);
    expect(counted.all().filter((request) => request === 'POST /graphql')).toHaveLength(1);
    const [other, first] = await runsOf(world);
    await end(world, first?.id ?? 0, { files: report() });
    await runner.wake();
    expect(ofActions()[0]).toBe(`GET /repos/${world.repository}/actions/runs/${first?.id ?? 0}`);
    expect(ofActions().filter((request) => /runs\/\d+$/.test(request))).toHaveLength(1);
    await end(world, other?.id ?? 0, { files: report() });
    await runner.wake();
    expect((await world.history.run(run)).run.jobs['look']?.status).toBe('completed');
    await world.comment('ada', bead, '/treadle cancel it is done');
    await runner.wake();
    counted.forget();
    await runner.wake();
    expect(ofActions()).toEqual([]);
  });

  test.each([
    {
      name: 'no report',
      how: { conclusion: 'failure' },
      says: /Workflow run \d+ concluded with failure and left no report: http/,
    },
    {
      name: 'no report, though it succeeded',
      how: {},
      says: /concluded with success and left no report/,
    },
    {
      name: 'a report of success, though it failed',
      how: { conclusion: 'timed_out', files: report() },
      says: /concluded with timed_out, although it reported success/,
    },
    {
      name: 'a report of failure',
      how: { conclusion: 'failure', files: report({ outcome: 'failure', summary: 'I cannot see it' }) },
      says: /^I cannot see it$/,
    },
  ])('that ends with $name failed, and is tried again', async ({ how, says }) => {
    const { world, run } = await dispatched();
    const [first] = await runsOf(world);
    await end(world, first?.id ?? 0, how);
    await wake(world);
    const { attempts } = await world.history.job(run, 'look');
    expect(attempts[0]).toMatchObject({ outcome: 'failure' });
    expect(attempts[0]?.reason).toMatch(says);
    world.clock.later(120);
    await wake(world);
    const [second] = await runsOf(world);
    expect(second?.id).not.toBe(first?.id);
    expect((await remoteOf(world, run))?.workflowRun).toBe(second?.id);
  });

  test.each([
    { name: 'two files', files: { a: 'x', b: 'y' }, says: /holds 2 files/ },
    { name: 'no block', files: { a: 'Done!' }, says: /has no fenced/ },
    {
      name: 'more than any report',
      files: { a: 'x'.repeat(2_200_000) },
      says: /is larger than 2097152 bytes/,
    },
  ])('whose artifact holds $name loses the turn', async ({ files, says }) => {
    const { world, bead, run } = await dispatched();
    const [first] = await runsOf(world);
    await end(world, first?.id ?? 0, { files });
    await wake(world);
    const { attempts } = await world.history.job(run, 'look');
    expect(attempts[0]?.turns.map(({ outcome }) => outcome)).toEqual(['malformed', 'open']);
    expect((await world.as('ada').comments.on(bead)).some(({ body }) => says.test(body))).toBe(true);
  });

  test('that must be approved on the forge is awaited so, by name, and then goes on', async () => {
    const { world, bead, run } = await dispatched();
    const [first] = await runsOf(world);
    const id = first?.id ?? 0;
    await host.admin('POST', `/workflow-runs/${id}/status`, { status: 'waiting' });
    await wake(world);
    expect((await world.history.job(run, 'look')).attempts[0]?.turns[0]?.held).toBe('approval');
    const status = async () =>
      (await world.as('ada').comments.on(bead)).find(({ body }) => body.includes('treadle:status/'))?.body;
    expect(await status()).toContain('waits for somebody to approve its workflow run');
    await wake(world);
    await host.admin('POST', `/workflow-runs/${id}/status`, { status: 'in_progress' });
    await wake(world);
    expect((await world.history.job(run, 'look')).attempts[0]?.turns[0]?.held).toBeNull();
    expect(await status()).not.toContain('approve its workflow run');
    expect(await world.history.events(run)).toEqual([
      'run_started',
      'workflow_run_changed',
      'workflow_run_changed',
    ]);
  });

  test('that was run again by hand does not count', async () => {
    const { world, run } = await dispatched();
    const [first] = await runsOf(world);
    await end(world, first?.id ?? 0, { files: report() });
    await host.admin('POST', `/workflow-runs/${first?.id ?? 0}/status`, { status: 'completed', attempt: 2 });
    await wake(world);
    const { attempts } = await world.history.job(run, 'look');
    expect(attempts[0]?.reason).toMatch(/was run again by hand, and only its first attempt counts/);
  });

  test('that is called off has its run cancelled', async () => {
    const { world, bead } = await dispatched();
    await world.comment('ada', bead, '/treadle cancel enough');
    await wake(world);
    expect((await runsOf(world)).map(({ conclusion }) => conclusion)).toEqual(['cancelled']);
  });
});

describe('a workflow that may have been started already', () => {
  const isStart = (request: string): boolean => request.endsWith('/dispatches');

  test.each([
    { name: 'was, unheard', sent: true },
    { name: 'was not', sent: false },
  ])('and $name, runs once', async ({ sent }) => {
    const world = await newWorld();
    const bead = await world.fileBead();
    let lost = false;
    const cut: typeof fetch = async (input, init) => {
      const address = input instanceof Request ? input.url : String(input);
      if (lost || !isStart(new URL(address).pathname)) return fetch(input, init);
      lost = true;
      if (sent) await fetch(input, init);
      throw new TypeError('fetch failed');
    };
    await (await world.runner({ fetch: cut })).wake();
    const runs = await runsOf(world);
    expect(runs).toHaveLength(1);
    expect((await remoteOf(world, `${bead}-1`))?.workflowRun).toBe(runs[0]?.id);
    await world.history.expectSound();
  });

  test('where its name cannot tell, is not started again, and the CEO is asked', async () => {
    const world = await newWorld(TASK, UNNAMED);
    const bead = await world.fileBead();
    let lost = false;
    const cut: typeof fetch = async (input, init) => {
      const address = input instanceof Request ? input.url : String(input);
      if (lost || !isStart(new URL(address).pathname)) return fetch(input, init);
      lost = true;
      await fetch(input, init);
      throw new TypeError('fetch failed');
    };
    await (await world.runner({ fetch: cut })).wake();
    expect(await runsOf(world)).toHaveLength(1);
    const { escalation } = await world.history.job(`${bead}-1`, 'look');
    expect(escalation).toMatchObject({ cause: 'effect-failed' });
    expect(escalation?.reason).toContain('its name does not tell');
  });

  test('on a server that does not tell the run is found by its name', async () => {
    const world = await newWorld();
    const bead = await world.fileBead();
    const old: typeof fetch = async (input, init) => {
      const address = input instanceof Request ? input.url : String(input);
      if (!isStart(new URL(address).pathname)) return fetch(input, init);
      const body = typeof init?.body === 'string' ? init.body : '';
      if (body.includes('return_run_details')) {
        return Response.json({ message: '"return_run_details" is not a permitted key.' }, { status: 422 });
      }
      return fetch(input, init);
    };
    await (await world.runner({ fetch: old })).wake();
    expect((await remoteOf(world, `${bead}-1`))?.workflowRun).toBe((await runsOf(world))[0]?.id);
  });

  test('that the forge refuses to start is the CEO’s in the end, with the reason', async () => {
    const world = await newWorld(TASK, AGENT.replace('model: {}', 'size: {}'));
    const bead = await world.fileBead();
    await wake(world);
    const { escalation } = await world.history.job(`${bead}-1`, 'look');
    expect(escalation?.reason).toContain('Unexpected inputs provided: ["model"]');
    expect(await runsOf(world)).toEqual([]);
  });
});
