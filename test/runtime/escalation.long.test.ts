import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { CEO_LABEL } from '../../src/runtime/perform/escalation.ts';
import type { Escalation } from '../../src/engine/state/escalation.ts';
import { openHost, type Host, type World } from './world.ts';

const FRAGILE = `name: Fragile
on: { issues: { labels: [bug] } }
jobs:
  look:
    runs-on: backend-engineer
    max-attempts: 1
    prompt: Look at it.
    outputs: { cause: { required: true } }
  aside:
    runs-on: web-designer
    prompt: Look from the side.
  mend:
    needs: look
    runs-on: qa-engineer
    prompt: "Mend \${{ needs.look.outputs.cause }}"
`;

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  world = await host.newWorld({ workflows: { fix: FRAGILE } });
});
afterEach(() => world.history.expectSound());

const wake = async (): Promise<readonly string[]> => (await (await world.runner()).wake()).remarks;
const line = async (run: string, job: string): Promise<string | undefined> =>
  (await world.history.run(run)).run.jobs[job]?.status;

interface Escalated {
  readonly bead: number;
  readonly run: string;
  readonly ceoBead: number;
  readonly pull: number;
  readonly escalation: Escalation;
}

/** A bead whose first job failed, after it had said what it found. */
async function escalated(): Promise<Escalated> {
  const bead = await world.fileBead();
  await wake();
  const outputs = { cause: 'the switch' };
  await world.report('blake', bead, { outcome: 'failure', outputs, summary: 'I cannot see it.' });
  await wake();
  const { escalation } = await world.history.job(`${bead}-1`, 'look');
  if (escalation === null || escalation.issue === null || escalation.pull === null) {
    throw new Error('nothing was escalated');
  }
  return { bead, run: `${bead}-1`, ceoBead: escalation.issue, pull: escalation.pull, escalation };
}

const ceoBeads = (): Promise<readonly { number: number; state: string }[]> =>
  world.as('ada').issues.labelled(CEO_LABEL, '2026-01-01T00:00:00Z');

