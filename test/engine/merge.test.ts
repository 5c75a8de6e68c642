/** The commit queue: one lease, first in first out, fenced, and what comes of a merge. */
import { describe, expect, test } from 'vitest';

import type { QueueDocument } from '../../src/engine/state/queue.ts';
import { beginStory, config, minute, type Options } from './story.ts';

const yaml = `jobs:
  fix: { runs-on: backend-engineer, prompt: x, outputs: { pull-request: {} } }
  commit:
    type: commit
    needs: fix
    runs-on: engineering-manager
    pull-request: \${{ needs.fix.outputs.pull-request }}
    on-failure: fix
    outputs: { note: {} }
  verify: { type: verify, needs: commit, runs-on: qa-engineer, prompt: x }
`;

const theirs = { run: '7-1', job: 'commit', attempt: 1, since: '2026-01-05T08:00:00.000Z' };
const theirLease = {
  run: '7-1',
  job: 'commit',
  attempt: 1,
  grantedAt: '2026-01-05T08:00:00.000Z',
  until: '2026-01-05T23:00:00.000Z',
  fence: 'their-event',
};
const queueOf = (queue: Partial<QueueDocument>): QueueDocument => ({
  version: 1,
  base: 'main',
  entries: [],
  lease: null,
  ...queue,
});

/** A run whose engineering manager has agreed. */
const agreed = (queue: Partial<QueueDocument> = {}, pull = '12', more: Options = {}) => {
  const story = beginStory(yaml, { queue: queueOf(queue), ...more });
  story.start();
  story.report('fix', { outputs: { 'pull-request': pull } });
  story.report('commit', { outputs: { note: 'clean' } });
  return story;
};
const inboxOf = (story: ReturnType<typeof agreed>) =>
  story.last.kind === 'applied' ? story.last.inbox.map((event) => `${event.type} ${event.run}`) : [];

