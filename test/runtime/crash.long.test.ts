import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { parseMarker } from '../../src/engine/view/markdown.ts';
import type { Forge } from '../../src/forge/port/forge.ts';
import { CEO_LABEL } from '../../src/runtime/perform/escalation.ts';
import type { Store } from '../../src/store/port.ts';
import { answered, openHost, type Host, type Runner, type World } from './world.ts';

const SIMPLE = `name: Simple
on: { issues: { labels: [bug] } }
jobs:
  look: { runs-on: backend-engineer, max-attempts: 1, prompt: Look., outputs: { cause: { required: true } } }
`;
const GATED = `${SIMPLE}  approve: { type: approval, needs: look, runs-on: ceo, prompt: May we? }\n`;
const COMMITTED = `${SIMPLE}  merge: { type: commit, needs: look, runs-on: engineering-manager, pull-request: "\${{ needs.look.outputs.cause }}" }\n`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

class Killed extends Error {}

/** Where a wake dies, once. */
interface Place {
  /** `publish`, or a method of the forge: `comments.create`. */
  readonly call: string;
  readonly when: 'before' | 'after';
  /** At which of the calls. */
  readonly nth: number;
}

/** Runners that share one death: the first call at its place ends the wake that makes it. */
function dyingAt(
  world: World,
  { call, when, nth }: Place,
): { runner: () => Promise<Runner>; hasDied: () => boolean; death: Promise<void> } {
  let left = nth;
  let died = false;
  let die = (): void => undefined;
  const death = new Promise<void>((resolve) => {
    die = () => {
      died = true;
      resolve();
    };
  });
  const around = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    // A process that is killed does nothing more.
    if (died) return new Promise<T>(() => undefined);
    const isHere = name === call && (left -= 1) === 0;
    if (isHere && when === 'before') {
      die();
      throw new Killed(name);
    }
    const result = await work();
    if (isHere) {
      die();
      throw new Killed(name);
    }
    return result;
  };
  const forge = (real: Forge): Forge => ({
    ...real,
    files: {
      ...real.files,
      createBranchWithFile: (branch) => around('files.create', () => real.files.createBranchWithFile(branch)),
    },
    issues: {
      ...real.issues,
      create: (issue) => around('issues.create', () => real.issues.create(issue)),
      close: (number, reason) => around('issues.close', () => real.issues.close(number, reason)),
    },
    comments: {
      ...real.comments,
      create: (issue, body) => around('comments.create', () => real.comments.create(issue, body)),
      update: (id, body) => around('comments.update', () => real.comments.update(id, body)),
    },
    pulls: {
      ...real.pulls,
      open: (pull) => around('pulls.open', () => real.pulls.open(pull)),
      merge: (number, merge) => around('pulls.merge', () => real.pulls.merge(number, merge)),
    },
  });
  const store = (real: Store): Store => ({
    ...real,
    begin(base) {
      const batch = real.begin(base);
      return {
        get tip() {
          return batch.tip;
        },
        append: (draft) => batch.append(draft),
        publish: () => around('publish', () => batch.publish()),
      };
    },
  });
  return { hasDied: () => died, death, runner: () => world.runner({ forge, store }) };
}

/** Wakes, until the wake is over or dead. */
async function wakeUntilDeath(dying: ReturnType<typeof dyingAt>): Promise<void> {
  const waking = (await dying.runner()).wake().catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  await Promise.race([waking, dying.death]);
}

/** Wakes; where the wake dies, waits until its claims ran out and wakes again. */
async function wakeThrough(world: World, dying: ReturnType<typeof dyingAt>): Promise<void> {
  if (dying.hasDied()) {
    await (await world.runner()).wake();
    return;
  }
  await wakeUntilDeath(dying);
  if (!dying.hasDied()) return;
  world.clock.later(11 * 60);
  await (await world.runner()).wake();
}

/** Every effect left one copy: no two comments of ours bear the same marker. */
async function expectOneCopyEach(world: World, bead: number): Promise<void> {
  const markers = (await world.as('ada').comments.on(bead))
    .filter(({ author }) => author.login === 'treadle[bot]')
    .map(({ body }) => parseMarker(body));
  expect(markers).not.toContain(undefined);
  expect(new Set(markers).size).toBe(markers.length);
}

