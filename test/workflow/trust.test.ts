import { describe, expect, test } from 'vitest';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import type { Diagnostic } from '../../src/workflow/diagnostic.ts';

const PATH = '.github/treadle/workflows/a.yml';

/** All sorts of things that a script can be made of, with one expression in the second of its steps. */
function scriptWith(expression: string): string {
  return `on:
  workflow_dispatch: { inputs: { text: {}, number: { type: number }, flag: { type: boolean }, way: { type: choice, options: [left, right] }, both: { type: number } } }
  workflow_call: { inputs: { both: { type: string } } }
env: { TOP: "\${{ inputs.text }}", SAFE: "\${{ bead.number }}", HIDDEN: "\${{ bead.title }}" }
jobs:
  ask: { runs-on: ceo, prompt: x, outputs: { free: {}, way: { enum: [left, right] } } }
  gate: { type: approval, runs-on: ceo }
  commit: { type: commit, runs-on: engineering-manager, pull-request: 1 }
  verify: { type: verify, needs: commit, runs-on: qa-engineer }
  choose:
    type: decision
    needs: [ask, gate]
    outputs:
      closed: "\${{ case(contains(bead.title, 'x'), 'left', needs.ask.outputs.way) }}"
      open: "\${{ needs.ask.outputs.free || 'left' }}"
      started: "\${{ inputs.text }}"
      plain: left
  on: { type: decision, needs: choose, outputs: { closed: "\${{ needs.choose.outputs.closed }}", open: "\${{ needs.choose.outputs.open }}" } }
  other: { uses: ./.github/treadle/workflows/b.yml }
  work:
    needs: [ask, gate, commit, choose, on, other]
    runs-on: treadle
    env: { JOB: "\${{ needs.ask.outputs.free }}", WAY: "\${{ needs.ask.outputs.way }}", HIDDEN: plain }
    strategy:
      fail-fast: "\${{ needs.ask.outputs.free == 'x' }}"
      matrix:
        free: "\${{ fromJSON(needs.ask.outputs.free) }}"
        fixed: [a, b]
        way: ["\${{ needs.ask.outputs.way }}", "x-\${{ bead.number }}"]
        deep: [{ name: "\${{ bead.title }}" }]
        exclude: [{ fixed: "\${{ bead.title }}" }]
        include: [{ added: "\${{ bead.title }}", sure: 1 }]
    steps:
      - { id: first, run: make }
      - env: { OWN: "\${{ env.JOB }}", AGAIN: "\${{ env.WAY }}-\${{ env.SAFE }}", STEP: "\${{ steps.first.outputs.x }}" }
        run: echo \${{ ${expression} }}
`;
}

function diagnose(text: string): readonly Diagnostic[] {
  return compileWorkflow({ path: PATH, text }).diagnostics;
}

function codesOf(text: string): readonly string[] {
  return diagnose(text).map(({ code }) => code);
}