describe('the lease', () => {
  test('an empty queue gives it at once, fenced by the event, for the configured time', () => {
    const story = agreed();
    const { queue } = story.state();
    expect(queue.entries).toEqual([]);
    expect(queue.lease).toMatchObject({ run: '42-1', job: 'commit', attempt: 1, fence: story.lastEvent.id });
    expect(Date.parse(queue.lease?.until ?? '') - Date.parse(story.now)).toBe(5 * minute);
    expect(story.effects()).toEqual(['merge_pull commit #12']);
    expect(story.said()).toBe('commit → merge (checks passed)');
    expect(story.document('commit').timeoutAt).toBeNull();
    expect(story.lines()['commit']).toBe('in_progress');
  });

  test('merged: done, with the sha among the outputs', () => {
    const story = agreed();
    story.merged('commit', 'abc123');
    expect(story.document('commit')).toMatchObject({
      merge: null,
      outputs: { note: 'clean', sha: 'abc123' },
    });
    expect(story.state().queue.lease).toBeNull();
    expect(story.said()).toBe('commit → verify (merged)');
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: no merge of that pull request is awaited');
  });

  test('merged: the workflows of the settings are started', () => {
    const settings = { ...config.settings, afterMerge: ['ci.yml', 'e2e.yml'] };
    const story = agreed({}, '12', { config: { ...config, settings } });
    story.merged('commit', 'abc123');
    expect(story.effects()).toEqual([
      'start_workflow ci.yml abc123',
      'start_workflow e2e.yml abc123',
      'dispatch verify 1.1',
    ]);
  });

  test('while another run has it, the job is pending; its turn comes by an event', () => {
    const story = agreed({ lease: theirLease });
    expect(story.lines()['commit']).toBe('pending');
    expect(story.said()).toBe('commit → commit queue (checks passed)');
    expect(story.state().run.status).toBe('pending');
    const [mine] = story.state().queue.entries;
    story.happen({ type: 'queue_advanced', base: 'main' });
    expect(story.said()).toBe('ignored: the lease is not for this run');
    story.setQueue(queueOf({ entries: mine === undefined ? [] : [mine] }));
    story.happen({ type: 'queue_advanced', base: 'release' });
    expect(story.said()).toBe('ignored: the run commits to main');
    story.happen({ type: 'queue_advanced', base: 'main' });
    expect(story.said()).toBe('commit (takes the lease)');
    expect(story.effects()).toEqual(['merge_pull commit #12']);
  });

  test('behind others the event is not for us', () => {
    const story = agreed({ entries: [theirs] });
    story.happen({ type: 'queue_advanced', base: 'main' });
    expect(story.said()).toBe('ignored: the lease is not for this run');
  });

  test('given back, it goes to the next, by an event with a derived id', () => {
    const story = agreed();
    story.setQueue(queueOf({ lease: story.state().queue.lease, entries: [theirs] }));
    story.merged();
    expect(story.last).toMatchObject({
      inbox: [{ type: 'queue_advanced', run: '7-1', base: 'main', actor: { kind: 'treadle' } }],
    });
  });

  test('one that ran out is taken over, and who lost it is told', () => {
    const story = agreed({ lease: theirLease });
    const { entries } = story.state().queue;
    story.setQueue(queueOf({ entries, lease: { ...theirLease, until: '2026-01-05T09:00:00.000Z' } }));
    story.happen({ type: 'queue_advanced', base: 'main' });
    expect(story.state().queue.lease?.run).toBe('42-1');
    expect(inboxOf(story)).toEqual(['queue_advanced 7-1']);
  });

  test('who lost it queues again, and a second time its attempt failed', () => {
    const story = agreed();
    story.setQueue(queueOf({ lease: theirLease }));
    story.happen({ type: 'queue_advanced', base: 'main' });
    expect(story.said()).toBe('commit (lost the lease)');
    expect(story.lines()['commit']).toBe('pending');
    expect(story.document('commit').merge).toMatchObject({ pull: 12, expiries: 1 });
    const { entries } = story.state().queue;
    expect(entries).toHaveLength(1);
    story.setQueue(queueOf({ entries }));
    story.happen({ type: 'queue_advanced', base: 'main' });
    story.setQueue(queueOf({ lease: theirLease }));
    story.happen({ type: 'queue_advanced', base: 'main' });
    expect(story.attempts('commit')[0]).toBe(
      'failure: the merge of #12 was not done within the lease, 2 times',
    );
    expect(story.effects()).toEqual(['dispatch commit 2.1']);
  });

  test('it runs out: with others waiting to the tail, alone it is granted anew', () => {
    const story = agreed();
    story.setQueue(queueOf({ lease: story.state().queue.lease, entries: [theirs] }));
    story.pass('lease', 'commit');
    expect(story.said()).toBe('commit (lease ran out)');
    expect(inboxOf(story)).toEqual(['queue_advanced 7-1']);
    expect(story.state().queue.entries.map((entry) => entry.run)).toEqual(['7-1', '42-1']);
    const alone = agreed();
    alone.pass('lease', 'commit');
    expect(alone.effects()).toEqual(['merge_pull commit #12']);
    expect(alone.state().queue.lease?.fence).toBe(alone.lastEvent.id);
  });

  test('a merge that was done under a lease that ran out counts', () => {
    const story = agreed();
    story.setQueue(queueOf({ lease: story.state().queue.lease, entries: [theirs] }));
    story.pass('lease', 'commit');
    story.merged();
    expect(story.lines()['commit']).toBe('completed success');
    expect(story.state().queue.entries).toEqual([theirs]);
  });

  test('cancelled while first in a queue without a lease, the next is told', () => {
    const story = agreed({ lease: theirLease });
    story.setQueue(queueOf({ entries: [...story.state().queue.entries, theirs] }));
    story.override({ action: 'cancel' });
    expect(inboxOf(story)).toEqual(['queue_advanced 7-1']);
    expect(story.state().queue.entries).toEqual([theirs]);
  });
});

