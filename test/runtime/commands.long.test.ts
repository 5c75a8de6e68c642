import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { openHost, type Host, type World } from './world.ts';

const GATED = `name: Gated
on: { issues: { labels: [bug] } }
jobs:
  approve:
    type: approval
    runs-on: product-manager
    prompt: Shall we?
  look:
    needs: approve
    runs-on: backend-engineer
    max-attempts: 1
    prompt: Look at it.
`;

const ROLES = `roles:
  ceo: [ada]
  product-manager: [otto]
  backend-engineer: [blake]
`;

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  world = await host.newWorld({ workflows: { fix: GATED }, roles: ROLES });
});
afterEach(() => world.history.expectSound());

const wake = async (): Promise<string> => (await (await world.runner()).wake()).remarks.join();
const statusOf = async (run: string, job: string): Promise<string | undefined> =>
  (await world.history.run(run)).run.jobs[job]?.status;
/** What Treadle said on an issue or pull request, apart from its status comments and dispatches. */
const answersOn = async (issue: number): Promise<readonly string[]> =>
  (await world.as('ada').comments.on(issue))
    .filter(
      ({ author, body }) => author.login === 'treadle[bot]' && !/treadle:status|How to answer/.test(body),
    )
    .map(({ body }) => body.replace(/^<!--.*-->\n/, ''));

async function gated(): Promise<{ bead: number; run: string; pull: number }> {
  const bead = await world.fileBead();
  await wake();
  const run = `${bead}-1`;
  const pull = (await world.history.job(run, 'approve')).gate?.pull ?? 0;
  return { bead, run, pull };
}

/** A bead whose job failed, and the bead of its escalation. */
async function escalated(): Promise<{ bead: number; run: string; ceoBead: number }> {
  const { bead, run } = await gated();
  await world.comment('ada', bead, '/treadle approve go ahead');
  await wake();
  await world.report('blake', bead, { outcome: 'failure', summary: 'I cannot see it.' });
  await wake();
  return { bead, run, ceoBead: (await world.history.job(run, 'look')).escalation?.issue ?? 0 };
}

describe('a command on the decision pull request', () => {
  test('by the CEO is followed as on the bead, for the gate that asks there', async () => {
    const { run, pull } = await gated();
    await world.comment('ada', pull, '/treadle approve it is clear');
    await wake();
    const { answer } = (await world.history.job(run, 'approve')).gate ?? {};
    expect(answer).toMatchObject({ verdict: 'approved', by: { login: 'ada' }, body: 'it is clear' });
    expect(await statusOf(run, 'look')).toBe('in_progress');
    expect(await world.as('ada').pulls.get(pull)).toMatchObject({ merged: false, state: 'closed' });
  });

  test('by whoever holds the role of the gate is answered there: a review is wanted', async () => {
    const { bead, run, pull } = await gated();
    await world.comment('otto', pull, '/treadle approve it is clear');
    await wake();
    expect(await statusOf(run, 'approve')).toBe('waiting');
    expect((await answersOn(pull)).join()).toMatch(
      /whoever is asked for an approval reviews its pull request/,
    );
    expect(await answersOn(bead)).toEqual([]);
  });

  test('that cannot be followed is answered there', async () => {
    const { bead, pull } = await gated();
    await world.comment('ada', pull, '/treadle goto nowhere it is clear');
    await wake();
    expect((await answersOn(pull)).join()).toMatch(/was not done: there is no job "nowhere"/);
    expect(await answersOn(bead)).toEqual([]);
  });

  test('a report there is none', async () => {
    const { run, pull } = await gated();
    await world.report('blake', pull, {});
    await wake();
    expect(await world.history.events(run)).toEqual(['run_started']);
  });
});

describe('a command that cannot be read', () => {
  test('by the CEO is answered once, with what was meant and what there is', async () => {
    const { bead, run } = await gated();
    const comment = await world.comment('ada', bead, '/treadle aprove it is clear');
    expect(await wake()).toMatch(/the command of ada was not followed/);
    const [said = '', ...others] = await answersOn(bead);
    expect(others).toEqual([]);
    expect(said).toContain("is not known. Did you mean 'approve'?");
    expect(said).toContain('/treadle goto JOB WHY');
    world.clock.later(1);
    await world.as('ada').comments.update(comment, '/treadle aprove it is clear!');
    await wake();
    await wake();
    expect(await answersOn(bead)).toHaveLength(1);
    expect(await statusOf(run, 'approve')).toBe('waiting');
  });

  test('and is mended by an edit is answered: edits are not read', async () => {
    const { bead, run } = await gated();
    const comment = await world.comment('ada', bead, 'Well, why not?');
    await wake();
    world.clock.later(1);
    await world.as('ada').comments.update(comment, '/treadle approve it is clear');
    await wake();
    expect((await answersOn(bead)).join()).toMatch(/the comment was edited, .* Please write a new comment/);
    expect(await statusOf(run, 'approve')).toBe('waiting');
    await world.comment('ada', bead, '/treadle approve it is clear');
    await wake();
    expect(await statusOf(run, 'look')).toBe('in_progress');
  });

  test('by somebody who is asked for a report is answered, by others not', async () => {
    const { bead, run } = await gated();
    await world.comment('ada', bead, '/treadle approve go ahead');
    await wake();
    await world.comment('cleo', bead, '/treadle finished');
    await world.comment('otto', bead, '/treadle finished');
    await wake();
    expect(await answersOn(bead)).toEqual([]);
    await world.comment('blake', bead, '/treadle finished');
    await wake();
    expect((await answersOn(bead)).join()).toMatch(/blake, nothing was done: .*finished.* is not known/);
    await world.comment('blake', bead, '/treadle done note="open');
    await wake();
    expect((await world.history.job(run, 'look')).attempts.at(-1)?.turns[0]?.outcome).toBe('malformed');
  });
});

describe('a command on the bead of an escalation', () => {
  test('is answered there', async () => {
    const { bead, ceoBead } = await escalated();
    await world.comment('ada', ceoBead, '/treadle reassign nobody a fresh eye');
    await world.comment('ada', ceoBead, '/treadle rety look again');
    await wake();
    const said = (await answersOn(ceoBead)).join();
    expect(said).toMatch(/was not done: nobody holds the role nobody/);
    expect(said).toMatch(/Did you mean 'retry'/);
    expect(await answersOn(bead)).toEqual([]);
  });
});

describe('a command on a bead whose run is over', () => {
  test('is answered once, with what can be done; strangers are not', async () => {
    const { bead, run } = await gated();
    await world.comment('ada', bead, '/treadle close not worth it');
    await wake();
    await wake();
    const before = (await answersOn(bead)).length;
    await world.comment('cleo', bead, '/treadle retry please');
    expect(await wake()).toContain(`came when run ${run} was over`);
    expect(await answersOn(bead)).toHaveLength(before);
    await world.comment('ada', bead, '/treadle retry look again');
    await world.comment('ada', bead, '/treadle rety look again');
    await wake();
    await world.comment('otto', bead, '/treadle approve fine');
    await wake();
    const said = (await answersOn(bead)).slice(before);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /Nothing was done.* is over.*Once the issue is open again, `\/treadle start WORKFLOW`/,
    );
  });
});
