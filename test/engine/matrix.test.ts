/** Jobs with a matrix: their legs, from the expansion to what they come to. */
import { describe, expect, test } from 'vitest';

import { beginStory } from './story.ts';

const agent = 'runs-on: backend-engineer, max-attempts: 1, on-failure: fail';

/** A job `build` with the given strategy, and `after`, which needs it. */
const matrixJob = (strategy: string, more = ''): string => `jobs:
  build: { ${agent}, prompt: Do it, ${more}outputs: { found: {}, note: {} }, strategy: ${strategy} }
  after: { ${agent}, needs: build, prompt: '\${{ needs.build.result }} \${{ toJSON(needs.build.outputs) }}' }
`;

describe('expansion', () => {
  test('each leg is dispatched; the job is done when all are', () => {
    const story = beginStory(matrixJob('{ matrix: { n: [1, 2, 3] } }'));
    story.start();
    expect(story.effects()).toEqual(['dispatch build.0 1.1', 'dispatch build.1 1.1', 'dispatch build.2 1.1']);
    expect(story.lines()).toEqual({
      build: 'in_progress',
      'build.0': 'in_progress',
      'build.1': 'in_progress',
      'build.2': 'in_progress',
      after: 'queued',
    });
    story.report('build.1');
    story.report('build.0');
    expect(story.lines()).toMatchObject({ build: 'in_progress', 'build.0': 'completed success' });
    story.report('build.2');
    expect(story.lines()).toMatchObject({ build: 'completed success', after: 'in_progress' });
    story.report('after');
    expect(story.state().run.conclusion).toBe('success');
  });

  test.each<[name: string, strategy: string, more: string, names: string[]]>([
    ['the values', '{ matrix: { os: [mac, win], n: [1] } }', '', ['build (mac, 1)', 'build (win, 1)']],
    ['a name without expressions', '{ matrix: { os: [mac] } }', 'name: Make, ', ['Make (mac)']],
    [
      'a name with expressions',
      '{ matrix: { os: [mac, win] } }',
      "name: 'on ${{ matrix.os }}', ",
      ['on mac', 'on win'],
    ],
    [
      'a name without a value',
      '{ matrix: { os: [mac] } }',
      "name: '${{ fromJSON(matrix.os) }}', ",
      ['build (mac)'],
    ],
    ['a strategy without a matrix', '{ fail-fast: false }', '', ['build']],
  ])('a leg is called by %s', (_, strategy, more, names) => {
    const story = beginStory(matrixJob(strategy, more));
    story.start();
    expect(story.document('build').matrix?.legs.map((leg) => leg.name)).toEqual(names);
  });

  test('after the if: no legs where it does not hold', () => {
    const story = beginStory(matrixJob('{ matrix: { n: [1, 2] } }', "if: github.actor == 'x', "));
    story.start();
    expect(story.lines()).toEqual({ build: 'completed skipped', after: 'completed skipped' });
  });

  test.each<[name: string, strategy: string, reason: RegExp]>([
    ['an empty vector', "{ matrix: { n: '${{ fromJSON(''[]'') }}' } }", /does not contain any values/],
    ['no JSON', "{ matrix: '${{ fromJSON(github.event.issue.title) }}' }", /fromJSON/],
    [
      'a bad max-parallel',
      "{ max-parallel: '${{ 0 }}', matrix: { n: [1] } }",
      /max-parallel is a whole number above 0/,
    ],
    ['a bad fail-fast', "{ fail-fast: '${{ 1 }}', matrix: { n: [1] } }", /fail-fast is true or false/],
  ])('%s fails the job', (_, strategy, reason) => {
    const story = beginStory(matrixJob(strategy));
    story.start();
    expect(story.lines()).toEqual({ build: 'completed failure', after: 'completed skipped' });
    expect(story.attempts('build')[0]).toMatch(reason);
  });

  test('the matrix may come from what was reported', () => {
    const story = beginStory(`jobs:
  plan: { ${agent}, prompt: Plan, outputs: { parts: {} } }
  build:
    needs: plan
    runs-on: backend-engineer
    prompt: Build \${{ matrix.part }}
    strategy:
      fail-fast: \${{ needs.plan.result == 'failure' }}
      max-parallel: \${{ fromJSON('1') }}
      matrix:
        part: \${{ fromJSON(needs.plan.outputs.parts) }}
        \${{ insert }}: { size: [big] }
`);
    story.start();
    story.report('plan', { outputs: { parts: '["api", "web"]' } });
    expect(story.document('build').matrix).toEqual({
      failFast: false,
      maxParallel: 1,
      legs: [
        { name: 'build (api, big)', matrix: { part: 'api', size: 'big' } },
        { name: 'build (web, big)', matrix: { part: 'web', size: 'big' } },
      ],
    });
  });
});

