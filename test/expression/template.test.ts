import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { availabilityOf } from '../../src/expression/availability.ts';
import { effectiveCondition } from '../../src/expression/condition.ts';
import { parseExpression } from '../../src/expression/parse.ts';
import {
  holdsExpression,
  parseTemplate,
  placedExpressions,
  soleExpression,
} from '../../src/expression/template.ts';
import { callsOf, contributorsOf, outcomesOf, referencesOf } from '../../src/expression/tree.ts';

const prompt = availabilityOf('jobs.prompt');

function treeOf(source: string) {
  const parsed = parseExpression(source, availabilityOf('jobs.if'));
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value.tree;
}

describe('parseTemplate', () => {
  it.each([
    ['one expression', '${{ github.a }}', ['github.a'], true],
    ['text around', 'x ${{github.a}}', ['github.a'], false],
    ['several', '${{ github.a }}${{ github.b }}', ['github.a', 'github.b'], false],
    ['the same twice', '${{ github.a }} ${{ github.a }}', ['github.a', 'github.a'], false],
    ['none', 'a }} b', [], false],
  ])('%s', (_, text, sources, isSole) => {
    const parsed = parseTemplate(text, prompt);
    if (!parsed.ok) throw new Error('it parses');
    const placed = placedExpressions(parsed.value);
    expect(placed.map(({ expression }) => expression.source)).toEqual(sources);
    for (const { expression, offset } of placed)
      expect(text.startsWith(expression.source, offset)).toBe(true);
    expect(new Set(placed.map(({ offset }) => offset)).size).toBe(placed.length);
    expect(soleExpression(parsed.value) !== null).toBe(isSole);
    expect(holdsExpression(text)).toBe(sources.length > 0);
  });

  it('reports every problem and keeps what parses', () => {
    const text = 'a ${{ foo }} b ${{ github.a }} ${{ }} ${{ bar }} ${{ github.b';
    const parsed = parseTemplate(text, prompt);
    if (parsed.ok) throw new Error('it does not parse');
    expect(parsed.problems.map(({ offset, length }) => text.slice(offset, offset + length))).toEqual([
      'foo',
      '${{ }}',
      'bar',
      '${{ github.b',
    ]);
    expect(
      placedExpressions(parsed.partial).map(({ expression, offset }) => [expression.source, offset]),
    ).toEqual([['github.a', text.indexOf('github.a')]]);
  });

  it('never throws', () => {
    const piece = fc.constantFrom('${{', '}}', "'", ' ', 'github', '.', 'a', '$', '{', '}', '(', '\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const parsed = parseTemplate(text, prompt);
        const template = parsed.ok ? parsed.value : parsed.partial;
        for (const { expression, offset } of placedExpressions(template)) {
          expect(text.startsWith(expression.source, offset)).toBe(true);
        }
        effectiveCondition(text, availabilityOf('jobs.if'));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the `if` of a trigger', () => {
  const trigger = availabilityOf('on.issues.if');
  it.each([
    ["github.event.action == 'opened'", "github.event.action == 'opened'"],
    ['', 'true'],
    ['${{ bead.number }}', 'bead.number'],
  ])('%j has no implicit success()', (source, effective) => {
    expect(effectiveCondition(source, trigger)).toMatchObject({
      ok: true,
      value: { expression: { source: effective } },
    });
  });

  it('has no status functions', () => {
    expect(effectiveCondition('always()', trigger).ok).toBe(false);
  });
});

describe('references', () => {
  it.each([
    ['plain', 'needs.a.outputs.b', [['needs', ['a', 'outputs', 'b'], true, 'needs.a.outputs.b']]],
    ['quoted', "Needs['a'].result", [['needs', ['a', 'result'], true, "Needs['a'].result"]]],
    ['whole', 'toJSON(needs)', [['needs', [], true, 'needs']]],
    ['star', 'needs.*.result', [['needs', [], false, 'needs']]],
    [
      'computed',
      'needs[github.x].result',
      [
        ['needs', [], false, 'needs'],
        ['github', ['x'], true, 'github.x'],
      ],
    ],
    [
      'computed late',
      'needs.a.outputs[github.x]',
      [
        ['needs', ['a', 'outputs'], false, 'needs.a.outputs'],
        ['github', ['x'], true, 'github.x'],
      ],
    ],
    ['of a call', "fromJSON('{}').a", []],
  ])('%s', (_, source, expected) => {
    const found = referencesOf(treeOf(source)).map(({ context, path, isExact, offset, length }) => [
      context,
      path,
      isExact,
      source.slice(offset, offset + length),
    ]);
    expect(found).toEqual(expected);
  });

  it('finds calls with the texts they are given', () => {
    const source = "success('a', 'it''s', github.x) && always() || format(('b'), 1)";
    const calls = callsOf({ source, tree: treeOf(source) }).toSorted((a, b) => a.offset - b.offset);
    expect(calls.map(({ name, texts }) => [name, texts.map((text) => text?.text ?? null)])).toEqual([
      ['success', ['a', "it's", null]],
      ['always', []],
      ['format', ['b', null]],
    ]);
  });
});

describe('outcomes', () => {
  it.each([
    ['a text', "'x'", ['x']],
    ['a reference', 'needs.a.outputs.b', ['needs.a.outputs.b']],
    ['a choice', "github.a == 'q' && 'x' || 'y'", ['x', 'y']],
    ['a choice of three', "github.a && 'x' || github.b && 'y' || ('z')", ['x', 'y', 'z']],
    ['an or', "needs.a.outputs.b || 'y'", ['needs.a.outputs.b', 'y']],
    ['an and', "!github.a && 'y'", ['?', 'y']],
    [
      'case',
      "case(github.a == 1, 'x', github.b == 2, needs.a.outputs.b, 'z')",
      ['needs.a.outputs.b', 'x', 'z'],
    ],
    ['computed', "format('{0}', 'x')", ['?']],
    ['a group', "(('x'))", ['x']],
    ['a star', 'github.*', ['?']],
    ['a number', '1', ['?']],
  ])('%s', (_, source, expected) => {
    const shown = outcomesOf(treeOf(source)).map((outcome) => {
      if (outcome.kind === 'text') return outcome.text;
      return outcome.kind === 'other'
        ? '?'
        : [outcome.reference.context, ...outcome.reference.path].join('.');
    });
    expect(shown.toSorted()).toEqual(expected.toSorted());
  });
});

describe('contributorsOf', () => {
  it.each([
    ['github.a', ['a']],
    ["github.a == 'x'", []],
    ['!github.a', []],
    ['github.a && github.b', ['b']],
    ["github.a && github.b && github.c || 'x'", ['c']],
    ['github.a || (github.b || github.c)', ['a', 'b', 'c']],
    ['contains(github.a, github.b)', []],
    ['STARTSWITH(github.a, github.b) || endsWith(github.c, github.d)', []],
    ['success() || github.a', ['a']],
    ["format('{0}', github.a)", ['a']],
    ['case(github.a, github.b, github.c, github.d, github.e)', ['b', 'd', 'e']],
    ['fromJSON(github.a)[github.b]', ['a']],
    ['github.a[github.b]', ['a']],
    ['toJSON(github.a.*.b)', ['a']],
    ["'x'", []],
  ])('%s', (source, names) => {
    const found = contributorsOf(treeOf(source)).map(({ path }) => path.join('.'));
    expect(found.toSorted()).toEqual(names);
  });
});
