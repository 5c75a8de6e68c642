import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import type { Benchmark, FigureRow } from '../figure.ts';
import { medianOf } from '../figure.ts';
import type { Contestant, Spread } from '../measure.ts';
import { measureInTurns, timeOf } from '../measure.ts';
import { type Shape, workflowText } from '../workflow-text.ts';

const FIRST_COMPILE = fileURLToPath(new URL('../first-compile.js', import.meta.url));

/**
 * Compiling a workflow, against the `yaml` package alone reading the same text: the ratio says what Treadle adds, on any machine. Once
 * in a process that has compiled before, and once in a process of its own, as in an Action.
 */
export const measureCompile: Benchmark = async ({ quick }) => {
  const sizes: readonly (readonly [Shape, number])[] = [
    ['mixed', 10],
    ['mixed', 100],
    ['mixed', 1_000],
    ...(quick
      ? []
      : ([
          ['grid', 1_000],
          ['grid', 10_000],
        ] as const)),
  ];
  const rows: FigureRow[] = [];
  for (const [shape, jobs] of sizes) {
    const text = workflowText(shape, jobs);
    const label = `${jobs.toLocaleString('en')} jobs (${shape}, ${Math.round(text.length / 1024)} KiB)`;
    rows.push(...(await compare(label, jobs, warm(text), quick ? 5 : 15)));
  }
  const first = quick ? 3 : 9;
  rows.push(
    ...(await compare('1,000 jobs (mixed), first in its process', 1_000, cold('mixed', 1_000), first)),
  );
  return { id: 'compile', title: 'Parse and compile a workflow', unit: 'ms', rows };
};

interface Pair {
  readonly compile: () => number | Promise<number>;
  readonly yaml: () => number | Promise<number>;
}

function warm(text: string): Pair {
  return {
    compile: () =>
      timeOf(() => {
        const { workflow, diagnostics } = compileWorkflow({ path: 'large.yml', text });
        if (workflow === null) throw new Error(diagnostics[0]?.message);
      }),
    yaml: () => timeOf(() => parse(text) as unknown),
  };
}

function cold(shape: Shape, jobs: number): Pair {
  const run = async (what: 'compile' | 'yaml'): Promise<number> => {
    const args = [FIRST_COMPILE, what, shape, String(jobs)];
    return Number((await promisify(execFile)(process.execPath, args)).stdout);
  };
  return { compile: () => run('compile'), yaml: () => run('yaml') };
}

async function compare(
  label: string,
  jobs: number,
  pair: Pair,
  rounds: number,
): Promise<readonly FigureRow[]> {
  const contestants: readonly Contestant[] = [
    { label: 'compile', sample: pair.compile },
    { label: 'yaml', sample: pair.yaml },
  ];
  const spreads = await measureInTurns(contestants, rounds);
  const compile: Spread | undefined = spreads.get('compile');
  const yaml = medianOf(spreads, 'yaml');
  if (compile === undefined) return [];
  const derived = { 'ms/job': compile.median / jobs, 'yaml alone': yaml, 'of yaml': compile.median / yaml };
  return [{ label, spread: compile, derived }];
}
