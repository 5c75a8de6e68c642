/** Gates: what is asked, whose answer counts for what, and how an approval is voided. */
import { describe, expect, test } from 'vitest';

import { sha256 } from '../../src/base/digest.ts';
import { canonicalJsonLine } from '../../src/base/canonical-json.ts';
import { beginStory, minute } from './story.ts';

const text = (more = ''): string => `jobs:
  plan: { runs-on: backend-engineer, prompt: x, outputs: { idea: {} } }
  ok:
    type: approval
    needs: plan
    runs-on: ceo
    prompt: \${{ needs.plan.outputs.idea }}
${more}  go: { needs: ok, runs-on: web-designer, prompt: x }
`;

const code = (more = ''): string => `jobs:
  fix: { runs-on: backend-engineer, prompt: x, outputs: { pull-request: { required: true } } }
  review:
    type: approval
    needs: fix
    runs-on: ceo
    pull-request: \${{ needs.fix.outputs.pull-request }}
    on-rejected: fix
${more}  commit:
    type: commit
    needs: [fix, review]
    runs-on: engineering-manager
    pull-request: \${{ needs.fix.outputs.pull-request }}
  verify: { type: verify, needs: commit, runs-on: qa-engineer, prompt: x }
`;

const asked = (more = '') => {
  const story = beginStory(text(more));
  story.start();
  story.report('plan', { outputs: { idea: 'Paint it blue.' } });
  story.perform();
  return story;
};

const askedForCode = (more = '') => {
  const story = beginStory(code(more));
  story.start();
  story.report('fix', { outputs: { 'pull-request': 'https://github.com/acme/shop/pull/12' } });
  story.perform('open_gate', () => ({ kind: 'done', remote: { head: 'h1' } }));
  return story;
};

describe('what is shown', () => {
  test('names the jobs behind those that pass on what they are given, and no other', () => {
    const story = beginStory(`jobs:
  plan: { runs-on: backend-engineer, prompt: x, outputs: { idea: {} } }
  look: { runs-on: qa-engineer, prompt: x, outputs: { idea: {} } }
  first: { type: approval, needs: look, runs-on: ceo, prompt: "\${{ needs.look.outputs.idea }}" }
  other: { runs-on: web-designer, prompt: x }
  join: { type: merge, needs: [plan, other] }
  choose: { type: decision, needs: [plan, join], outputs: { idea: "\${{ needs.plan.outputs.idea }}" } }
  ok: { type: approval, needs: [choose, first], runs-on: ceo, prompt: "\${{ needs.choose.outputs.idea }}" }
`);
    story.start();
    story.report('plan', { outputs: { idea: 'Paint it blue.' } });
    story.report('look', { outputs: { idea: 'It is red.' } });
    story.report('other');
    story.perform();
    story.review('first', 'approved');
    expect(story.document('ok').gate).toMatchObject({ sources: ['join', 'other', 'plan'] });
    expect(story.document('first').gate).not.toHaveProperty('sources');
  });
});

