import { describe, expect, it } from 'vitest';
import { awaitedOf } from '../../../src/engine/view/awaited.ts';
import { explainRun } from '../../../src/engine/view/explain.ts';
import { renderStatusComment } from '../../../src/engine/view/status-comment.ts';
import type { Effect } from '../../../src/engine/effect.ts';
import type { RunState } from '../../../src/engine/state/run.ts';
import { APPROVING, DONE, ESCALATED, FAILED, INVESTIGATING, PAUSED, QUEUED, RETRYING } from './cases.ts';
import { at, CONFIG, documentOf, EMPTY_QUEUE, escalationOf, gateOf, outboxOf, stateOf } from './states.ts';
import { BUG, jobOf, workflowOf } from './workflows.ts';

const ONE = workflowOf([jobOf('only', 'commit')]);

const groupWith = (job: string | null) => ({
  deploy: {
    version: 1 as const,
    name: 'deploy',
    running: { run: '41-1', job: 'ship', since: at('10:00') },
    pending: [{ run: '42-1', job, since: at('10:05') }],
  },
});
const IN_GROUP: RunState = {
  ...stateOf(BUG, { triage: 'pending' }, { run: { groups: { triage: 'deploy' } } }),
  groups: groupWith('triage'),
};
const HELD: RunState = {
  ...stateOf(BUG, {}, { run: { status: 'pending', groups: { '*': 'deploy' } } }),
  groups: groupWith(null),
};

/** What is awaited first, besides jobs that wait for jobs. */
const firstOf = (state: RunState, workflow = BUG): unknown =>
  awaitedOf(workflow, state).find(({ kind }) => kind !== 'needs');

describe('what a run waits for', () => {
  it.each([
    {
      name: 'an agent',
      state: INVESTIGATING.state,
      awaited: {
        kind: 'agent',
        job: 'investigate',
        attempt: 3,
        turn: 2,
        dispatch: 'd-3-2',
        until: at('11:20'),
      },
    },
    {
      name: 'an approval',
      state: APPROVING.state,
      awaited: { kind: 'approval', job: 'approve', role: 'ceo', gate: 'text', pull: 43, since: at('10:10') },
    },
    {
      name: 'the CEO',
      state: ESCALATED.state,
      awaited: { kind: 'escalation', job: 'fix', cause: 'attempts', issue: 50, pull: 51, since: at('10:20') },
    },
    {
      name: 'the commit lease',
      state: QUEUED.state,
      awaited: {
        kind: 'lease',
        job: 'commit',
        position: 2,
        holder: { run: '41-1', job: 'commit', until: at('10:34') },
      },
    },
    {
      name: 'the turn of a job in its group',
      state: IN_GROUP,
      awaited: { kind: 'group', job: 'triage', group: 'deploy', position: 1, holder: { run: '41-1' } },
    },
    {
      name: 'the turn of the run in its group',
      state: HELD,
      awaited: { kind: 'group', job: null, group: 'deploy', position: 1, holder: { run: '41-1' } },
    },
    {
      name: 'a retry',
      state: RETRYING.state,
      awaited: { kind: 'retry', job: 'triage', attempt: 2, until: at('10:40') },
    },
  ])('$name', ({ state, awaited }) => expect(firstOf(state)).toMatchObject(awaited));

  it.each([
    ['a job', IN_GROUP, 'triage waits for its turn in the concurrency group deploy'],
    ['a run', HELD, 'The run waits for its turn in the concurrency group deploy'],
  ])('%s in a group is told whom it waits for', (_name, state, words) => {
    const explained = explainRun(BUG, CONFIG, state);
    expect(explained).toContain('Waiting for its concurrency group');
    expect(explained).toContain(words);
    expect(explained).toContain('ship of run 41-1 is at work in it');
    const comment = renderStatusComment(BUG, CONFIG, state);
    expect(comment).toContain('after `ship of run 41-1`');
  });

  it('a pause comes first, then effects that failed, then the jobs', () => {
    const kinds = awaitedOf(PAUSED.workflow, PAUSED.state).map(({ kind, job }) => [kind, job]);
    expect(kinds).toEqual([
      ['paused', null],
      ['effect', null],
      ['effect', 'backend'],
      ['agent', 'backend'],
      ['wake', 'frontend'],
      ['needs', 'join'],
      ['needs', 'route'],
    ]);
  });

  it('needs are named as far as no other need implies them', () => {
    expect(awaitedOf(BUG, INVESTIGATING.state).filter(({ kind }) => kind === 'needs')).toContainEqual({
      kind: 'needs',
      job: 'fix',
      needs: ['approve'],
    });
  });

  it.each([DONE, FAILED])('a run that is $name waits for nothing', ({ workflow, state }) => {
    expect(awaitedOf(workflow, state)).toEqual([]);
  });

  const lease = {
    run: '42-1',
    job: 'only',
    attempt: 1,
    grantedAt: at('10:00'),
    until: at('10:05'),
    fence: 'f',
  };
  it.each([
    {
      name: 'its own merge',
      state: stateOf(ONE, { only: 'in_progress' }, { queue: { ...EMPTY_QUEUE, lease } }),
      awaited: { kind: 'merge', pull: null, until: at('10:05') },
    },
    {
      name: 'a merge after the lease was lost',
      state: stateOf(
        ONE,
        { only: 'in_progress' },
        { jobs: [documentOf('only', { merge: { pull: 9, head: null } })] },
      ),
      awaited: { kind: 'merge', pull: 9, until: null },
    },
    {
      name: 'a lease that nobody holds, at the end of the queue',
      state: stateOf(ONE, { only: 'pending' }),
      awaited: { kind: 'lease', position: 1, holder: null },
    },
    {
      name: 'the rework of another run that conflicted before',
      state: {
        ...stateOf(ONE, { only: 'pending' }),
        queue: {
          version: 1 as const,
          base: 'main',
          lease: null,
          reworked: { run: '7-1', job: 'only' },
          entries: [{ run: '42-1', job: 'only', attempt: 1, since: '2026-01-05T08:00:00Z', behind: '7-1' }],
        },
      },
      awaited: { kind: 'lease', position: 1, behind: '7-1' },
    },
    {
      name: 'a wake, in progress without a turn',
      state: stateOf(ONE, { only: 'in_progress' }),
      awaited: { kind: 'wake' },
    },
    {
      name: 'a wake, waiting without a document',
      state: stateOf(ONE, { only: 'waiting' }),
      awaited: { kind: 'wake' },
    },
    {
      name: 'a wake, waiting without a gate',
      state: stateOf(ONE, { only: 'waiting' }, { jobs: [documentOf('only')] }),
      awaited: { kind: 'wake' },
    },
    { name: 'a wake, queued', state: stateOf(ONE, {}), awaited: { kind: 'wake' } },
    {
      name: 'a wake, unknown to the run',
      state: stateOf(ONE, {}, { run: { jobs: {} } }),
      awaited: { kind: 'wake' },
    },
    {
      name: 'an approval that is not asked yet',
      state: stateOf(
        ONE,
        { only: 'waiting' },
        { jobs: [documentOf('only', { role: null, gate: gateOf({ pull: null }) })] },
      ),
      awaited: { kind: 'approval', pull: null, since: at('10:00') },
    },
    {
      name: 'a CEO who is not asked yet',
      state: stateOf(
        ONE,
        { only: 'waiting' },
        {
          jobs: [
            documentOf('only', { gate: gateOf(), escalation: escalationOf({ issue: null, pull: null }) }),
          ],
        },
      ),
      awaited: { kind: 'escalation', issue: null, pull: null },
    },
  ])('$name', ({ state, awaited }) => {
    expect(firstOf(state, ONE)).toMatchObject(awaited);
    expect(explainRun(ONE, CONFIG, state)).toContain('only');
    expect(renderStatusComment(ONE, CONFIG, state)).toContain('`only`');
  });
});

