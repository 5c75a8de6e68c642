import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { histogramOf, meanOf, mergeHistograms, quantileOf, type Scale } from '../../src/engine/histogram.ts';
import {
  emptyMetrics,
  mergeMetrics,
  MOST_NAMES,
  OTHERS,
  totalOf,
  type MetricsDocument,
} from '../../src/engine/metrics.ts';
import { measureRun } from '../../src/engine/measure-run.ts';
import { beginStory, workflowOf, type Story } from './story.ts';
import { randomWorkflow } from './random-workflow.ts';
import { finishWorld, steps, takeStep } from './world-steps.ts';
import { createWorld } from './world.ts';

const bugText = readFileSync(new URL('../../workflows/bug.yml', import.meta.url), 'utf8');
const bug = workflowOf(bugText);

/** Tells a bug from its report to its end; each step takes a minute. */
function tellBug(
  told: (story: Story) => void = () => undefined,
  merging: (story: Story) => void = () => undefined,
): MetricsDocument {
  const story = beginStory(bugText);
  const usage = { tokens: 1000, costUsd: 0.1 };
  story.start();
  story.report('triage', { outputs: { specialist: 'backend-engineer', reproduction: 'npm test' }, usage });
  story.report('investigate', { outcome: 'continue', usage });
  story.report('investigate', { outputs: { 'root-cause': 'a', proposal: 'b' }, usage });
  told(story);
  story.perform();
  story.review('approve', 'approved');
  story.report('fix', { outputs: { 'pull-request': '#12' } });
  story.report('commit');
  merging(story);
  story.merged();
  story.report('verify');
  expect(story.state().run).toMatchObject({ status: 'completed', conclusion: 'success' });
  return measureRun(bug, story.state());
}

describe('the roll-up of a run', () => {
  test('tells time to resolution, dispatches, turns, usage, waiting and the commit lease', () => {
    const { month, workflows, waits, leases } = tellBug();
    const { jobs, ...measured } = workflows['test'] ?? totalOf(emptyMetrics(month));
    expect(month).toBe('2026-01');
    expect(measured).toMatchObject({
      conclusions: { success: 1 },
      resolution: { count: 1, sum: 9 * 60, buckets: { 900: 1 } },
      escalated: 0,
      escalations: {},
      cycles: { count: 1, sum: 0 },
      dispatches: { count: 1, sum: 6 },
      redispatch: { count: 1, sum: 0 },
      usage: { tokens: 3000, costMicroUsd: 300_000 },
    });
    expect(jobs['investigate']).toEqual({
      type: 'task',
      outcomes: { success: 1 },
      attempts: histogramOf('times', [1]),
      turns: histogramOf('times', [2]),
      reworks: 0,
      duration: histogramOf('seconds', [120]),
    });
    expect(waits['ceo']).toEqual(histogramOf('seconds', [120]));
    expect(waits['backend-engineer']).toEqual(histogramOf('seconds', [60, 60, 60]));
    expect(leases).toEqual({
      queued: histogramOf('seconds', [0]),
      held: histogramOf('seconds', [60]),
      depth: histogramOf('times', [1]),
    });
  });

  test('counts every rework, the forgiven ones too, and what sent the work back', () => {
    const { workflows } = tellBug((story) => {
      story.perform();
      story.review('approve', 'changes_requested', 'Why?');
      story.report('investigate', { outputs: { 'root-cause': 'a', proposal: 'better' } });
      story.override({ action: 'goto', job: 'investigate' });
      story.report('investigate', { outputs: { 'root-cause': 'a', proposal: 'best' } });
    });
    expect(workflows['test']?.cycles).toEqual(histogramOf('times', [1]));
    expect(workflows['test']?.jobs['approve']?.reworks).toBe(1);
    expect(workflows['test']?.jobs['investigate']?.attempts).toEqual(histogramOf('times', [3]));
  });

  test('counts escalations by cause, and how long the CEO let them wait', () => {
    const story = beginStory(bugText);
    story.start();
    for (const n of [1, 2, 3]) story.fail('triage', `cannot see it, ${n}`);
    story.perform();
    story.review('triage', 'changes_requested', 'Never mind.');
    expect(story.state().run.status).toBe('completed');
    const { workflows, waits } = measureRun(bug, story.state());
    expect(workflows['test']).toMatchObject({
      conclusions: { failure: 1 },
      resolution: { count: 0 },
      escalated: 1,
      escalations: { attempts: 1 },
    });
    expect(workflows['test']?.jobs['triage']?.outcomes).toEqual({ failure: 3 });
    expect(waits['ceo']).toEqual(histogramOf('seconds', [120]));
  });

  test('tells the stages, by when turns were sent where that is known', () => {
    const story = beginStory(bugText, { labels: ['auto-filed'], openedAt: '2026-01-05T09:00:20.000Z' });
    const send = () => story.perform('dispatch', () => ({ kind: 'done', remote: { comment: 7 } }));
    story.start();
    send();
    story.report('triage', { outputs: { specialist: 'backend-engineer', reproduction: 'x' } });
    send();
    story.report('investigate', { outcome: 'continue', summary: 'more' });
    send();
    story.report('investigate', { outputs: { 'root-cause': 'a', proposal: 'b' } });
    story.perform();
    story.review('approve', 'approved');
    send();
    story.report('fix', { outputs: { 'pull-request': '#12' } });
    story.report('commit');
    story.merged();
    story.report('verify');
    const measured = measureRun(bug, story.state());
    expect(measured.workflows['test']).toMatchObject({
      latency: histogramOf('ms', [60_000]),
      stages: {
        routing: histogramOf('seconds', [40]),
        dispatch: histogramOf('seconds', [60]),
        apply: histogramOf('seconds', [60]),
      },
    });
    expect(measured.merges).toEqual({ merged: 1, authored: 0, refusals: {} });
    const twice = mergeMetrics(measured, measured);
    expect(twice.workflows['test']).toMatchObject({ latency: { count: 2 }, stages: { apply: { count: 2 } } });
    expect(twice.merges?.merged).toBe(2);
  });

  test('counts why merges were refused', () => {
    const { merges } = tellBug(undefined, (story) => {
      story.refuse('conflict', 'src/a.ts');
      story.report('fix', { outputs: { 'pull-request': '#12' } });
      story.report('commit');
    });
    expect(merges).toEqual({ merged: 1, authored: 0, refusals: { conflict: 1 } });
  });

  test('legs count as their job, runs that others call as called', () => {
    const yaml = `jobs:
  try:
    runs-on: backend-engineer
    prompt: x
    strategy: { fail-fast: false, matrix: { n: [1, 2] } }
`;
    const story = beginStory(yaml);
    story.start();
    story.fail('try.0', 'no');
    story.report('try.1');
    story.report('try.0');
    const { state } = story;
    const parent = {
      run: '42-0',
      job: 'x',
      attempt: 1,
      callers: ['42-0'],
      outermost: { number: 1, workflow: '' },
    };
    const { workflows } = measureRun(workflowOf(yaml), { ...state(), run: { ...state().run, parent } });
    expect(workflows['test']).toMatchObject({ called: 1 });
    expect(Object.keys(workflows['test']?.jobs ?? {})).toEqual(['try']);
    expect(workflows['test']?.jobs['try']).toMatchObject({
      outcomes: { failure: 1, success: 2 },
      attempts: histogramOf('times', [2, 1]),
    });
  });

  test('a lease that ran out is counted with the time it was held', () => {
    const story = beginStory(bugText);
    story.start();
    story.report('triage', { outputs: { specialist: 'backend-engineer' } });
    story.report('investigate', { outputs: { 'root-cause': 'a', proposal: 'b' } });
    story.perform();
    story.review('approve', 'approved');
    story.report('fix', { outputs: { 'pull-request': '#12' } });
    story.report('commit');
    story.pass('lease', 'commit');
    story.merged();
    story.report('verify');
    expect(measureRun(bug, story.state()).leases.held).toEqual(histogramOf('seconds', [300, 60]));
  });
});