describe('required checks', () => {
  const waiting = () => {
    const story = beginStory(yaml, { queue: queueOf({}), awaitsChecks: true });
    story.start();
    story.report('fix', { outputs: { 'pull-request': '12' } });
    story.report('commit', { outputs: { note: 'clean' } });
    return story;
  };

  test('are awaited before the lease, which is free for others meanwhile', () => {
    const story = waiting();
    expect(story.said()).toBe('commit → checks (success)');
    expect(story.lines()['commit']).toBe('pending');
    expect(story.state().queue).toEqual(queueOf({}));
    expect(story.effects()).toEqual([]);
    story.checks('pending', ['build']);
    expect(story.document('commit').merge?.checks).toMatchObject({ state: 'pending', names: ['build'] });
    expect(story.said()).toBe('commit (checks pending)');
    story.checks('pending', ['build']);
    expect(story.said()).toBe('ignored: that is known already');
    story.checks('held', ['build']);
    expect(story.said()).toBe('commit (checks wait for approval)');
    story.checks();
    expect(story.document('commit')).toMatchObject({ merge: { pull: 12, head: null }, timeoutAt: null });
    expect(story.effects()).toEqual(['merge_pull commit #12']);
    story.checks();
    expect(story.said()).toBe('ignored: no such checks are awaited');
  });

  test.each([
    {
      verdict: 'failed',
      names: ['build', 'lint'],
      feedback: 'The required checks of #12 failed: build, lint.',
    },
    {
      verdict: 'behind',
      names: [],
      feedback:
        '#12 is behind its base branch, and a rule of the branch wants it up to date: merge the base branch into it.',
    },
  ] as const)('$verdict go back to rework at once', ({ verdict, names, feedback }) => {
    const story = waiting();
    story.checks(verdict, names);
    expect(story.effects()).toEqual(['dispatch fix 2.1']);
    expect(story.document('fix').feedback?.text).toBe(feedback);
  });

  test('of an earlier attempt change nothing', () => {
    const story = waiting();
    const { pull = 0 } = story.document('commit').merge ?? {};
    story.happen({ type: 'checks_changed', job: 'commit', attempt: 9, pull, verdict: 'failed', names: [] });
    expect(story.said()).toBe('ignored: its attempt is over');
  });

  test('that do not end are a failed attempt', () => {
    const story = waiting();
    story.pass('timeout', 'commit');
    expect(story.effects()).toEqual(['dispatch commit 2.1']);
  });

  test('are awaited in a paused run, too; it queues when it is resumed', () => {
    const story = waiting();
    story.override({ action: 'pause' });
    story.checks('pending', ['build']);
    story.override({ action: 'resume' });
    expect(story.state().queue).toEqual(queueOf({}));
    story.override({ action: 'pause' });
    story.checks();
    expect(story.effects()).toEqual([]);
    story.override({ action: 'resume' });
    expect(story.effects()).toEqual(['merge_pull commit #12']);
  });

  test('matter no more when a person merged it', () => {
    const story = waiting();
    story.merged();
    expect(story.lines()['commit']).toBe('completed success');
  });
});

describe('a refusal', () => {
  test.each([
    'conflict',
    'head-moved',
    'checks',
    'behind',
    'approval-void',
    'protected-path',
    'closed',
  ] as const)('%s goes back to rework at once: the same again cannot help', (cause) => {
    const story = agreed();
    story.refuse(cause, 'src/a.ts conflicts');
    expect(story.said()).toBe(`commit → fix (merge refused: ${cause})`);
    expect(story.effects()).toEqual(['dispatch fix 2.1']);
    expect(story.document('fix').feedback).toEqual({ from: 'commit', text: 'src/a.ts conflicts' });
    expect(story.state().queue.lease).toBeNull();
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: no such merge is awaited');
  });

  test('not-permitted is a failed attempt', () => {
    const story = agreed();
    story.refuse('not-permitted');
    expect(story.effects()).toEqual(['dispatch commit 2.1']);
    expect(story.attempts('commit')).toEqual(['failure: refused: not-permitted', 'running']);
  });

  test('of a job that was never started is ignored', () => {
    const story = beginStory(yaml);
    story.start();
    for (const type of ['merge_refused', 'pull_request_merged'] as const) {
      story.happen({ type, job: 'commit', attempt: 1, pull: 12, cause: 'checks', detail: '', commit: '' });
      expect(story.last.kind).toBe('ignored');
    }
  });
});

