/** Whom strangers and agents cannot choose, in runs that began before their workflow was refused. */
import { describe, expect, test } from 'vitest';

import { compileWithCalls } from '../../src/workflow/compile-with-calls.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import { beginStory, config, type Story } from './story.ts';

const FOLDER = '.github/treadle/workflows';
const INNER = `./${FOLDER}/inner.yml`;
const inner = `on: { workflow_call: { inputs: { who: { type: string }, what: { type: string } } } }
jobs: { a: { runs-on: '\${{ inputs.who }}', prompt: x } }
`;

/** A workflow as a run is pinned to it, and the one that it may call. */
function pinned(text: string): { readonly workflow: Workflow; readonly called: Workflow } {
  const file = { path: `${FOLDER}/test.yml`, text };
  const other = { path: `${FOLDER}/inner.yml`, text: inner };
  const { workflow } = compileWithCalls(file, (path) => (path === other.path ? other : undefined), {
    isPinned: true,
  });
  const called = compileWorkflow(other).workflow;
  if (workflow === null || called === null) throw new Error('it compiles');
  return { workflow, called };
}

function begin(jobs: string): Story {
  const { workflow, called } = pinned(`on: workflow_dispatch
jobs:
  ask: { runs-on: backend-engineer, prompt: x, outputs: { who: {}, role: { enum: [ceo, web-designer] } } }
  ${jobs}
`);
  const story = beginStory('', {
    workflow,
    callOf: () => ({ workflow: called, definition: 'd'.repeat(64) }),
    nextRun: () => 2,
  });
  story.start();
  return story;
}

const MATRIX = "'${{ fromJSON(needs.ask.outputs.who) }}'";

describe('a role that an agent wrote', () => {
  const by = (job: string): Story => begin(`go: { needs: ask, ${job} }`);
  const matrix = `strategy: { matrix: { who: ${MATRIX} } }, runs-on: '\${{ matrix.who }}', prompt: x`;

  test.each(['ceo', 'treadle', ' ceo '])('is not %s', (who) => {
    const story = by(matrix);
    story.report('ask', { outputs: { who: JSON.stringify([who]) } });
    const leg = story.document('go.0');
    expect(leg.attempts[0]).toMatchObject({
      outcome: 'failure',
      reason: `what strangers or agents wrote cannot choose the role ${who.trim()}`,
    });
    expect(leg.assignee).toBeNull();
    expect(leg.escalation).toMatchObject({ cause: 'definition' });
  });

  test('is one that somebody holds, or the job waits for the CEO', () => {
    const story = by(matrix);
    story.report('ask', { outputs: { who: '["web-designer", "somebody"]' } });
    expect(story.document('go.0').assignee).toMatchObject({ login: 'wanda' });
    expect(story.document('go.1').escalation).toMatchObject({ cause: 'nobody-in-role' });
  });

  test('may be ceo where the workflow says so', () => {
    const story = by("runs-on: '${{ needs.ask.outputs.role }}', prompt: x");
    story.report('ask', { outputs: { role: 'ceo' } });
    expect(story.document('go').assignee).toEqual(config.roles['ceo']?.[0]);
  });
});

describe('a role that an agent wrote for a workflow that is called', () => {
  const by = (given: string): Story => begin(`go: { needs: ask, uses: ${INNER}, with: { ${given} } }`);

  test.each(['ceo', 'treadle'])('is not %s', (who) => {
    const story = by("WHO: '${{ needs.ask.outputs.who }}'");
    story.report('ask', { outputs: { who } });
    expect(story.document('go').attempts[0]).toMatchObject({
      outcome: 'failure',
      reason: 'with.who: what strangers or agents wrote cannot choose that role',
    });
    expect(story.state().run.conclusion).toBe('failure');
  });

  test.each([
    ["who: '${{ needs.ask.outputs.who }}'", 'web-designer'],
    ["what: '${{ needs.ask.outputs.who }}'", 'ceo'],
    ["who: '${{ needs.ask.outputs.role }}'", 'ceo'],
    ['who: ceo', 'x'],
  ])('else it is called: %s', (given, who) => {
    const story = by(given);
    story.report('ask', { outputs: { who, role: 'ceo' } });
    expect(story.document('go').attempts[0]).toMatchObject({ outcome: 'running' });
  });
});