describe('what a script may be made of', () => {
  test.each([
    ['matrix.fixed'],
    ['matrix.way'],
    ['matrix.sure'],
    ['strategy.job-index'],
    ['inputs.number'],
    ['inputs.flag'],
    ['inputs.way'],
    ['needs.gate.outputs.verdict'],
    ['needs.commit.outputs.sha'],
    ['needs.choose.outputs.closed'],
    ['needs.choose.outputs.plain'],
    ['needs.on.outputs.closed'],
    ['steps.first.outcome'],
    ['steps.first.conclusion'],
    ['env.SAFE'],
    ['env.WAY'],
    ['env.HIDDEN'],
    ['env.AGAIN'],
    ['job.status'],
    ['runner.os'],
    ['vars.NAME'],
    ['github.repository'],
    ['github.event.issue.number'],
    ["bead.title == 'x'"],
    ["contains(bead.title, 'x') && 'yes' || 'no'"],
    ['!bead.title'],
    ["case(startsWith(bead.title, 'x'), 'left', 'right')"],
    ["fromJSON('[1, 2]')[bead.title]"],
  ])('%s may', (expression) => {
    expect(diagnose(scriptWith(expression))).toEqual([]);
  });

  test.each([
    ['matrix.free', 'is made of what strangers or agents wrote'],
    ['matrix.free.name', 'is made of what strangers or agents wrote'],
    ['matrix.deep.name', 'is made of what strangers or agents wrote'],
    ['matrix.ADDED', 'is made of what strangers or agents wrote'],
    ['toJSON(matrix)', 'is made of what strangers or agents wrote'],
    ['inputs.text', 'is what somebody gave when the run was started'],
    ['toJSON(inputs)', 'is what somebody gave when the run was started'],
    // Where an event says that it is a text, it may be any.
    ['inputs.both', 'is what somebody gave when the run was started'],
    ['needs.ask.outputs.free', 'is what another job reported'],
    ['toJSON(needs.ask)', 'is what another job reported'],
    ['toJSON(needs)', 'is what another job reported'],
    ['needs.gate.outputs.comment', 'is what another job reported'],
    ['needs.choose.outputs.open', 'is what another job reported'],
    ['needs.choose.outputs.started', 'is what somebody gave when the run was started'],
    ['needs.on.outputs.open', 'is what another job reported'],
    ['needs.other.outputs.x', 'is what another workflow handed back'],
    ['steps.first.outputs.x', 'is what a command of a step put out'],
    ['toJSON(steps)', 'is what a command of a step put out'],
    ['env.JOB', 'is made of what strangers or agents wrote'],
    ['env.TOP', 'is what somebody gave when the run was started'],
    ['env.OWN', 'is made of what strangers or agents wrote'],
    ['env.own', 'is made of what strangers or agents wrote'],
    ['env.STEP', 'is made of what strangers or agents wrote'],
    ['env.NOWHERE', 'is what a step before may have left in GITHUB_ENV'],
    ['toJSON(env)', 'is made of what strangers or agents wrote'],
    ["bead.title || 'x'", 'is what anybody wrote in the issue'],
    ["true && format('{0}', bead.title)", 'is what anybody wrote in the issue'],
    ["case(true, github.event.issue.title, 'x')", 'may hold what anybody wrote'],
    ['fromJSON(bead.body).x', 'is what anybody wrote in the issue'],
    ["github.event['issue'].labels.*.name", 'may hold what anybody wrote'],
    ['github.event.inputs.id', 'may hold what anybody wrote'],
    ["github.event['INPUTS'].number", 'may hold what anybody wrote'],
  ])('%s may not', (expression, why) => {
    const found = diagnose(scriptWith(expression));
    expect(found.map(({ code }) => code)).toEqual(['untrusted-in-run']);
    expect(found[0]?.message).toContain(why);
  });

  test('the first step reads nothing that a step before left', () => {
    const text = `on: workflow_dispatch
jobs: { a: { runs-on: treadle, steps: [{ run: 'echo \${{ env.NOWHERE }} \${{ toJSON(env) }}' }] } }
`;
    expect(codesOf(text)).toEqual(['reference-empty']);
  });

  test.each([
    "{ matrix: '${{ fromJSON(needs.ask.outputs.free) }}' }",
    "'${{ fromJSON(needs.ask.outputs.free) }}'",
    "{ matrix: { part: [a], '${{ insert }}': '${{ fromJSON(needs.ask.outputs.free) }}' } }",
    "{ matrix: { '${{ needs.ask.outputs.free }}': [a] } }",
    "{ matrix: { part: [a], include: '${{ fromJSON(needs.ask.outputs.free) }}' } }",
  ])('a matrix that is computed as a whole may hold anything: %s', (strategy) => {
    const text = `on: workflow_dispatch
jobs:
  ask: { runs-on: ceo, prompt: x, outputs: { free: {} } }
  work: { needs: ask, runs-on: treadle, strategy: ${strategy}, steps: [{ run: 'echo \${{ matrix.part }}' }] }
`;
    expect(codesOf(text)).toEqual(['untrusted-in-run']);
  });

  test('decisions that need each other in a circle pass on what is not known', () => {
    const text = `on: workflow_dispatch
jobs:
  a: { type: decision, needs: b, outputs: { x: '\${{ needs.b.outputs.x }}' } }
  b: { type: decision, needs: a, outputs: { x: '\${{ needs.a.outputs.x }}' } }
  c: { needs: a, runs-on: treadle, steps: [{ run: 'echo \${{ needs.a.outputs.x }} \${{ needs.none.outputs.x }}' }] }
`;
    expect(codesOf(text).filter((code) => code === 'untrusted-in-run')).toHaveLength(2);
  });

  test('what thousands of decisions pass on is followed to where it comes from', () => {
    const chain = Array.from(
      { length: 2000 },
      (_, index) =>
        `  d${index + 1}: { type: decision, needs: d${index}, outputs: { x: '\${{ needs.d${index}.outputs.x }}' } }\n`,
    ).reverse();
    const text = (first: string): string => `on: workflow_dispatch
jobs:
  end: { needs: d2000, runs-on: treadle, steps: [{ run: 'echo \${{ needs.d2000.outputs.x }}' }] }
${chain.join('')}  d0: { type: decision, outputs: { x: ${first} } }
`;
    expect(codesOf(text('left'))).toEqual([]);
    expect(codesOf(text("'${{ bead.title }}'"))).toEqual(['untrusted-in-run']);
  });
});