describe('several that conflict', () => {
  const reworked = { run: '7-1', job: 'commit' };
  /** The run's merge conflicts while another run is reworked after a conflict. */
  const behind = () => {
    const story = agreed({ reworked });
    story.refuse('conflict', 'src/a.ts conflicts');
    return story;
  };

  test('the first is reworked, and remembered until it merged', () => {
    const story = agreed();
    story.refuse('conflict');
    expect(story.state().queue).toMatchObject({ reworked: { run: '42-1', job: 'commit' }, lease: null });
    story.report('fix', { outputs: { 'pull-request': '13' } });
    story.report('commit', { outputs: { note: 'clean' } });
    story.refuse('conflict');
    expect(story.said()).toBe('commit → fix (merge refused: conflict)');
    story.report('fix', { outputs: { 'pull-request': '14' } });
    story.report('commit', { outputs: { note: 'clean' } });
    story.merged();
    expect(story.state().queue.reworked).toBeUndefined();
  });

  test('the others wait, and give the lease to those that do not', () => {
    const story = behind();
    expect(story.said()).toBe('commit (conflicts: behind the rework of 7-1)');
    expect(story.lines()['commit']).toBe('pending');
    expect(story.effects()).toEqual([]);
    expect(story.state().queue).toMatchObject({ entries: [{ run: '42-1', behind: '7-1' }], lease: null });
    const [own] = story.state().queue.entries;
    story.happen({ type: 'queue_advanced', base: 'main' });
    expect(story.said()).toBe('ignored: the lease is not for this run');
    // Who comes later and does not conflict goes first.
    const other = agreed({ reworked, entries: own === undefined ? [] : [{ ...own, run: '8-1' }] });
    expect(other.lines()['commit']).toBe('in_progress');
  });

  test('those that wait for one that merged wait for the next, and are not tried in vain', () => {
    const story = behind();
    const [own] = story.state().queue.entries;
    const later = { ...theirs, run: '9-1', behind: '7-1' };
    story.setQueue(queueOf({ entries: own === undefined ? [] : [own, later] }));
    story.happen({ type: 'queue_advanced', base: 'main' });
    story.refuse('conflict');
    expect(story.state().queue).toMatchObject({
      reworked: { run: '42-1' },
      entries: [{ run: '9-1', behind: '42-1' }],
      lease: null,
    });
    expect(inboxOf(story)).toEqual([]);
  });

  test('when that is merged the next is tried again, and is reworked if it still conflicts', () => {
    const story = behind();
    const { entries } = story.state().queue;
    story.setQueue(queueOf({ entries }));
    story.happen({ type: 'queue_advanced', base: 'main' });
    expect(story.effects()).toEqual(['merge_pull commit #12']);
    expect(story.attempts('commit')).toEqual(['running']);
    story.refuse('conflict', 'src/a.ts conflicts');
    expect(story.effects()).toEqual(['dispatch fix 2.1']);
  });

  test('the same refusal again changes nothing', () => {
    const story = behind();
    const before = story.state();
    story.apply(story.lastEvent);
    expect(story.said()).toMatch(/^ignored/);
    expect(story.state()).toEqual(before);
  });

  test('a run waits neither for its caller nor with a place in a concurrency group that others wait for', () => {
    const parent = {
      ...{ run: '7-1', job: 'call', attempt: 1, callers: ['7-1'] },
      outermost: { number: 7, workflow: 'Outer' },
    };
    const called = agreed({ reworked }, '12', { parent });
    called.refuse('conflict');
    expect(called.said()).toBe('commit → fix (merge refused: conflict)');
    expect(called.state().queue.reworked).toEqual(reworked);

    const grouped = beginStory(yaml.replace('type: commit', 'type: commit\n    concurrency: merge'), {
      queue: queueOf({ reworked }),
    });
    grouped.start();
    grouped.report('fix', { outputs: { 'pull-request': '12' } });
    grouped.report('commit', { outputs: { note: 'clean' } });
    grouped.refuse('conflict');
    expect(grouped.said()).toBe('commit → fix (merge refused: conflict)');

    const whole = beginStory(`concurrency: bugs\n${yaml}`, { queue: queueOf({ reworked }) });
    whole.start();
    whole.report('fix', { outputs: { 'pull-request': '12' } });
    whole.report('commit', { outputs: { note: 'clean' } });
    whole.refuse('conflict');
    expect(whole.said()).toBe('commit (conflicts: behind the rework of 7-1)');
  });

  test('a merge that was made without the lease lets those behind go on as well', () => {
    const story = agreed();
    story.refuse('conflict');
    story.report('fix', { outputs: { 'pull-request': '13' } });
    story.report('commit', { outputs: { note: 'clean' } });
    story.setQueue(
      queueOf({ reworked: { run: '42-1', job: 'commit' }, entries: [{ ...theirs, behind: '42-1' }] }),
    );
    story.merged();
    expect(inboxOf(story)).toEqual(['queue_advanced 7-1']);
  });

  test.each<[name: string, happens: (story: ReturnType<typeof agreed>) => void]>([
    ['merged', (story) => story.merged()],
    [
      'paused',
      (story) => {
        story.refuse('conflict');
        story.override({ action: 'pause' });
      },
    ],
    ['cancelled', (story) => story.override({ action: 'cancel' })],
    ['skips the commit', (story) => story.override({ action: 'skip', job: 'commit' })],
    [
      'is with the CEO',
      (story) => {
        story.refuse('conflict');
        [1, 2, 3].forEach(() => story.fail('fix'));
      },
    ],
  ])('those behind go on when the run in front is %s', (_, happens) => {
    const waits = { ...theirs, behind: '42-1' };
    const story = agreed();
    story.refuse('conflict');
    story.report('fix', { outputs: { 'pull-request': '13' } });
    story.report('commit', { outputs: { note: 'clean' } });
    story.setQueue({ ...story.state().queue, entries: [waits] });
    expect(story.state().queue.reworked).toEqual({ run: '42-1', job: 'commit' });
    happens(story);
    expect(story.state().queue.reworked).toBeUndefined();
    expect(inboxOf(story)).toContain('queue_advanced 7-1');
  });
});

