import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/engine/state/run.ts';
import { awaitedOf } from '../../../src/engine/view/awaited.ts';
import { renderDecision } from '../../../src/engine/view/decision.ts';
import { renderDispatchComment } from '../../../src/engine/view/dispatch-comment.ts';
import { renderEscalation } from '../../../src/engine/view/escalation.ts';
import { explainJob, explainRun } from '../../../src/engine/view/explain.ts';
import { graphText } from '../../../src/engine/view/graph-text.ts';
import { BODY_LIMIT } from '../../../src/engine/view/markdown.ts';
import { renderStatusComment } from '../../../src/engine/view/status-comment.ts';
import { taskOf } from '../../../src/engine/view/task.ts';
import type { Workflow } from '../../../src/workflow/model.ts';
import { beginStory, config, workflowOf } from '../story.ts';

const YAML = `
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
    max-attempts: 2
    retry-delay: 2m
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
    on-failure: fix
`;

/** Renders everything there is to render of a state, and says what is awaited: `agent investigate`. */
function look(workflow: Workflow, state: RunState): string {
  const status = renderStatusComment(workflow, config, state);
  expect(status.length).toBeLessThanOrEqual(BODY_LIMIT);
  expect(explainRun(workflow, config, state)).toContain(`Run ${state.run.id}`);
  expect(graphText(workflow, state)).toHaveLength(workflow.jobs.size);
  for (const job of workflow.jobs.keys()) expect(explainJob(workflow, config, state, job)).toContain(job);
  const awaited = awaitedOf(workflow, state);
  for (const each of awaited) {
    if (each.kind === 'agent')
      expect(renderDispatchComment(taskOf(workflow, config, state, each.job, 'x'))).toContain(each.dispatch);
    if (each.kind === 'approval') expect(renderDecision(workflow, state, each.job).text).toContain(each.job);
    if (each.kind === 'escalation')
      expect(renderEscalation(workflow, config, state, each.job).title).toMatch(/^\[CEO\] /u);
  }
  return awaited
    .filter(({ kind }) => kind !== 'needs')
    .map((each) => `${each.kind === 'effect' ? each.effect : each.kind} ${each.job ?? 'run'}`)
    .join(', ');
}

describe('the faces of runs that the engine made', () => {
  it('name what is awaited at each step', () => {
    const workflow = workflowOf(YAML);
    const story = beginStory(YAML);
    const seen: string[] = [];
    const step = (happen: () => unknown): void => {
      happen();
      story.perform();
      seen.push(look(workflow, story.state()));
    };
    story.start();
    seen.push(look(workflow, story.state()));
    step(() => story.report('investigate', { outcome: 'continue', summary: 'found the file' }));
    step(() => story.malformed('investigate'));
    step(() => story.report('investigate', { outputs: { proposal: 'Swap the sign.' } }));
    step(() => story.review('approve', 'changes_requested', 'Why would that help?'));
    step(() => story.report('investigate', { outputs: { proposal: 'Swap the sign, line 7.' } }));
    step(() => story.override({ action: 'pause' }));
    step(() => story.review('approve', 'approved', 'Good.'));
    step(() => story.override({ action: 'resume' }));
    step(() => story.crash('fix'));
    step(() => story.pass('retry', 'fix'));
    step(() => story.fail('fix', 'no idea'));
    step(() => story.override({ action: 'retry', job: null }, 'look at line 7'));
    step(() => story.report('fix', { outputs: { 'pull-request': '#12' } }));
    story.report('commit');
    seen.push(look(workflow, story.state()));
    step(() => story.merged());
    step(() => story.report('verify'));
    expect(seen).toEqual([
      'dispatch investigate, agent investigate',
      'agent investigate',
      'agent investigate',
      'approval approve',
      'agent investigate',
      'approval approve',
      'paused run, approval approve',
      'paused run, wake fix',
      'agent fix',
      'retry fix',
      'agent fix',
      'escalation fix',
      'agent fix',
      'agent commit',
      'merge_pull commit, merge commit',
      'agent verify',
      '',
    ]);
  });

  it('give the same decision file before and after it was opened', () => {
    const workflow = workflowOf(YAML);
    const story = beginStory(YAML);
    story.start();
    story.perform();
    story.report('investigate', { outputs: { proposal: 'Swap the sign.' } });
    const asked = renderDecision(workflow, story.state(), 'approve');
    story.perform();
    expect(renderDecision(workflow, story.state(), 'approve')).toEqual(asked);
    story.review('approve', 'approved');
    for (const reason of ['one', 'two']) {
      story.perform();
      story.fail('fix', reason);
      if (reason === 'one') story.pass('retry', 'fix');
    }
    const escalated = renderEscalation(workflow, config, story.state(), 'fix').decision;
    story.perform();
    const { path, text } = renderEscalation(workflow, config, story.state(), 'fix').decision;
    expect({ path, text }).toEqual({ path: escalated.path, text: escalated.text });
    expect(text).toContain('2 attempts failed for different reasons');
  });
});