describe('roll-ups', () => {
  const one = tellBug();

  test('the sum over the runs is the roll-up, in whatever order they came', () => {
    fc.assert(
      fc.property(randomWorkflow, steps, (text, sequence) => {
        const workflow = workflowOf(text);
        const world = createWorld(workflow, workflow);
        for (const step of sequence) takeStep(world, step);
        finishWorld(world);
        const measured = [0, 1].map((run) => measureRun(workflow, world.stateOf(run)));
        const [first = one, second = one] = measured;
        const empty = emptyMetrics(first.month);
        const merged = mergeMetrics(mergeMetrics(empty, first), second);
        expect(merged).toEqual(mergeMetrics(first, mergeMetrics(empty, { ...second, month: first.month })));
        const total = totalOf(merged);
        expect(Object.values(total.conclusions).reduce((a, b) => a + b, 0)).toBe(2);
        expect(total.cycles.count).toBe(2);
        const turns = [0, 1].flatMap((run) =>
          Object.values(world.stateOf(run).jobs).flatMap((job) => job.attempts.flatMap((each) => each.turns)),
        );
        expect(total.dispatches.sum).toBe(turns.length);
        expect(total.escalated).toBe(
          [0, 1].filter((run) => (world.stateOf(run).run.tally?.escalations.length ?? 0) > 0).length,
        );
      }),
      { numRuns: 60, seed: 20260105 },
    );
  }, 120_000);

  test('stay bounded: names beyond the limit are counted together, and none is lost', () => {
    const bugMetrics = one.workflows['test'] ?? totalOf(one);
    const many = Array.from({ length: MOST_NAMES + 20 }, (_, n) => ({
      ...one,
      workflows: { [`w${n}`]: bugMetrics },
    }));
    const merged = many.reduce(mergeMetrics, emptyMetrics(one.month));
    expect(Object.keys(merged.workflows)).toHaveLength(MOST_NAMES + 1);
    expect(merged.workflows[OTHERS]?.conclusions).toEqual({ success: 20 });
    expect(totalOf(merged).conclusions).toEqual({ success: MOST_NAMES + 20 });
  });
});

describe('a histogram', () => {
  const values = fc.array(fc.nat({ max: 2_000_000 }), { maxLength: 20 });
  test.each<Scale>(['seconds', 'times'])('of %s: merging is counting all values at once', (scale) => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const merged = mergeHistograms(histogramOf(scale, a), histogramOf(scale, b));
        expect(merged).toEqual(histogramOf(scale, [...a, ...b]));
        expect(Object.values(merged.buckets).reduce((sum, count) => sum + count, 0)).toBe(merged.count);
      }),
    );
  });

  test.each<[name: string, values: readonly number[], share: number, expected: number | null]>([
    ['no values', [], 0.5, null],
    ['one value: never more than the largest', [7], 0.5, 7],
    ['the median by its upper bound', [1, 4, 200], 0.5, 5],
    ['the 95th percentile above all bounds', [1_000_000], 0.95, 1_000_000],
  ])('quantile: %s', (_, sample, share, expected) => {
    expect(quantileOf('seconds', histogramOf('seconds', sample), share)).toBe(expected);
  });

  test('has a mean where it has values; below zero counts as zero', () => {
    expect(meanOf(histogramOf('times', []))).toBeNull();
    expect(meanOf(histogramOf('times', [1, 4, -3]))).toBeCloseTo(5 / 3);
  });
});