describe('what is merged', () => {
  test.each([
    '12',
    ' #12 ',
    'https://github.com/acme/shop/pull/12',
    'http://localhost:1/a/b/pull/12/files#x',
  ])('"%s" is a pull request', (pull) => {
    expect(agreed({}, pull).document('commit').merge).toEqual({ pull: 12, head: null });
  });

  test.each(['', 'none', '0', '#', '12 and 13', 'https://github.com/acme/shop/issues/12'])(
    '"%s" is none: back to rework',
    (pull) => {
      const story = agreed({}, pull);
      expect(story.effects()).toEqual(['dispatch fix 2.1']);
      expect(story.document('fix').feedback?.text).toContain('names no pull request');
    },
  );

  test('one that cannot be evaluated is none', () => {
    const broken = yaml.replace('needs.fix.outputs.pull-request', 'fromJSON(needs.fix.outputs.pull-request)');
    const story = beginStory(broken);
    story.start();
    story.report('fix', { outputs: { 'pull-request': '{' } });
    story.report('commit');
    expect(story.effects()).toEqual(['dispatch fix 2.1']);
  });
});

describe('a merge by a person', () => {
  const agreed = () => {
    const story = beginStory(
      `jobs:
  commit: { type: commit, runs-on: engineering-manager, pull-request: '12', merged-by: person, max-attempts: 1 }
  verify: { type: verify, needs: commit, runs-on: qa-engineer, prompt: x }
`,
      { awaitsChecks: true },
    );
    story.start();
    story.report('commit');
    return story;
  };

  test('is awaited, and never done by Treadle', () => {
    const story = agreed();
    expect(story.said()).toBe('commit → a person (success)');
    story.checks('pending', ['build']);
    story.checks('unmerged');
    expect(story.said()).toBe('commit (a person is to merge)');
    expect(story.effects()).toEqual([]);
    expect(story.state().queue.entries).toEqual([]);
    story.checks();
    story.merged();
    expect(story.said()).toBe('commit → verify (merged)');
  });

  test('that does not come in 30 days is the CEO’s matter', () => {
    const story = agreed();
    story.checks('unmerged');
    expect(story.document('commit').timeoutAt).toBe('2026-02-04T09:02:00.000Z');
    story.pass('timeout', 'commit');
    expect(story.document('commit').escalation?.cause).toBe('timeout');
  });

  test('fails where the pull request was closed', () => {
    const story = agreed();
    story.checks();
    story.refuse('closed', '#12 was closed without a merge by a person.');
    expect(story.document('commit').escalation?.reason).toBe('#12 was closed without a merge by a person.');
  });
});