describe('a text gate', () => {
  test('binds the question and what was shown, and waits 30 days', () => {
    const story = asked();
    const shown = { plan: { idea: 'Paint it blue.' } };
    const question = 'Paint it blue.';
    expect(story.document('ok').gate).toEqual({
      attempt: 1,
      kind: 'text',
      question,
      shown,
      digest: sha256(canonicalJsonLine({ definition: sha256('definition'), run: '42-1', question, shown })),
      pull: 101,
      head: 'head-101',
      answer: null,
      voided: [],
    });
    const at = Date.parse(story.document('ok').timeoutAt ?? '');
    expect(at - Date.parse(story.state().run.updatedAt)).toBe(30 * 24 * 60 * minute);
    expect(story.state().run.status).toBe('waiting');
  });

  test('approved: done, with the answer recorded', () => {
    const story = asked();
    story.review('ok', 'approved', 'Nice.');
    expect(story.document('ok')).toMatchObject({
      outputs: { verdict: 'approved', comment: 'Nice.' },
      timeoutAt: null,
      gate: { answer: { verdict: 'approved', by: { login: 'carol' }, head: 'head-101', body: 'Nice.' } },
    });
    expect(story.attempts('ok')).toEqual(['success: Nice.']);
    expect(story.effects()).toEqual(['dispatch go 1.1']);
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: the pull request asks for nothing');
  });

  test.each([
    { name: 'another pull request', more: { pull: 7 }, said: 'ignored: the pull request asks for nothing' },
    { name: 'another head', more: { head: 'old' }, said: 'ignored: another head was reviewed' },
    {
      name: 'a job that asks nothing',
      more: { job: 'plan' },
      said: 'ignored: the pull request asks for nothing',
    },
    { name: 'a job that was not started', more: { job: 'go' }, said: 'ignored: nothing is asked there' },
  ])('a review of $name is ignored', ({ more, said }) => {
    const story = asked();
    story.review('ok', 'approved', '', more);
    expect(story.said()).toBe(said);
  });

  test('changes requested counts for any head', () => {
    const story = asked();
    story.review('ok', 'changes_requested', 'No.', { head: 'old' });
    expect(story.effects()).toEqual(['close_gate ok #101']);
    expect(story.lines()).toMatchObject({ ok: 'completed failure', go: 'completed skipped' });
    expect(story.attempts('ok')).toEqual(['rejected: No.']);
  });

  test('rejected without a word names who rejected', () => {
    const story = asked('    on-rejected: escalate\n');
    story.review('ok', 'changes_requested');
    expect(story.document('ok').escalation).toMatchObject({
      cause: 'failure',
      reason: '@carol requested changes',
    });
    story.perform();
    story.review('ok', 'approved', 'I changed my mind.');
    expect(story.lines()['ok']).toBe('completed success');
    expect(story.document('ok').outputs).toEqual({ verdict: 'approved', comment: 'I changed my mind.' });
  });

  test('a gate without a prompt asks for the job', () => {
    const story = beginStory(`jobs:\n  ok: { type: approval, runs-on: ceo }\n`);
    story.start();
    expect(story.document('ok').gate?.question).toBe('Approve ok?');
  });

  test.each([
    { name: 'a question without a value', line: 'prompt: "${{ fromJSON(github.event.issue.title) }}"' },
    {
      name: 'a timeout without a value',
      line: 'timeout-minutes: "${{ fromJSON(github.event.issue.title) }}"',
    },
    {
      name: 'a pull request without a value, where errors do not matter,',
      line: 'pull-request: nothing\n    continue-on-error: true',
    },
  ])('$name fails the job', ({ line }) => {
    const story = beginStory(`jobs:\n  ok:\n    type: approval\n    runs-on: ceo\n    ${line}\n`);
    story.start();
    expect(story.lines()['ok']).toMatch(/^completed failure/);
    expect(story.attempts('ok')).toEqual([expect.stringMatching(/^failure: /)]);
  });

  test('a pull request that is none is the CEO’s matter', () => {
    const story = beginStory(
      `jobs:\n  ok: { type: approval, runs-on: ceo, pull-request: nothing }\n  then: { needs: ok, runs-on: web-designer, prompt: x }\n`,
    );
    story.start();
    expect(story.document('ok').escalation).toMatchObject({
      cause: 'failure',
      reason: expect.stringMatching(/^"nothing" names no pull request/) as string,
    });
    story.perform();
    story.review('ok', 'approved', 'Never mind.');
    expect(story.said()).toBe('ok → then (approved by the CEO)');
  });

  test('a role that nobody holds escalates', () => {
    const story = beginStory(`jobs:\n  ok: { type: approval, runs-on: product-manager }\n`);
    story.start();
    expect(story.document('ok').escalation?.cause).toBe('nobody-in-role');
    expect(story.document('ok').gate).toBeNull();
  });

  test('nobody answers in time: the gate is closed and the CEO asked', () => {
    const story = asked('    timeout-minutes: 60\n');
    story.pass('timeout', 'ok');
    expect(story.effects()).toEqual(['close_gate ok #101', 'open_escalation ok']);
    expect(story.attempts('ok')[0]).toMatch(/^timed_out: not done by /);
    story.perform();
    story.review('ok', 'approved', '', { pull: 101, head: 'head-101' });
    expect(story.said()).toBe('ignored: the pull request asks for nothing');
    story.review('ok', 'approved', '', { head: 'old' });
    expect(story.said()).toBe('ignored: another head was reviewed');
  });

  test('a gate that rework takes back before it was opened is closed once it is', () => {
    const story = beginStory(text());
    story.start();
    story.report('plan');
    story.override({ action: 'goto', job: 'plan' });
    expect(story.effects()).toEqual(['dispatch plan 2.1']);
    story.perform('open_gate');
    expect(story.effects()).toEqual(['close_gate ok #101']);
  });
});

