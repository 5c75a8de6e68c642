import { derivedId } from '../../../src/base/digest.ts';
import type { Remote } from '../../../src/engine/effect.ts';
import { createDefinitions } from '../../../src/runtime/definitions.ts';
import { startRun } from '../../../src/runtime/ingest/start.ts';
import { readRepositoryConfig } from '../../../src/runtime/repository-config.ts';
import { openUnit, type Unit } from '../../../src/runtime/unit.ts';
import { STATE_BRANCH, type World } from '../world.ts';

/** Of all beads: a run knows its own, and is told when somebody edits it. */
const TITLE = 'Many';

/** Runs with open gates, without the wakes and requests that would lead to them. Returns the numbers of their pull requests. */
export async function openGates(world: World, count: number): Promise<readonly number[]> {
  const tip = await world.git('rev-parse', `refs/heads/${STATE_BRANCH}`);
  const head = await world.git('commit-tree', '-p', tip, '-m', 'Ask', `${tip}^{tree}`);
  const refs = Array.from({ length: count }, (_, index) => `treadle/decision/many-${index}`);
  await world.git('update-ref', 'refs/heads/asked', head);
  const specs = refs.map((ref) => `refs/heads/asked:refs/heads/${ref}`);
  await world.git('fetch', '--quiet', '.', ...specs);
  const pulls = refs.map((ref) => ({ title: TITLE, author: 'treadle[bot]', head: ref, base: 'main' }));
  const numbers = await importIssues(world, pulls);
  await startAll(world, 'fix', numbers, async (unit, number) => {
    const said = { outcome: 'success', outputs: {}, summary: '', usage: null, source: 'seed' } as const;
    const dispatch = derivedId('dispatch', `${number}-1`, 'look', 1, 1);
    const happening = { type: 'report_received', dispatch, ...said } as const;
    const actor = { ...(await world.as('blake').people.viewer()), kind: 'user' } as const;
    const at = world.clock.now();
    await unit.apply({ run: `${number}-1`, happening, actor, ground: 'seed', at, cause: ['seed', number] });
    return { pull: number, head };
  });
  return numbers;
}

/** Runs whose agents work in workflow runs that go on. */
export async function dispatchWorkflows(world: World, count: number): Promise<void> {
  const issues = Array.from({ length: count }, () => ({ title: TITLE, author: 'cleo' }));
  await startAll(world, 'elsewhere', await importIssues(world, issues), async () => {
    const started = await world.as('treadle[bot]').workflows.start({
      workflow: 'agent.yml',
      ref: 'main',
      inputs: {},
    });
    if (started.kind === 'refused' || started.run === null) throw new Error('no workflow run was started');
    return { workflowRun: started.run };
  });
}

async function importIssues(world: World, issues: readonly object[]): Promise<readonly number[]> {
  const made = await world.admin('POST', `/repositories/${world.repository}/import`, { issues });
  return (made as { readonly numbers: readonly number[] }).numbers;
}

/** Starts a run for each issue, goes on with it, and has its effects done, each with the same remote. */
async function startAll(
  world: World,
  key: string,
  issues: readonly number[],
  goOn: (unit: Unit, issue: number) => Promise<Remote>,
): Promise<void> {
  const found = await readRepositoryConfig(world.as('ada'), new Map());
  const workflow = found.workflows.get(key);
  if (workflow === undefined) throw new Error(`there is no workflow ${key}`);
  const now = world.clock.now();
  const wake = { id: 'seed', claim: () => ({ wake: 'seed', until: now }) };
  const { store } = world.history;
  const context = { store, repository: world.repository, definitions: createDefinitions(), wake, now };
  const unit = await openUnit(context, await store.read());
  const author = await world.as('cleo').people.viewer();
  for (const number of issues) {
    const issue = {
      number,
      title: TITLE,
      body: '',
      labels: ['bug'],
      state: 'open',
      author,
      closedBy: null,
      closedAt: null,
      isReopened: false,
      isPull: false,
      createdAt: now,
      updatedAt: now,
    } as const;
    const actor = { ...author, kind: 'user' } as const;
    await startRun(unit, world.repository, found, {
      ...{ issue, workflow, event: 'issues', inputs: {}, actor, ground: 'seed', at: now },
    });
    const run = `${number}-1`;
    const remote = await goOn(unit, number);
    const outbox = (await unit.load(run))?.state.run.outbox ?? [];
    await unit.record(
      outbox.map(({ id, effect }) => {
        const isWaited = effect.type === 'open_gate' || effect.type === 'dispatch';
        return { run, effect: id, result: { kind: 'done', remote: isWaited ? remote : {} } };
      }),
    );
  }
  if ((await unit.publish()) !== 'published') throw new Error('the seed was not published');
}
