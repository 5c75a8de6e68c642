/** Bookkeeping: what performed effects teach, what failed ones lead to, and who may perform them. */
import { describe, expect, test } from 'vitest';

import { claimEffects, recordEffects } from '../../src/engine/record.ts';
import type { EffectsRecorded } from '../../src/engine/event.ts';
import { beginStory, deepFreeze } from './story.ts';

const yaml = `jobs:
  a: { runs-on: web-designer, prompt: x }
  ok: { type: approval, needs: a, runs-on: ceo }
  c: { type: commit, needs: ok, runs-on: engineering-manager, pull-request: 12 }
  v: { type: verify, needs: c, runs-on: qa-engineer, prompt: x }
`;

const failed = { kind: 'failed', problem: 'the forge is down' } as const;

const started = () => {
  const story = beginStory(yaml);
  story.start();
  return story;
};
const recordedBy = (
  story: ReturnType<typeof started>,
  more: Partial<EffectsRecorded> = {},
): EffectsRecorded => ({
  version: 1,
  type: 'effects_recorded',
  id: 'recorded',
  at: story.now,
  results: [],
  commits: {},
  wake: { wake: 'w', until: story.now },
  ...more,
});

describe('recording', () => {
  test('done effects leave the outbox; what was learnt is kept', () => {
    const story = started();
    story.perform('update_status', () => ({ kind: 'done', remote: { comment: 9 } }));
    expect(story.state().run.statusComment).toBe(9);
    story.perform();
    expect(story.state().run.outbox).toEqual([]);
    const before = story.state();
    expect(recordEffects(story.context(), before, [], recordedBy(story))).toBe(before);
    const unknown = [{ effect: 'unknown', result: failed }];
    expect(recordEffects(story.context(), before, unknown, recordedBy(story))).toBe(before);
  });

  test('a status comment that is not said stays; the dispatch of a turn that was answered needs no recording', () => {
    const story = started();
    story.perform('update_status', () => ({ kind: 'done', remote: { comment: 9 } }));
    story.report('a');
    story.perform('update_status', () => ({ kind: 'done', remote: {} }));
    expect(story.state().run.statusComment).toBe(9);
    expect(story.state().run.outbox.map((entry) => entry.effect.type)).toEqual(['open_gate']);
  });

  test('the commit of the last transition is written down, once', () => {
    const story = started();
    const commits = {
      '42-1': { event: story.lastEvent.id, oid: 'a'.repeat(40) },
      'other-1': { event: 'x', oid: 'b' },
    };
    const event = recordedBy(story, { commits });
    const after = recordEffects(story.context(), story.state(), [], event);
    expect(after.run.lastCommit).toEqual(commits['42-1']);
    expect(recordEffects(story.context(), after, [], event)).toBe(after);
    const next = { '42-1': { event: story.lastEvent.id, oid: 'c'.repeat(40) } };
    const later = recordEffects(story.context(), after, [], recordedBy(story, { commits: next }));
    expect(later.run.lastCommit?.oid).toBe('c'.repeat(40));
  });

  test('a gate learns its pull request, and what is not said stays', () => {
    const story = started();
    story.report('a');
    story.perform('open_gate', () => ({ kind: 'done', remote: {} }));
    expect(story.document('ok').gate).toMatchObject({ pull: null, head: null });
  });

  test('an escalation that learns nothing stays as it is', () => {
    const story = beginStory(`jobs:\n  a: { runs-on: product-manager, prompt: x }\n`);
    story.start();
    story.perform('open_escalation', () => ({ kind: 'done', remote: {} }));
    expect(story.document('a').escalation).toMatchObject({ issue: null, pull: null, head: null });
  });

  test('a merge learns the head that its performer found, once', () => {
    const story = started();
    story.report('a');
    story.override({ action: 'approve', job: null });
    story.report('c');
    story.perform('merge_pull', () => ({ kind: 'done', remote: { head: 'h1' } }));
    expect(story.document('c').merge).toEqual({ pull: 12, head: 'h1' });
    story.pass('lease', 'c');
    story.perform('merge_pull', () => ({ kind: 'done', remote: { head: 'h2' } }));
    expect(story.document('c').merge?.head).toBe('h1');
  });

  test('a merge without a head, or one that is over, learns nothing', () => {
    const story = started();
    story.report('a');
    story.override({ action: 'approve', job: null });
    story.report('c');
    story.perform('merge_pull', () => ({ kind: 'done', remote: {} }));
    expect(story.document('c').merge?.head).toBeNull();
    story.refuse('checks', 'red', 'c');
    story.report('c');
    story.refuse('checks', 'red', 'c');
    story.perform('merge_pull', () => ({ kind: 'done', remote: { head: 'h1' } }));
    expect(story.document('c').merge).toBeNull();
  });
});

