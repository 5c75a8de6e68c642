/** `node first-compile.js compile|yaml SHAPE JOBS`: prints how many milliseconds of a processor the first time takes in this process. */
import { parse } from 'yaml';

import { compileWorkflow } from '../src/workflow/compile.ts';
import { timeOf } from './measure.ts';
import { type Shape, workflowText } from './workflow-text.ts';

const [, , what, shape, jobs] = process.argv;
const text = workflowText(shape as Shape, Number(jobs));
const taken = timeOf(() =>
  what === 'yaml' ? (parse(text) as unknown) : compileWorkflow({ path: 'large.yml', text }),
);
process.stdout.write(String(taken));