describe('a base branch with a merge queue of the forge', () => {
  const enqueuedAt = '2026-01-05T09:05:30Z';
  const enqueued = (queue: Partial<QueueDocument> = {}) => {
    const story = agreed(queue);
    story.happen({ type: 'pull_request_enqueued', job: 'commit', attempt: 1, pull: 12, enqueuedAt });
    return story;
  };

  test('the checks tell that there is one, and the merge remembers it', () => {
    const story = beginStory(yaml, { awaitsChecks: true });
    story.start();
    story.report('fix', { outputs: { 'pull-request': '12' } });
    story.report('commit', { outputs: { note: 'clean' } });
    story.happen({
      type: 'checks_changed',
      job: 'commit',
      attempt: 1,
      pull: 12,
      verdict: 'passed',
      names: [],
      mergeQueue: true,
    });
    expect(story.document('commit').merge).toMatchObject({ pull: 12, mergeQueue: true });
  });

  test('the lease covers putting it there, and goes on to the next run', () => {
    const story = agreed();
    story.setQueue(queueOf({ lease: story.state().queue.lease, entries: [theirs] }));
    story.happen({ type: 'pull_request_enqueued', job: 'commit', attempt: 1, pull: 12, enqueuedAt });
    expect(story.said()).toBe('commit → merge queue (#12 enqueued)');
    expect(story.state().queue.lease).toBeNull();
    expect(inboxOf(story)).toEqual(['queue_advanced 7-1']);
    expect(story.lines()['commit']).toBe('pending');
    expect(story.effects()).toEqual([]);
    expect(story.state().run.outbox.map(({ effect }) => effect.type)).not.toContain('merge_pull');
    expect(story.document('commit').merge?.checks).toEqual({
      state: 'enqueued',
      names: [],
      since: enqueuedAt,
    });
    expect(Date.parse(story.document('commit').timeoutAt ?? '') - Date.parse(story.now)).toBe(360 * minute);
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: it does not hold the lease');
    story.happen({ type: 'pull_request_enqueued', job: 'commit', attempt: 1, pull: 13, enqueuedAt });
    expect(story.said()).toBe('ignored: no merge of that pull request is awaited');
    story.checks('enqueued');
    expect(story.said()).toBe('ignored: that is known already');
  });

  test('what it merged is merged', () => {
    const story = enqueued();
    story.checks('passed');
    story.merged('commit', 'abc123');
    expect(story.said()).toBe('commit → verify (merged)');
    expect(story.state().run.outbox.map(({ effect }) => effect.type)).not.toContain('leave_merge_queue');
  });

  test('what it put out goes back to rework with its reason', () => {
    const story = enqueued();
    story.checks('ejected', ['failed checks']);
    expect(story.effects()).toEqual(['dispatch fix 2.1']);
    expect(story.document('fix').feedback?.text).toMatch(
      /^The merge queue put #12 out again: failed checks\. /,
    );
  });

  test('what is not wanted any more, or takes too long, is taken out', () => {
    const late = enqueued();
    late.pass('timeout', 'commit');
    expect(late.effects()[0]).toBe('leave_merge_queue #12');
    const gone = enqueued();
    gone.override({ action: 'cancel' });
    expect(gone.effects()).toContain('leave_merge_queue #12');
  });
});

describe('a merge that the base branch lost', () => {
  const lost = (job = 'verify', attempt = 1) =>
    ({ type: 'merge_lost', job, attempt, commit: 'abc123def456' }) as const;
  const merged = () => {
    const story = agreed();
    story.merged('commit', 'abc123def456');
    return story;
  };

  test('is not verified: the work goes to the CEO or along the edge with the reason, and nobody is told off', () => {
    const story = merged();
    story.happen(lost());
    expect(story.attempts('verify')).toEqual([
      expect.stringMatching(/^failure: main does not contain the merge abc123def4: /),
    ]);
    expect(story.document('verify').escalation?.cause).toBe('failure');
    expect(story.effects()).not.toContainEqual(expect.stringContaining('cancel_dispatch'));
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: it is not verified now');
  });

  test.each([
    { name: 'another attempt', event: lost('verify', 2) },
    { name: 'a job that verifies nothing', event: lost('fix') },
    { name: 'a job that is not there', event: lost('nowhere') },
  ])('of $name is ignored', ({ event }) => {
    const story = merged();
    story.happen(event);
    expect(story.said()).toBe('ignored: it is not verified now');
  });
});
