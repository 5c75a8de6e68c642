import { afterAll, beforeAll, expect, test } from 'vitest';

import { openHost, type Host } from '../world.ts';
import { proveBudget } from './prove-budget.ts';

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

test.each([
  { gates: 1, workflowRuns: 1 },
  { gates: 200, workflowRuns: 200 },
])(
  'an idle wake makes at most 6 requests, and a step at most 14, with $gates open gates and $workflowRuns awaited workflow runs',
  async (waiting) => {
    const costs = await proveBudget(host, waiting);
    expect(Object.keys(costs).length).toBeGreaterThan(25);
  },
  300_000,
);
