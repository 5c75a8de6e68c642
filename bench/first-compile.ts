/**
 * `node first-compile.js compile|main-thread|yaml SHAPE JOBS`: prints how many milliseconds of a processor the first time takes in
 * this process; `main-thread` is compiling without what runs beside it (garbage collection, the compiler of JavaScript).
 */
import { parse } from 'yaml';

import { compileWorkflow } from '../src/workflow/compile.ts';
import { mainThreadTimeOf, timeOf } from './measure.ts';
import { type Shape, workflowText } from './workflow-text.ts';

const [, , what, shape, jobs] = process.argv;
const text = workflowText(shape as Shape, Number(jobs));
const compile = (): unknown => compileWorkflow({ path: 'large.yml', text });
const taken =
  what === 'yaml'
    ? timeOf(() => parse(text) as unknown)
    : what === 'main-thread'
      ? mainThreadTimeOf(compile)
      : timeOf(compile);
process.stdout.write(String(taken));
