import { describe, expect, it } from 'vitest';
import type { JobDocument } from '../../../src/engine/state/job.ts';
import { renderDispatchComment } from '../../../src/engine/view/dispatch-comment.ts';
import { taskOf } from '../../../src/engine/view/task.ts';
import { APPROVING } from './cases.ts';
import { attemptOf, CONFIG, documentOf, failedAttempt, stateOf, turnOf } from './states.ts';
import { BUG } from './workflows.ts';

describe('a task', () => {
  const open = (job: string): JobDocument =>
    documentOf(job, {
      role: null,
      budgetFrom: 9,
      attempts: [attemptOf(1, { turns: [turnOf(1, { assignee: { login: 'a b', id: 1, kind: 'user' } })] })],
    });
  const taskFor = (job: string, prompt = ''): ReturnType<typeof taskOf> =>
    taskOf(BUG, CONFIG, stateOf(BUG, { [job]: 'in_progress' }, { jobs: [open(job)] }), job, prompt);

  it.each([
    { job: 'fix', says: 'Do what the issue asks for' },
    { job: 'verify', says: 'Check on the base branch' },
    { job: 'commit', says: 'Review the pull request' },
  ])('of $job without a prompt says what its type means', ({ job, says }) => {
    const task = taskFor(job, ' \n');
    expect(task.prompt).toContain(says);
    expect(task.try).toBe(1);
    expect(renderDispatchComment(task)).toContain(says);
  });

  it('asks for no more turns where there are none, and does not let the engineering manager merge', () => {
    const task = taskFor('commit');
    expect(task.answer.outcomes).toEqual(['success', 'failure']);
    expect(task.answer.block).not.toContain('continue');
    expect(renderDispatchComment(task)).toContain('Do not merge it yourself');
    expect(renderDispatchComment(task)).toMatch(/^`a b`, this is yours: job `commit`/u);
  });

  it('names what an output may be', () => {
    expect(taskFor('triage').answer.block).toContain(
      'specialist: "…"  # required; one of backend-engineer, web-designer; the role that should investigate',
    );
    expect(taskFor('investigate').answer.command).toContain('--output root-cause=VALUE');
  });

  it('tells an earlier turn without a summary', () => {
    const turns = [turnOf(1, { outcome: 'malformed' }), turnOf(2)];
    const fix = documentOf('fix', { attempts: [failedAttempt(1, null), attemptOf(2, { turns })] });
    const state = stateOf(BUG, { fix: 'in_progress' }, { jobs: [fix] });
    const text = renderDispatchComment(taskOf(BUG, CONFIG, state, 'fix', 'x'));
    expect(text).toContain('**Your turn 1: malformed**\n');
    expect(text).toContain('- attempt 1: failure after 1 turn\n');
  });

  it.each([
    { name: 'a gate', job: 'approve', state: APPROVING.state },
    { name: 'a job that is done', job: 'triage', state: APPROVING.state },
    { name: 'a job that is not begun', job: 'fix', state: APPROVING.state },
  ])('of $name is a bug', ({ job, state }) => {
    expect(() => taskOf(BUG, CONFIG, state, job, '')).toThrow(/no job for an agent|no open turn/u);
  });
});
