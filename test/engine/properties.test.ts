import fc from 'fast-check';
import { expect, test } from 'vitest';

import { randomWorkflow } from './random-workflow.ts';
import { workflowOf } from './story.ts';
import { finishWorld, steps, takeStep } from './world-steps.ts';
import { createWorld } from './world.ts';

/** Fixed, so that every run of the tests is the same; `ENGINE_PROPERTY_RUNS` and `ENGINE_PROPERTY_SEED` look further. */
const numRuns = Number(process.env['ENGINE_PROPERTY_RUNS'] ?? 200);
const seed = Number(process.env['ENGINE_PROPERTY_SEED'] ?? 20260105);

test('whatever happens, every rule of a run holds, and it can be brought to its end', () => {
  fc.assert(
    fc.property(randomWorkflow, randomWorkflow, steps, (first, second, sequence) => {
      const world = createWorld(workflowOf(first), workflowOf(second));
      for (const step of sequence) takeStep(world, step);
      finishWorld(world);
      expect([0, 1].map((run) => world.stateOf(run).run.status)).toEqual(['completed', 'completed']);
    }),
    { numRuns, seed },
  );
}, 600_000);
