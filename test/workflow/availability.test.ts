import { describe, expect, it } from 'vitest';

import { compileWorkflow } from '../../src/workflow/compile.ts';

const everywhere = ['github', 'inputs', 'vars', 'bead', 'run'];
const inJobs = [...everywhere, 'needs', 'strategy', 'matrix'];
const inTasks = [...inJobs, 'env'];
const all = [...inTasks, 'job', 'jobs', 'runner', 'steps', 'secrets'];

const inSteps = [...inTasks, 'job', 'runner', 'steps'];
const step = (rest: string): string =>
  `jobs: { a: { runs-on: treadle, steps: [{ id: x, run: work }, { ${rest} }] } }`;

const agent = 'runs-on: qa-engineer, prompt: Do it';

/** Rule 10, row by row: a place (`@` is the expression), and the contexts that GitHub, or for our own keys Treadle, has there. */
const places: readonly (readonly [place: string, workflow: string, contexts: readonly string[]])[] = [
  ['run-name', `run-name: @\njobs: { a: { ${agent} } }`, everywhere],
  ['concurrency', `concurrency: @\njobs: { a: { ${agent} } }`, everywhere],
  ['concurrency.group', `concurrency: { group: @ }\njobs: { a: { ${agent} } }`, everywhere],
  [
    'concurrency.cancel-in-progress',
    `concurrency: { group: x, cancel-in-progress: @ }\njobs: { a: { ${agent} } }`,
    everywhere,
  ],
  ['env', `env: { A: @ }\njobs: { a: { ${agent} } }`, everywhere],
  ['jobs.X.if', `jobs: { a: { if: @, ${agent} } }`, [...everywhere, 'needs']],
  ['jobs.X.strategy.matrix', `jobs: { a: { strategy: { matrix: @ }, ${agent} } }`, [...everywhere, 'needs']],
  ['a vector', `jobs: { a: { strategy: { matrix: { v: @ } }, ${agent} } }`, [...everywhere, 'needs']],
  [
    'jobs.X.strategy.fail-fast',
    `jobs: { a: { strategy: { fail-fast: @, matrix: { v: [1] } }, ${agent} } }`,
    [...everywhere, 'needs'],
  ],
  [
    'jobs.X.strategy.max-parallel',
    `jobs: { a: { strategy: { max-parallel: @, matrix: { v: [1] } }, ${agent} } }`,
    [...everywhere, 'needs'],
  ],
  ['jobs.X.name', `jobs: { a: { name: @, ${agent} } }`, inJobs],
  ['jobs.X.runs-on', 'jobs: { a: { runs-on: @, prompt: Do it } }', inJobs],
  ['jobs.X.timeout-minutes', `jobs: { a: { timeout-minutes: @, ${agent} } }`, inJobs],
  ['jobs.X.continue-on-error', `jobs: { a: { continue-on-error: @, ${agent} } }`, inJobs],
  ['jobs.X.concurrency', `jobs: { a: { concurrency: @, ${agent} } }`, inJobs],
  ['jobs.X.env', `jobs: { a: { env: { A: @ }, ${agent} } }`, inJobs],
  ['jobs.X.prompt', 'jobs: { a: { runs-on: qa-engineer, prompt: @ } }', inTasks],
  [
    'jobs.X.outputs of a job with steps',
    'jobs: { a: { runs-on: treadle, steps: [{ run: x }], outputs: { o: @ } } }',
    inSteps,
  ],
  [
    'jobs.X.defaults.run',
    'jobs: { a: { runs-on: treadle, steps: [{ run: x }], defaults: { run: { working-directory: @ } } } }',
    inTasks,
  ],
  ['steps.if', step('run: x, if: @'), inSteps],
  ['steps.name', step('run: x, name: @'), inSteps],
  ['steps.run', step('run: @'), inSteps],
  ['steps.env', step('run: x, env: { A: @ }'), inSteps],
  ['steps.working-directory', step('run: x, working-directory: @'), inSteps],
  ['steps.continue-on-error', step('run: x, continue-on-error: @'), inSteps],
  ['steps.timeout-minutes', step('run: x, timeout-minutes: @'), inSteps],
  ['jobs.X.outputs of a decision', 'jobs: { a: { type: decision, outputs: { o: @ } } }', inTasks],
];

/** The expressions that are not available, as what the diagnostics mark. */
function marksOf(workflow: string, expression: string): readonly string[] {
  const text = `on: workflow_dispatch\n${workflow.replace('@', () => `"\${{ ${expression} }}"`)}\n`;
  const lines = text.split('\n');
  const { diagnostics } = compileWorkflow({ path: 'w.yml', text }, { roles: 'any' });
  return diagnostics
    .filter(({ code }) => code === 'expression-unavailable')
    .map(({ start, end }) => lines[start.line - 1]?.slice(start.column - 1, end.column - 1) ?? '');
}

describe.each(places)('%s', (_, workflow, contexts) => {
  it.each(all)('%s', (context) => {
    expect(marksOf(workflow, `toJSON(${context})`)).toEqual(contexts.includes(context) ? [] : [context]);
  });

  it('has the general functions', () => {
    const calls = "contains('a', join(github.x)) && startsWith('a', 'b') && endsWith(format('{0}', 1), 'b')";
    expect(marksOf(workflow, `${calls} && fromJSON(toJSON(case(true, 1, 2)))`)).toEqual([]);
  });

  it.each(['success', 'failure', 'always', 'cancelled', 'hashFiles', 'unknown'])('%s()', (name) => {
    const isStatus = /\bif: @/.test(workflow) && name !== 'hashFiles' && name !== 'unknown';
    expect(marksOf(workflow, `${name}()`)).toEqual(isStatus ? [] : [name]);
  });
});
