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
 * Compiling a workflow, against the `yaml` package alone reading the same text, and against a workflow of 100 jobs: the ratios say what
 * it costs on any machine. Once in a process that has compiled before, and once in a process of its own, as in an Action.
 */
export const measureCompile: Benchmark = async ({ quick }) => {
  const cases = [...sizes, ...(quick ? [] : slowSizes)].map(([shape, jobs]): Case => {
    const text = workflowText(shape, jobs);
    const label = `${jobs.toLocaleString('en')} jobs (${shape}, ${Math.round(text.length / 1024)} KiB)`;
    return { label, jobs, text };
  });
  const warm = await measureInTurns(cases.flatMap(contestantsOf), quick ? 5 : 15);
  const perJobOf100 = medianOf(warm, `compile ${cases[1]?.label ?? ''}`) / 100;
  const rows = cases.map(({ label, jobs }) => rowOf(warm, label, jobs, perJobOf100));
  const first = '1,000 jobs (mixed), first in its process';
  const cold = await measureInTurns(
    [
      { label: `compile ${first}`, sample: () => inOwnProcess('compile') },
      { label: `yaml ${first}`, sample: () => inOwnProcess('yaml') },
      ...(process.platform === 'linux'
        ? [{ label: `compile ${first}, main thread`, sample: () => inOwnProcess('main-thread') }]
        : []),
    ],
    quick ? 3 : 15,
  );
  rows.push(rowOf(cold, first, 1_000, null));
  if (process.platform === 'linux') rows.push(rowOf(cold, `${first}, main thread`, 1_000, null));
  return { id: 'compile', title: 'Parse and compile a workflow', unit: 'ms', rows };
};

/** The second is what the others are compared with. */
const sizes: readonly (readonly [Shape, number])[] = [
  ['mixed', 10],
  ['mixed', 100],
  ['mixed', 1_000],
];
const slowSizes: readonly (readonly [Shape, number])[] = [
  ['grid', 1_000],
  ['grid', 10_000],
];

interface Case {
  readonly label: string;
  readonly jobs: number;
  readonly text: string;
}

function contestantsOf({ label, text }: Case): readonly Contestant[] {
  const compile = (): void => {
    const { workflow, diagnostics } = compileWorkflow({ path: 'large.yml', text });
    if (workflow === null) throw new Error(diagnostics[0]?.message);
  };
  return [
    { label: `compile ${label}`, sample: () => timeOf(compile) },
    { label: `yaml ${label}`, sample: () => timeOf(() => parse(text) as unknown) },
  ];
}

async function inOwnProcess(what: 'compile' | 'main-thread' | 'yaml'): Promise<number> {
  const args = [FIRST_COMPILE, what, 'mixed', '1000'];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
}

/** @param perJobOf100 milliseconds a job of the workflow that others are compared with; null leaves the comparison out */
function rowOf(
  spreads: ReadonlyMap<string, Spread>,
  label: string,
  jobs: number,
  perJobOf100: number | null,
): FigureRow {
  const spread = spreads.get(`compile ${label}`);
  if (spread === undefined) throw new Error(`${label} was not measured`);
  const yaml = medianOf(spreads, `yaml ${label}`);
  const perJob = spread.median / jobs;
  const derived = {
    'ms/job': perJob,
    ...(perJobOf100 === null ? {} : { 'to 100 jobs': perJob / perJobOf100 }),
    ...(Number.isNaN(yaml) ? {} : { 'yaml alone': yaml, 'of yaml': spread.median / yaml }),
  };
  return { label, spread, derived };
}
