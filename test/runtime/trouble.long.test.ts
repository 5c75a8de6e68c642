import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CEO_LABEL } from '../../src/runtime/perform/escalation.ts';
import { countedFetch } from './requests.ts';
import { answered, openHost, type Host, type World } from './world.ts';

const SIMPLE = `name: Simple
on: { issues: { labels: [bug] } }
jobs:
  look: { runs-on: backend-engineer, prompt: Look. }
`;

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

const isDispatch = (request: string): boolean => /^POST .*\/issues\/\d+\/comments$/.test(request);
const broken = (): Response =>
  new Response('{"message":"Server Error"}', {
    status: 502,
    headers: { 'content-type': 'application/json' },
  });
const wake = async (world: World): Promise<void> => {
  await (await world.runner()).wake();
};

describe('a forge that cannot be reached', () => {
  test.each([
    { name: 'for anything', path: '' },
    { name: 'while facts are read', path: '/issues/comments' },
  ])('$name is a clear error, and nothing is lost', async ({ path }) => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const bead = await world.fileBead();
    const tip = await world.history.tip();
    const counted = countedFetch((request) =>
      request.includes(path) ? new TypeError('fetch failed') : undefined,
    );
    const runner = await world.runner({ fetch: counted.fetch });
    await expect(runner.wake()).rejects.toMatchObject({ code: 'forge-unreachable' });
    expect(await world.history.tip()).toBe(tip);
    await wake(world);
    expect(await world.history.events(`${bead}-1`)).toEqual(['run_started']);
  });
});

describe('an effect that fails', () => {
  test('is tried again, and leaves one copy', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const bead = await world.fileBead();
    const counted = countedFetch((request, count) =>
      isDispatch(request) && count <= 2 ? broken() : undefined,
    );
    const runner = await world.runner({ fetch: counted.fetch });
    await runner.wake();
    const calls = (await world.as('ada').comments.on(bead)).filter(({ body }) => body.includes('@blake'));
    expect(calls).toHaveLength(1);
    expect((await world.history.run(`${bead}-1`)).run.outbox).toEqual([]);
    expect(world.notices.some((notice) => notice.type === 'problem')).toBe(true);
    await world.history.expectSound();
  });

  test('whose answer was lost is found by its marker', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, store: 'memory' });
    const bead = await world.fileBead();
    const runner = await world.runner({
      forge: (forge) => {
        let isFirst = true;
        return {
          ...forge,
          comments: {
            ...forge.comments,
            create: async (issue, body) => {
              const made = await forge.comments.create(issue, body);
              if (!isFirst) return made;
              isFirst = false;
              const counted = countedFetch(() => new TypeError('fetch failed'));
              const cut = await world.runner({ fetch: counted.fetch });
              return cut.runtime.forge.comments.create(issue, body);
            },
          },
        };
      },
    });
    await runner.wake();
    const calls = (await world.as('ada').comments.on(bead)).filter(({ body }) => body.includes('@blake'));
    expect(calls).toHaveLength(1);
  });

  test('for good hands the job to the CEO, and the wake ends', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE } });
    const bead = await world.fileBead();
    const counted = countedFetch((request) => (isDispatch(request) ? broken() : undefined));
    const runner = await world.runner({ fetch: counted.fetch });
    await runner.wake();
    const { escalation } = await world.history.job(`${bead}-1`, 'look');
    expect(escalation?.cause).toBe('effect-failed');
    expect(await world.as('ada').issues.labelled(CEO_LABEL, '2026-01-01T00:00:00Z')).toHaveLength(1);
    world.clock.later(11 * 60);
    counted.forget();
    await runner.wake();
    // One try each of the word to the agent and of the status comment.
    expect(counted.writes().length).toBeLessThanOrEqual(2);
    world.clock.later(11 * 60);
    await wake(world);
    expect((await world.history.run(`${bead}-1`)).run.outbox).toEqual([]);
    await world.history.expectSound();
  });

  test('with a token that may only read loses nothing', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE } });
    const bead = await world.fileBead();
    const reader = await world.runner({
      fetch: countedFetch((request) =>
        /^(GET|POST \/graphql)/.test(request)
          ? undefined
          : new Response('{"message":"Resource not accessible by personal access token"}', { status: 403 }),
      ).fetch,
    });
    await reader.wake();
    expect(await world.as('ada').comments.on(bead)).toEqual([]);
    world.clock.later(11 * 60);
    await wake(world);
    const { escalation } = await world.history.job(`${bead}-1`, 'look');
    expect(escalation?.issue).not.toBeNull();
    await world.comment('ada', escalation?.issue ?? 0, '/treadle retry the token was mended');
    await wake(world);
    const calls = (await world.as('ada').comments.on(bead)).filter(({ body }) => body.includes('@blake'));
    expect(calls).toHaveLength(1);
  });
});

describe('a program', () => {
  const settings = 'agents:\n  blake: { dispatch: command, command: [look] }\n';

  test('that fails on our side ends the wake with that error, and the next one goes on', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, settings, store: 'memory' });
    const bead = await world.fileBead();
    const dying = await world.runner({ commands: () => Promise.reject(new Error('a bug of ours')) });
    await expect(dying.wake()).rejects.toThrow('a bug of ours');
    const next = await world.runner({ alone: true, commands: () => answered({}) });
    await next.wake();
    expect(await world.history.finished(`${bead}-1`)).toMatchObject({ conclusion: 'success' });
  });

  test('that crashes, prints nonsense and then answers uses up attempts and turns, and ends well', async () => {
    const world = await host.newWorld({ workflows: { fix: SIMPLE }, settings, store: 'memory' });
    const bead = await world.fileBead();
    const ends = [
      { kind: 'exited', code: 1, stdout: '', stderr: 'Cannot find module' },
      { kind: 'exited', code: 0, stdout: 'Done!', stderr: '' },
      answered({}),
    ] as const;
    let starts = 0;
    const runner = await world.runner({ commands: () => ends[starts++] ?? answered({}) });
    await runner.wake();
    const { attempts } = await world.history.job(`${bead}-1`, 'look');
    expect(attempts.map(({ turns }) => turns.map(({ outcome }) => outcome))).toEqual([
      ['crashed'],
      ['malformed', 'success'],
    ]);
    await world.history.expectSound();
  });
});
