import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Failure } from '../../src/beads/failure.ts';
import { parseAutoFiled } from '../../src/beads/auto-filed-text.ts';
import { fingerprintCodec, healingCodec } from '../../src/codec/documents.ts';
import { layout } from '../../src/codec/layout.ts';
import type { Forge } from '../../src/forge/port/forge.ts';
import { createDefinitions } from '../../src/runtime/definitions.ts';
import { fileBugs, type FiledFailure } from '../../src/runtime/file-bug.ts';
import { readFailedRuns } from '../../src/runtime/ingest/failed-runs.ts';
import { readRepositoryConfig } from '../../src/runtime/repository-config.ts';
import { loadIssueIndex } from '../../src/runtime/run-documents.ts';
import { writeBead } from '../../src/runtime/write-bead.ts';
import { openDocuments } from '../../src/store/documents.ts';
import { openHost, type Host, type Runner, type World } from './world.ts';

const bug = `
on: { issues: { types: [opened, labeled], labels: [bug] } }
jobs:
  fix: { runs-on: backend-engineer, prompt: Fix it. }
`;
const ci = 'name: CI\non: workflow_dispatch\njobs: { test: { runs-on: x, steps: [] } }\n';

const cartBreaks: Failure = {
  id: 'told 1',
  title: 'Cart breaks',
  source: 'api',
  errorType: 'TypeError',
  message: 'order 1500 has no total',
  stack: '    at total (src/total.js:7:3)',
  severity: 'critical',
  context: {},
  occurredAt: '2026-11-02T08:00:00Z',
};

let host: Host;
beforeAll(async () => {
  host = await openHost();
}, 60_000);
afterAll(() => host.close());

/** A repository with a bug workflow and a workflow of its own, and one runner. */
async function openShop(settings = ''): Promise<{ world: World; runner: Runner }> {
  const world = await host.newWorld({
    workflows: { bug },
    settings,
    files: { '.github/workflows/ci.yml': ci },
    store: 'memory',
  });
  const runner = await world.runner();
  await runner.wake();
  world.clock.later(60);
  return { world, runner };
}

async function tell(
  { world, runner }: { world: World; runner: Runner },
  failures: readonly Partial<Failure>[],
): Promise<readonly FiledFailure[]> {
  const found = await readRepositoryConfig(runner.runtime.forge, new Map());
  const whole = failures.map((over) => ({ ...cartBreaks, occurredAt: world.clock.now(), ...over }));
  return fileBugs(runner.runtime, createDefinitions(), found, whole);
}

async function documentsOf({ runtime }: Runner) {
  return openDocuments(await runtime.store.read());
}

