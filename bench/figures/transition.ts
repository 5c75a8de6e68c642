import { compileWorkflow } from '../../src/workflow/compile.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import type { Benchmark, FigureRow } from '../figure.ts';
import { medianOf } from '../figure.ts';
import type { LargeRun } from '../large-run.ts';
import { beginLargeRun } from '../large-run.ts';
import { measureInTurns, timeOf } from '../measure.ts';
import { type Shape, workflowText } from '../workflow-text.ts';

/** How many answers a sample covers: enough for the clock. */
const ANSWERS = 200;

/**
 * One answer in a run of many jobs: the transition with all that follows from it, and the recording of its effects. The start of a run
 * is left out, its conclusion is not.
 */
export const measureTransition: Benchmark = async ({ quick }) => {
  const cases: readonly (readonly [Shape, readonly number[]])[] = [
    ['chain', quick ? [10, 100, 1_000] : [10, 100, 1_000, 10_000]],
    ['mixed', [10, 100, 1_000]],
  ];
  const rows: FigureRow[] = [];
  for (const [shape, sizes] of cases) {
    const labelOf = (jobs: number): string => `a run of ${jobs.toLocaleString('en')} jobs (${shape})`;
    const contestants = sizes.map((jobs) => ({ label: labelOf(jobs), sample: sampler(shape, jobs) }));
    const spreads = await measureInTurns(contestants, quick ? 10 : 40);
    const least = medianOf(spreads, labelOf(10));
    for (const [label, spread] of spreads) {
      rows.push({ label, spread, derived: { 'of 10 jobs': spread.median / least } });
    }
  }
  return { id: 'transition', title: 'One answer in a run, decided', unit: 'µs', rows };
};

/** Microseconds an answer, from where the run stands; a new run begins, unmeasured, where one is at its end. */
function sampler(shape: Shape, jobs: number): () => number {
  const workflow = compile(shape, jobs);
  let run: LargeRun | undefined;
  return () => {
    let taken = 0;
    let left = ANSWERS;
    while (left > 0) {
      const current = run?.state().run.status === 'in_progress' ? run : beginLargeRun(workflow);
      run = current;
      taken += timeOf(() => {
        while (left > 0 && current.step()) left -= 1;
      });
    }
    return (taken * 1000) / ANSWERS;
  };
}

function compile(shape: Shape, jobs: number): Workflow {
  const { workflow } = compileWorkflow({ path: 'large.yml', text: workflowText(shape, jobs) });
  if (workflow === null) throw new Error(`the workflow of ${jobs} jobs does not compile`);
  return workflow;
}
