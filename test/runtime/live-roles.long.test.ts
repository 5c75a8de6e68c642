/** Who is taken out of a role in the settings approves and overrules nothing any more, also in runs that began before. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { openHost, type Host, type World } from './world.ts';

const GATED = `name: Gated
on: { issues: { labels: [bug] } }
jobs:
  approve: { type: approval, runs-on: ceo, prompt: Shall we? }
  mend:
    needs: approve
    runs-on: backend-engineer
    prompt: Mend it.
    outputs: { pull-request: { required: true } }
  merge:
    type: commit
    needs: mend
    runs-on: engineering-manager
    pull-request: "\${{ needs.mend.outputs.pull-request }}"
    on-failure: mend
  verify: { type: verify, needs: merge, runs-on: qa-engineer, prompt: Try it. }
`;

const rolesOf = (ceos: string): string => `roles:
  ceo: [${ceos}]
  engineering-manager: [emma]
  qa-engineer: [quinn]
  backend-engineer: [blake]
`;

let host: Host;
let world: World;
let bead: number;
let run: string;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  world = await host.newWorld({ workflows: { fix: GATED }, roles: rolesOf('ada, otto') });
  bead = await world.fileBead();
  run = `${bead}-1`;
  await wake();
});
afterEach(() => world.history.expectSound());

const wake = async (): Promise<string> => (await (await world.runner()).wake()).remarks.join();
const statusOf = async (job: string): Promise<string | undefined> =>
  (await world.history.run(run)).run.jobs[job]?.status;
const pullOf = async (): Promise<number> => (await world.history.job(run, 'approve')).gate?.pull ?? 0;
const setCeos = (ceos: string): Promise<string> =>
  world.push('ada', 'main', '.github/treadle.yml', rolesOf(ceos));

test('a review by who is no longer named does not count, and does where they are named again', async () => {
  await setCeos('ada');
  await world.review('otto', await pullOf(), 'approve');
  expect(await wake()).toMatch(/otto does not hold the role ceo/);
  expect(await statusOf('approve')).toBe('waiting');
  await setCeos('ada, Otto');
  await wake();
  expect(await statusOf('approve')).toBe('completed');
});

test('nor does a command of theirs', async () => {
  await setCeos('ada');
  await world.comment('otto', bead, '/treadle approve it is clear');
  expect(await wake()).toMatch(/otto does not hold the role ceo/);
  expect(await statusOf('approve')).toBe('waiting');
  await world.comment('ada', bead, '/treadle approve it is clear');
  await wake();
  expect(await statusOf('approve')).toBe('completed');
});

test('who is named since counts only once the CEO of now has the run take up the settings', async () => {
  await setCeos('casey');
  await world.comment('casey', bead, '/treadle approve it is clear');
  await wake();
  expect(await statusOf('approve')).toBe('waiting');
  await world.comment('otto', bead, '/treadle repin fix I was the CEO');
  await (await world.runner()).wake({ intake: 'own' });
  await world.comment('casey', bead, '/treadle repin fix I am the CEO now');
  await (await world.runner()).wake({ intake: 'own' });
  await world.comment('casey', bead, '/treadle approve it is clear');
  await wake();
  expect(await statusOf('approve')).toBe('completed');
  const overrides = (await world.history.transitions(run)).filter(
    ({ event }) => event?.type === 'override_issued',
  );
  expect(overrides.map(({ author }) => author.name)).toEqual(['casey', 'casey']);
});

test('settings that cannot be used leave those whom the run is pinned to', async () => {
  await world.push('ada', 'main', '.github/treadle.yml', 'roles: [nobody]\n');
  await world.review('otto', await pullOf(), 'approve');
  await wake();
  expect(await statusOf('approve')).toBe('completed');
});

test('an approval of who is no longer named at the merge is asked for again', async () => {
  const asked = await pullOf();
  await world.review('otto', asked, 'approve');
  await wake();
  const fix = await world.openPull('blake', 'fix', { 'src/switch.txt': 'on\n' });
  await world.report('blake', bead, { outputs: { 'pull-request': `#${fix}` } });
  await wake();
  await setCeos('ada');
  await world.report('emma', bead, {});
  await wake();
  expect((await world.as('ada').pulls.get(fix))?.merged).toBe(false);
  expect(await statusOf('approve')).toBe('waiting');
  expect((await world.history.job(run, 'approve')).gate?.voided).toEqual(['otto does not hold the role ceo']);
});