describe('a failure that is told', () => {
  test('becomes one bead, whose run starts in the next wake', async () => {
    const shop = await openShop();
    const [filed] = await tell(shop, [{}]);
    expect(filed).toMatchObject({ filing: 'file', issue: expect.any(Number) as number });
    const issue = await shop.world.as('ada').issues.get(filed?.issue ?? 0);
    expect(issue).toMatchObject({
      title: '[auto-filed] [api] Cart breaks',
      author: { login: 'treadle[bot]' },
      labels: expect.arrayContaining(['bug', 'auto-filed', 'source:api', 'P0']) as string[],
    });
    expect(parseAutoFiled(issue?.body ?? '')).toBe(filed?.fingerprint);
    const report = await shop.runner.wake();
    expect([...report.touched.keys()]).toEqual([`${filed?.issue}-1`]);
  });

  test('again updates the bead in place; within the throttle it is only counted', async () => {
    const shop = await openShop();
    const [first] = await tell(shop, [{}]);
    const number = first?.issue ?? 0;
    const [soon] = await tell(shop, [{ id: 'told 2' }]);
    expect(soon).toMatchObject({ filing: null, issue: number });
    shop.world.clock.later(180);
    const [later, same] = await tell(shop, [
      { id: 'told 3', message: 'order 7 has no total' },
      { id: 'told 3' },
    ]);
    expect([later?.filing, same?.filing]).toEqual(['update', null]);
    const issue = await shop.world.as('ada').issues.get(number);
    expect(issue?.body).toContain('- seen: 3 times');
    expect(await shop.world.as('ada').comments.on(number)).toEqual([]);
    const filed = await shop.world.as('ada').issues.labelled('auto-filed', '2026-01-01T00:00:00Z');
    expect(filed.map((one) => one.number)).toEqual([number]);
  });

  test('that happens again is no edit of its bead; what a person writes there is one', async () => {
    const shop = await openShop();
    const { world, runner } = shop;
    const [filed] = await tell(shop, [{}]);
    const bead = filed?.issue ?? 0;
    await runner.wake();
    world.clock.later(2 * 60 * 60);
    await tell(shop, [{ id: 'told 2' }]);
    const { body = '' } = (await world.as('ada').issues.get(bead)) ?? {};
    expect(body).toContain('seen: 2 times');
    await runner.wake();
    expect(await world.history.events(`${bead}-1`)).not.toContain('issue_edited');
    world.clock.later(60);
    await world.rest('otto', 'PATCH', `/issues/${bead}`, { body: `Do it my way.\n\n${body}` });
    await runner.wake();
    expect(await world.history.events(`${bead}-1`)).toContain('issue_edited');
  });

  test('after a verified fix reopens the bead as a regression and starts a new run', async () => {
    const shop = await openShop();
    const [first] = await tell(shop, [{}]);
    const number = first?.issue ?? 0;
    await shop.runner.wake();
    await shop.world.report('blake', number, {});
    await shop.runner.wake();
    await shop.runner.wake();
    const ada = shop.world.as('ada');
    expect(await ada.issues.get(number)).toMatchObject({ state: 'closed' });
    shop.world.clock.later(600);
    const [back] = await tell(shop, [{ id: 'told 2' }]);
    expect(back).toMatchObject({ filing: 'reopen', issue: number });
    const issue = await ada.issues.get(number);
    expect(issue).toMatchObject({
      state: 'open',
      labels: expect.arrayContaining(['regression']) as string[],
    });
    const said = await ada.comments.on(number);
    expect(said.filter(({ body }) => body.includes('came back'))).toMatchObject([
      { body: expect.stringContaining(`run \`${number}-1\``) as string },
    ]);
    expect(await loadIssueIndex(await documentsOf(shop.runner), number)).toMatchObject({
      active: `${number}-2`,
      runs: [`${number}-1`, `${number}-2`],
    });
  });

  test('in a storm files no more than the breaker allows', async () => {
    const shop = await openShop('self-healing: { beads-per-hour: 2, workflows: [ci.yml] }');
    const names = ['a', 'b', 'c', 'd'].map((letter) => ({
      id: letter,
      message: `${letter.repeat(9)} broke`,
    }));
    const filed = await tell(shop, names);
    expect(filed.map(({ filing }) => filing)).toEqual(['file', 'file', null, null]);
    shop.world.clock.later(3700);
    const [later] = await tell(shop, [{ id: 'e', message: 'ccccccccc broke' }]);
    expect(later?.filing).toBe('file');
  });
});

