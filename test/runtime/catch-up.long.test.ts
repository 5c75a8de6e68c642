import { afterAll, beforeAll, test } from 'vitest';

import { proveCatchUp } from './prove-catch-up.ts';
import { openHost, type Host } from './world.ts';

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

test(
  '1,000 issues and 5,000 comments are caught up within a budget of 60 requests a wake',
  () => proveCatchUp(host, { issues: 1000, comments: 5000, budget: 60 }),
  300_000,
);
