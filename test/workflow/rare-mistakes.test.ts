import { describe, expect, test } from 'vitest';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import { jobOf, legId, legIndexOf } from '../../src/workflow/leg.ts';
import { pathOfCall } from '../../src/workflow/path-of-call.ts';
import { readSettings } from '../../src/workflow/settings.ts';

function codesOf(jobs: string): readonly string[] {
  const text = `on: workflow_dispatch\njobs:\n  ${jobs}\n`;
  return compileWorkflow({ path: '.github/treadle/workflows/a.yml', text }).diagnostics.map(
    ({ code }) => code,
  );
}

describe('what a script may hold', () => {
  test.each([
    ['bead.number', false],
    ['bead.priority', false],
    ['bead.title', true],
    ['run.title', true],
    ['github.head_ref', true],
    ['github.event.issue.number', false],
    ['github.sha', false],
    ['needs.b.result', false],
    ['needs.b.outputs.c', false],
    ['needs.b.outputs.d', true],
    ['env.GOOD', false],
    ['env.bad', true],
    ['env.MIXED', false],
  ])('%s is kept out: %s', (name, isKeptOut) => {
    const codes = codesOf(`a:
    needs: b
    env: { GOOD: x, BAD: "\${{ bead.title }}", MIXED: "x\${{ bead.number }}" }
    steps: [{ run: 'echo \${{ ${name} }}' }]
  b: { runs-on: ceo, prompt: x, outputs: { c: { enum: [x, y] }, d: { description: e } } }`);
    expect(codes.includes('untrusted-in-run')).toBe(isKeptOut);
  });
});

test.each([
  ['a: { runs-on: ceo, prompt: x, with: { b: c } }', 'bad-call'],
  ['a: { uses: ./elsewhere.yml }', 'bad-call'],
  ['a: { runs-on: ceo, prompt: x, [b]: y }', 'invalid-yaml'],
  ['a: { runs-on: ceo, prompt: *none }', 'invalid-yaml'],
  ['a: { runs-on: ceo, prompt: [x] }', 'wrong-type'],
  ['a: { runs-on: "${{ 1 + }}", prompt: x }', 'expression-syntax'],
  ['a: { runs-on: ceo, prompt: x }\n  b: { type: merge, needs: [a, A] }', 'merge-without-branches'],
])('%s has %s', (jobs, code) => {
  expect(codesOf(jobs)).toContain(code);
});

test.each([
  ['hops: 0', "'hops' is a whole number above 0"],
  ['hops: none', "'hops' is a whole number above 0"],
  ['hops: [1]', "'hops' is a whole number above 0"],
  ['tokens-per-run: 1.5', "'tokens-per-run' is a whole number above 0, or 'none'"],
  ['cost-usd-per-run: -1', "'cost-usd-per-run' is a number above 0, or 'none'"],
  ['hop: 1', "Unknown key 'hop' of 'limits'."],
])('limits: { %s }', (limits, message) => {
  const { diagnostics } = readSettings({
    path: '.github/treadle.yml',
    text: `roles: { ceo: casey }\nlimits: { ${limits} }\n`,
  });
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]?.message).toContain(message);
});

test.each([
  ['./.github/treadle/workflows/b.yml', '.github/treadle/workflows/b.yml'],
  ['treadle/one', 'workflows/one.yml'],
  ['treadle/one/two', null],
])('%s is the file %s', (uses, file) => {
  expect(pathOfCall(uses)).toBe(file);
});

test('a leg goes by its job and its index', () => {
  expect([jobOf(legId('a', 3)), legIndexOf(legId('a', 3))]).toEqual(['a', 3]);
  expect([jobOf('a'), legIndexOf('a')]).toEqual(['a', null]);
});
