import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { cursorCodec, type CursorDocument } from '../../src/codec/documents.ts';
import { layout } from '../../src/codec/layout.ts';
import { countedFetch } from './requests.ts';
import { openHost, type Host, type World } from './world.ts';

const GATED = `name: Gated
on: { issues: { labels: [bug] } }
jobs:
  look: { runs-on: backend-engineer, prompt: Look. }
  approve: { type: approval, needs: look, runs-on: ceo, prompt: May we? }
`;
const SIMPLE = `name: Simple
on: { issues: { labels: [bug] } }
jobs:
  look: { runs-on: backend-engineer, prompt: Look. }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

const cursorOf = async (world: World): Promise<CursorDocument | undefined> =>
  (await world.history.documents()).read(layout.cursor, cursorCodec);

describe('a wake with nothing new', () => {
  test('commits nothing and sends nothing, whatever the runs wait for', async () => {
    const world = await host.newWorld({ workflows: { fix: GATED } });
    const bead = await world.fileBead();
    await (await world.runner()).wake();
    const other = await world.fileBead('Another', ['bug']);
    await world.report('blake', bead, {});
    await (await world.runner()).wake();
    await (await world.runner()).wake();
    expect((await world.history.run(`${bead}-1`)).run.status).toBe('waiting');
    expect((await world.history.run(`${other}-1`)).run.status).toBe('in_progress');
    const tip = await world.history.tip();
    const counted = countedFetch();
    const runner = await world.runner({ fetch: counted.fetch });
    for (const minutes of [0, 1, 30]) {
      world.clock.later(minutes * 60);
      counted.forget();
      const { transitions, nextDue } = await runner.wake();
      expect([transitions, await world.history.tip(), counted.writes()]).toEqual([0, tip, []]);
      expect(nextDue).toMatch(/^2026-11-02T1[45]:/);
      expect(counted.all().length).toBeLessThanOrEqual(5);
    }
  });

  test('takes neither our CEO beads nor our closing of beads for news', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, roles: 'roles:\n  ceo: [ada]\n' });
    await world.fileBead();
    await (await world.runner()).wake();
    const tip = await world.history.tip();
    await (await world.runner()).wake();
    expect(await world.history.tip()).toBe(tip);
  });
});

describe('facts', () => {
  test('that are read again change nothing, even without a memory of them', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const bead = await world.fileBead();
    await (await world.runner()).wake();
    const start = await cursorOf(world);
    await world.comment('ada', bead, '/treadle pause wait');
    await world.comment('ada', bead, '/treadle resume go on');
    await (await world.runner()).wake();
    const events = await world.history.events(`${bead}-1`);
    if (start === undefined) throw new Error('there is no cursor');
    const runner = await world.runner();
    const forget = { ...start, seen: {} };
    await runner.wake({ requests: [(unit) => unit.moveCursor(forget)] });
    await runner.wake();
    expect(await world.history.events(`${bead}-1`)).toEqual(events);
    await world.history.expectSound();
  });

  test('are forgotten once they are older than the overlap', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const bead = await world.fileBead();
    await (await world.runner()).wake();
    for (const words of ['One.', 'Two.', 'Three.']) {
      world.clock.later(20 * 60);
      await world.comment('cleo', bead, words);
      await (await world.runner()).wake();
    }
    const cursor = await cursorOf(world);
    expect(Object.keys(cursor?.seen ?? {}).filter((key) => key.startsWith('comment'))).toHaveLength(1);
  });
});

describe('an issue', () => {
  test('from before the state began starts nothing', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const old = await world.as('ada').issues.create({ title: 'Old', body: '', labels: ['bug'] });
    world.clock.later(60);
    await (await world.runner()).wake();
    await world.comment('cleo', old, 'Still there.');
    const { transitions } = await (await world.runner()).wake();
    expect(transitions).toBe(0);
  });

  test('starts one run, whichever wakes see it, and none that its labels do not ask for', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const plain = await world.fileBead('A question', ['question']);
    const bead = await world.fileBead();
    await (await world.runner()).wake();
    await world.as('ada').issues.addLabels(bead, ['urgent']);
    await (await world.runner()).wake();
    await world.as('ada').issues.addLabels(plain, ['bug']);
    await (await world.runner()).wake();
    const started = (await world.history.transitions()).map((one) => one.run);
    expect(started).toEqual([`${bead}-1`, `${plain}-1`]);
  });

  test.each([
    { types: 'opened', starts: { opened: true, labelled: false, reopened: false } },
    { types: 'labeled', starts: { opened: false, labelled: true, reopened: false } },
    { types: 'reopened', starts: { opened: false, labelled: false, reopened: true } },
    { types: 'edited', starts: { opened: false, labelled: true, reopened: true } },
    { types: 'assigned', starts: { opened: false, labelled: false, reopened: false } },
  ])('is looked at for the types of its workflow: $types', async ({ types, starts }) => {
    const text = SIMPLE.replace('labels: [bug]', `types: [${types}]`);
    const world = await host.newWorld({ workflows: { fix: text }, store: 'memory' });
    const wake = async (): Promise<void> => {
      world.clock.later(60);
      await (await world.runner()).wake();
    };
    await wake();
    const forge = world.as('ada');
    const file = (title: string): Promise<number> => forge.issues.create({ title, body: '', labels: [] });
    const labelled = await file('Labelled later');
    const reopened = await file('Closed and reopened');
    const isStarted = async (issue: number): Promise<boolean> =>
      (await world.history.events(`${issue}-1`)).includes('run_started');
    await wake();
    const found = { opened: await isStarted(labelled), labelled: false, reopened: false };
    await forge.issues.close(reopened, 'completed');
    await wake();
    await forge.issues.addLabels(labelled, ['question']);
    await forge.issues.reopen(reopened);
    await wake();
    found.labelled = !found.opened && (await isStarted(labelled));
    found.reopened = !found.opened && (await isStarted(reopened));
    expect(found).toEqual(starts);
  });

  test('that several workflows want starts none, and it is said so', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE, mend: SIMPLE }, store: 'memory' });
    await world.fileBead();
    const { transitions, remarks } = await (await world.runner()).wake();
    expect(transitions).toBe(0);
    expect(remarks.join()).toMatch(/several workflows want it: fix, mend/);
  });

  test('beyond max-new-runs starts in a later wake, however much later', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    await world.fileBead();
    for (const title of ['Two', 'Three', 'Four', 'Five']) await world.fileBead(title);
    const runner = await world.runner();
    for (const expected of [2, 2, 1, 0]) {
      const { transitions } = await runner.wake({ maxNewRuns: 2 });
      expect(transitions).toBe(expected);
      world.clock.later(25 * 60);
    }
    const tip = await world.history.tip();
    await runner.wake({ maxNewRuns: 0 });
    expect(await world.history.tip()).toBe(tip);
  });

  test('that a wake without intake saw starts in the next one', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    await world.fileBead();
    const runner = await world.runner();
    await runner.wake({ intake: false });
    world.clock.later(60 * 60);
    await runner.wake({ intake: false });
    const { transitions } = await runner.wake();
    expect(transitions).toBe(1);
  });
});