describe('effects', () => {
  const rows: readonly (readonly [Effect, boolean])[] = [
    [{ type: 'dispatch', job: 'only', attempt: 1, turn: 1, dispatch: 'd' }, true],
    [{ type: 'open_gate', job: 'only', attempt: 1 }, true],
    [{ type: 'open_escalation', job: 'only', escalation: 'e' }, true],
    [{ type: 'merge_pull', job: 'only', attempt: 1, pull: 3, head: null, fence: 'f' }, true],
    [{ type: 'cancel_dispatch', job: 'only', dispatch: 'd', reason: 'r' }, false],
    [{ type: 'close_gate', job: 'only', attempt: 1, pull: 2, reason: 'r' }, false],
    [{ type: 'close_escalation', job: 'a', escalation: 'e', issue: 5, pull: null, answer: 'a' }, false],
    [{ type: 'remind_ceo', job: 'only', escalation: 'e', issue: 5, number: 1 }, false],
    [{ type: 'leave_merge_queue', job: 'only', pull: 3 }, false],
    [{ type: 'start_workflow', job: 'only', workflow: 'ci.yml', commit: 'c' }, false],
    [{ type: 'reopen_issue', pull: 3 }, false],
    [{ type: 'reply', to: 'x', text: 'y' }, false],
    [{ type: 'update_status' }, false],
    [{ type: 'close_issue', reason: 'completed' }, false],
  ];
  it.each(rows.map(([effect, isAwaited]) => ({ name: effect.type, effect, isAwaited })))(
    '$name is awaited at once: $isAwaited; when it failed: always',
    ({ effect, isAwaited }) => {
      const fresh = stateOf(ONE, {}, { run: { outbox: [outboxOf(effect)] } });
      const failed = stateOf(
        ONE,
        {},
        { run: { outbox: [outboxOf(effect, { failures: 2, problem: 'HTTP 500' })] } },
      );
      const named = (state: RunState): boolean => awaitedOf(ONE, state).some(({ kind }) => kind === 'effect');
      expect(named(fresh)).toBe(isAwaited);
      expect(named(failed)).toBe(true);
      expect(explainRun(ONE, CONFIG, failed)).toContain('failed 2 times: HTTP 500.');
      expect(renderStatusComment(ONE, CONFIG, failed)).toContain('It failed 2 times: HTTP 500.');
      if (isAwaited) expect(explainRun(ONE, CONFIG, fresh)).toContain('is yet to be done by Treadle');
    },
  );

  it('of a job that the workflow has no more are named all the same', () => {
    const state = stateOf(
      ONE,
      {},
      { run: { outbox: [outboxOf({ type: 'open_gate', job: 'gone', attempt: 1 })] } },
    );
    expect(awaitedOf(ONE, state)[0]).toMatchObject({ kind: 'effect', job: 'gone' });
  });
});
