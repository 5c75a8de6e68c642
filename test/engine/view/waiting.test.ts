/** What people are told to do, or not to do, about what a run waits for. */
import { describe, expect, it } from 'vitest';
import type { Agent, Config } from '../../../src/engine/config.ts';
import type { Attempt, Turn } from '../../../src/engine/state/job.ts';
import type { RunState } from '../../../src/engine/state/run.ts';
import { type AwaitedGroup, explainGroup, groupHolderWords } from '../../../src/engine/view/awaited-group.ts';
import { explainRun } from '../../../src/engine/view/explain.ts';
import { renderStatusComment } from '../../../src/engine/view/status-comment.ts';
import { attemptOf, at, CONFIG, documentOf, EMPTY_QUEUE, stateOf, turnOf } from './states.ts';
import { jobOf, workflowOf } from './workflows.ts';

const ONE = workflowOf([jobOf('only', 'commit')]);
const TASK = workflowOf([jobOf('only', 'task')]);

const checked = (
  state: 'unread' | 'pending' | 'held' | 'unmerged' | 'enqueued',
  names: readonly string[] = [],
  timeoutAt: string | null = null,
): RunState => {
  const merge = { pull: 9, head: null, checks: { state, names, since: at('10:00') } };
  return stateOf(ONE, { only: 'pending' }, { jobs: [documentOf('only', { merge, timeoutAt })] });
};

describe('checks', () => {
  it.each([
    {
      name: 'a person merges',
      state: checked('unmerged'),
      explained: 'only waits for a person to merge pull request #9',
      comment: '`only` waits for a person to merge #9',
    },
    {
      name: 'the merge queue has it',
      state: checked('enqueued', [], at('11:00')),
      explained: 'only waits for the merge queue of the base branch, which has pull request #9',
      comment: '`only` waits for the merge queue, which has #9',
    },
    {
      name: 'their runs are held',
      state: checked('held', ['build']),
      explained: 'They do not begin before somebody with write access approves their workflow runs',
      comment: 'the required checks of #9 (build)',
    },
    {
      name: 'they run',
      state: checked('pending', ['build', 'lint'], at('11:00')),
      explained: 'build and lint.\nThen it queues for the merge.',
      comment: '(build and lint)',
    },
    {
      name: 'they were not read',
      state: checked('unread'),
      explained: 'Then it queues for the merge.',
      comment: 'the required checks of #9 since',
    },
  ])('$name', ({ state, explained, comment }) => {
    expect(explainRun(ONE, CONFIG, state)).toContain(explained);
    expect(renderStatusComment(ONE, CONFIG, state)).toContain(comment);
  });
});

const turning = (turn: Partial<Turn>, timeoutAt: string | null = null, attempt: Partial<Attempt> = {}) =>
  stateOf(
    TASK,
    { only: 'in_progress' },
    {
      jobs: [
        documentOf('only', { timeoutAt, attempts: [attemptOf(1, { turns: [turnOf(1, turn)], ...attempt })] }),
      ],
    },
  );
const withAgent = (agent: Agent): Config => ({ ...CONFIG, agents: { alice: agent } });
const byWorkflow = withAgent({ dispatch: 'workflow', workflow: 'agent.yml' });
const byCommand = withAgent({ dispatch: 'command', command: ['fix'] });

describe('an agent', () => {
  it.each([
    {
      name: 'a workflow that starts',
      config: byWorkflow,
      turn: {},
      until: null,
      says: 'Its workflow is being started.',
    },
    {
      name: 'a workflow',
      config: byWorkflow,
      turn: { remote: { workflowRun: 7 } },
      until: null,
      says: 'Workflow run 7 works on it. Nobody',
    },
    {
      name: 'a workflow with a limit',
      config: byWorkflow,
      turn: { remote: { workflowRun: 7 } },
      until: at('11:00'),
      says: /Workflow run 7 works on it, until .+ at most\. Nobody/u,
    },
    { name: 'a command', config: byCommand, turn: {}, until: null, says: 'Its program works on it. Nobody' },
    {
      name: 'a command with a limit',
      config: byCommand,
      turn: {},
      until: at('11:00'),
      says: /Its program works on it, until .+ at most\./u,
    },
    {
      name: 'one who is assigned',
      config: withAgent({ dispatch: 'assign' }),
      turn: {},
      until: at('11:00'),
      says: /mark it as ready for review before .+\./u,
    },
    {
      name: 'one who is mentioned',
      config: CONFIG,
      turn: {},
      until: null,
      says: 'Please answer on the dispatch comment.',
    },
    {
      name: 'one nobody set up',
      config: { ...CONFIG, agents: {} },
      turn: {},
      until: at('11:00'),
      says: /answer on the dispatch comment before .+\./u,
    },
  ])('$name', ({ config, turn, until, says }) => {
    expect(renderStatusComment(TASK, config, turning(turn, until))).toMatch(says);
  });
});

describe('the rest', () => {
  const called = turning({}, null, { turns: [], child: '43-1' });
  const retryAt = at('11:00');
  const hour = stateOf(TASK, {}, { jobs: [documentOf('only', { retryAt, attempts: [attemptOf(1)] })] });
  const lease = {
    run: '41-1',
    job: 'ship',
    attempt: 1,
    grantedAt: at('10:00'),
    until: at('10:05'),
    fence: 'f',
  };
  const queued = stateOf(ONE, { only: 'pending' }, { queue: { ...EMPTY_QUEUE, lease } });
  it.each([
    {
      name: 'a run that was called',
      workflow: TASK,
      state: called,
      explained: 'only waits for run 43-1',
      comment: '`only` waits for run `43-1`',
    },
    {
      name: 'the next hour',
      workflow: TASK,
      state: hour,
      explained: 'allow in an hour',
      comment: 'as much as it may in an hour',
    },
    {
      name: 'a lease of another',
      workflow: ONE,
      state: queued,
      explained: 'The lease is with ship of run 41-1',
      comment: ', after run `41-1`',
    },
  ])('$name', ({ workflow, state, explained, comment }) => {
    expect(explainRun(workflow, CONFIG, state)).toContain(explained);
    expect(renderStatusComment(workflow, CONFIG, state)).toContain(comment);
  });
});

describe('a concurrency group', () => {
  const awaited = { kind: 'group', job: 'ship', group: 'deploy', position: 1, holder: null } as const;
  const holder = { run: '41-1', job: null, since: at('10:00') };
  it.each([
    {
      name: 'nobody known',
      more: {},
      who: 'whoever is at work in it',
      says: 'is at work in it. It is next.',
    },
    { name: 'a whole run', more: { holder }, who: 'run 41-1', says: 'run 41-1 is at work in it since' },
    {
      name: 'a job',
      more: { holder: { ...holder, job: 'x' } },
      who: 'x of run 41-1',
      says: 'x of run 41-1 is at work',
    },
    {
      name: 'one who makes room',
      more: { holder: { ...holder, displacedBy: 'e' } },
      who: 'run 41-1',
      says: ', and is being cancelled. It is next.',
    },
    {
      name: 'others before it',
      more: { holder, position: 3 },
      who: 'run 41-1',
      says: 'It is number 3 of those that wait.',
    },
    {
      name: 'the run itself',
      more: { job: null },
      who: 'whoever is at work in it',
      says: 'The run waits for its turn in',
    },
  ])('held by or asked for by: $name', ({ more, who, says }) => {
    const each: AwaitedGroup = { ...awaited, ...more };
    expect(groupHolderWords(each)).toBe(who);
    expect(explainGroup(each)).toContain(says);
  });
});
