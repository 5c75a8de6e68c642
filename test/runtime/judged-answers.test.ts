import { afterAll, beforeAll, expect, test } from 'vitest';

import { openHost, type Host } from './world.ts';

const ASK = `name: Ask
on: { issues: { labels: [bug] } }
jobs:
  approve: { type: approval, runs-on: ceo, prompt: Shall we? }
  mend: { needs: approve, runs-on: backend-engineer, prompt: Mend it. }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

test('an answer that does not count is looked at once, and again when its author may write', async () => {
  const world = await host.newWorld({
    workflows: { ask: ASK },
    roles: 'roles:\n  ceo: [cleo]\n  backend-engineer: [blake]\n',
  });
  const wake = async (): Promise<readonly string[]> => (await (await world.runner()).wake()).remarks;
  const bead = await world.fileBead();
  await wake();
  const pull = (await world.history.job(`${bead}-1`, 'approve')).gate?.pull ?? 0;
  await world.review('cleo', pull, 'approve');
  expect((await wake()).join()).toContain('cleo has no write permission');
  const judged = await world.history.tip();
  expect(await wake()).toEqual([]);
  expect(await world.history.tip(), 'nothing was pushed').toBe(judged);
  const path = `/repositories/${world.repository}/collaborators/cleo`;
  await world.admin('PUT', path, { permission: 'write' });
  expect(await wake()).toEqual([]);
  expect((await world.history.job(`${bead}-1`, 'approve')).gate?.answer?.verdict).toBe('approved');
});
