import { expect } from 'vitest';

import { cursorCodec } from '../../src/codec/documents.ts';
import { layout } from '../../src/codec/layout.ts';
import { countedFetch } from './requests.ts';
import { reportBlock, type Host, type World } from './world.ts';

const SIMPLE = `name: Simple
on: { issues: { labels: [bug] } }
jobs:
  look: { runs-on: backend-engineer, prompt: Look., outputs: { answer: {} } }
  tell: { needs: look, runs-on: qa-engineer, prompt: Tell. }
`;

/** How much arrives while Treadle is off, and how many requests a wake may make then. */
interface Much {
  readonly issues: number;
  readonly comments: number;
  readonly budget: number;
}

/** Runs that went on before Treadle was off; each is reported on. */
const GOING_ON = 6;
const MOST_NEW_RUNS = 5;

/** Times a second apart, in the order of the index. */
function timesFrom(world: World): (index: number) => string {
  const start = Date.parse(world.clock.now());
  return (index) => `${new Date(start + index * 1000).toISOString().slice(0, 19)}Z`;
}

/** Proves that what arrives while Treadle is off is caught up without missing any, within the budget of each wake. */
export async function proveCatchUp(host: Host, much: Much): Promise<void> {
  const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
  await (await world.runner()).wake();
  const beads: number[] = [];
  for (let index = 0; index < GOING_ON; index += 1) beads.push(await world.fileBead(`Bead ${index}`));
  await (await world.runner()).wake({ maxNewRuns: GOING_ON });
  world.clock.later(60 * 60);
  const { repository } = world;
  const timeOf = timesFrom(world);
  // Every fiftieth is a bug.
  const issues = Array.from({ length: much.issues }, (_, index) => ({
    title: `Issue ${index}`,
    author: 'cleo',
    labels: index % 50 === 0 ? ['bug'] : ['question'],
    createdAt: timeOf(index * 5),
  }));
  const comments = Array.from({ length: much.comments }, (_, index) => {
    const bead = beads[(index - 7) / Math.floor(much.comments / GOING_ON)];
    return {
      issue: bead ?? beads[index % GOING_ON],
      author: bead === undefined ? 'cleo' : 'blake',
      body: bead === undefined ? `Talk ${index}.` : reportBlock({ outputs: { answer: String(bead) } }),
      createdAt: timeOf(index),
    };
  });
  const made = await world.admin('POST', `/repositories/${repository}/import`, { issues, comments });
  const { numbers } = made as { readonly numbers: readonly number[] };
  const bugs = numbers.filter((_, index) => index % 50 === 0);
  world.clock.later(2 * 60 * 60);
  let wakes = 0;
  for (let isBehind = true; isBehind; wakes += 1) {
    const counted = countedFetch();
    const runner = await world.runner({ fetch: counted.fetch, requestBudget: much.budget });
    const { nextDue } = await runner.wake({ maxNewRuns: MOST_NEW_RUNS });
    const reads = counted.all().filter((request) => request.startsWith('GET'));
    expect(reads.length).toBeLessThanOrEqual(much.budget);
    const documents = await world.history.documents();
    const cursor = await documents.read(layout.cursor, cursorCodec);
    isBehind = nextDue === world.clock.now() || (cursor?.waiting ?? []).length > 0;
    expect(wakes).toBeLessThan(20);
    world.clock.later(60);
  }
  expect(wakes).toBeGreaterThan(2);
  for (const bead of beads) {
    expect((await world.history.job(`${bead}-1`, 'look')).outputs).toEqual({ answer: String(bead) });
  }
  const started = (await world.history.commits())
    .filter(({ event }) => event?.type === 'run_started')
    .map(({ run }) => run);
  expect(started).toEqual([...beads, ...bugs].map((number) => `${number}-1`));
  // What is listed again and again moves the cursor once, and then nothing does.
  world.clock.later(60 * 60);
  await (await world.runner()).wake();
  const tip = await world.history.tip();
  await (await world.runner()).wake();
  expect(await world.history.tip()).toBe(tip);
}
