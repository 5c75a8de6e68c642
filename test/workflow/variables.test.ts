import { describe, expect, test } from 'vitest';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import { pickVariables, variablesUsed } from '../../src/workflow/variables.ts';

function workflowWith(lines: string): Workflow {
  const text = `on: { workflow_dispatch: {}, workflow_call: { inputs: { to: { type: string, default: 'x' } } } }\n${lines}`;
  const { workflow, diagnostics } = compileWorkflow({ path: 'x.yml', text });
  if (workflow === null) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return workflow;
}

const JOB = 'jobs:\n  a: { runs-on: ceo, prompt: x }\n';

describe('the variables that a workflow uses', () => {
  test.each<[string, string, string[] | 'all']>([
    ['none', JOB, []],
    ['none, where a text has the word', JOB.replace('x }', 'Set the env vars. }'), []],
    ['in run-name', `run-name: \${{ vars.One }}\n${JOB}`, ['ONE']],
    [
      'in concurrency',
      `concurrency: { group: g, cancel-in-progress: "\${{ vars.C == 'y' }}" }\n${JOB}`,
      ['C'],
    ],
    ['in env', `env: { E: "\${{ vars.E }}" }\n${JOB}`, ['E']],
    ['in if', JOB.replace('prompt', `if: "vars['a'] == vars.b", prompt`), ['A', 'B']],
    ['in a condition in quotes', JOB.replace('prompt', `if: "\${{ 'vars.q == 1' }}", prompt`), ['Q']],
    [
      'in a matrix',
      JOB.replace('prompt', 'strategy: { matrix: { "${{ vars.k }}": "${{ fromJSON(vars.v) }}" } }, prompt'),
      ['K', 'V'],
    ],
    [
      'in steps',
      'jobs: { a: { runs-on: treadle, steps: [{ run: "echo ${{ vars.s }}", timeout-minutes: "${{ fromJSON(vars.t) }}" }] } }',
      ['S', 'T'],
    ],
    ['as a whole', JOB.replace('prompt: x', 'prompt: "${{ toJSON(vars) }}"'), 'all'],
    ['by a computed name', JOB.replace('prompt: x', 'prompt: "${{ vars[github.actor] }}"'), 'all'],
    ['all of them', JOB.replace('prompt: x', `prompt: "\${{ join(vars.*, ',') }}"`), 'all'],
  ])('%s', (_, lines, names) => {
    const used = variablesUsed([workflowWith(lines)]);
    expect(used === 'all' ? used : Array.from(used).sort()).toEqual(names);
  });

  test('in the default of an input of a call', () => {
    const text = `on: { workflow_call: { inputs: { to: { type: string, default: "\${{ vars.TO }}" } } } }\n${JOB}`;
    const { workflow } = compileWorkflow({ path: 'x.yml', text });
    expect(variablesUsed(workflow === null ? [] : [workflow])).toEqual(new Set(['TO']));
  });

  test('of several workflows together', () => {
    const used = variablesUsed(
      ['A', 'B'].map((name) => workflowWith(`run-name: \${{ vars.${name} }}\n${JOB}`)),
    );
    expect(used).toEqual(new Set(['A', 'B']));
  });
});

describe('variables are picked', () => {
  test('by name in any letter case, the last of several, and only what is a name', () => {
    const all = { b: '1', B: '2', A: '3', other: '4', 'not a name': '5', __PROTO__: '6' };
    expect(pickVariables(all, new Set(['A', 'B', 'C']))).toEqual({ ok: true, value: { A: '3', B: '2' } });
    expect(pickVariables(all, 'all')).toEqual({
      ok: true,
      value: Object.fromEntries([
        ['A', '3'],
        ['B', '2'],
        ['OTHER', '4'],
        ['__PROTO__', '6'],
      ]),
    });
  });

  const KB = 1024;
  test.each([
    ['a variable of 48 KB', { A: 'x'.repeat(48 * KB) }, null],
    [
      'a larger one',
      { A: 'x'.repeat(48 * KB + 1) },
      'the variable A has 49153 bytes, 49152 (48 KB) are allowed',
    ],
    [
      'letters of two, three and four bytes',
      { A: 'é織😀'.repeat(6_000) },
      'the variable A has 54000 bytes, 49152',
    ],
    [
      'too many large ones',
      Object.fromEntries(['A', 'B', 'C', 'D', 'E', 'F'].map((name) => [name, 'x'.repeat(45 * KB)])),
      'the variables that a workflow uses have 276480 bytes together, 262144 (256 KB) are allowed',
    ],
  ])('%s', (_, all, problem) => {
    const picked = pickVariables(all, 'all');
    if (problem === null) expect(picked.ok).toBe(true);
    else expect(picked).toEqual({ ok: false, problem: expect.stringContaining(problem) as unknown });
    expect(pickVariables(all, new Set())).toEqual({ ok: true, value: {} });
  });
});
