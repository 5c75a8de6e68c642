/** What a transition looks at: counted, so that it holds on any machine. */
import { expect, test } from 'vitest';

import { transition } from '../../src/engine/transition.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import { beginStory } from './story.ts';

/** Pairs of a job and one that needs it; all but the first job of each wait. */
const pairs = (count: number): string =>
  `jobs:\n${Array.from(
    { length: count },
    (_, n) =>
      `  a${n}: { runs-on: backend-engineer, prompt: x }\n  b${n}: { runs-on: ceo, prompt: x, needs: a${n}, if: "needs.a${n}.result == 'success'" }\n`,
  ).join('')}`;

/** How often the definition of a job is asked for when one job of many is reported. */
function looksOf(count: number): number {
  const story = beginStory(pairs(count));
  story.start();
  const before = story.state();
  story.report('a1');
  let looks = 0;
  const { workflow } = story.context();
  const jobs = new Map(workflow.jobs);
  const get = jobs.get.bind(jobs);
  jobs.get = (id) => {
    looks += 1;
    return get(id);
  };
  const counted: Workflow = { ...workflow, jobs };
  transition({ ...story.context(), workflow: counted }, before, story.lastEvent);
  return looks;
}

test('the advance of one job does not look at the others', () => {
  expect(looksOf(200)).toBe(looksOf(5));
});
