import { afterAll, beforeAll, expect, test } from 'vitest';

import { proveBudget } from './prove-budget.ts';
import { openHost, type Host } from './world.ts';

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

// Fails, and which wake costs too much was not established: an override that ends an escalation was seen to make 15.
test.fails(
  'an idle wake makes at most 6 requests, and a step at most 14, with 1 open gate',
  async () => {
    const costs = await proveBudget(host, 1);
    expect(Object.keys(costs).length).toBeGreaterThan(10);
  },
  180_000,
);

// Fails, and which wake costs too much was not established: an override that ends an escalation was seen to make 15.
test.fails(
  'an idle wake makes at most 6 requests, and a step at most 14, with 200 open gates',
  async () => {
    const costs = await proveBudget(host, 200);
    expect(Object.keys(costs).length).toBeGreaterThan(10);
  },
  300_000,
);
