import { expect } from 'vitest';

import { derivedId } from '../../src/base/digest.ts';
import { createDefinitions } from '../../src/runtime/definitions.ts';
import { startRun } from '../../src/runtime/ingest/start.ts';
import { readRepositoryConfig } from '../../src/runtime/repository-config.ts';
import { openUnit } from '../../src/runtime/unit.ts';
import { openHttpStore } from '../../src/store/http/http-store.ts';
import { countedFetch, type CountedFetch } from './requests.ts';
import { STATE_BRANCH, type Host, type WakeOptions, type World } from './world.ts';

const GATED = `name: Gated
on: { issues: { labels: [bug] } }
jobs:
  look:
    runs-on: backend-engineer
    max-attempts: 1
    prompt: Look at it.
    outputs: { pull-request: {} }
  approve: { type: approval, needs: look, runs-on: ceo, prompt: May we? }
  mend: { needs: approve, runs-on: backend-engineer, prompt: Mend it. }
`;
const CODE = `name: Code
on: { issues: { labels: [code] } }
jobs:
  look:
    runs-on: backend-engineer
    prompt: Look at it.
    outputs: { pull-request: { required: true } }
  approve:
    type: approval
    needs: look
    runs-on: ceo
    pull-request: "\${{ needs.look.outputs.pull-request }}"
  merge:
    type: commit
    needs: [look, approve]
    runs-on: engineering-manager
    pull-request: "\${{ needs.look.outputs.pull-request }}"
  verify: { type: verify, needs: merge, runs-on: qa-engineer, prompt: Try it. }
`;

/** What a wake may cost, requests of git included. */
const IDLE = 6;
const STEP = 14;

/** A wake as a process of its own makes it: it knows nothing, and reaches everything over HTTP. */
async function coldWake(
  world: World,
  options: WakeOptions = {},
): Promise<CountedFetch & { remarks: string }> {
  const counted = countedFetch();
  const token = world.tokenOf('treadle[bot]');
  const { fetch } = counted;
  const store = await openHttpStore({ url: world.cloneUrl, branch: STATE_BRANCH, token, fetch });
  const runner = await world.runner({ fetch, store: () => store });
  const { remarks } = await runner.wake({ intake: 'own', ...options });
  return { ...counted, remarks: remarks.join() };
}

const pushesAmong = (requests: readonly string[]): readonly string[] =>
  requests.filter((request) => request.includes('git-receive-pack'));

/** Runs with open gates, without the wakes and requests that would lead to them. Returns the numbers of their pull requests. */
async function openGates(world: World, count: number): Promise<readonly number[]> {
  const found = await readRepositoryConfig(world.as('ada'), new Map());
  const tip = await world.git('rev-parse', `refs/heads/${STATE_BRANCH}`);
  const head = await world.git('commit-tree', '-p', tip, '-m', 'Ask', `${tip}^{tree}`);
  const refs = Array.from({ length: count }, (_, index) => `treadle/decision/many-${index}`);
  await world.git('update-ref', 'refs/heads/asked', head);
  const specs = refs.map((ref) => `refs/heads/asked:refs/heads/${ref}`);
  await world.git('fetch', '--quiet', '.', ...specs);
  const issues = refs.map((ref) => ({ title: ref, author: 'treadle[bot]', head: ref, base: 'main' }));
  const made = await world.admin('POST', `/repositories/${world.repository}/import`, { issues });
  const { numbers } = made as { readonly numbers: readonly number[] };
  const now = world.clock.now();
  const wake = { id: 'seed', claim: () => ({ wake: 'seed', until: now }) };
  const { store } = world.history;
  const context = { store, repository: world.repository, definitions: createDefinitions(), wake, now };
  const unit = await openUnit(context, await store.read());
  const workflow = found.workflows.get('fix');
  const author = await world.as('cleo').people.viewer();
  if (workflow === undefined) throw new Error('there is no workflow');
  for (const number of numbers) {
    const at = { createdAt: now, updatedAt: now };
    const texts = { title: 'Many', body: '', labels: ['bug'], state: 'open' } as const;
    const issue = {
      number,
      ...texts,
      author,
      closedBy: null,
      closedAt: null,
      isReopened: false,
      isPull: false,
      ...at,
    };
    const actor = { ...author, kind: 'user' } as const;
    await startRun(unit, world.repository, found, {
      ...{ issue, workflow, event: 'issues', inputs: {}, actor, ground: 'seed', at: now },
    });
    const run = `${number}-1`;
    const dispatch = derivedId('dispatch', run, 'look', 1, 1);
    const said = { outcome: 'success', outputs: {}, summary: '', usage: null, source: 'seed' } as const;
    const happening = { type: 'report_received', dispatch, ...said } as const;
    await unit.apply({ run, happening, actor, ground: 'seed', at: now, cause: ['seed', number] });
    const outbox = (await unit.load(run))?.state.run.outbox ?? [];
    await unit.record(
      outbox.map(({ id, effect }) => {
        const remote = effect.type === 'open_gate' ? { pull: number, head } : {};
        return { run, effect: id, result: { kind: 'done', remote } };
      }),
    );
  }
  if ((await unit.publish()) !== 'published') throw new Error('the seed was not published');
  return numbers;
}

