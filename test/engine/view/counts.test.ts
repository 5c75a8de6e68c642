import { describe, expect, it } from 'vitest';
import { elapsedMs, formatDuration, formatTime } from '../../../src/engine/view/duration.ts';
import { outcomeWord } from '../../../src/engine/view/history.ts';
import { endSentence, jobName, listWords, plural } from '../../../src/engine/view/outline.ts';
import { causeInBrief, jobPhases, runWord } from '../../../src/engine/view/phase.ts';
import { jobDurationMs, progressLine, progressOf } from '../../../src/engine/view/progress.ts';
import { renderSubject } from '../../../src/engine/view/subject.ts';
import { DONE, ESCALATED, FAILED, INVESTIGATING, PAUSED, QUEUED, RETRYING, APPROVING } from './cases.ts';
import { at, stateOf } from './states.ts';
import { BUG, jobOf, literal } from './workflows.ts';

describe('durations and times', () => {
  it.each([
    [0, '0 s'],
    [999, '0 s'],
    [42_000, '42 s'],
    [185_000, '3 min 5 s'],
    [3_600_000, '1 h'],
    [7_800_000, '2 h 10 min'],
    [349_200_000, '4 d 1 h'],
  ])('%i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('are never negative', () => expect(elapsedMs(at('10:05'), at('10:00'))).toBe(0));
  it('a time is in UTC, to the minute', () =>
    expect(formatTime('2026-01-05T10:04:59+02:00')).toBe('2026-01-05 08:04 UTC'));
});

describe('progress', () => {
  it('counts jobs, attempts, dispatches, turns and cycles', () => {
    expect(progressOf(INVESTIGATING.workflow, INVESTIGATING.state)).toEqual({
      jobs: { total: 6, done: 1, success: 1, failure: 0, cancelled: 0, skipped: 0 },
      attempts: 4,
      dispatches: 6,
      turns: 5,
      cycles: 1,
      elapsedMs: 1_800_000,
      workMs: (3 + 3 + 2 + 5 + 5) * 60_000,
      gateMs: 0,
    });
  });

  it('measures gates, and a completed run to its end', () => {
    const progress = progressOf(DONE.workflow, DONE.state);
    expect(progress.gateMs).toBe(300_000);
    expect(progress.elapsedMs).toBe(3_600_000);
    expect(progressLine(progress)).toBe('6 of 6 jobs done · 4 dispatches · 1 cycle');
    expect(progressOf(APPROVING.workflow, APPROVING.state).gateMs).toBe(0);
  });

  it('tells the conclusions apart', () => {
    expect(progressOf(FAILED.workflow, FAILED.state).jobs).toEqual({
      total: 6,
      done: 6,
      success: 2,
      failure: 1,
      cancelled: 1,
      skipped: 2,
    });
  });

  it('a job that never started has no duration', () =>
    expect(jobDurationMs(undefined, at('10:00'))).toBeNull());
});

describe('words', () => {
  it.each([
    { ...DONE, word: 'completed: success' },
    { ...PAUSED, word: 'paused' },
    { ...ESCALATED, word: 'waiting for the CEO' },
    { ...INVESTIGATING, word: 'in progress' },
    { ...APPROVING, word: 'waiting for an approval' },
    { ...QUEUED, word: 'waiting for the commit lease' },
    { ...RETRYING, word: 'waiting for a retry' },
    { name: 'queued', workflow: BUG, state: stateOf(BUG, {}), word: 'queued' },
  ])('$name is $word', ({ workflow, state, word }) =>
    expect(runWord(state.run, jobPhases(workflow, state))).toBe(word),
  );

  it('every cause has words of its own', () => {
    const causes = [
      'attempts',
      'cycles',
      'turns',
      'timeout',
      'nobody-in-role',
      'loop',
      'effect-failed',
      'failure',
    ] as const;
    expect(new Set(causes.map(causeInBrief)).size).toBe(causes.length);
  });

  it.each([
    ['timed_out', 'timed out'],
    ['open', 'not answered yet'],
    ['continue', 'asked for another turn'],
    ['malformed', 'answer could not be read'],
    ['crashed', 'crashed'],
  ] as const)('%s is %s', (outcome, word) => expect(outcomeWord(outcome)).toBe(word));

  it('lists, counts and ends', () => {
    expect([
      listWords([]),
      listWords(['a']),
      listWords(['a', 'b']),
      listWords(['a', 'b', 'c'], 'or'),
    ]).toEqual(['', 'a', 'a and b', 'a, b or c']);
    expect([plural(1, 'job'), plural(0, 'job')]).toEqual(['1 job', '0 jobs']);
    expect([endSentence('a'), endSentence('a?')]).toEqual(['a.', 'a?']);
  });

  it('a job is called by its name where that is plain text', () => {
    expect(jobName(jobOf('a', 'task', [], { name: literal('The job') }), null)).toBe('The job');
    expect(
      jobName(
        jobOf('a', 'task', [], { name: { source: '', parts: ['x', { source: 'y', tree: {} }] } }),
        null,
      ),
    ).toBe('a');
    expect(jobName(jobOf('a', 'task'), null)).toBe('a');
  });
});

describe('the subject of a commit', () => {
  const run = { issue: 42, workflow: 'bug' };
  it.each([
    {
      name: 'short',
      summary: 'investigate → approve (success)',
      subject: '#42 bug: investigate → approve (success)',
    },
    {
      name: 'long, cut between words, the outcome kept',
      summary: `investigate → approve: ${'many words '.repeat(10)}(success)`,
      subject: '#42 bug: investigate → approve: many words many words many … (success)',
    },
    { name: 'long, one word', summary: 'x'.repeat(100), subject: `#42 bug: ${'x'.repeat(62)}…` },
    { name: 'of several lines, with a mention', summary: 'a\n\n@b', subject: '#42 bug: a b' },
  ])('$name', ({ summary, subject }) => {
    expect(renderSubject(run, summary)).toBe(subject);
    expect(subject.length).toBeLessThanOrEqual(72);
  });
});