describe('what could not be performed', () => {
  test('failures are counted and kept in words', () => {
    const story = started();
    story.perform('dispatch', () => failed);
    expect(story.state().run.outbox[0]).toMatchObject({ failures: 1, problem: 'the forge is down' });
  });

  test('five failures of a dispatch escalate the job, in one transition of bookkeeping', () => {
    const story = started();
    for (let failure = 0; failure < 5; failure += 1) story.perform('dispatch', () => failed);
    expect(story.effects()).toEqual(['cancel_dispatch a', 'open_escalation a']);
    expect(story.document('a').escalation).toMatchObject({
      cause: 'effect-failed',
      reason: 'a could not be dispatched, 5 times: the forge is down',
    });
    expect(story.state().run.outbox.filter((one) => one.effect.type === 'update_status')).toHaveLength(1);
    expect(story.state().run.updatedAt).toBe(story.now);
    story.override({ action: 'retry', job: null });
    expect(story.effects()).toEqual(['dispatch a 2.1']);
  });

  test('five failures of asking escalate the approval', () => {
    const story = started();
    story.report('a');
    for (let failure = 0; failure < 5; failure += 1) story.perform('open_gate', () => failed);
    expect(story.document('ok').escalation?.reason).toMatch(/^ok could not ask for its approval, 5 times/);
    expect(story.document('ok').gate).toBeNull();
  });

  test('five failures of merging escalate; the lease is given back when it runs out', () => {
    const story = started();
    story.report('a');
    story.override({ action: 'approve', job: null });
    story.report('c');
    for (let failure = 0; failure < 5; failure += 1) story.perform('merge_pull', () => failed);
    expect(story.document('c').escalation?.reason).toMatch(/^c could not be merged, 5 times/);
    expect(story.state().queue.lease?.run).toBe('42-1');
    story.pass('lease', 'c');
    expect(story.said()).toBe('c (gives the lease back)');
    expect(story.state().queue.lease).toBeNull();
    story.perform();
    story.merged('c');
    expect(story.effects()).toEqual([
      expect.stringMatching(/^close_escalation #\d+: pull request #12 was merged as c0ffee$/),
      'dispatch v 1.1',
    ]);
  });

  test('five failures of what nobody waits for are forgotten, of what people should see they are kept', () => {
    const story = started();
    story.override({ action: 'goto', job: 'ok' });
    for (let failure = 0; failure < 6; failure += 1) story.perform(undefined, () => failed);
    const kept = story.state().run.outbox.map(({ effect, failures }) => `${effect.type} ${failures}`);
    expect(kept.filter((one) => one.startsWith('dispatch'))).toEqual([]);
    expect(kept).toContain('cancel_dispatch 6');
    expect(story.document('ok').escalation?.cause).toBe('effect-failed');
  });

  test('what was dropped though it is wanted stays; what nobody waits for goes', () => {
    const story = started();
    story.perform(undefined, () => ({ kind: 'dropped', reason: 'the claim ran out' }));
    expect(story.state().run.outbox).toMatchObject([
      { effect: { type: 'dispatch' }, failures: 1, problem: 'the claim ran out' },
    ]);
    story.override({ action: 'skip', job: 'a' });
    story.perform('dispatch', () => ({ kind: 'dropped', reason: 'no longer wanted' }));
    expect(story.state().run.outbox.map((entry) => entry.effect.type)).not.toContain('dispatch');
  });

  test.each(['open_gate', 'open_escalation', 'merge_pull'] as const)(
    'a dropped %s that is wanted stays',
    (type) => {
      const story = started();
      if (type === 'open_escalation') for (let n = 0; n < 3; n += 1) story.fail('a');
      else story.report('a');
      if (type === 'merge_pull') {
        story.override({ action: 'approve', job: null });
        story.report('c');
      }
      story.perform(type, () => ({ kind: 'dropped', reason: 'too late' }));
      expect(story.state().run.outbox.map((entry) => entry.effect.type)).toContain(type);
    },
  );
});

describe('claiming', () => {
  test('hands the named effects to another wake', () => {
    const story = started();
    const before = story.state();
    const claim = { wake: 'second', until: '2026-01-06T00:00:00.000Z' };
    const event = {
      version: 1,
      type: 'effects_claimed',
      id: 'claimed',
      at: story.now,
      effects: [],
      claim,
      ground: 'its claim ran out',
    } as const;
    const [first] = before.run.outbox;
    const after = claimEffects(before, [first?.id ?? ''], deepFreeze(event));
    expect(after.run.outbox.map((entry) => entry.claim.wake)).toEqual(['second', 'wake']);
    expect(after.jobs).toBe(before.jobs);
    expect(claimEffects(before, ['unknown'], event)).toBe(before);
  });
});