describe('the folder of a script', () => {
  test.each([
    ['steps: [{ working-directory: "${{ bead.title }}", run: make }]', ['untrusted-folder']],
    ['steps: [{ working-directory: "${{ bead.number }}", run: make }]', []],
    [
      'defaults: { run: { working-directory: "x/${{ bead.title }}" } }, steps: [{ run: make }]',
      ['untrusted-folder'],
    ],
  ])('%s', (job, codes) => {
    expect(codesOf(`on: workflow_dispatch\njobs: { a: { runs-on: treadle, ${job} } }\n`)).toEqual(codes);
  });

  test('that of all jobs may come from the matrix of any', () => {
    const text = `on: workflow_dispatch
defaults: { run: { working-directory: '\${{ matrix.part }}' } }
jobs:
  a: { runs-on: treadle, strategy: { matrix: { part: [x, y] } }, steps: [{ run: make }] }
  b: { runs-on: treadle, strategy: { matrix: { part: ['\${{ bead.title }}'] } }, steps: [{ run: make }] }
`;
    expect(codesOf(text)).toEqual(['untrusted-folder']);
  });
});

test.each([
  'steps: [{ shell: "${{ inputs.x }} {0}", run: make }]',
  'defaults: { run: { shell: "${{ inputs.x }}" } }, steps: [{ run: make }]',
])('no expression chooses the shell: %s', (job) => {
  expect(codesOf(`on: workflow_dispatch\njobs: { a: { runs-on: treadle, ${job} } }\n`)).toEqual([
    'expression-not-allowed',
  ]);
});

describe('who is asked', () => {
  test.each([
    ['fromJSON(needs.ask.outputs.free)', ['runs-on-unchecked']],
    ['fromJSON(needs.ask.outputs.closed)', []],
    ['fromJSON(\'["ceo"]\')', []],
  ])('by a matrix of %s', (vector, codes) => {
    const text = `on: workflow_dispatch
jobs:
  ask: { runs-on: ceo, prompt: x, outputs: { free: {}, closed: { enum: ['["ceo"]'] } } }
  work: { needs: ask, strategy: { matrix: { who: "\${{ ${vector.replaceAll('"', '\\"')} }}" } }, runs-on: '\${{ matrix.who }}', prompt: x }
`;
    expect(codesOf(text)).toEqual(codes);
  });

  test('not by what an approver wrote', () => {
    const text = `on: workflow_dispatch
jobs:
  gate: { type: approval, runs-on: ceo }
  a: { needs: gate, runs-on: '\${{ needs.gate.outputs.comment }}', prompt: x }
`;
    expect(codesOf(text)).toEqual(['runs-on-unchecked']);
  });

  test('not by the default of an input that strangers write', () => {
    const text = `on: { workflow_call: { inputs: { who: { type: string, default: '\${{ github.event.issue.title }}' } } } }
jobs: { a: { runs-on: '\${{ inputs.who }}', prompt: x } }
`;
    expect(codesOf(text)).toEqual(['runs-on-unchecked']);
  });
});