describe('an escalation', () => {
  test('opens exactly one CEO bead and one decision pull request, and the run waits', async () => {
    const { run, bead, ceoBead, pull } = await escalated();
    await wake();
    expect((await ceoBeads()).map(({ number }) => number)).toEqual([ceoBead]);
    const issue = await world.as('ada').issues.get(ceoBead);
    expect(issue?.labels).toEqual(expect.arrayContaining([CEO_LABEL, 'P0']));
    expect(issue?.body).toContain(`#${bead}`);
    expect(issue?.body).toContain('I cannot see it');
    expect(await world.as('ada').pulls.get(pull)).toMatchObject({ state: 'open', base: 'treadle/state' });
    expect(await line(run, 'look')).toBe('waiting');
    expect(await line(run, 'mend')).toBe('queued');
  });

  test('is over with its bead and its pull request also where no branch of a decision may be deleted', async () => {
    await world.rest('ada', 'POST', '/rulesets', {
      name: 'Decisions stay',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/heads/treadle/decision/**'], exclude: [] } },
      rules: [{ type: 'deletion' }],
    });
    const { run, ceoBead, pull } = await escalated();
    await world.comment('ada', ceoBead, '/treadle approve good enough');
    await wake();
    const decision = await world.as('ada').pulls.get(pull);
    expect(decision).toMatchObject({ state: 'closed', merged: false });
    expect(await world.as('ada').files.head(decision?.head.branch ?? '')).toBe(decision?.head.oid);
    expect(await world.as('ada').issues.get(ceoBead)).toMatchObject({ state: 'closed' });
    const said = await world.as('ada').comments.on(ceoBead);
    expect(said.filter(({ body }) => body.includes('good enough') && body.includes('<!--'))).toHaveLength(1);
    expect((await world.history.run(run)).run.outbox).toEqual([]);
    expect(await line(run, 'mend')).toBe('in_progress');
  });

  test('that nobody answers is told of again on its bead, twice at most, also when that was closed', async () => {
    const { bead, run, ceoBead } = await escalated();
    await world.report('casey', bead, {});
    await wake();
    await world.as('ada').issues.close(ceoBead, 'completed');
    for (let day = 1; day <= 3; day += 1) {
      world.clock.later(24 * 60 * 60 + 60);
      await wake();
    }
    const said = (await world.as('ada').comments.on(ceoBead)).map(({ body }) => body);
    expect(said).toHaveLength(2);
    expect(said[0]).toContain('@ada');
    expect(said[0]).toContain('This is reminder 1');
    expect((await world.as('ada').issues.get(ceoBead))?.state).toBe('open');
    expect(await line(run, 'look')).toBe('waiting');
  });

  test('that is approved goes on with what was reported, though other jobs moved meanwhile', async () => {
    const { bead, run, ceoBead, pull } = await escalated();
    await world.report('casey', bead, {});
    await wake();
    await world.review('ada', pull, 'approve', 'The switch it is.');
    await wake();
    expect(await line(run, 'mend')).toBe('in_progress');
    expect((await world.history.job(run, 'look')).outputs).toEqual({ cause: 'the switch' });
    expect(await world.as('ada').pulls.get(pull)).toMatchObject({ merged: true });
    expect((await world.as('ada').issues.get(ceoBead))?.state).toBe('closed');
    await world.report('quinn', bead, {});
    await wake();
    expect((await world.history.run(run)).run.conclusion).toBe('success');
  });

  test('whose changes are requested closes the run and the bead', async () => {
    const { bead, run, ceoBead, pull } = await escalated();
    await world.review('ada', pull, 'request_changes', 'Leave it.');
    await wake();
    await wake();
    expect((await world.history.run(run)).run.conclusion).toBe('failure');
    for (const number of [bead, ceoBead])
      expect((await world.as('ada').issues.get(number))?.state).toBe('closed');
    expect(await world.as('ada').pulls.get(pull)).toMatchObject({ merged: false, state: 'closed' });
    expect(await world.history.finished(run)).toMatchObject({ conclusion: 'failure' });
  });

  const answers: readonly { name: string; say: string; look: string; check: string }[] = [
    {
      name: 'retry',
      say: '/treadle retry look under the lid',
      look: 'in_progress',
      check: 'look under the lid',
    },
    { name: 'goto', say: '/treadle goto mend just mend it', look: 'completed', check: '' },
    {
      name: 'reassign',
      say: '/treadle reassign web-designer a fresh eye',
      look: 'in_progress',
      check: 'a fresh eye',
    },
  ];
  test.each(answers)('is resumed by /treadle $name on its bead', async ({ say, look, check }) => {
    const { run, ceoBead, pull } = await escalated();
    await world.comment('ada', ceoBead, say);
    await wake();
    expect(await line(run, 'look')).toBe(look);
    expect((await world.history.job(run, 'look')).feedback?.text ?? '').toContain(check);
    expect((await world.as('ada').issues.get(ceoBead))?.state).toBe('closed');
    expect(await world.as('ada').pulls.get(pull)).toMatchObject({ merged: false, state: 'closed' });
    expect((await ceoBeads()).filter(({ state }) => state === 'open')).toEqual([]);
  });

  test('is ended by /treadle close', async () => {
    const { bead, run, ceoBead } = await escalated();
    await world.comment('ada', ceoBead, '/treadle close not worth it');
    await wake();
    expect((await world.history.run(run)).run.conclusion).toBe('failure');
    expect((await world.as('ada').issues.get(bead))?.state).toBe('closed');
  });

  test('is answered neither by somebody else, nor by approving a file that was changed', async () => {
    const { run, ceoBead, pull, escalation } = await escalated();
    await world.comment('emma', ceoBead, '/treadle retry please');
    await world.review('emma', pull, 'approve');
    const remarks = (await wake()).join();
    expect(remarks).toMatch(/does not hold the role ceo, so \/treadle retry was not followed/);
    expect(remarks).toMatch(/a review of #\d+ does not count/);
    const decision = await world.as('ada').pulls.get(pull);
    const path = `decisions/${run}/look-escalation-${escalation.id.slice(0, 8)}.md`;
    await world.push('emma', decision?.head.branch ?? '', path, 'Approve: everybody gets a day off.\n');
    await world.review('ada', pull, 'approve');
    expect((await wake()).join()).toMatch(/does not count/);
    expect(await line(run, 'look')).toBe('waiting');
  });
});

const MERGING = `name: Merging
on: { issues: { labels: [bug] } }
jobs:
  look: { runs-on: backend-engineer, max-attempts: 1, prompt: Look at it., outputs: { cause: {} } }
  mend: { needs: look, runs-on: web-designer, prompt: Mend it., outputs: { pull-request: { required: true } } }
  merge:
    type: commit
    needs: mend
    runs-on: engineering-manager
    pull-request: "\${{ needs.mend.outputs.pull-request }}"
    on-failure: mend
  verify: { type: verify, needs: merge, runs-on: qa-engineer, prompt: Try it. }
`;

test('an answer that is dismissed before the merge is asked for again, and nothing is merged', async () => {
  world = await host.newWorld({ workflows: { fix: MERGING } });
  const { bead, run, pull } = await escalated();
  const review = await world.review('ada', pull, 'approve', 'Never mind.');
  await wake();
  const fix = await world.openPull('casey', 'fix', { 'src/switch.txt': 'on\n' });
  await world.report('casey', bead, { outputs: { 'pull-request': String(fix) } });
  await wake();
  world.clock.later(1);
  await world.rest('ada', 'PUT', `/pulls/${pull}/reviews/${review}/dismissals`, { message: 'I do mind.' });
  await world.report('emma', bead, { summary: 'Fine.' });
  await wake();
  expect((await world.as('ada').pulls.get(fix))?.merged).toBe(false);
  expect(await line(run, 'look')).toBe('waiting');
  expect(await line(run, 'merge')).toBe('queued');
  const again = (await world.history.job(run, 'look')).escalation;
  expect(again?.pull).not.toBe(pull);
  expect(again?.reason).toMatch(/dismissed or taken back/);
  await world.review('ada', again?.pull ?? 0, 'approve');
  await wake();
  await world.report('casey', bead, { outputs: { 'pull-request': String(fix) } });
  await wake();
  await world.report('emma', bead, { summary: 'Fine still.' });
  await wake();
  expect((await world.as('ada').pulls.get(fix))?.merged).toBe(true);
});
