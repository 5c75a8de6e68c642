/** The CEO's answer by which an escalated job counts as done: what a merge rests on, and what follows when it is void. */
import { expect, test } from 'vitest';

import { approvalsBehind } from '../../src/engine/hand-over.ts';
import { beginStory, ceo, type Story } from './story.ts';

const FIX = `jobs:
  look: { runs-on: backend-engineer, prompt: x, max-attempts: 1 }
  fix: { needs: look, runs-on: backend-engineer, prompt: x, outputs: { pull-request: {} } }
  commit: { type: commit, needs: fix, runs-on: engineering-manager, pull-request: "12" }
  verify: { type: verify, needs: commit, runs-on: qa-engineer, prompt: x }
`;

const escalated = (): Story => {
  const story = beginStory(FIX);
  story.start();
  story.fail('look', 'I cannot see it.');
  story.perform();
  return story;
};
const voidIt = (story: Story, id: string): string => {
  story.happen({ type: 'approval_voided', job: 'look', reason: 'it was dismissed', head: null }, ceo, id);
  return story.said();
};

test('is an approval that a merge rests on, with its review', () => {
  const story = escalated();
  const { pull, head } = story.document('look').escalation ?? {};
  story.review('look', 'approved', 'Never mind.');
  expect(approvalsBehind(story.state())).toMatchObject([
    { kind: 'escalation', role: 'ceo', pull, head, by: ceo, asked: { job: 'look' }, reporters: [0] },
  ]);
  expect(approvalsBehind(story.state())[0]?.review).toEqual(expect.any(Number));
});

test('is one, too, by the word of a comment', () => {
  const story = escalated();
  const override = { action: 'approve', job: 'look' } as const;
  story.happen({ type: 'override_issued', override, reason: 'Never mind.', comment: 7 }, ceo);
  expect(approvalsBehind(story.state())).toMatchObject([
    { kind: 'escalation', review: null, comment: 7, head: null },
  ]);
});

test('is asked for again when it is void, once, with what follows taken back', () => {
  const story = escalated();
  story.review('look', 'approved', 'Never mind.');
  story.perform();
  expect(story.lines()['fix']).toBe('in_progress');
  expect(voidIt(story, 'void')).toBe('look → CEO (approval void)');
  expect(story.lines()).toMatchObject({ look: 'waiting', fix: 'queued' });
  expect(story.document('look')).toMatchObject({
    passed: null,
    escalation: { cause: 'attempts', reason: expect.stringContaining('it was dismissed') as string },
  });
  expect(approvalsBehind(story.state())).toEqual([]);
  story.apply(story.lastEvent);
  expect(story.said()).toBe('ignored: that was taken note of already');
  story.perform();
  story.review('look', 'approved', 'As I said.');
  expect(story.lines()).toMatchObject({ look: 'completed success', fix: 'in_progress' });
});

test('stays once it was merged, and in a run that is being cancelled', () => {
  const merged = escalated();
  merged.review('look', 'approved');
  merged.report('fix');
  merged.report('commit');
  merged.merged();
  expect(voidIt(merged, 'void')).toBe('ignored: the approval is not in use any more');
  const cancelled = beginStory(FIX.replace('  fix: {', '  fix: { if: always(),'));
  cancelled.start();
  cancelled.fail('look', 'I cannot see it.');
  cancelled.perform();
  cancelled.review('look', 'approved');
  cancelled.override({ action: 'cancel' });
  expect(cancelled.state().run.status).toBe('in_progress');
  expect(voidIt(cancelled, 'void')).toBe('ignored: the approval is not in use any more');
});
