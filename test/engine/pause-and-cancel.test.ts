/** Pausing, resuming, cancelling and closing a run. */
import { describe, expect, test } from 'vitest';

import { deadlinesOf, dueAt } from '../../src/engine/deadlines.ts';
import { beginStory, minute } from './story.ts';

const two = `jobs:
  a: { runs-on: backend-engineer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x }
  ok: { type: approval, needs: b, runs-on: ceo }
  cleanup: { needs: b, if: always(), runs-on: web-designer, prompt: x }
`;

const started = (yaml = two) => {
  const story = beginStory(yaml);
  story.start();
  return story;
};

const atGate = () => {
  const story = started();
  story.report('a');
  story.report('b');
  story.perform();
  return story;
};

describe('pause and resume', () => {
  test('reports count while paused, and nothing new starts until resume', () => {
    const story = started();
    story.override({ action: 'pause' });
    story.report('a');
    expect(story.effects()).toEqual([]);
    expect(story.lines()).toMatchObject({ a: 'completed success', b: 'queued' });
    story.override({ action: 'resume' });
    expect(story.said()).toBe('run → b (resumed)');
    expect(story.effects()).toEqual(['dispatch b 1.1']);
  });

  test('retries, turns and gotos are held back, too', () => {
    const story = started();
    story.override({ action: 'pause' });
    story.report('a', { outcome: 'continue' });
    expect(story.lines()['a']).toBe('queued');
    story.pass('retry', 'a');
    expect(story.said()).toBe('ignored: the run is paused');
    story.override({ action: 'resume' });
    expect(story.effects()).toEqual(['dispatch a 1.2']);
    story.override({ action: 'pause' });
    story.override({ action: 'goto', job: 'b' });
    expect(story.effects()).toEqual(['cancel_dispatch a']);
    story.override({ action: 'resume' });
    expect(story.effects()).toEqual(['dispatch b 1.1']);
  });

  test('a timeout waits, and time stands still', () => {
    const story = started();
    const before = Date.parse(story.document('a').timeoutAt ?? '');
    story.override({ action: 'pause' });
    story.pass('timeout', 'a');
    expect(story.said()).toBe('ignored: the run is paused');
    story.override({ action: 'resume' });
    const after = Date.parse(story.document('a').timeoutAt ?? '');
    expect(after - before).toBe(360 * minute);
  });

  test('a waiting merge leaves the queue to others and joins it again', () => {
    const story = started(`jobs:
  c: { type: commit, runs-on: engineering-manager, pull-request: 12 }
  v: { type: verify, needs: c, runs-on: qa-engineer, prompt: x }
`);
    const lease = {
      run: '7-1',
      job: 'c',
      attempt: 1,
      grantedAt: story.now,
      until: '2026-01-06T00:00:00.000Z',
      fence: 'x',
    };
    story.setQueue({ version: 1, base: 'main', entries: [], lease });
    story.report('c');
    story.override({ action: 'pause' });
    expect(story.state().queue.entries).toEqual([]);
    expect(story.lines()['c']).toBe('pending');
    story.setQueue({ version: 1, base: 'main', entries: [], lease: null });
    story.override({ action: 'resume' });
    expect(story.effects()).toEqual(['merge_pull c #12']);
  });

  test('agreed while paused: the merge is queued for on resume', () => {
    const story = started(`jobs:
  c: { type: commit, runs-on: engineering-manager, pull-request: 12 }
  v: { type: verify, needs: c, runs-on: qa-engineer, prompt: x }
`);
    story.override({ action: 'pause' });
    story.report('c');
    expect(story.state().queue).toMatchObject({ entries: [], lease: null });
    story.override({ action: 'resume' });
    expect(story.lines()['c']).toBe('in_progress');
  });

  test('pausing twice, resuming what is not paused: nothing', () => {
    const story = started();
    story.override({ action: 'resume' });
    expect(story.said()).toBe('run (resume refused)');
    story.override({ action: 'pause' });
    story.override({ action: 'pause' });
    expect(story.said()).toBe('run (pause refused)');
  });
});