describe('what the legs come to', () => {
  const two = (strategy: string, more = ''): ReturnType<typeof beginStory> => {
    const story = beginStory(matrixJob(`{ ${strategy}matrix: { n: [1, 2, 3] } }`, more));
    story.start();
    return story;
  };

  test('fail-fast: the first failure cancels the other legs', () => {
    const story = two('');
    story.report('build.0');
    story.fail('build.1');
    expect(story.effects()).toEqual(['cancel_dispatch build.2']);
    expect(story.lines()).toEqual({
      build: 'completed failure',
      'build.0': 'completed success',
      'build.1': 'completed failure',
      'build.2': 'completed cancelled',
      after: 'completed skipped',
    });
    expect(story.attempts('build.2')).toEqual(['cancelled: build.1 failed (fail-fast)']);
    expect(story.state().run.conclusion).toBe('failure');
  });

  test('without fail-fast all legs go to their end', () => {
    const story = two('fail-fast: false, ');
    story.fail('build.1');
    story.report('build.0');
    expect(story.lines()).toMatchObject({ build: 'in_progress', 'build.2': 'in_progress' });
    story.report('build.2');
    expect(story.lines()).toMatchObject({ build: 'completed failure', after: 'completed skipped' });
  });

  test('continue-on-error is evaluated for each leg, and does not trigger fail-fast', () => {
    const story = two('', "continue-on-error: '${{ matrix.n == 1 }}', ");
    story.fail('build.0');
    expect(story.lines()).toMatchObject({ 'build.0': 'completed failure as success', build: 'in_progress' });
    story.report('build.1');
    story.report('build.2');
    expect(story.lines()).toMatchObject({ build: 'completed failure as success', after: 'in_progress' });
  });

  test('max-parallel: the next leg begins as one completes', () => {
    const story = two('max-parallel: 2, ');
    expect(story.lines()).toMatchObject({ 'build.1': 'in_progress', 'build.2': 'queued' });
    story.report('build.0');
    expect(story.effects()).toEqual(['dispatch build.2 1.1']);
    expect(story.lines()).toMatchObject({ build: 'in_progress', 'build.1': 'in_progress' });
  });

  test('outputs are merged: the last that finished wins, empty ones do not overwrite', () => {
    const story = two('');
    story.report('build.1', { outputs: { found: 'one', note: 'n1' } });
    story.report('build.2', { outputs: { found: 'two', note: '' } });
    story.report('build.0', { outputs: { found: 'zero' } });
    expect(story.document('build').outputs).toEqual({ found: 'zero', note: 'n1' });
  });

  test('attempts, turns and time-outs are those of each leg', () => {
    const story = beginStory(
      `jobs:\n  build: { runs-on: backend-engineer, prompt: x, max-attempts: 2, retry-delay: 5m, on-timeout: fail, strategy: { matrix: { n: [1, 2] } } }\n`,
    );
    story.start();
    story.report('build.0', { outcome: 'continue', summary: 'halfway' });
    expect(story.effects()).toEqual(['dispatch build.0 1.2']);
    story.fail('build.1');
    expect(story.lines()).toMatchObject({
      build: 'in_progress',
      'build.0': 'in_progress',
      'build.1': 'queued',
    });
    story.pass('retry', 'build.1');
    expect(story.effects()).toEqual(['dispatch build.1 2.1']);
    story.pass('timeout', 'build.1');
    expect(story.lines()).toMatchObject({ 'build.1': 'completed cancelled', build: 'in_progress' });
    story.report('build.0');
    expect(story.lines()).toMatchObject({ build: 'completed cancelled' });
    expect(story.state().run.conclusion).toBe('cancelled');
  });
});

