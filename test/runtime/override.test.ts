import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { layout } from '../../src/codec/layout.ts';
import type { OverrideIssued } from '../../src/engine/event.ts';
import { TreadleError } from '../../src/base/errors.ts';
import { openHost, type Host, type World } from './world.ts';

const JOBS = `jobs:
  one: { runs-on: backend-engineer, prompt: One. }
  two: { needs: one, runs-on: qa-engineer, prompt: Two., timeout-minutes: 60 }
`;
const CHAIN = `name: Chain\non: { issues: { labels: [bug] } }\n${JOBS}`;

const ROLES = `roles:
  ceo: [ada, otto]
  qa-engineer: [quinn]
  backend-engineer: [blake, casey]
  web-designer: [casey]
`;

let host: Host;
let world: World;
let bead: number;
let run: string;
beforeAll(async () => {
  host = await openHost();
  world = await host.newWorld({ workflows: { fix: CHAIN }, roles: ROLES, store: 'memory' });
});
afterAll(() => host.close());
beforeEach(async () => {
  bead = await world.fileBead();
  run = `${bead}-1`;
  await wake();
});
afterEach(() => world.history.expectSound());

const wake = async (): Promise<readonly string[]> => (await (await world.runner()).wake()).remarks;
const line = async (job: string): Promise<string | undefined> =>
  (await world.history.run(run)).run.jobs[job]?.status;

describe('an override', () => {
  test.each([
    { name: 'a stranger', by: 'cleo' },
    { name: 'a member without the role', by: 'blake' },
  ] as const)('by $name is not followed', async ({ by }) => {
    await world.comment(by, bead, '/treadle cancel I say so');
    expect((await wake()).join()).toMatch(/does not hold the role ceo/);
    expect(await line('one')).toBe('in_progress');
    expect(await world.history.events(run)).toEqual(['run_started', 'outsider_refused']);
  });

  test('by a holder of the role who can no longer write is not followed', async () => {
    const path = `/repositories/${world.repository}/collaborators/otto`;
    await world.admin('PUT', path, { permission: 'read' });
    await world.comment('otto', bead, '/treadle skip one I was the CEO');
    expect((await wake()).join()).toMatch(/otto has no write permission on the repository/);
    await world.admin('PUT', path, { permission: 'write' });
    expect(await line('one')).toBe('in_progress');
    expect(await world.history.events(run)).toEqual(['run_started', 'outsider_refused']);
  });

  test('of a stranger stores nothing, and has nothing read', async () => {
    await world.push('ada', 'main', '.github/treadle/workflows/fix.yml', CHAIN.replace('One.', 'Else.'));
    const definitions = async (): Promise<readonly string[]> => {
      const names: string[] = [];
      for await (const name of (await world.history.documents()).list(layout.definitions)) names.push(name);
      return names;
    };
    const before = await definitions();
    await world.comment('cleo', bead, '/treadle repin fix I say so');
    let isRead = false;
    const runner = await world.runner({
      forge: (forge) => ({
        ...forge,
        files: {
          ...forge.files,
          ofDefaultBranch: (wanted) => (
            (isRead ||= wanted.folder !== undefined),
            forge.files.ofDefaultBranch(wanted)
          ),
        },
      }),
    });
    await runner.wake({ intake: 'own' });
    expect(await world.history.events(run)).toEqual(['run_started', 'outsider_refused']);
    expect(await definitions()).toEqual(before);
    expect(isRead).toBe(false);
    await world.push('ada', 'main', '.github/treadle/workflows/fix.yml', CHAIN);
  });

  test('without a reason is not followed', async () => {
    await world.comment('ada', bead, '/treadle cancel');
    expect((await wake()).join()).toMatch(/needs a reason/);
    expect(await line('one')).toBe('in_progress');
  });

  test('is a transition with its actor, and counts once, also when the comment is edited', async () => {
    const comment = await world.comment('ada', bead, '/treadle skip one we know');
    await wake();
    expect(await line('two')).toBe('in_progress');
    await world.as('ada').comments.update(comment, '/treadle cancel after all');
    await wake();
    expect(await line('two')).toBe('in_progress');
    const [, skipped] = await world.history.transitions(run);
    expect(skipped?.author.name).toBe('ada');
    expect(skipped?.subject).toMatch(/^#\d+ fix: one → two \(skipped\)/);
  });

  test('repin goes on by the workflow as the default branch has it now; an unknown one is refused', async () => {
    const own = async (): Promise<unknown> => (await world.runner()).wake({ intake: 'own' });
    const changed = CHAIN.replace('  two:', '  extra: { runs-on: web-designer, prompt: Extra. }\n  two:');
    await world.push('ada', 'main', '.github/treadle/workflows/fix.yml', changed);
    await world.comment('ada', bead, '/treadle repin nowhere it was wrong');
    await own();
    expect(await line('extra')).toBeUndefined();
    const said = (await world.as('ada').comments.on(bead)).map(({ body }) => body).join();
    expect(said).toContain('was not done: there is no workflow "nowhere" (workflows: fix)');
    await world.comment('ada', bead, '/treadle repin fix it was wrong');
    await own();
    expect(await line('extra')).toBe('in_progress');
    expect(await line('one')).toBe('in_progress');
    const { actor, reason } = (await world.history.transitions(run)).at(-1)?.event as OverrideIssued;
    expect({ actor: actor.login, reason }).toEqual({ actor: 'ada', reason: 'it was wrong' });
    await world.push('ada', 'main', '.github/treadle/workflows/fix.yml', CHAIN);
  });

  test('pause holds what would start, and resume lets it go, with its time given back', async () => {
    await world.comment('ada', bead, '/treadle pause lunch');
    await world.report('blake', bead, {});
    await wake();
    expect(await line('one')).toBe('completed');
    expect(await line('two')).toBe('queued');
    await world.comment('ada', bead, '/treadle resume back again');
    await wake();
    expect(await line('two')).toBe('in_progress');
    await world.comment('ada', bead, '/treadle pause a long one');
    await wake();
    world.clock.later(2 * 60 * 60);
    expect((await world.history.events(run)).at(-1)).toBe('override_issued');
    await wake();
    await world.comment('ada', bead, '/treadle resume again');
    await wake();
    expect(await line('two')).toBe('in_progress');
    expect(await world.history.events(run)).not.toContain('deadline_passed');
  });

  test('with more words than a comment may hold is told all the same', async () => {
    await world.comment('ada', bead, `/treadle cancel ${'<&'.repeat(30_000)}`);
    await wake();
    await wake();
    expect(await world.history.finished(run)).toMatchObject({ conclusion: 'cancelled' });
    const told = (await world.as('ada').comments.on(bead)).map(({ body }) => body).join();
    expect(told).toMatch(/no longer counts: &lt;&amp;.*more characters\)/);
  });

  test('cancel ends the run, and the agent is told once', async () => {
    await world.comment('ada', bead, '/treadle cancel no longer needed');
    await wake();
    await wake();
    expect((await world.history.run(run)).run.conclusion).toBe('cancelled');
    expect(await world.history.finished(run)).toMatchObject({ conclusion: 'cancelled' });
    const told = (await world.as('ada').comments.on(bead)).filter(({ body }) =>
      body.includes('no longer counts'),
    );
    expect(told).toHaveLength(1);
  });
});