describe('a wake that dies', () => {
  const places: readonly (Place & { readonly name: string })[] = [
    ...(['before', 'after'] as const).flatMap((when) => [
      ...[1, 2, 3, 4].map((nth) => ({ name: `${when} push ${nth}`, call: 'publish', when, nth })),
      { name: `${when} the dispatch was sent`, call: 'comments.create', when, nth: 1 },
      { name: `${when} the status comment was made`, call: 'comments.create', when, nth: 2 },
      { name: `${when} the status comment was edited`, call: 'comments.update', when, nth: 1 },
      { name: `${when} the bead was closed`, call: 'issues.close', when, nth: 1 },
    ]),
  ];
  const shared = new Map<string, Promise<World>>();
  const worldOf = (text: string): Promise<World> => {
    const known = shared.get(text) ?? host.newWorld({ workflows: { fix: text }, store: 'memory' });
    shared.set(text, known);
    return known;
  };

  test.each(places)('$name leaves the same run and one copy of each effect', async (place) => {
    const world = await worldOf(SIMPLE);
    const bead = await world.fileBead();
    const run = `${bead}-1`;
    const dying = dyingAt(world, place);
    await wakeThrough(world, dying);
    await world.report('blake', bead, { outputs: { cause: 'a typo' } });
    await wakeThrough(world, dying);
    expect(dying.hasDied()).toBe(true);
    expect(await world.history.events(run)).toEqual(['run_started', 'report_received']);
    expect(await world.history.finished(run)).toMatchObject({ conclusion: 'success' });
    const { attempts, outputs } = await world.history.job(run, 'look');
    expect(attempts.map(({ outcome, turns }) => [outcome, turns.length])).toEqual([['success', 1]]);
    expect(outputs).toEqual({ cause: 'a typo' });
    expect((await world.as('ada').issues.get(bead))?.state).toBe('closed');
    await expectOneCopyEach(world, bead);
    await world.history.expectSound();
  });

  test.each([
    { name: 'before', when: 'before' },
    { name: 'after', when: 'after' },
  ] as const)('$name the merge merges once', async ({ when }) => {
    const world = await worldOf(COMMITTED);
    const bead = await world.fileBead();
    const dying = dyingAt(world, { call: 'pulls.merge', when, nth: 1 });
    await wakeThrough(world, dying);
    const pull = await world.openPull('blake', `fix-${bead}`, { [`src/${bead}.txt`]: 'new\n' });
    await world.report('blake', bead, { outputs: { cause: String(pull) } });
    await wakeThrough(world, dying);
    await world.report('emma', bead, {});
    await wakeThrough(world, dying);
    world.clock.later(6 * 60);
    await (await world.runner()).wake();
    expect(dying.hasDied()).toBe(true);
    expect(await world.history.finished(`${bead}-1`)).toMatchObject({ conclusion: 'success' });
    const subjects = (await world.git('log', '--first-parent', '--format=%s', 'main')).split('\n');
    expect(subjects.filter((subject) => subject === `Merge #${pull} for #${bead}`)).toHaveLength(1);
    await expectOneCopyEach(world, bead);
    await world.history.expectSound();
  });

  test.each([
    { name: 'before the decision branch', call: 'files.create', when: 'before', nth: 1 },
    { name: 'after the decision branch', call: 'files.create', when: 'after', nth: 1 },
    { name: 'after the decision pull request', call: 'pulls.open', when: 'after', nth: 1 },
  ] as const)('$name asks once', async (place) => {
    const world = await host.newWorld({ workflows: { fix: GATED } });
    const bead = await world.fileBead();
    const dying = dyingAt(world, place);
    await wakeThrough(world, dying);
    await world.report('blake', bead, { outputs: { cause: 'a typo' } });
    await wakeThrough(world, dying);
    expect(dying.hasDied()).toBe(true);
    const gate = (await world.history.job(`${bead}-1`, 'approve')).gate;
    const pulls = (await world.rest('ada', 'GET', '/pulls?state=all')) as readonly { number: number }[];
    expect(pulls.map(({ number }) => number)).toEqual([gate?.pull]);
    await world.review('ada', gate?.pull ?? 0, 'approve');
    await (await world.runner()).wake();
    expect(await world.history.finished(`${bead}-1`)).toMatchObject({ conclusion: 'success' });
    await world.history.expectSound();
  });

  test.each([
    { name: 'before', when: 'before' },
    { name: 'after', when: 'after' },
  ] as const)('$name the CEO bead was opened leaves one', async ({ when }) => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE } });
    const bead = await world.fileBead();
    const dying = dyingAt(world, { call: 'issues.create', when, nth: 1 });
    await wakeThrough(world, dying);
    await world.report('blake', bead, { outcome: 'failure', summary: 'No.' });
    await wakeThrough(world, dying);
    expect(dying.hasDied()).toBe(true);
    const beads = await world.as('ada').issues.labelled(CEO_LABEL, '2026-01-01T00:00:00Z');
    expect(beads).toHaveLength(1);
    expect((await world.history.job(`${bead}-1`, 'look')).escalation?.issue).toBe(beads[0]?.number);
    await world.history.expectSound();
  });
});

