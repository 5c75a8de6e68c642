/** An edit of the bead's title or text: which approvals it voids, and that they are asked for again. */
import { describe, expect, test } from 'vitest';

import { digestOfBead, knownBead } from '../../src/engine/issue-edited.ts';
import { TREADLE } from '../../src/engine/event.ts';
import { createGroupWorld } from './group-world.ts';
import { beginStory, type Story } from './story.ts';

const PLAN = `jobs:
  plan: { runs-on: backend-engineer, prompt: x, outputs: { idea: {} } }
  ok: { type: approval, needs: plan, runs-on: ceo, prompt: "\${{ needs.plan.outputs.idea }}" }
  sure: { type: approval, needs: ok, runs-on: ceo, prompt: Really? }
  go: { needs: sure, runs-on: web-designer, prompt: x }
`;

const CODE = `jobs:
  fix: { runs-on: backend-engineer, prompt: x, outputs: { pull-request: { required: true } } }
  ok: { type: approval, needs: fix, runs-on: ceo, prompt: Do it? }
  review: { type: approval, needs: fix, runs-on: ceo, pull-request: "\${{ needs.fix.outputs.pull-request }}" }
  commit:
    type: commit
    needs: [fix, ok, review]
    runs-on: engineering-manager
    pull-request: "\${{ needs.fix.outputs.pull-request }}"
  verify: { type: verify, needs: commit, runs-on: qa-engineer, prompt: x }
`;

const EDITED = digestOfBead({ title: 'Paint it', body: 'And delete the rest.' });
const why = 'the title or text of the issue was edited after this was asked';

const edit = (story: Story, text = EDITED): string => {
  story.happen({ type: 'issue_edited', text }, TREADLE, `edited ${text}`);
  return story.said();
};

const planned = (): Story => {
  const story = beginStory(PLAN);
  story.start();
  story.report('plan', { outputs: { idea: 'Paint it blue.' } });
  story.perform();
  return story;
};

test('voids the approval that is in use, and what follows it is taken back', () => {
  const story = planned();
  story.review('ok', 'approved');
  story.perform();
  story.review('sure', 'approved');
  story.perform();
  expect(story.lines()['go']).toBe('in_progress');
  const before = story.document('ok').gate?.digest;
  expect(edit(story)).toBe('ok (bead edited)');
  expect(story.lines()).toMatchObject({ ok: 'waiting', sure: 'queued', go: 'queued' });
  const { gate } = story.document('ok');
  expect(gate).toMatchObject({ answer: null, pull: null, voided: [why], beadText: EDITED });
  expect(gate?.digest).not.toBe(before);
  expect(knownBead(story.state().run)).toBe(EDITED);
  expect(story.document('sure').gate).toBeNull();
});

test('puts an open question again, in a new pull request', () => {
  const story = planned();
  expect(edit(story)).toBe('ok (bead edited)');
  expect(story.effects()).toEqual(expect.arrayContaining(['close_gate ok #101', 'open_gate ok 2']));
  story.review('ok', 'approved', '', { pull: 101, head: 'head-101' });
  expect(story.said()).toBe('ignored: the pull request asks for nothing');
});

test('counts once, and what is asked after it is bound to it', () => {
  const story = beginStory(PLAN);
  story.start();
  expect(edit(story)).toBe('run (bead edited)');
  expect(edit(story)).toBe('ignored: that is known already');
  story.apply(story.lastEvent);
  expect(story.said()).toBe('ignored: that is known already');
  story.report('plan', { outputs: { idea: 'Paint it blue.' } });
  story.perform();
  expect(story.document('ok').gate).toMatchObject({ beadText: EDITED, voided: [] });
  story.review('ok', 'approved');
  expect(story.lines()['ok']).toBe('completed success');
});

test('back to the trigger’s words voids again what was asked meanwhile', () => {
  const story = planned();
  edit(story);
  story.perform();
  story.review('ok', 'approved');
  expect(edit(story, digestOfBead(story.state().run.trigger.issue))).toBe('ok (bead edited)');
  expect(story.document('ok').gate?.voided).toEqual([why, why]);
});

