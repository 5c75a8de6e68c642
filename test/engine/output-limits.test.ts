/** GitHub's limits of outputs: 1 MB of a job, 50 MB of a run, in UTF-16. */
import { describe, expect, test } from 'vitest';

import { beginStory, workflowOf } from './story.ts';

const MEGABYTE = 'x'.repeat(512 * 1024);
const agent = 'runs-on: backend-engineer, prompt: x, max-attempts: 1, on-failure: fail, outputs: { o: {} }';
const steps = 'runs-on: treadle, steps: [{ run: x }]';
const LEGS = Array.from({ length: 50 }, (_, index) => index);
const FULL = `jobs:
  fill: { ${agent}, strategy: { matrix: { n: [${LEGS.join(', ')}] } } }
  more: { ${agent}, needs: fill }
  made: { ${steps}, needs: fill }
  same: { type: decision, needs: fill, outputs: { o: y } }
`;

/** A run of which the legs of one job have all the outputs that a run may have. */
const full = (yaml = FULL, options = {}) => {
  const story = beginStory(yaml, options);
  story.start();
  for (const leg of LEGS) story.report(`fill.${leg}`, { outputs: { o: MEGABYTE }, summary: `${leg}` });
  return story;
};

describe('the outputs of a run', () => {
  test('are counted once, and a job that goes over has failed, whatever does it', () => {
    const story = full();
    expect(story.state().run.outputBytes).toBe(50 * 1024 * 1024);
    const reason = 'failure: with these outputs, those of the run would be larger than 50 MB';
    expect(story.attempts('same')).toEqual([reason]);
    story.report('more', { outputs: { o: 'y' } });
    expect(story.attempts('more')).toEqual([reason]);
    expect(story.document('more')).toMatchObject({ outputs: {}, attempts: [{ turns: [{ outputs: {} }] }] });
    const record = { steps: [], log: 'made' };
    const outcome = { outcome: 'success', reason: null, outputs: { o: 'y' } } as const;
    story.happen({ type: 'steps_finished', job: 'made', attempt: 1, ...outcome, steps: record });
    expect(story.attempts('made')).toEqual([reason]);
    expect(story.document('made')).toMatchObject({ outputs: {}, attempts: [{ steps: record }] });
    expect(story.state().run).toMatchObject({ conclusion: 'failure', outputBytes: 50 * 1024 * 1024 });
  });

  test('may have none, or smaller ones', () => {
    const story = full();
    story.report('more');
    expect(story.lines()['more']).toBe('completed success');
  });

  test('no longer count once the job is sent back, or dropped', () => {
    const without = workflowOf('jobs:\n  more: { runs-on: backend-engineer, prompt: x }\n');
    const story = full(FULL.replace(/ {2}(?:made|same).*\n/g, ''), { definitions: { other: without } });
    story.override({ action: 'goto', job: 'fill' });
    expect(story.state().run.outputBytes).toBe(0);
    story.report('fill.1', { outputs: { o: 'again' } });
    expect(story.state().run.outputBytes).toBe(10);
    story.override({ action: 'repin', definition: 'other' });
    expect(story.state().run.outputBytes).toBe(0);
  });
});

describe('the outputs of a job', () => {
  test('of a decision are bounded, too', () => {
    const story = beginStory(`jobs:
  big: { type: decision, outputs: { a: "${'a'.repeat(300_000)}", b: "${'b'.repeat(300_000)}" } }
`);
    story.start();
    expect(story.attempts('big')).toEqual(['failure: the outputs are larger than 1 MB']);
  });
});
