import { describe, expect, it } from 'vitest';
import { renderDecision } from '../../../src/engine/view/decision.ts';
import { renderDispatchComment } from '../../../src/engine/view/dispatch-comment.ts';
import { renderEscalation } from '../../../src/engine/view/escalation.ts';
import { explainJob, explainRun } from '../../../src/engine/view/explain.ts';
import { graphDot } from '../../../src/engine/view/graph-dot.ts';
import { graphMermaid } from '../../../src/engine/view/graph-mermaid.ts';
import { graphText, lineText } from '../../../src/engine/view/graph-text.ts';
import { renderStatusComment } from '../../../src/engine/view/status-comment.ts';
import { taskOf } from '../../../src/engine/view/task.ts';
import { APPROVING, CASES, ESCALATED, INVESTIGATING } from './cases.ts';
import { expectGolden } from './golden.ts';
import { CONFIG } from './states.ts';
import { BUG, WIDE } from './workflows.ts';

const graphLines = (...args: Parameters<typeof graphText>): string =>
  graphText(...args)
    .map(lineText)
    .join('\n');

describe('every face of a run reads as recorded', () => {
  it.each(CASES)('$name: explain', ({ name, workflow, state }) => {
    const jobs = [...workflow.jobs.keys()].map((job) => explainJob(workflow, CONFIG, state, job));
    expectGolden(`${name}.explain.txt`, [explainRun(workflow, CONFIG, state), ...jobs].join('\n\n---\n'));
  });

  it.each(CASES)('$name: graph for a terminal', ({ name, workflow, state }) => {
    expectGolden(`${name}.graph.txt`, graphLines(workflow, state));
  });

  it.each(CASES)('$name: graph for Graphviz', ({ name, workflow, state }) => {
    expectGolden(`${name}.graph.dot`, graphDot(workflow, state));
  });

  it.each(CASES)('$name: status comment', ({ name, workflow, state }) => {
    expectGolden(`${name}.status.md`, renderStatusComment(workflow, CONFIG, state));
  });
});

describe('the graph of a workflow that is not running', () => {
  it.each([
    { name: 'bug', workflow: BUG },
    { name: 'wide', workflow: WIDE },
  ])('$name', ({ name, workflow }) => {
    expectGolden(`${name}.graph.txt`, graphLines(workflow, null));
    expectGolden(`${name}.graph.mmd`, graphMermaid(workflow, null));
    expectGolden(`${name}.graph.dot`, graphDot(workflow, null));
  });

  it('measures running jobs to the time that is given', () => {
    const { workflow, state } = INVESTIGATING;
    const [, line = ''] = graphLines(workflow, state, '2026-01-05T11:05:00.000Z').split('\n');
    expect(line).toContain('attempt 3, turn 2 · alice · 1 h');
  });
});

describe('what people and agents are asked', () => {
  it('an agent in its second turn', () => {
    const { workflow, state } = INVESTIGATING;
    const task = taskOf(workflow, CONFIG, state, 'investigate', 'Find the root cause and propose a fix.');
    expectGolden('task.json', JSON.stringify(task, null, 2));
    expectGolden('dispatch.md', renderDispatchComment(task));
  });

  it('the approver of a text gate', () => {
    const { path, title, text, body } = renderDecision(APPROVING.workflow, APPROVING.state, 'approve');
    expect(path).toBe('decisions/42-1/approve-1.md');
    expectGolden('decision.md', text);
    expectGolden('decision-pull.md', `${title}\n\n${body}`);
  });

  it('the CEO about an escalation', () => {
    const { title, body, decision } = renderEscalation(ESCALATED.workflow, CONFIG, ESCALATED.state, 'fix');
    expect(decision.path).toBe('decisions/42-1/fix-escalation-e5ca1a7e.md');
    expectGolden('escalation.md', `${title}\n\n${body}`);
    expectGolden('escalation-decision.md', decision.text);
    expectGolden('escalation-pull.md', `${decision.title}\n\n${decision.body}`);
  });
});