describe('an issue that is edited without end', () => {
  const editions = (story: Story, from: number, count: number): void => {
    for (let edition = from; edition < from + count; edition += 1) {
      edit(story, digestOfBead({ title: 'Paint it', body: `Edition ${edition}` }));
      story.perform();
    }
  };
  const handedOver = (): Story => {
    const story = planned();
    editions(story, 1, 6);
    return story;
  };

  test('has its approval asked for five times again, then the CEO is asked, once', () => {
    const story = planned();
    editions(story, 1, 5);
    expect(story.document('ok')).toMatchObject({ gate: { voided: Array(5).fill(why) }, escalation: null });
    story.review('ok', 'approved');
    expect(story.lines()['ok']).toBe('completed success');
    editions(story, 6, 1);
    const { gate, escalation } = story.document('ok');
    expect(gate).toBeNull();
    expect(escalation).toMatchObject({ cause: 'cycles' });
    expect(escalation?.reason).toContain(`${why}, for the 6th time`);
    expect(story.lines()).toMatchObject({ ok: 'waiting', sure: 'queued' });
    editions(story, 7, 20);
    expect(story.document('ok').escalation?.id).toBe(escalation?.id);
    expect(story.effects()).toEqual([]);
  });

  test('closes the question that is open when the CEO is asked', () => {
    const story = planned();
    editions(story, 1, 5);
    edit(story);
    expect(story.effects()).toEqual(expect.arrayContaining(['close_gate ok #106', 'open_escalation ok']));
  });

  test('voids the word by which the CEO let it pass', () => {
    const story = handedOver();
    story.review('ok', 'approved');
    expect(story.lines()).toMatchObject({ ok: 'completed success', sure: 'waiting' });
    expect(edit(story)).toBe('ok → CEO (bead edited)');
    expect(story.lines()).toMatchObject({ ok: 'waiting', sure: 'queued' });
    expect(story.document('ok').escalation).toMatchObject({ cause: 'cycles', pull: null });
  });

  test('is asked about anew when the CEO says so', () => {
    const story = handedOver();
    story.override({ action: 'retry', job: 'ok' });
    expect(story.document('ok').gate).toMatchObject({ answer: null, voided: [] });
  });
});

test('leaves approvals of code, and all of them once something was merged', () => {
  const story = beginStory(CODE);
  story.start();
  story.report('fix', { outputs: { 'pull-request': '#12' } });
  story.perform('open_gate', (effect) => ({
    kind: 'done',
    remote: 'job' in effect && effect.job === 'review' ? { head: 'h1' } : { pull: 101, head: 'head-101' },
  }));
  story.review('review', 'approved', '', { pull: 12, head: 'h1' });
  story.review('ok', 'approved', '', { pull: 101, head: 'head-101' });
  expect(edit(story)).toBe('ok (bead edited)');
  expect(story.lines()).toMatchObject({ ok: 'waiting', review: 'completed success', commit: 'queued' });
  story.perform('open_gate', () => ({ kind: 'done', remote: { pull: 102, head: 'head-102' } }));
  story.review('ok', 'approved', '', { pull: 102, head: 'head-102' });
  story.perform();
  story.report('commit');
  story.merged();
  expect(story.lines()['commit']).toBe('completed success');
  expect(edit(story, digestOfBead({ title: 'x', body: 'y' }))).toBe('run (bead edited)');
  expect(story.lines()['ok']).toBe('completed success');
});

test('has a run called anew that was given an approval and is over, and tells those that are called', () => {
  const world = createGroupWorld({
    './.github/treadle/workflows/inner.yml': `on:
  workflow_call: { outputs: { idea: { value: "\${{ jobs.plan.outputs.idea }}" } } }
jobs:
  plan: { runs-on: backend-engineer, prompt: x, outputs: { idea: {} } }
  ok: { type: approval, needs: plan, runs-on: ceo, prompt: "\${{ needs.plan.outputs.idea }}" }
`,
  });
  const run = world.start(
    1,
    `jobs:
  phase: { uses: ./.github/treadle/workflows/inner.yml }
  go: { needs: phase, runs-on: web-designer, prompt: x }
`,
  );
  world.report('1-2', 'plan', 'success', { idea: 'Paint it.' });
  world.happen('1-2', {
    type: 'override_issued',
    override: { action: 'approve', job: 'ok' },
    reason: 'Fine.',
  });
  expect(world.stateOf(run).run.jobs['go']?.status).toBe('in_progress');
  world.happen(run, { type: 'issue_edited', text: EDITED });
  expect(world.stateOf(run).run.jobs).toMatchObject({
    phase: { status: 'in_progress' },
    go: { status: 'queued' },
  });
  expect(world.stateOf('1-3').run.beadText).toBe(EDITED);
  world.report('1-3', 'plan', 'success', { idea: 'Paint it otherwise.' });
  expect(world.stateOf('1-3').jobs['ok']?.gate?.beadText).toBe(EDITED);
});

test('is only noted in a run that is being cancelled', () => {
  const story = beginStory(PLAN.replace('  ok: {', '  ok: { if: always(),'));
  story.start();
  story.report('plan');
  story.perform();
  story.review('ok', 'approved');
  story.override({ action: 'cancel' });
  const { status } = story.state().run;
  if (status !== 'completed') expect(edit(story)).toBe('run (bead edited)');
  expect(story.lines()['ok']).toBe('completed success');
});
