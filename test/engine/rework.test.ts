/** Rework edges: what they reset, what they keep, and how often they may be taken. */
import { describe, expect, test } from 'vitest';

import { beginStory } from './story.ts';

const chain = (maxCycles: number): string => `max-cycles: ${maxCycles}
jobs:
  plan: { runs-on: web-designer, prompt: x, outputs: { idea: {} } }
  build: { needs: plan, runs-on: backend-engineer, prompt: x, outputs: { branch: {} } }
  docs: { needs: build, runs-on: web-designer, prompt: x }
  check: { type: verify, needs: build, runs-on: qa-engineer, prompt: x, max-attempts: 1, on-failure: plan }
  ship: { needs: [docs, check], runs-on: web-designer, prompt: x }
`;

describe('rework', () => {
  test('resets the target and all its descendants, calls their dispatches off, keeps their history', () => {
    const story = beginStory(chain(3));
    story.start();
    story.report('plan', { outputs: { idea: 'A' } });
    story.report('build', { outputs: { branch: 'b1' } });
    const docs = story.dispatchOf('docs');
    story.fail('check', 'it does not work');
    expect(story.said()).toBe('check → plan (failure, attempt 1)');
    expect(story.effects()).toEqual(['cancel_dispatch docs', 'dispatch plan 2.1']);
    expect(story.lines()).toEqual({
      plan: 'in_progress',
      build: 'queued',
      docs: 'queued',
      check: 'queued',
      ship: 'queued',
    });
    expect(story.state().run.cycles).toEqual({ 'check.on-failure': 1 });
    expect(story.document('plan')).toMatchObject({
      feedback: { from: 'check', text: 'it does not work' },
      outputs: {},
      budgetFrom: 2,
    });
    expect(story.document('build')).toMatchObject({ outputs: {}, budgetFrom: 2, feedback: null });
    expect(story.attempts('docs')).toEqual(['cancelled: check sent the work back to plan']);
    expect(story.attempts('check')).toEqual(['failure: it does not work']);
    story.happen({ type: 'report_malformed', dispatch: docs, problem: '?', source: 'comment 9' });
    expect(story.effects()).toEqual([expect.stringContaining('is over (check sent the work back to plan)')]);
  });

  test('feedback stays through retries and goes when the job succeeds', () => {
    const story = beginStory(chain(3));
    story.start();
    story.report('plan');
    story.report('build');
    story.fail('check', 'wrong');
    story.fail('plan');
    expect(story.document('plan').feedback).toEqual({ from: 'check', text: 'wrong' });
    story.report('plan');
    expect(story.document('plan').feedback).toBeNull();
  });

  test('a late report for a dispatch that rework called off does not count', () => {
    const story = beginStory(chain(3));
    story.start();
    story.report('plan');
    story.report('build');
    const dispatch = story.dispatchOf('docs');
    story.fail('check');
    const late = { type: 'report_received', dispatch, outputs: {}, summary: '', usage: null } as const;
    story.happen({ ...late, outcome: 'success', source: 'comment 9' });
    expect(story.said()).toBe('docs (late report refused)');
    expect(story.lines()['docs']).toBe('queued');
  });

  test.each([0, 1, 12])('with max-cycles %i the edge is taken as often, then it escalates', (maxCycles) => {
    // Nobody else in between would be a loop of two roles, so the documents are made each time, too.
    const story = beginStory(chain(maxCycles));
    story.start();
    for (let cycle = 0; cycle <= maxCycles; cycle += 1) {
      story.report('plan');
      story.report('build');
      expect(story.state().run.cycles['check.on-failure'] ?? 0).toBe(cycle);
      story.fail('check');
    }
    expect(story.document('check').escalation?.cause).toBe('cycles');
    expect(story.document('check').escalation?.reason).toContain(
      `check.on-failure would go back to plan for the ${{ 0: '1st', 1: '2nd', 12: '13th' }[maxCycles]} time, ${maxCycles} allowed: check failed`,
    );
    expect(story.lines()['docs']).toBe('in_progress');
    expect(story.state().run.cycles['check.on-failure'] ?? 0).toBe(maxCycles);
  });

  test('the budget of attempts counts since the reset, numbers go on', () => {
    const story = beginStory(`jobs:
  a: { runs-on: web-designer, prompt: x, max-attempts: 2, on-failure: fail }
  b: { needs: a, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: a }
`);
    story.start();
    story.fail('a');
    story.report('a');
    story.fail('b');
    story.fail('a');
    expect(story.effects()).toEqual(['dispatch a 4.1']);
    story.fail('a');
    expect(story.lines()).toEqual({ a: 'completed failure', b: 'completed skipped' });
  });

  test('two roles alternating six times running escalate early', () => {
    const story = beginStory(`max-cycles: 20
jobs:
  a: { runs-on: backend-engineer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: a }
`);
    story.start();
    for (let cycle = 0; cycle < 5; cycle += 1) {
      story.report('a');
      story.fail('b');
      expect(story.lines()['a']).toBe('in_progress');
    }
    story.report('a');
    story.fail('b', 'never good');
    expect(story.document('b').escalation).toMatchObject({
      cause: 'loop',
      reason: 'the work went from backend-engineer to web-designer 6 times running: never good',
    });
  });

  test('one role alone is no alternation', () => {
    const story = beginStory(`max-cycles: 20
jobs:
  a: { runs-on: web-designer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: a }
`);
    story.start();
    for (let cycle = 0; cycle < 8; cycle += 1) {
      story.report('a');
      story.fail('b');
    }
    expect(story.lines()['a']).toBe('in_progress');
  });

  test('a timeout has an edge of its own, with its own count', () => {
    const story = beginStory(`jobs:
  a: { runs-on: web-designer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x, max-attempts: 1, on-timeout: a }
`);
    story.start();
    story.report('a');
    story.pass('timeout', 'b');
    expect(story.effects()).toEqual(['cancel_dispatch b', 'dispatch a 2.1']);
    expect(story.state().run.cycles).toEqual({ 'b.on-timeout': 1 });
  });

  test('rework through a decision is decided again', () => {
    const story = beginStory(`jobs:
  a: { runs-on: qa-engineer, prompt: x, outputs: { kind: { enum: [big, small] } } }
  choose: { type: decision, needs: a, outputs: { big: "\${{ needs.a.outputs.kind == 'big' }}" } }
  large: { needs: choose, if: fromJSON(needs.choose.outputs.big), runs-on: web-designer, prompt: x }
  little: { needs: choose, if: "!fromJSON(needs.choose.outputs.big)", runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: a }
`);
    story.start();
    story.report('a', { outputs: { kind: 'small' } });
    expect(story.said()).toBe('a → little (success)');
    expect(story.lines()).toMatchObject({ choose: 'completed success', large: 'completed skipped' });
    story.fail('little');
    story.report('a', { outputs: { kind: 'big' } });
    expect(story.lines()).toMatchObject({ large: 'in_progress', little: 'completed skipped' });
    expect(story.attempts('choose')).toEqual(['success', 'success']);
  });

  test('a decision whose output has no value fails; an empty one is left out', () => {
    const story = beginStory(`jobs:
  a: { runs-on: qa-engineer, prompt: x }
  empty: { type: decision, needs: a, outputs: { x: "\${{ needs.a.outputs[github.actor] }}", y: z } }
  broken: { type: decision, needs: a, outputs: { x: "\${{ fromJSON(github.event.issue.title) }}" } }
`);
    story.start();
    story.report('a');
    expect(story.lines()).toMatchObject({ empty: 'completed success', broken: 'completed failure' });
    expect(story.document('empty').outputs).toEqual({ y: 'z' });
    expect(story.attempts('broken')[0]).toMatch(/^failure: output x: /);
    expect(story.state().run.conclusion).toBe('failure');
  });
});