describe('a race', () => {
  const race = `jobs:
  try: { ${agent}, prompt: x, outputs: { pull: {} }, strategy: { fail-fast: false, matrix: { agent: [a, b, c] } } }
  other: { ${agent}, prompt: x }
  first: { type: merge, needs: [try, other], wait: any }
  after: { ${agent}, prompt: x, needs: first }
`;

  test('the first leg that succeeds goes on, the others are cancelled; failures before do not matter', () => {
    const story = beginStory(race);
    story.start();
    story.fail('try.0');
    story.report('try.1', { outputs: { pull: '7' } });
    expect(story.effects()).toEqual(['cancel_dispatch try.2', 'cancel_dispatch other', 'dispatch after 1.1']);
    expect(story.lines()).toMatchObject({ try: 'completed failure', first: 'completed success' });
    expect(story.document('try').outputs).toEqual({ pull: '7' });
    story.report('after');
    expect(story.state().run.conclusion).toBe('success');
  });

  test('all failed: it fails', () => {
    const story = beginStory(race);
    story.start();
    for (const leg of ['try.0', 'try.1', 'try.2', 'other']) story.fail(leg);
    expect(story.lines()).toMatchObject({ first: 'completed failure', after: 'completed skipped' });
    expect(story.state().run.conclusion).toBe('failure');
  });
});

