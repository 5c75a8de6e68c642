/** What is said on an issue whose workflow is not clear: one comment, brought up to date. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { TreadleError } from '../../src/base/errors.ts';
import { openHost, type Host, type World } from './world.ts';

const wants = (label: string): string =>
  `on: { issues: { labels: [${label}] } }\njobs: { a: { runs-on: backend-engineer, prompt: Do it. } }\n`;

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
afterEach(() => world.history.expectSound());

async function open(): Promise<void> {
  world = await host.newWorld({ workflows: { one: wants('bug'), two: wants('bug') }, store: 'memory' });
}

const wake = async (): Promise<void> => {
  await (await world.runner()).wake();
};

/** What Treadle said on an issue, without its marker. */
async function saidOn(issue: number): Promise<readonly string[]> {
  const comments = await world.as('ada').comments.on(issue);
  return comments
    .filter(({ author }) => author.login === 'treadle[bot]')
    .map(({ body }) => body.replace(/^<!--.*-->\n/, ''));
}

test('an ambiguous bead is told once, and told again in place when a label decides', async () => {
  await open();
  const bead = await world.fileBead('It is broken', ['bug']);
  await wake();
  const [first = '', ...others] = await saidOn(bead);
  expect(others).toEqual([]);
  expect(first).toContain('**Nothing was started.** Several workflows want it: one, two.');
  expect(first).toContain('What to do: Say which by one of the labels workflow:one, workflow:two.');
  expect((await world.history.documents()).changes()).toEqual([]);

  world.clock.later(60);
  await world.as('ada').issues.addLabels(bead, ['P1']);
  await wake();
  expect(await saidOn(bead)).toEqual([first]);

  await world.as('ada').issues.addLabels(bead, ['workflow:two']);
  await wake();
  expect((await saidOn(bead))[0]).toBe(`Settled: run ${bead}-1 of two was started.\n`);
  expect((await world.history.run(`${bead}-1`)).run.workflow).toBe('two');
  await wake();
  expect(await world.history.events(`${bead}-1`)).toEqual(['run_started']);
});

test.each([
  { name: 'a workflow there is none of', labels: ['workflow:tow'], said: "Did you mean 'two'?" },
  { name: 'a priority and nothing else', labels: ['P0'], said: 'No workflow wants it.' },
])('$name is told', async ({ labels, said }) => {
  await open();
  const bead = await world.fileBead('It is broken', labels);
  await wake();
  expect((await saidOn(bead)).join()).toContain(said);
});

test.each([
  { name: 'an issue that is no bead', labels: ['question'] },
  { name: 'a bead that waits for a person', labels: ['bug', 'requires-human-config'] },
])('$name is left in peace', async ({ labels }) => {
  await open();
  const bead = await world.fileBead('It is broken', labels);
  await wake();
  expect(await saidOn(bead)).toEqual([]);
});

test('hostile words of a label stay words', async () => {
  await open();
  const bead = await world.fileBead('It is broken', ['workflow:@ada <b>x</b>']);
  await wake();
  const [said = ''] = await saidOn(bead);
  expect(said).not.toMatch(/@ada|<b>/);
});

test('what the forge refused is said by the wake that takes it over, once', async () => {
  await open();
  const bead = await world.fileBead('It is broken', ['bug']);
  const broken = await world.runner({
    forge: (forge) => ({
      ...forge,
      comments: {
        ...forge.comments,
        create: () => Promise.reject(new TreadleError('forge-unreachable', 'no answer')),
      },
    }),
  });
  await broken.wake();
  expect(await saidOn(bead)).toEqual([]);
  await wake();
  expect(await saidOn(bead)).toEqual([]);
  world.clock.later(11 * 60);
  await wake();
  await wake();
  expect(await saidOn(bead)).toHaveLength(1);
});

test('what another wake may be saying is not said beside it, when something else is to be said', async () => {
  await open();
  const bead = await world.fileBead('It is broken', ['bug']);
  const unheard = await world.runner({
    forge: (forge) => ({
      ...forge,
      comments: {
        ...forge.comments,
        create: async (issue, body) => {
          await forge.comments.create(issue, body);
          throw new TreadleError('forge-unreachable', 'no answer');
        },
      },
    }),
  });
  await unheard.wake();
  const [first = ''] = await saidOn(bead);
  expect(first).toContain('Several workflows want it');
  world.clock.later(60);
  await world.as('ada').issues.addLabels(bead, ['workflow:tow']);
  await wake();
  const [second = '', ...others] = await saidOn(bead);
  expect(others).toEqual([]);
  expect(second).toContain("Did you mean 'two'?");
  await wake();
  expect(await saidOn(bead)).toEqual([second]);
});
