import { afterAll, beforeAll, expect, test } from 'vitest';

import { proveCatchUp } from './prove-catch-up.ts';
import { countedFetch } from './requests.ts';
import { openHost, type Host } from './world.ts';

const SIMPLE = `name: Simple
on: { issues: { labels: [bug] } }
jobs:
  look: { runs-on: backend-engineer, prompt: Look., outputs: { answer: {} } }
  tell: { needs: look, runs-on: qa-engineer, prompt: Tell. }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

test(
  '150 issues and 400 comments are caught up within a budget of 8 requests a wake',
  () => proveCatchUp(host, { issues: 150, comments: 400, budget: 8 }),
  120_000,
);

test('installing it on a repository with 1,000 old issues starts nothing', async () => {
  const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
  const issues = Array.from({ length: 1000 }, (_, index) => ({
    title: `Old ${index}`,
    author: 'cleo',
    labels: ['bug'],
    createdAt: '2026-01-01T00:00:00Z',
  }));
  const made = await world.admin('POST', `/repositories/${world.repository}/import`, { issues });
  const { numbers } = made as { readonly numbers: readonly number[] };
  const counted = countedFetch();
  const runner = await world.runner({ fetch: counted.fetch });
  expect((await runner.wake()).transitions).toBe(0);
  expect(counted.all().length).toBeLessThanOrEqual(3);
  world.clock.later(60);
  await world.comment('cleo', numbers[0] ?? 0, 'Still there.');
  await world.as('ada').issues.addLabels(numbers[1] ?? 0, ['urgent']);
  expect((await runner.wake()).transitions).toBe(0);
  expect(await world.history.transitions()).toEqual([]);
});