describe('cancel and close', () => {
  test('ends what is open, evaluates the if of what is queued, and the run is cancelled', () => {
    const story = atGate();
    story.override({ action: 'cancel' }, 'Not needed any more.');
    expect(story.effects()).toEqual([expect.stringMatching(/^close_gate ok/)]);
    expect(story.lines()).toMatchObject({ ok: 'completed cancelled', cleanup: 'in_progress' });
    expect(story.state().run.cancelled).toMatchObject({
      by: { login: 'carol' },
      reason: 'Not needed any more.',
    });
    story.report('cleanup');
    expect(story.state().run).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(story.effects()).toEqual([]);
  });

  test('always() and cancelled() run after a cancel, failure() and success() do not', () => {
    const story = started(`jobs:
  a: { runs-on: web-designer, prompt: x }
  plain: { needs: a, runs-on: web-designer, prompt: x }
  on-failure: { needs: a, if: failure(), runs-on: web-designer, prompt: x }
  on-cancel: { needs: a, if: cancelled(), runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: escalate }
`);
    story.override({ action: 'cancel' });
    expect(story.lines()).toEqual({
      a: 'completed cancelled',
      plain: 'completed skipped',
      'on-failure': 'completed skipped',
      'on-cancel': 'in_progress',
    });
    story.fail('on-cancel');
    expect(story.lines()['on-cancel']).toBe('completed failure');
    expect(story.state().run.conclusion).toBe('failure');
  });

  test('in a cancelled run nobody is escalated to', () => {
    const story = started(`jobs:
  a: { runs-on: web-designer, prompt: x }
  z: { needs: a, if: always(), runs-on: web-designer, prompt: x, max-turns: 1 }
`);
    story.override({ action: 'cancel' });
    story.report('z', { outcome: 'continue' });
    expect(story.lines()['z']).toBe('completed failure');
  });

  test('ends a pause, and a retry that was waited for', () => {
    const story = started(`jobs:\n  a: { runs-on: web-designer, prompt: x, retry-delay: 1h }\n`);
    story.fail('a');
    story.override({ action: 'pause' });
    story.override({ action: 'cancel' });
    expect(story.state().run).toMatchObject({ paused: null, status: 'completed', conclusion: 'cancelled' });
    expect(story.document('a').retryAt).toBeNull();
  });

  test('a second cancel, and a change of course, come too late', () => {
    const story = atGate();
    story.override({ action: 'cancel' });
    story.override({ action: 'cancel' });
    expect(story.said()).toBe('run (cancel refused)');
    story.override({ action: 'goto', job: 'a' });
    expect(story.effects()[0]).toContain('the run is being cancelled');
    story.happen({ type: 'issue_closed' });
    expect(story.said()).toBe('ignored: the run is being cancelled already');
  });

  test('close ends a cancelled run at once, always() or not', () => {
    const story = atGate();
    story.override({ action: 'cancel' });
    story.override({ action: 'close' });
    expect(story.effects()).toEqual(['cancel_dispatch cleanup', 'close_issue not_planned']);
    expect(story.state().run.conclusion).toBe('cancelled');
  });

  test('the bead was closed by the merge of its own fix: it is opened again, and the run goes on', () => {
    const story = started();
    story.happen({ type: 'issue_closed', merged: 12 });
    expect(story.said()).toBe('bead (closed by the merge of #12, opened again)');
    expect(story.effects()).toEqual(['reopen_issue']);
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: it was opened again already');
    expect(story.state().run.conclusion).toBeNull();
  });

  test('the bead was closed by a person: the run is cancelled', () => {
    const story = started();
    story.happen({ type: 'issue_closed' });
    expect(story.said()).toBe('bead → cleanup (closed, run cancelled)');
    expect(story.state().run.cancelled?.reason).toBe('the bead was closed');
  });
});

describe('five minutes after a cancel', () => {
  const stubborn = `jobs:
  clean: { if: always(), runs-on: treadle, steps: [{ run: sleep 600 }] }
  ask: { if: always(), runs-on: backend-engineer, prompt: x, timeout-minutes: 10 }
  legs: { if: always(), runs-on: web-designer, prompt: x, strategy: { matrix: { n: [1, 2] } } }
  later: { needs: [clean, ask, legs], if: always(), runs-on: web-designer, prompt: x }
  ok: { type: approval, runs-on: ceo }
`;

  test('all that is open is ended, whatever its if, and nothing begins any more', () => {
    const story = started(stubborn);
    story.override({ action: 'cancel' });
    const { stopAt = '' } = story.state().run;
    expect(Date.parse(stopAt) - Date.parse(story.now)).toBe(5 * minute);
    expect(story.lines()).toMatchObject({
      clean: 'in_progress',
      ask: 'in_progress',
      ok: 'completed cancelled',
    });
    expect(dueAt(story.state().run, story.document('ask'))).toBe(stopAt);
    story.report('legs.1');
    story.pass('stop', 'run');
    expect(story.said()).toBe('run → end (stopped)');
    expect(story.effects()).toEqual([
      'cancel_steps clean 1 by force',
      'cancel_dispatch ask',
      'cancel_dispatch legs.0',
    ]);
    expect(story.lines()).toEqual({
      clean: 'completed cancelled',
      ask: 'completed cancelled',
      legs: 'completed cancelled',
      'legs.0': 'completed cancelled',
      'legs.1': 'completed success',
      later: 'completed cancelled',
      ok: 'completed cancelled',
    });
    expect(story.attempts('ask')).toEqual(['cancelled: the run was cancelled five minutes ago']);
    expect(story.state().run).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(deadlinesOf(story.state())).toEqual([]);
  });

  test('a job that is due earlier keeps its own time', () => {
    const story = started(stubborn.replace('timeout-minutes: 10', 'timeout-minutes: 3'));
    story.override({ action: 'cancel' });
    expect(dueAt(story.state().run, story.document('ask'))).toBe(story.document('ask').timeoutAt);
  });

  test('nothing is left to do in a run that ended by itself', () => {
    const story = started(two);
    story.override({ action: 'cancel' });
    story.report('cleanup');
    expect(story.state().run.status).toBe('completed');
    expect(deadlinesOf(story.state())).toEqual([]);
  });

  test('the steps that were called off leave their log', () => {
    const story = started(`jobs:
  a: { runs-on: treadle, steps: [{ run: x }] }
  z: { needs: a, if: always(), runs-on: web-designer, prompt: x }
`);
    story.override({ action: 'cancel' });
    expect(story.effects()).toContain('cancel_steps a 1');
    const record = { steps: [], log: 'half\n' };
    const steps = { type: 'steps_finished', job: 'a', attempt: 1, outcome: 'failure', reason: 'x' } as const;
    story.happen({ ...steps, outputs: { late: 'x' }, steps: record });
    expect(story.said()).toBe('a (log of attempt 1)');
    expect(story.document('a')).toMatchObject({
      outputs: {},
      attempts: [{ outcome: 'cancelled', steps: record }],
    });
    story.happen({ ...steps, outputs: {}, steps: { steps: [], log: 'again' } });
    expect(story.said()).toBe('ignored: its attempt is over');
  });
});
