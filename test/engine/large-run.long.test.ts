/** Runs of 10,000 jobs, to their end. */
import { expect, test } from 'vitest';

import { beginLargeRun } from '../../bench/large-run.ts';
import type { Shape } from '../../bench/workflow-text.ts';
import { workflowText } from '../../bench/workflow-text.ts';
import { workflowOf } from './story.ts';

test.each<Shape>(['chain', 'fan', 'grid'])(
  'a %s of 10,000 jobs comes to its end',
  { timeout: 300_000 },
  (shape) => {
    const run = beginLargeRun(workflowOf(workflowText(shape, 10_000)));
    expect(run.finish()).toBe(10_000);
    const { status, conclusion, jobs } = run.state().run;
    expect([status, conclusion]).toEqual(['completed', 'success']);
    expect(Object.values(jobs).every((line) => line.result === 'success')).toBe(true);
  },
);

test('10,000 decisions in a row are one transition', { timeout: 300_000 }, () => {
  const chain = Array.from(
    { length: 10_000 },
    (_, n) => `  j${n}: { ${n === 0 ? '' : `needs: j${n - 1}, `}type: decision, outputs: { a: x } }`,
  );
  const run = beginLargeRun(workflowOf(`jobs:\n${chain.join('\n')}\n`));
  expect(run.state().run.conclusion).toBe('success');
});
