/** A `name` with expressions: known once the job begins, and shown wherever names are. */
import { describe, expect, test } from 'vitest';

import { renderDecision } from '../../src/engine/view/decision.ts';
import { renderDispatchComment } from '../../src/engine/view/dispatch-comment.ts';
import { explainJob } from '../../src/engine/view/explain.ts';
import { graphMermaid } from '../../src/engine/view/graph-mermaid.ts';
import { graphText, lineText } from '../../src/engine/view/graph-text.ts';
import { renderStatusComment } from '../../src/engine/view/status-comment.ts';
import { taskOf } from '../../src/engine/view/task.ts';
import { beginStory, config } from './story.ts';

const WORK = `on: { workflow_dispatch: { inputs: { who: {} } } }
jobs:
  find: { runs-on: web-designer, prompt: x, outputs: { part: {} } }
  mend:
    needs: find
    name: Mend \${{ needs.find.outputs.part }} on \${{ vars.STAGE }} for \${{ inputs.who }}
    runs-on: web-designer
    prompt: x
    on-failure: find
  approve: { type: approval, needs: [find, mend], name: "Ship \${{ needs.find.outputs.part }}?", runs-on: ceo, prompt: x }
  after: { needs: approve, name: "\${{ github.actor }}", runs-on: web-designer, prompt: x }
`;

const begin = (part: string) => {
  const story = beginStory(WORK, {
    inputs: { who: 'all' },
    config: { ...config, vars: { STAGE: 'live' } },
  });
  story.start();
  story.report('find', { outputs: { part } });
  return story;
};

describe('a name with expressions', () => {
  test('is what it comes to when the job begins, in all that people read', () => {
    const story = begin('the total');
    const { workflow } = story.context();
    expect(story.document('mend').name).toBe('Mend the total on live for all');
    const state = story.state();
    expect(graphMermaid(workflow, state)).toContain('Mend the total on live for all');
    expect(renderStatusComment(workflow, config, state)).toContain('Mend the total on live for all');
    expect(explainJob(workflow, config, state, 'mend')).toMatch(
      /^mend, Mend the total on live for all \(task\)/,
    );
    const lines = graphText(workflow, state).map(lineText);
    expect(lines[1]).toMatch(/^● mend .*Mend the total on live for all$/);
    const task = taskOf(workflow, config, state, 'mend', 'Do it');
    expect(task.job.name).toBe('Mend the total on live for all');
    expect(renderDispatchComment(task)).toContain('job `mend` (Mend the total on live for all) of');
    // Before it begins, and where there are no expressions, the id stands for it.
    expect(lines[3]).toBe('○ after    queued');
    expect(graphMermaid(workflow, state)).toContain('○ after');
    expect(taskOf(workflow, config, begin('x').state(), 'mend', '').job).toHaveProperty('name');
    story.report('mend');
    story.perform('open_gate');
    expect(renderDecision(workflow, story.state(), 'approve')).toMatchObject({
      title: expect.stringContaining('Ship the total?') as unknown,
      text: expect.stringMatching(/^# Ship the total\?\n/) as unknown,
    });
  });

  test('is told anew when the job begins again', () => {
    const story = begin('one');
    for (let failure = 0; failure < 3; failure += 1) story.fail('mend');
    expect(story.lines()).toMatchObject({ find: 'in_progress', mend: 'queued' });
    story.report('find', { outputs: { part: 'two' } });
    expect(story.document('mend').name).toBe('Mend two on live for all');
  });

  test('cannot do harm: it is escaped, and cut', () => {
    const story = begin(`[x](http://evil.example) @everyone ${'<b>'.repeat(50_000)}`);
    const name = story.document('mend').name ?? '';
    expect(name).toHaveLength(200);
    const task = taskOf(story.context().workflow, config, story.state(), 'mend', 'x');
    const [headline = ''] = renderDispatchComment(task).split('\n');
    expect(headline).toContain('(Mend \\[x\\](http:&#8203;//evil.example) @&#8203;everyone &lt;b&gt;');
    expect(headline.length).toBeLessThan(500);
  });

  test.each(['${{ fromJSON(github.actor) }}', '${{ vars.NONE }} '])('is the id where it is %s', (name) => {
    const story = beginStory(`jobs:\n  a: { name: "${name}", runs-on: web-designer, prompt: x }\n`);
    story.start();
    expect(story.document('a')).not.toHaveProperty('name');
    expect(graphMermaid(story.context().workflow, story.state())).toContain('● a');
  });
});
