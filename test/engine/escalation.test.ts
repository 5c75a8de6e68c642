/** Escalations: one CEO bead each, always resumable, and every answer to them. */
import { describe, expect, test } from 'vitest';

import { DEFAULT_LIMITS } from '../../src/workflow/limits.ts';
import { beginStory, config, minute } from './story.ts';

const yaml = `jobs:
  a: { runs-on: backend-engineer, prompt: x, max-attempts: 1, outputs: { found: {} } }
  b: { needs: a, runs-on: web-designer, prompt: x }
`;

const escalated = () => {
  const story = beginStory(yaml);
  story.start();
  story.report('a', { outcome: 'continue', outputs: { found: 'half of it' }, summary: 'wait' });
  story.fail('a', 'stuck');
  story.perform();
  return story;
};

describe('an escalation', () => {
  test('learns its bead and its decision pull request', () => {
    const story = escalated();
    const { escalation } = story.document('a');
    expect(escalation).toMatchObject({ cause: 'attempts', reason: 'stuck', pull: 101, issue: 1101 });
    expect(escalation?.head).toBe('head-101');
    expect(story.lines()).toEqual({ a: 'waiting', b: 'queued' });
  });

  test('approved: the job counts as done with what was last reported, and the next goes on', () => {
    const story = escalated();
    story.review('a', 'approved', 'Good enough.');
    expect(story.said()).toBe('a → b (approved by the CEO)');
    expect(story.effects()).toEqual([
      'close_escalation #1101: @carol approved: Good enough.',
      'dispatch b 1.1',
    ]);
    expect(story.document('a')).toMatchObject({ escalation: null, outputs: { found: 'half of it' } });
    expect(story.attempts('a')).toEqual(['failure: stuck', 'success: approved by @carol: Good enough.']);
    expect(story.lines()['a']).toBe('completed success');
  });

  test('approved after turns that only went on: their outputs count', () => {
    const story = beginStory(yaml.replace('max-attempts: 1', 'max-turns: 1'));
    story.start();
    story.report('a', { outcome: 'continue', outputs: { found: 'half of it' } });
    story.perform();
    story.review('a', 'approved');
    expect(story.document('a').outputs).toEqual({ found: 'half of it' });
    expect(story.effects()[0]).toMatch(/@carol approved$/);
  });

  test('approved though nothing was ever reported: no outputs', () => {
    const story = beginStory(`jobs:\n  a: { runs-on: product-manager, prompt: x }\n`);
    story.start();
    story.override({ action: 'approve', job: null });
    expect(story.document('a').outputs).toEqual({});
    expect(story.state().run.conclusion).toBe('success');
  });

  test('changes requested: the run and its bead are closed', () => {
    const story = escalated();
    story.review('a', 'changes_requested', 'Not worth it.');
    expect(story.effects()).toEqual([
      'close_escalation #1101: closed by @carol: Not worth it.',
      'close_issue not_planned',
    ]);
    expect(story.lines()).toEqual({ a: 'completed failure', b: 'completed skipped' });
    expect(story.state().run.conclusion).toBe('failure');
  });

  test.each([
    { name: 'another pull request', more: { pull: 9 }, said: 'ignored: the pull request asks for nothing' },
    { name: 'another head', more: { head: 'old' }, said: 'ignored: another head was reviewed' },
  ])('a review of $name is ignored', ({ more, said }) => {
    const story = escalated();
    story.review('a', 'approved', '', more);
    expect(story.said()).toBe(said);
  });

  test('retry: a fresh budget, the reason as feedback', () => {
    const story = escalated();
    story.override({ action: 'retry', job: null }, 'Look at line 7.');
    expect(story.effects()).toEqual([
      'close_escalation #1101: @carol asked for it (another try): Look at line 7.',
      'dispatch a 2.1',
    ]);
    expect(story.document('a')).toMatchObject({
      feedback: { from: 'ceo', text: 'Look at line 7.' },
      budgetFrom: 2,
      escalation: null,
    });
    story.fail('a');
    expect(story.document('a').escalation?.cause).toBe('attempts');
  });

  test('retry after too many cycles forgives them', () => {
    const story = beginStory(`max-cycles: 0
jobs:
  a: { runs-on: web-designer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: a }
`);
    story.start();
    story.report('a');
    story.fail('b');
    expect(story.document('b').escalation?.cause).toBe('cycles');
    story.override({ action: 'retry', job: 'B' });
    expect(story.effects()).toEqual(['dispatch b 2.1']);
  });

  test('reassign: to another role, with a fresh budget', () => {
    const story = escalated();
    story.override({ action: 'reassign', job: null, role: 'web-designer' });
    expect(story.effects().at(-1)).toBe('dispatch a 2.1');
    expect(story.document('a')).toMatchObject({
      role: 'web-designer',
      reassigned: 'web-designer',
      assignee: { login: 'wanda' },
    });
  });

  test('goto goes on anywhere', () => {
    const story = escalated();
    story.override({ action: 'goto', job: 'b' }, 'Never mind.');
    expect(story.lines()).toEqual({ a: 'completed skipped as success', b: 'in_progress' });
    expect(story.effects()[0]).toBe('close_escalation #1101: @carol went on at b: Never mind.');
  });

  test('whoever closes it before its bead is opened has it closed when it is', () => {
    const story = beginStory(yaml);
    story.start();
    story.fail('a');
    story.override({ action: 'retry', job: 'a' });
    expect(story.effects()).toEqual(['dispatch a 2.1']);
    story.perform('open_escalation', () => ({ kind: 'done', remote: { issue: 77 } }));
    expect(story.effects()).toEqual(['close_escalation #77: Settled before this bead was opened.']);
  });

  test('a bead that is not known is not closed', () => {
    const story = beginStory(yaml);
    story.start();
    story.fail('a');
    story.override({ action: 'retry', job: 'a' });
    story.perform('open_escalation', () => ({ kind: 'done', remote: {} }));
    expect(story.effects()).toEqual([]);
  });

  test('rework from elsewhere closes it', () => {
    const story = beginStory(`jobs:
  a: { runs-on: web-designer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x, max-attempts: 1 }
  c: { needs: a, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: a }
`);
    story.start();
    story.report('a');
    story.fail('b');
    story.perform();
    story.fail('c');
    expect(story.effects()).toEqual([
      expect.stringMatching(/^close_escalation #\d+: c sent the work back to a$/),
      'dispatch a 2.1',
    ]);
    expect(story.lines()).toEqual({ a: 'in_progress', b: 'queued', c: 'queued' });
  });
});

describe('a CEO who does not answer', () => {
  test('is reminded after a day, twice, and then left alone', () => {
    const story = escalated();
    const { at, id } = story.document('a').escalation ?? {};
    story.pass('reminder', 'a');
    expect(story.now).toBe(new Date(Date.parse(at ?? '') + 24 * 60 * minute).toISOString());
    expect(story.effects()).toEqual(['remind_ceo #1101 1']);
    expect(story.said()).toBe('a → CEO (reminder 1)');
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: nothing falls due there any more');
    story.pass('reminder', 'a');
    expect(story.effects()).toEqual(['remind_ceo #1101 2']);
    expect(story.document('a').escalation).toMatchObject({ id, reminders: 2 });
    expect(() => story.pass('reminder', 'a')).toThrow('no reminder of a');
  });

  test('is reminded when the settings say, also at a limit, and no more once they answered', () => {
    const settings = {
      ...config.settings,
      escalationReminderHours: 2,
      limits: { ...DEFAULT_LIMITS, hops: 1 },
    };
    const story = beginStory(yaml, { config: { ...config, settings } });
    story.start();
    story.report('a', { outcome: 'continue' });
    story.perform();
    story.pass('reminder', 'a');
    expect(story.effects()).toEqual(['remind_ceo #1101 1']);
    story.override({ action: 'resume' });
    expect(() => story.pass('reminder', 'a')).toThrow('no reminder of a');
  });

  test('is not reminded before the bead is opened', () => {
    const story = beginStory(yaml);
    story.start();
    story.fail('a');
    story.pass('reminder', 'a');
    expect(story.effects()).toEqual([]);
    story.perform();
    story.pass('reminder', 'a');
    expect(story.effects()).toEqual([expect.stringMatching(/^remind_ceo #\d+ 1$/)]);
  });
});