describe('a bead that a person closes', () => {
  test('ends its run', async () => {
    world.clock.later(1);
    await world.as('cleo').issues.close(bead, 'not_planned');
    await wake();
    await wake();
    expect(await world.history.events(run)).toEqual(['run_started', 'issue_closed']);
    expect(await world.history.finished(run)).toMatchObject({ conclusion: 'cancelled' });
    const closing = (await world.history.transitions(run)).at(-1);
    expect(closing?.author.name).toBe('cleo');
  });

  test('ends its run also where it is the owner of the token that Treadle acts by', async () => {
    const own = async (): Promise<unknown> => (await world.runner({ token: world.tokenOf('otto') })).wake();
    await own();
    world.clock.later(1);
    await world.as('otto').issues.close(bead, 'completed');
    await own();
    await own();
    expect(await world.history.events(run)).toEqual(['run_started', 'issue_closed']);
    expect(await world.history.finished(run)).toMatchObject({ conclusion: 'cancelled' });
  });

  test.each(['otto', 'blake'] as const)(
    'goes on where a commit by %s did that is of no merge that is known',
    async (by) => {
      const own = async (): Promise<unknown> => (await world.runner({ token: world.tokenOf('otto') })).wake();
      await own();
      world.clock.later(1);
      const file = { message: `Mend it\n\nFixes #${bead}`, content: btoa(`${bead}`), branch: 'main' };
      await world.rest(by, 'PUT', `/contents/mended-${by}.txt`, file);
      expect((await world.as('ada').issues.get(bead))?.state).toBe('closed');
      await own();
      await own();
      expect(await world.history.events(run)).toEqual(['run_started']);
    },
  );

  test('goes on where any workflow closed it, by the token that Treadle acts by', async () => {
    const own = async (): Promise<unknown> =>
      (await world.runner({ token: world.tokenOf('treadle[bot]') })).wake();
    world.clock.later(1);
    await world.as('treadle[bot]').issues.close(bead, 'completed');
    await own();
    expect(await world.history.events(run)).toEqual(['run_started']);
  });

  test('is not closed for a run that is over when another one began', async () => {
    await world.push('ada', 'main', '.github/treadle/workflows/again.yml', `on: workflow_dispatch\n${JOBS}`);
    await world.comment('ada', bead, '/treadle close not now');
    const broken = await world.runner({
      forge: (forge) => ({
        ...forge,
        issues: {
          ...forge.issues,
          close: () => Promise.reject(new TreadleError('forge-unreachable', 'it is away')),
        },
      }),
    });
    await broken.wake();
    expect((await world.history.run(run)).run.conclusion).toBe('cancelled');
    await world.comment('ada', bead, '/treadle start again');
    world.clock.later(60 * 60);
    await (await world.runner()).wake({ intake: 'own' });
    expect((await world.history.run(`${bead}-2`)).run.status).toBe('in_progress');
    expect((await world.as('ada').issues.get(bead))?.state).toBe('open');
  });
});
