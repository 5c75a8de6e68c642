import { expect, test } from 'vitest';

import { beginStory } from './story.ts';

const bug = `
jobs:
  investigate:
    runs-on: backend-engineer
    max-turns: 5
    prompt: Find the root cause.
    outputs:
      proposal: { required: true }
  approve:
    type: approval
    needs: investigate
    runs-on: ceo
    prompt: \${{ needs.investigate.outputs.proposal }}
    on-rejected: investigate
  fix:
    needs: [investigate, approve]
    runs-on: backend-engineer
    prompt: Do it.
    outputs:
      pull-request: { required: true }
  commit:
    type: commit
    needs: fix
    runs-on: engineering-manager
    pull-request: \${{ needs.fix.outputs.pull-request }}
    on-failure: fix
  verify:
    type: verify
    needs: commit
    runs-on: qa-engineer
    prompt: Test it.
    max-attempts: 1
    on-failure: fix
`;

test('a bug goes from report to verified and closed, with a rejection, a retry and a rework on the way', () => {
  const story = beginStory(bug);
  const told: string[] = [];
  const tell = () => told.push(`${story.said()} | ${story.effects().join(', ')}`);
  story.start();
  tell();
  story.report('investigate', { outcome: 'continue', summary: 'found the file' });
  tell();
  story.report('investigate', { outputs: { proposal: 'Swap the sign.' } });
  tell();
  story.perform();
  expect(story.document('approve').gate).toMatchObject({
    kind: 'text',
    question: 'Swap the sign.',
    shown: { investigate: { proposal: 'Swap the sign.' } },
    pull: expect.any(Number) as number,
  });
  story.review('approve', 'changes_requested', 'Why would that help?');
  tell();
  expect(story.document('investigate').feedback).toEqual({ from: 'approve', text: 'Why would that help?' });
  story.report('investigate', { outputs: { proposal: 'Swap the sign, see line 7.' } });
  tell();
  story.perform();
  story.review('approve', 'approved', 'Good.');
  tell();
  story.fail('fix', 'the patch does not apply');
  tell();
  story.report('fix', { outputs: { 'pull-request': '#12' } });
  tell();
  story.report('commit');
  tell();
  story.merged();
  tell();
  story.fail('verify', 'still red');
  tell();
  expect(story.lines()).toEqual({
    investigate: 'completed success',
    approve: 'completed success',
    fix: 'in_progress',
    commit: 'queued',
    verify: 'queued',
  });
  story.report('fix', { outputs: { 'pull-request': '13' } });
  tell();
  story.report('commit');
  tell();
  story.merged();
  tell();
  story.report('verify');
  tell();
  expect(told).toMatchInlineSnapshot(`
    [
      "start → investigate | dispatch investigate 1.1",
      "investigate (continue, turn 1) | dispatch investigate 1.2",
      "investigate → approve (success) | open_gate approve 1",
      "approve → investigate (changes requested) | close_gate approve #101, dispatch investigate 2.1",
      "investigate → approve (success) | open_gate approve 2",
      "approve → fix (approved) | dispatch fix 1.1",
      "fix (failure, attempt 1) | dispatch fix 2.1",
      "fix → commit (success) | dispatch commit 1.1",
      "commit → merge (checks passed) | merge_pull commit #12",
      "commit → verify (merged) | dispatch verify 1.1",
      "verify → fix (failure, attempt 1) | dispatch fix 3.1",
      "fix → commit (success) | dispatch commit 2.1",
      "commit → merge (checks passed) | merge_pull commit #13",
      "commit → verify (merged) | dispatch verify 2.1",
      "verify → end (success) | close_issue completed",
    ]
  `);
  expect(story.state().run).toMatchObject({
    status: 'completed',
    conclusion: 'success',
    cycles: { 'approve.on-rejected': 1, 'verify.on-failure': 1 },
  });
});
