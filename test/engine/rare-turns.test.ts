/** Turns of a run that come seldom. */
import { describe, expect, test } from 'vitest';

import { measureRun } from '../../src/engine/measure-run.ts';
import { emptyMetrics, mergeMetrics, totalOf } from '../../src/engine/metrics.ts';
import { createGroupWorld } from './group-world.ts';
import { beginStory, config, workflowOf, type Story } from './story.ts';

const INNER = './.github/treadle/workflows/inner.yml';
const inner = `on:
  workflow_call:
    inputs:
      count: { type: number }
      loud: { type: boolean }
      what: { type: string }
jobs:
  work: { runs-on: backend-engineer, prompt: Work, max-attempts: 1, on-failure: fail }
`;

test.each<[string, string, Readonly<Record<string, string | number | boolean>>]>([
  ['nothing', '{}', { count: 0, loud: false, what: '' }],
  ['empty texts', "{ count: '', loud: '', what: '' }", { count: 0, loud: false, what: '' }],
  ['texts', "{ count: ' 7 ', loud: 'false', what: tea }", { count: 7, loud: false, what: 'tea' }],
  ['names in capitals', "{ COUNT: '-1.5', LOUD: 'true' }", { count: -1.5, loud: true, what: '' }],
])('a called workflow given %s has inputs of its types', (_what, given, inputs) => {
  const world = createGroupWorld({ [INNER]: inner });
  world.start(1, `jobs:\n  call: { uses: ${INNER}, with: ${given} }\n`);
  expect(world.stateOf('1-2').run.inputs).toEqual(inputs);
});

describe('a concurrency group that cannot be told', () => {
  const bad = `"\${{ fromJSON('{') }}"`;
  const never = `{ group: deploy, cancel-in-progress: ${bad} }`;
  test.each([
    ['the name of a run', `concurrency: ${bad}\n`, ''],
    ['the condition of a run', `concurrency: ${never}\n`, ''],
    ['the empty name of a run', `concurrency: "\${{ '' }}"\n`, ''],
    ['the name of a job', '', `, concurrency: ${bad}`],
    ['the condition of a job', '', `, concurrency: ${never}`],
    ['the empty name of a job', '', `, concurrency: "\${{ '' }}"`],
  ])('fails what comes first: %s', (_what, ofRun, ofJob) => {
    const story = beginStory(`${ofRun}jobs:
  a: { runs-on: backend-engineer, prompt: x, on-failure: fail${ofJob} }
  b: { needs: a, runs-on: backend-engineer, prompt: x }
`);
    story.start();
    expect(story.lines()).toEqual({ a: 'completed failure', b: 'completed skipped' });
    expect(story.attempts('a')).toEqual([expect.stringContaining('failure: concurrency: ')]);
    expect(story.state().run.conclusion).toBe('failure');
  });
});

test.each([
  ['backend-engineer', 'bot'],
  ['web-designer', 'wanda'],
  ['product-manager', null],
])('the work of a %s goes to %s', (role, login) => {
  const story = beginStory(`jobs:\n  a: { runs-on: ${role}, prompt: x }\n`);
  story.start();
  expect(story.document('a').assignee?.login ?? null).toBe(login);
  expect(story.lines()).toEqual({ a: login === null ? 'waiting' : 'in_progress' });
});

describe('the metrics of a run', () => {
  const yaml = `jobs:
  a: { runs-on: backend-engineer, prompt: x, on-failure: fail }
  ok: { type: approval, runs-on: ceo }
`;
  const begin = () => {
    const story = beginStory(yaml);
    story.start();
    return story;
  };
  const measure = (story: Story) => measureRun(workflowOf(yaml), story.state());

  test('count no wait for what is still open', () => {
    const story = begin();
    const { workflows, waits } = measure(story);
    expect(waits).toEqual({});
    expect(workflows['test']?.jobs['a']).toMatchObject({ outcomes: { running: 1 }, duration: { count: 0 } });
  });

  test('count the pause between two turns', () => {
    const story = begin();
    story.report('a', { outcome: 'continue' });
    story.report('a');
    const { workflows, waits } = measure(story);
    expect(workflows['test']?.redispatch).toMatchObject({ count: 1, sum: 0 });
    expect(waits['backend-engineer']).toMatchObject({ count: 2, sum: 120 });
  });

  test('count no wait for a turn that was called off', () => {
    const story = begin();
    story.override({ action: 'cancel' });
    const { workflows } = measure(story);
    expect(workflows['test']?.conclusions).toEqual({ cancelled: 1 });
    expect(workflows['test']?.jobs['a']).toMatchObject({ outcomes: { cancelled: 1 } });
  });

  test('add up, whether or not the month had any', () => {
    const story = begin();
    story.report('a');
    const one = measure(story);
    const nothing = emptyMetrics(one.month);
    expect(mergeMetrics(nothing, one)).toEqual(mergeMetrics(one, nothing));
    const twice = mergeMetrics(one, one);
    expect(totalOf(twice).dispatches).toMatchObject({ count: 2, sum: 2 });
    expect(totalOf(nothing)).toMatchObject({ conclusions: {}, escalated: 0, jobs: {} });
  });
});

test.each([
  [undefined, 24],
  [2, 2],
])('with escalationReminderHours %s the CEO is reminded after %i hours', (escalationReminderHours, hours) => {
  const settings = {
    ...config.settings,
    ...(escalationReminderHours === undefined ? {} : { escalationReminderHours }),
  };
  const story = beginStory('jobs:\n  a: { runs-on: product-manager, prompt: x }\n', {
    config: { ...config, settings },
  });
  story.start();
  const { at = '', remindAt = '' } = story.document('a').escalation ?? {};
  expect(Date.parse(remindAt) - Date.parse(at)).toBe(hours * 3_600_000);
});

describe('a pause', () => {
  const legs = `jobs:
  a: { runs-on: backend-engineer, prompt: x, strategy: { matrix: { n: [1, 2] } } }
  b: { runs-on: web-designer, prompt: x }
  ok: { type: approval, runs-on: ceo }
`;
  test('stops the clock of legs, too', () => {
    const story = beginStory(legs);
    story.start();
    const clocks = () =>
      Object.values(story.state().jobs).flatMap(({ id, timeoutAt }) =>
        timeoutAt === null ? [] : [[id, Date.parse(timeoutAt)] as const],
      );
    const before = clocks();
    story.override({ action: 'pause' });
    story.override({ action: 'resume' });
    expect(before.length).toBeGreaterThan(2);
    expect(clocks()).toEqual(before.map(([id, at]) => [id, at + 60_000]));
  });

  test('ends with a cancel, which ends every leg and every question', () => {
    const story = beginStory(legs);
    story.start();
    story.override({ action: 'pause' });
    story.override({ action: 'cancel' });
    expect(story.state().run).toMatchObject({ paused: null, conclusion: 'cancelled' });
    expect(Object.values(story.lines()).every((line) => line === 'completed cancelled')).toBe(true);
  });
});

test.each(['always()', 'cancelled()'])(
  'a question under if: %s is not asked in a cancelled run',
  (condition) => {
    const story = beginStory(
      `jobs:\n  ok: { type: approval, runs-on: ceo, if: "${condition} || true" }\n  a: { runs-on: web-designer, prompt: x, if: always() }\n`,
    );
    story.start();
    story.override({ action: 'cancel' });
    expect(story.lines()).toEqual({ ok: 'completed cancelled', a: 'in_progress' });
    story.report('a');
    expect(story.state().run.conclusion).toBe('cancelled');
  },
);
