/** `npm run bench -- [--quick] [--json] [FIGURE…]`: measures, and prints tables or JSON. */
import { availableParallelism, loadavg, totalmem } from 'node:os';

import type { Benchmark, Figure } from './figure.ts';
import { measureCompile } from './figures/compile.ts';
import { measureExpressions } from './figures/expressions.ts';
import { measureTransition } from './figures/transition.ts';
import { printFigure } from './print-figures.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  compile: measureCompile,
  transition: measureTransition,
  expressions: measureExpressions,
};

const args = process.argv.slice(2);
const flags = args.filter((arg) => arg.startsWith('--'));
const chosen = args.filter((arg) => !arg.startsWith('--'));
const unknown = [
  ...flags.filter((flag) => flag !== '--quick' && flag !== '--json'),
  ...chosen.filter((id) => benchmarks[id] === undefined),
];
if (unknown.length > 0) {
  console.error(
    `Unknown: ${unknown.join(' ')}. Figures: ${Object.keys(benchmarks).join(', ')}; --quick, --json`,
  );
  process.exit(2);
}
const isJson = flags.includes('--json');
const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  /** Of the last minute: above the number of cores, others were at work, too. */
  load: loadavg()[0] ?? 0,
};
if (!isJson) console.log(`Node ${machine.node}, ${machine.cores} cores, load ${machine.load.toFixed(1)}\n`);
const figures: Figure[] = [];
for (const [id, measure] of Object.entries(benchmarks)) {
  if (chosen.length > 0 && !chosen.includes(id)) continue;
  const figure = await measure({ quick: flags.includes('--quick') });
  figures.push(figure);
  if (!isJson) console.log(`${printFigure(figure)}\n`);
}
if (isJson) console.log(JSON.stringify({ version: 1, machine, figures }, null, 2));
