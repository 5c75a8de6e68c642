/** Limits: what is counted, where a run stops, and how it goes on. */
import { describe, expect, test } from 'vitest';

import type { MeterDocument } from '../../src/engine/state/meter.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/workflow/limits.ts';
import { beginStory, ceo, config, minute } from './story.ts';

const yaml = `jobs:
  a: { runs-on: backend-engineer, prompt: x, max-turns: 50, on-timeout: escalate }
  b: { runs-on: web-designer, prompt: x, max-turns: 50 }
  c: { needs: [a, b], runs-on: web-designer, prompt: x }
`;

const begun = (limits: Partial<Limits>, meter?: MeterDocument, text = yaml) => {
  const story = beginStory(text, {
    config: { ...config, settings: { ...config.settings, limits: { ...DEFAULT_LIMITS, ...limits } } },
    ...(meter === undefined ? {} : { meter }),
  });
  story.start();
  return story;
};
const next = (story: ReturnType<typeof begun>, job = 'a') =>
  story.report(job, { outcome: 'continue', summary: `at ${story.now}` });

describe.each([
  {
    limit: { hops: 3 },
    cause: 'hops',
    reason: 'the run was dispatched 3 times, which is all that it may be',
  },
  {
    limit: { dispatchesPerHourPerRun: 3 },
    cause: 'dispatches',
    reason: 'the run was dispatched 3 times within the hour, which is all that it may be',
  },
  {
    limit: { dispatchesPerHour: 3 },
    cause: 'dispatches',
    reason: 'the repository dispatched 3 times within the hour, which is all that it may',
  },
] as const)('a limit of three: $limit', ({ limit, cause, reason }) => {
  const stopped = () => {
    const story = begun(limit);
    next(story);
    next(story);
    story.perform();
    return story;
  };

  test('stops the fourth dispatch, pauses the run, and asks the CEO once', () => {
    const story = stopped();
    expect(story.said()).toBe('a → CEO (continue, turn 2)');
    expect(story.state().run.paused).toMatchObject({ by: { kind: 'treadle' }, reason });
    expect(story.document('a')).toMatchObject({
      escalation: { cause, reason, issue: 1101 },
      attempts: [{ outcome: 'running', turns: [{ outcome: 'continue' }, { outcome: 'continue' }] }],
    });
    next(story, 'b');
    expect(story.effects()).toEqual([]);
    expect(story.lines()).toMatchObject({ a: 'waiting', b: 'queued' });
  });

  test.each([
    { word: 'resume', say: (story: ReturnType<typeof stopped>) => story.override({ action: 'resume' }) },
    { word: 'approve', say: (story: ReturnType<typeof stopped>) => story.review('a', 'approved', 'Go on.') },
  ])('$word lets the job go on where it stood, and counts from nothing again', ({ say }) => {
    const story = stopped();
    say(story);
    expect(story.state().run).toMatchObject({ paused: null, spent: { dispatches: 1, inHour: 1 } });
    expect(story.effects()).toEqual([expect.stringMatching(/^close_escalation #1101/), 'dispatch a 1.3']);
    next(story);
    next(story);
    next(story);
    expect(story.state().run.paused).not.toBeNull();
    expect(story.state().run.outbox.filter(({ effect }) => effect.type === 'open_escalation')).toHaveLength(
      1,
    );
  });

  test.each([
    { override: { action: 'retry', job: 'a' }, lines: { a: 'in_progress', b: 'in_progress' } },
    {
      override: { action: 'skip', job: 'a' },
      lines: { a: 'completed skipped as success', b: 'in_progress' },
    },
    { override: { action: 'reassign', job: 'a', role: 'web-designer' }, lines: { a: 'in_progress' } },
    { override: { action: 'goto', job: 'c' }, lines: { c: 'in_progress' } },
  ] as const)('$override.action of the job ends the pause', ({ override, lines }) => {
    const story = stopped();
    story.override(override);
    expect(story.state().run.paused).toBeNull();
    expect(story.lines()).toMatchObject(lines);
  });

  test('a decision on another job leaves the run paused', () => {
    const story = stopped();
    story.override({ action: 'retry', job: 'b' });
    expect(story.state().run.paused).not.toBeNull();
    expect(story.lines()).toMatchObject({ a: 'waiting', b: 'queued' });
  });

  test('changes requested: the run is closed', () => {
    const story = stopped();
    story.review('a', 'changes_requested', 'Enough.');
    expect(story.state().run).toMatchObject({ status: 'completed', conclusion: 'failure' });
  });

  test('a question that is asked again does not end the pause', () => {
    const story = stopped();
    story.happen({ type: 'approval_voided', job: 'a', reason: 'closed by hand', head: null, again: true });
    expect(story.state().run.paused).not.toBeNull();
    expect(story.document('a').escalation).toMatchObject({ cause, issue: null });
  });
});

describe('a limit of the hour', () => {
  test('counts from nothing in the next one', () => {
    const story = begun({ dispatchesPerHourPerRun: 3 });
    next(story);
    expect(story.state().run.spent).toMatchObject({ hour: '2026-01-05T09', dispatches: 3, inHour: 3 });
    story.pass('timeout', 'a');
    expect(story.state().run.spent).toMatchObject({ hour: '2026-01-05T15', dispatches: 4, inHour: 1 });
  });
});

describe('the budget', () => {
  test.each([
    { limit: { tokensPerRun: 1000 }, usage: { tokens: 999.6, costUsd: null }, words: '1000 tokens, 1000' },
    { limit: { costUsdPerRun: 0.3 }, usage: { tokens: null, costUsd: 0.3 }, words: '$0.30, $0.30' },
  ])('is used up: $words', ({ limit, usage, words }) => {
    const story = begun(limit);
    story.report('a', { outcome: 'continue', usage });
    expect(story.document('a').escalation?.cause).toBe('budget');
    expect(story.document('a').escalation?.reason).toContain(words);
  });

  test('adds up what agents report, also with answers that cannot be used', () => {
    const story = begun({});
    story.report('a', { outcome: 'continue', usage: { tokens: 10, costUsd: 0.1 } });
    story.report('a', { outputs: { unknown: 'x' }, usage: { tokens: 5, costUsd: 0.2 } });
    story.report('b', { usage: { tokens: 0, costUsd: null } });
    expect(story.state().run.spent).toMatchObject({ tokens: 15, costUsd: 0.3 });
  });

  test('without a limit nothing stops, and what ends the run needs none', () => {
    const story = begun({ tokensPerRun: null, costUsdPerRun: null, hops: 3 });
    const usage = { tokens: 1e9, costUsd: 1e6 };
    for (const job of ['a', 'b', 'c']) story.report(job, { usage });
    expect(story.state().run.conclusion).toBe('success');
  });
});

describe("the repository's limit", () => {
  const hour = '2026-01-05T09';
  const others = { run: '7-1', job: 'a' };

  test('asks nobody a second time: the others wait for the next hour and go on by themselves', () => {
    const story = begun({ dispatchesPerHour: 5 }, { version: 1, hour, dispatches: 5, tripped: others });
    expect(story.state().run.paused).toBeNull();
    expect(story.effects()).toEqual([]);
    expect(story.said()).toBe('start → the next hour');
    expect(story.document('a').retryAt).toBe('2026-01-05T10:00:00.000Z');
    story.pass('retry', 'a');
    expect(story.effects()).toEqual(['dispatch a 1.1']);
    expect(story.state().meter).toEqual({
      version: 1,
      hour: '2026-01-05T10',
      dispatches: 1,
      tripped: others,
    });
  });

  test('is forgiven by the answer to the run that stands for all, and by no other', () => {
    const story = begun(
      { dispatchesPerHour: 6, hops: 3 },
      { version: 1, hour, dispatches: 4, tripped: null },
    );
    next(story);
    expect(story.state().meter?.tripped).toEqual({ run: '42-1', job: 'a' });
    story.override({ action: 'resume' });
    expect(story.state().meter).toMatchObject({ dispatches: 1, tripped: null });
    const other = begun(
      { dispatchesPerHour: 9, hops: 2 },
      { version: 1, hour, dispatches: 4, tripped: others },
    );
    next(other);
    other.override({ action: 'resume' });
    expect(other.state().meter).toMatchObject({ dispatches: 7, tripped: others });
  });
});

test('in a run that is being cancelled nobody is asked: the job fails', () => {
  const story = begun(
    { hops: 1 },
    undefined,
    `jobs:
  a: { runs-on: backend-engineer, prompt: x }
  b: { needs: a, if: always(), runs-on: web-designer, prompt: x }
`,
  );
  story.override({ action: 'cancel' });
  expect(story.lines()).toMatchObject({ b: 'completed failure' });
  expect(story.attempts('b')).toEqual([
    'failure: the run was dispatched 1 times, which is all that it may be',
  ]);
  expect(story.state().run.status).toBe('completed');
});

test('what a pause held back goes on with the limit', () => {
  const story = begun({ hops: 2 });
  story.report('a', { outcome: 'continue' });
  story.happen({ type: 'override_issued', override: { action: 'pause' }, reason: 'x' }, ceo);
  expect(story.said()).toBe('run (pause refused)');
  const until = story.document('b').timeoutAt ?? '';
  story.override({ action: 'resume' });
  expect(Date.parse(story.document('b').timeoutAt ?? '') - Date.parse(until)).toBe(2 * minute);
});