describe('a wake that is killed while it files', () => {
  test.each<[name: string, kill: (forge: Forge) => Forge]>([
    [
      'before the bead was filed',
      (forge) => ({
        ...forge,
        issues: { ...forge.issues, create: () => Promise.reject(new Error('killed')) },
      }),
    ],
    [
      'after it',
      (forge) => ({
        ...forge,
        issues: {
          ...forge.issues,
          create: async (issue) => {
            await forge.issues.create(issue);
            throw new Error('killed');
          },
        },
      }),
    ],
  ])('%s: the next one goes on, and there is one bead', async (_, kill) => {
    const shop = await openShop();
    const dying = await shop.world.runner({ forge: kill });
    await expect(tell({ ...shop, runner: { ...dying } }, [{}])).rejects.toThrow('killed');
    shop.world.clock.later(3600);
    // The memory store of a world is one for all its runners.
    expect(await tell(shop, [])).toEqual([]);
    const filed = await shop.world.as('ada').issues.labelled('auto-filed', '2026-01-01T00:00:00Z');
    expect(filed).toHaveLength(1);
    const documents = await documentsOf(shop.runner);
    expect(await documents.read(layout.healing, healingCodec)).toMatchObject({ pending: [] });
    const fingerprint = parseAutoFiled(filed[0]?.body ?? '');
    const known = await documents.read(layout.fingerprintIndex(fingerprint as never), fingerprintCodec);
    expect(known).toMatchObject({ issue: filed[0]?.number, wish: null, count: 1 });
  });
});

test('a comment of a stranger under our marker is not taken for ours', async () => {
  const shop = await openShop();
  const { world, runner } = shop;
  const [filed] = await tell(shop, [{}]);
  const number = filed?.issue ?? 0;
  const documents = await documentsOf(runner);
  const address = layout.fingerprintIndex(filed?.fingerprint as never);
  const known = await documents.read(address, fingerprintCodec);
  if (known === undefined) throw new Error('the failure was not counted');
  const document = { ...known, wish: 'reopen', regressions: 1 } as const;
  await world.comment('cleo', number, `<!-- treadle:regression/${known.fingerprint.slice(0, 16)}/1 -->\nNo.`);
  const found = await readRepositoryConfig(runner.runtime.forge, new Map());
  const order = { document, earlierRun: null, isDoubtful: true };
  for (let time = 0; time < 2; time += 1) await writeBead(runner.runtime.forge, found, order);
  const said = (await world.as('ada').comments.on(number)).filter(({ body }) => body.includes('came back'));
  expect(said).toHaveLength(1);
});

describe('failed workflow runs of the default branch', () => {
  async function failCi({ world }: { world: World }): Promise<number> {
    const started = await world.as('ada').workflows.start({ workflow: 'ci.yml', ref: 'main', inputs: {} });
    if (started.kind === 'refused') throw new Error(started.problem);
    await host.admin('POST', `/workflow-runs/${started.run}/complete`, { conclusion: 'failure' });
    return started.run ?? 0;
  }

  test('are failures, and a workflow has one bead, however often it fails', async () => {
    const shop = await openShop();
    const { world, runner } = shop;
    const found = await readRepositoryConfig(runner.runtime.forge, new Map());
    const look = () => readFailedRuns(world.as('treadle[bot]'), found, world.clock.now());
    expect(await look()).toEqual([]);
    const first = await failCi(shop);
    const second = await failCi(shop);
    const failures = await look();
    expect(failures).toMatchObject([
      { id: `workflow run ${first}.1`, title: 'ci.yml fails on main', severity: 'high' },
      { id: `workflow run ${second}.1` },
    ]);
    const filed = await fileBugs(runner.runtime, createDefinitions(), found, failures);
    expect(filed.map(({ filing }) => filing)).toEqual(['file', null]);
    const again = await fileBugs(runner.runtime, createDefinitions(), found, await look());
    expect(again.map(({ reason }) => reason)).toEqual(['it was told before', 'it was told before']);
  });

  test.each<[name: string, settings: string]>([
    ['self-healing is off', 'self-healing: false'],
    ['only others are watched', 'self-healing: { workflows: [deploy.yml] }'],
  ])('are none where %s', async (_, settings) => {
    const shop = await openShop(settings);
    await failCi(shop);
    const found = await readRepositoryConfig(shop.runner.runtime.forge, new Map());
    const now = shop.world.clock.now();
    expect(await readFailedRuns(shop.world.as('ada'), found, now)).toEqual([]);
  });
});