describe('a code gate', () => {
  test('asks for the pull request, and its head is what the commit merges', () => {
    const story = askedForCode();
    expect(story.document('review').gate).toMatchObject({
      kind: 'code',
      pull: 12,
      head: 'h1',
      digest: sha256(canonicalJsonLine({ pull: 12 })),
    });
    story.review('review', 'approved');
    story.report('commit');
    expect(story.document('commit').merge).toEqual({ pull: 12, head: 'h1' });
  });

  test('a review answers one gate only: the same one does not reject the next', () => {
    const story = askedForCode();
    story.review('review', 'changes_requested', 'Untested.');
    expect(story.effects()).toEqual(['dispatch fix 2.1']);
    const old = story.lastEvent;
    story.report('fix', { outputs: { 'pull-request': '12' } });
    story.apply({ ...old, id: 'seen-again' });
    expect(story.said()).toBe('ignored: the review answered an earlier gate');
    story.review('review', 'approved');
    expect(story.lines()['review']).toBe('completed success');
  });

  test('is not closed when it is taken back: the pull request is somebody’s work', () => {
    const story = askedForCode();
    story.override({ action: 'goto', job: 'fix' });
    expect(story.effects()).toEqual(['dispatch fix 2.1']);
    story.perform();
    expect(story.effects()).toEqual([]);
  });
});

describe('a void approval', () => {
  const voided = (story: ReturnType<typeof asked>, job: string, reason: string, head: string | null) =>
    story.happen({ type: 'approval_voided', job, reason, head });

  test('an open gate asks for the new head, once for each event', () => {
    const story = askedForCode();
    voided(story, 'review', 'new commits', 'h2');
    expect(story.document('review').gate).toMatchObject({ head: 'h2', voided: ['new commits'] });
    expect(story.said()).toBe('review (approval void)');
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: that was taken note of already');
    story.review('review', 'approved', '', { head: 'h1' });
    expect(story.said()).toBe('ignored: another head was reviewed');
  });

  test('an approval in use is asked for again, with everything after it; it counts no cycle', () => {
    const story = askedForCode();
    story.review('review', 'approved');
    story.report('commit');
    voided(story, 'review', 'the review was dismissed', 'h2');
    expect(story.effects()).toEqual(['open_gate review 2']);
    expect(story.lines()).toMatchObject({ review: 'waiting', commit: 'queued' });
    expect(story.document('review').gate).toMatchObject({
      attempt: 2,
      answer: null,
      voided: ['the review was dismissed'],
    });
    expect(story.state().queue).toMatchObject({ entries: [], lease: null });
    expect(story.state().run.cycles).toEqual({});
    const pull = story.document('commit').attempts.length;
    story.happen({ type: 'pull_request_merged', job: 'commit', attempt: pull, pull: 12, commit: 'c' });
    expect(story.said()).toBe('ignored: no merge of that pull request is awaited');
  });

  test('is of no account once it was merged, or where there is none', () => {
    const story = askedForCode();
    voided(story, 'fix', 'x', null);
    expect(story.said()).toBe('ignored: there is no approval');
    story.review('review', 'approved');
    story.report('commit');
    story.merged();
    voided(story, 'review', 'too late', null);
    expect(story.said()).toBe('ignored: the approval is not in use any more');
  });

  test('a rejected one is not in use', () => {
    const story = asked();
    const also = beginStory(text().replace('go: {', 'side: { runs-on: web-designer, prompt: x }\n  go: {'));
    also.start();
    also.report('plan');
    also.perform();
    also.review('ok', 'changes_requested');
    also.happen({ type: 'approval_voided', job: 'ok', reason: 'x', head: null });
    expect(also.said()).toBe('ignored: the approval is not in use any more');
    expect(story.document('ok').gate?.voided).toEqual([]);
  });
});