describe('going back', () => {
  const rework = `jobs:
  plan: { ${agent}, prompt: x, outputs: { parts: {} } }
  build:
    needs: plan
    runs-on: backend-engineer
    prompt: x
    max-attempts: 1
    on-failure: plan
    strategy: { fail-fast: false, matrix: { part: '\${{ fromJSON(needs.plan.outputs.parts) }}' } }
  after: { ${agent}, prompt: x, needs: build }
`;

  test('a rework edge of a leg resets the job, which is expanded anew; late reports are refused', () => {
    const story = beginStory(rework);
    story.start();
    story.report('plan', { outputs: { parts: '["a", "b", "c"]' } });
    const late = story.dispatchOf('build.2');
    story.fail('build.0', 'wrong parts');
    expect(story.lines()).toEqual({ plan: 'in_progress', build: 'queued', after: 'queued' });
    expect(story.state().run.cycles).toEqual({ 'build.on-failure': 1 });
    story.report('plan', { outputs: { parts: '["d"]' } });
    expect(story.lines()).toMatchObject({ 'build.0': 'in_progress', build: 'in_progress' });
    expect(story.attempts('build.0')).toEqual(['failure: wrong parts', 'running']);
    story.report('build.2', { dispatch: late });
    expect(story.said()).toBe('build.2 (late report refused)');
    story.report('build.0');
    expect(story.lines()).toMatchObject({ build: 'completed success', after: 'in_progress' });
  });

  test('a leg that escalates waits for the CEO, the others go on; its retry is its own', () => {
    const story = beginStory(rework.replace('on-failure: plan', 'on-failure: escalate'));
    story.start();
    story.report('plan', { outputs: { parts: '["a", "b"]' } });
    story.fail('build.0');
    expect(story.effects()).toEqual(['open_escalation build.0']);
    expect(story.lines()).toMatchObject({ build: 'in_progress', 'build.0': 'waiting' });
    story.report('build.1');
    expect(story.lines()).toMatchObject({ build: 'waiting' });
    story.override({ action: 'retry', job: null }, 'look again');
    expect(story.effects()).toEqual(['dispatch build.0 2.1']);
    expect(story.document('build.0').feedback).toEqual({ from: 'ceo', text: 'look again' });
    story.report('build.0');
    expect(story.lines()).toMatchObject({ build: 'completed success' });
  });

  test('one leg of a completed job can be tried again, by its name', () => {
    const story = beginStory(matrixJob('{ fail-fast: false, matrix: { n: [1, 2] } }'));
    story.start();
    story.fail('build.0');
    story.report('build.1', { outputs: { found: 'it' } });
    expect(story.lines()).toMatchObject({ build: 'completed failure', after: 'completed skipped' });
    expect(story.state().run.status).toBe('completed');
    const open = beginStory(matrixJob('{ fail-fast: false, matrix: { n: [1, 2] } }', 'if: always(), '));
    open.start();
    open.report('build.0', { outputs: { found: 'it' } });
    open.report('build.1');
    open.override({ action: 'retry', job: 'Build (1)' });
    expect(open.lines()).toMatchObject({
      build: 'in_progress',
      'build.0': 'in_progress',
      'build.1': 'completed success',
      after: 'queued',
    });
    expect(open.document('build').outputs).toEqual({});
    open.report('build.0');
    expect(open.lines()).toMatchObject({ build: 'completed success', after: 'in_progress' });
  });

  test.each<[name: string, action: 'skip' | 'goto' | 'retry', job: string, lines: Record<string, string>]>([
    [
      'a leg is skipped',
      'skip',
      'build.0',
      { build: 'in_progress', 'build.0': 'completed skipped as success' },
    ],
    ['the job is skipped', 'skip', 'build', { build: 'completed skipped as success', after: 'in_progress' }],
    [
      'the job starts anew',
      'goto',
      'build',
      { build: 'in_progress', 'build.0': 'in_progress', after: 'queued' },
    ],
    ['the job is tried again', 'retry', 'BUILD', { build: 'in_progress', 'build.1': 'in_progress' }],
    [
      'one goes on after it',
      'goto',
      'after',
      { build: 'completed skipped as success', after: 'in_progress' },
    ],
  ])('by the word of the CEO: %s', (_, action, job, lines) => {
    const story = beginStory(matrixJob('{ matrix: { n: [1, 2] } }'));
    story.start();
    story.override({ action, job });
    expect(story.lines()).toMatchObject(lines);
  });

  test('a matrix can be given to another role', () => {
    const story = beginStory(matrixJob('{ matrix: { n: [1, 2] } }'));
    story.start();
    story.override({ action: 'reassign', job: 'build', role: 'web-designer' });
    expect([story.document('build.0').role, story.document('build.1').role]).toEqual([
      'web-designer',
      'web-designer',
    ]);
  });
});

describe('pause and cancel', () => {
  test('nothing begins in a paused run; on resume it does', () => {
    const story = beginStory(matrixJob('{ max-parallel: 1, matrix: { n: [1, 2] } }'));
    story.start();
    story.override({ action: 'pause' });
    story.report('build.0');
    expect(story.lines()).toMatchObject({ 'build.0': 'completed success', 'build.1': 'queued' });
    story.override({ action: 'resume' });
    expect(story.lines()).toMatchObject({ 'build.1': 'in_progress' });
    story.override({ action: 'pause' });
    story.report('build.1');
    expect(story.lines()).toMatchObject({ build: 'completed success', after: 'queued' });
    story.override({ action: 'resume' });
    expect(story.lines()).toMatchObject({ after: 'in_progress' });
  });

  test.each<[name: string, more: string, line: string]>([
    ['cancels all legs', '', 'completed cancelled'],
    ['leaves those whose if still holds', 'if: always(), ', 'in_progress'],
  ])('a cancelled run %s', (_, more, line) => {
    const story = beginStory(matrixJob('{ max-parallel: 2, matrix: { n: [1, 2, 3] } }', more));
    story.start();
    story.override({ action: 'cancel' });
    expect(story.lines()).toMatchObject({ build: line, 'build.0': line, 'build.1': line });
  });
});