/** Proves what a wake may cost while so many gates are open, each wake on its own, as the Action makes it. */
export async function proveBudget(host: Host, gates: number): Promise<Readonly<Record<string, number>>> {
  const world = await host.newWorld({ workflows: { fix: GATED, code: CODE } });
  await (await world.runner()).wake();
  const pulls = await openGates(world, gates);
  world.clock.later(60 * 60);
  // Moves the cursor past what was listed for the gates.
  await coldWake(world);
  const costs: Record<string, number> = {};
  const count = async (name: string, most: number): Promise<readonly string[]> => {
    const woken = await coldWake(world);
    const sent = woken.all();
    costs[name] = sent.length;
    expect(sent.length, `${name}: ${woken.remarks}\n${sent.join('\n')}`).toBeLessThanOrEqual(most);
    return pushesAmong(sent);
  };
  expect(await count('nothing', IDLE)).toEqual([]);
  await world.review('cleo', pulls[0] ?? 0, 'approve');
  expect((await count('an answer is found not to count', STEP)).length).toBe(1);
  world.clock.later(60 * 60);
  expect(await count('it stands', IDLE)).toEqual([]);
  expect(await count('it still stands', IDLE)).toEqual([]);
  await playSteps(world, async (name) => {
    expect((await count(name, STEP)).length, name).toBeGreaterThan(0);
  });
  world.clock.later(60 * 60);
  await coldWake(world);
  expect(await count('nothing again', IDLE)).toEqual([]);
  return costs;
}

async function playSteps(world: World, step: (name: string) => Promise<void>): Promise<void> {
  const bead = await world.fileBead();
  await step('a run starts');
  await world.report('blake', bead, {});
  await step('a report opens a gate');
  await world.review('ada', (await world.history.job(`${bead}-1`, 'approve')).gate?.pull ?? 0, 'approve');
  await step('an approval dispatches');
  await world.report('blake', bead, {});
  await step('a run ends');
  const other = await world.fileBead('Another');
  await step('another run starts');
  await world.report('blake', other, { outcome: 'failure', summary: 'No.' });
  await step('a failure escalates');
  await world.comment('ada', other, '/treadle retry It was a bad day');
  await step('an override ends an escalation');
  const code = await world.fileBead('Code', ['code']);
  await step('a third run starts');
  const pull = await world.openPull('blake', 'fix', { 'src/switch.txt': 'on\n' });
  await world.report('blake', code, { outputs: { 'pull-request': String(pull) } });
  await step('a report asks for a review of code');
  await world.review('ada', pull, 'approve');
  await step('an approval of code dispatches');
}
