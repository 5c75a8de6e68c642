import { describe, expect, test } from 'vitest';

import type { Agent, Config } from '../../src/engine/config.ts';
import type { Remote } from '../../src/engine/effect.ts';
import { holderOf } from '../../src/engine/dispatch.ts';
import { awaitedOf } from '../../src/engine/view/awaited.ts';
import { explainRun } from '../../src/engine/view/explain.ts';
import { renderDispatchComment } from '../../src/engine/view/dispatch-comment.ts';
import { renderStatusComment } from '../../src/engine/view/status-comment.ts';
import { taskOf } from '../../src/engine/view/task.ts';
import { beginStory, config, workflowOf, type Story } from './story.ts';

const YAML = `jobs:
  one: { runs-on: backend-engineer, prompt: Do it. }
  two: { needs: one, runs-on: qa-engineer, prompt: Check it. }
`;

const reachedBy = (agent: Agent | null): Config => ({
  ...config,
  agents: agent === null ? {} : { bot: agent },
});

/** A run whose first job is dispatched to an agent that is reached like this, and where that went. */
function dispatched(agent: Agent | null, remote: Remote): Story {
  const story = beginStory(YAML, { config: reachedBy(agent) });
  story.start();
  story.perform('dispatch', () => ({ kind: 'done', remote }));
  return story;
}

const status = (story: Story): string => {
  const { workflow, config: own } = story.context();
  return renderStatusComment(workflow, own, story.state());
};

describe('a turn', () => {
  test('learns where its dispatch went, each time a bit more', () => {
    const story = beginStory(YAML, { config: reachedBy({ dispatch: 'workflow', workflow: 'agent.yml' }) });
    story.start();
    story.perform('dispatch', () => ({ kind: 'prepared', remote: { comment: 7, head: 'abc' } }));
    expect(story.document('one').attempts[0]?.turns[0]?.remote).toEqual({ comment: 7, head: 'abc' });
    story.perform('dispatch', () => ({ kind: 'done', remote: { workflowRun: 99, assigned: true } }));
    const turn = story.document('one').attempts[0]?.turns[0];
    const sentAt = story.now;
    expect(turn?.remote).toEqual({ comment: 7, head: 'abc', workflowRun: 99, assigned: true, sentAt });
    expect(story.state().run.outbox.map(({ effect }) => effect.type)).not.toContain('dispatch');
  });

  test('learns nothing after it is over', () => {
    const story = beginStory(YAML, { config: reachedBy({ dispatch: 'workflow', workflow: 'agent.yml' }) });
    story.start();
    const before = story.document('one');
    story.crash('one');
    story.perform('dispatch', () => ({ kind: 'done', remote: {} }));
    expect(before.attempts[0]?.turns[0]?.remote).toBeUndefined();
    expect(story.document('one').attempts[0]?.turns[0]?.remote).toBeUndefined();
  });
});

describe('the workflow run of a turn', () => {
  const held = (story: Story, to: 'approval' | null, dispatch = story.dispatchOf('one')): string => {
    story.happen({ type: 'workflow_run_changed', job: 'one', dispatch, held: to });
    return story.said();
  };

  test('waits for approval, and goes on', () => {
    const story = dispatched({ dispatch: 'workflow', workflow: 'agent.yml' }, { workflowRun: 99 });
    expect(held(story, null)).toBe('ignored: that is known already');
    expect(held(story, 'approval')).toMatch(/waits for approval/);
    expect(held(story, 'approval')).toBe('ignored: that is known already');
    expect(status(story)).toContain('approve its workflow run 99');
    expect(held(story, null)).toMatch(/goes on/);
    expect(status(story)).toContain('Workflow run 99 works on it');
  });

  test('says nothing of a turn that is over', () => {
    const story = dispatched({ dispatch: 'workflow', workflow: 'agent.yml' }, { workflowRun: 99 });
    expect(held(story, 'approval', 'another')).toBe('ignored: its turn is over');
    const dispatch = story.dispatchOf('one');
    story.report('one');
    expect(held(story, 'approval', dispatch)).toBe('ignored: its turn is over');
  });
});

const WAYS: readonly [how: string, agent: Agent | null, remote: Remote, status: RegExp, comment: RegExp][] = [
  [
    'a workflow that is being started',
    { dispatch: 'workflow', workflow: 'agent.yml' },
    {},
    /Its workflow is being started/,
    /the workflow `agent.yml` does this turn/,
  ],
  [
    'a workflow',
    { dispatch: 'workflow', workflow: 'agent.yml' },
    { workflowRun: 99 },
    /Workflow run 99 works on it/,
    /artifact `treadle-report`/,
  ],
  [
    'a program',
    { dispatch: 'command', command: ['fix'] },
    {},
    /Its program works on it/,
    /comment here with this block/,
  ],
  [
    'assignment',
    { dispatch: 'assign' },
    { assigned: true },
    /open a pull request that closes this issue/,
    /open a pull request that closes #42/,
  ],
  [
    'comment',
    { dispatch: 'comment' },
    { comment: 7 },
    /answer on the dispatch comment/,
    /comment here with this block/,
  ],
  ['nothing that is set', null, {}, /answer on the dispatch comment/, /comment here with this block/],
];

describe('an agent reached by', () => {
  test.each(WAYS)('%s is awaited in words that fit', (_how, agent, remote, inStatus, inComment) => {
    const story = dispatched(agent, remote);
    expect(status(story)).toMatch(inStatus);
    const { workflow, config: own } = story.context();
    const task = taskOf(workflow, own, story.state(), 'one', 'Do it.');
    const way = { agent: agent ?? { dispatch: 'comment' }, head: null } as const;
    expect(renderDispatchComment(task, way)).toMatch(inComment);
    expect(explainRun(workflow, own, story.state())).toContain('one');
    expect(awaitedOf(workflow, story.state())[0]).toMatchObject({ kind: 'agent', job: 'one' });
  });
});

test('a role that nobody holds, and one nobody has heard of, have no holder', () => {
  expect(holderOf(config, 'product-manager')).toBeNull();
  expect(holderOf(config, 'toString')).toBeNull();
  expect(holderOf(reachedBy(null), 'backend-engineer')?.login).toBe('bob');
  expect(workflowOf(YAML).jobs.size).toBe(2);
});