describe('what a dead wake left claimed', () => {
  /** A bead whose dispatch was claimed by a wake that died before it sent anything. */
  async function abandoned(): Promise<{ world: World; bead: number }> {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const bead = await world.fileBead();
    const dying = dyingAt(world, { call: 'comments.create', when: 'before', nth: 1 });
    await wakeUntilDeath(dying);
    return { world, bead };
  }
  const calls = async (world: World, bead: number): Promise<number> =>
    (await world.as('ada').comments.on(bead)).filter(({ body }) => body.includes('@blake')).length;

  test('is left alone until its time ran out, and then taken over by a commit', async () => {
    const { world, bead } = await abandoned();
    const tip = await world.history.tip();
    const early = await (await world.runner()).wake();
    expect([await world.history.tip(), await calls(world, bead)]).toEqual([tip, 0]);
    expect(early.nextDue).toBe((await world.history.run(`${bead}-1`)).run.outbox[0]?.claim.until);
    world.clock.later(10 * 60);
    const late = await (await world.runner()).wake();
    expect(await calls(world, bead)).toBe(1);
    const claims = (await world.history.commits()).filter(({ event }) => event?.type === 'effects_claimed');
    expect(claims).toHaveLength(1);
    expect(claims[0]?.event).toMatchObject({ claim: { wake: late.wake } });
  });

  test('is taken over at once by a runner that is alone', async () => {
    const { world, bead } = await abandoned();
    await (await world.runner({ alone: true })).wake();
    expect(await calls(world, bead)).toBe(1);
  });

  test('is not sent by its slow wake once somebody may have taken over', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const bead = await world.fileBead();
    const slow = await world.runner({
      forge: (forge) => ({
        ...forge,
        comments: {
          ...forge.comments,
          create: async (issue, body) => {
            const first = await forge.comments.create(issue, body);
            // From here on this wake's time is over, and another one is at work.
            if (body.includes('@blake')) {
              world.clock.later(10 * 60);
              await (await world.runner()).wake();
            }
            return first;
          },
        },
      }),
    });
    await slow.wake();
    await (await world.runner()).wake();
    expect(await calls(world, bead)).toBe(1);
    await expectOneCopyEach(world, bead);
    await world.report('blake', bead, { outputs: { cause: 'x' } });
    await (await world.runner()).wake();
    expect(await world.history.finished(`${bead}-1`)).toMatchObject({ conclusion: 'success' });
  });
});

describe('an effect that ends while a push is on its way', () => {
  test('is not performed again', async () => {
    const world = await host.newWorld({
      workflows: { fix: `${SIMPLE}  aside: { runs-on: web-designer, prompt: Aside. }\n` },
      store: 'memory',
    });
    const bead = await world.fileBead();
    let end = (): void => undefined;
    const pushing = new Promise<void>((resolve) => {
      end = resolve;
    });
    const isLate = (body: string): boolean => body.includes('@casey');
    let late = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      late = resolve;
    });
    let other = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      other = resolve;
    });
    let made: Promise<number> | null = null;
    const runner = await world.runner({
      forge: (forge) => ({
        ...forge,
        comments: {
          ...forge.comments,
          create: async (issue, body) => {
            if (!isLate(body)) return forge.comments.create(issue, body).finally(other);
            made = forge.comments.create(issue, body);
            late();
            await pushing;
            return made;
          },
        },
      }),
      store: (store) => ({
        ...store,
        begin: (base) => {
          const batch = store.begin(base);
          return {
            get tip() {
              return batch.tip;
            },
            append: (draft) => batch.append(draft),
            publish: async () => {
              const outcome = await batch.publish();
              if (made === null) return outcome;
              await made;
              end();
              for (let turn = 0; turn < 20; turn += 1) await world.clock.pause(0);
              return outcome;
            },
          };
        },
      }),
    });
    const waking = runner.wake();
    await Promise.all([begun, ended]);
    // The other's result waits for the late one, but not for long.
    for (let round = 0; round < 3; round += 1) {
      await Promise.race([world.clock.settle(), waking]);
      world.clock.later(20);
    }
    await waking;
    const calls = (await world.as('ada').comments.on(bead)).filter(({ body }) => isLate(body));
    expect(calls).toHaveLength(1);
    await expectOneCopyEach(world, bead);
    await world.history.expectSound();
  });
});

describe('a program that takes long', () => {
  test('keeps its claim, and nobody else starts it', async () => {
    const world = await host.newWorld({
      workflows: { fix: SIMPLE },
      settings: 'agents:\n  blake: { dispatch: command, command: [look] }\n',
      store: 'memory',
    });
    const bead = await world.fileBead();
    let starts = 0;
    let finish = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const runner = await world.runner({
      commands: async () => {
        starts += 1;
        finish();
        await ended;
        return answered({ outputs: { cause: 'a typo' } });
      },
    });
    const waking = runner.wake();
    await started;
    for (const seconds of [200, 200, 200, 200, 200]) {
      await world.clock.settle();
      world.clock.later(seconds);
      await world.clock.settle();
    }
    const claim = (await world.history.run(`${bead}-1`)).run.outbox[0]?.claim;
    expect((claim?.until ?? '') > world.clock.now()).toBe(true);
    const other = await (await world.runner()).wake();
    expect(claim?.wake).not.toBe(other.wake);
    expect(starts).toBe(1);
    end();
    await waking;
    expect(await world.history.finished(`${bead}-1`)).toMatchObject({ conclusion: 'success' });
    await world.history.expectSound();
  });
});
