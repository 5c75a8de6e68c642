import { describe, expect, it } from 'vitest';

import type { Json } from '../../src/base/canonical-json.ts';
import { expandMatrix } from '../../src/workflow/matrix.ts';

function namesOf(matrix: Json): readonly string[] {
  const expanded = expandMatrix(matrix, 'job');
  return expanded.ok ? expanded.configs.map((config) => config.name) : expanded.problems;
}

function matricesOf(matrix: Json): readonly unknown[] {
  const expanded = expandMatrix(matrix, 'job');
  return expanded.ok ? expanded.configs.map((config) => config.matrix) : expanded.problems;
}

const many = Array.from({ length: 17 }, (_, index) => index);

describe('the legs of a matrix', () => {
  it.each<[string, Json, readonly string[]]>([
    [
      'the first vector varies slowest',
      { os: ['l', 'w'], n: [1, 2] },
      ['job (l, 1)', 'job (l, 2)', 'job (w, 1)', 'job (w, 2)'],
    ],
    ['values are not made unique', { a: [1, 1] }, ['job (1)', 'job (1)']],
    [
      'null and nothing add nothing to the name',
      { a: [null, '', true, 1e21] },
      ['job', 'job', 'job (true)', 'job (1E+21)'],
    ],
    ['values may be of any kind', { a: [{ x: 1, y: ['p', 'q'] }] }, ['job (1, p, q)']],
    ['long names are cut', { a: ['x'.repeat(120)] }, [`job (${'x'.repeat(92)}...`]],
    [
      'excluded by equality of expressions',
      { a: ['12', 'Ab', 'c'], exclude: [{ a: 12 }, { A: 'aB' }] },
      ['job (c)'],
    ],
    ['null excludes what is falsy', { a: [0, '', false, null, 1], exclude: [{ a: null }] }, ['job (1)']],
    [
      'objects are excluded by what is listed',
      { a: [{ x: 1, y: 2 }, { x: 1, y: 3 }, [1, 2], 7], exclude: [{ a: { x: 1, y: 2 } }, { a: [1] }] },
      ['job (1, 3)', 'job (7)'],
    ],
    ['a filter of no leaves matches everything', { a: [1, 2], exclude: [{ a: {} }] }, ['job']],
    [
      'an include extends without showing',
      { a: [1, 2], include: [{ a: 1, b: 'x' }] },
      ['job (1)', 'job (2)'],
    ],
    [
      'an include that matches nothing is a leg of its own',
      { a: [1], include: [{ a: 2, b: 'x' }] },
      ['job (1)', 'job (2, x)'],
    ],
    ['includes alone are legs', { include: [{ b: 'x' }, { b: 'y' }] }, ['job (x)', 'job (y)']],
    [
      'what was excluded is added again',
      { a: [1, 2], exclude: [{ a: 1 }], include: [{ a: 1 }] },
      ['job (2)', 'job (1)'],
    ],
    ['nothing left is one job', { a: [1], exclude: [{ a: 1 }] }, ['job']],
    [
      'as many as are allowed',
      { a: many.slice(1), b: many.slice(1) },
      namesOf({ a: many.slice(1), b: many.slice(1) }),
    ],
  ])('%s', (_, matrix, names) => {
    expect(namesOf(matrix)).toEqual(names);
  });

  it('come with their values', () => {
    const include = [{ c: 0 }, { A: 1, c: 1 }, { a: 3, c: 2 }, { C: 3, d: 4 }];
    expect(matricesOf({ a: [1, 2], include })).toEqual([
      { a: 1, c: 3, d: 4 },
      { a: 2, c: 3, d: 4 },
      { a: 3, c: 2 },
    ]);
    expect(matricesOf({ a: [1], exclude: [{ a: 1 }] })).toEqual([null]);
    expect(matricesOf({ constructor: [1], include: [{ ['__proto__']: 2 }] })).toEqual([
      { constructor: 1, ['__proto__']: 2 },
    ]);
  });

  it('are 256 at most', () => {
    expect(namesOf({ a: many, b: many.slice(1) })).toEqual([
      'The matrix makes 272 jobs; at most 256 are allowed',
    ]);
    const huge = Object.fromEntries(many.map((name) => [`v${name}`, many]));
    expect(namesOf(huge)).toEqual([expect.stringContaining('at most 256 jobs are allowed')]);
    expect(namesOf({ a: many, b: many, exclude: many.slice(0, 9).map((a) => ({ a })) })).toHaveLength(136);
  });
});

describe('a matrix is refused', () => {
  it.each<[string, Json, readonly string[]]>([
    ['that is no mapping', [1], ['A matrix is a mapping, not a list']],
    ['that is nothing', null, ['A matrix is a mapping, not nothing']],
    ['without vectors', {}, ['Matrix must define at least one vector']],
    [
      'of excludes',
      { include: [], exclude: [{ a: 1 }] },
      [
        'Matrix must define at least one vector',
        "Matrix exclude key 'a' does not match any key within the matrix",
      ],
    ],
    ['with a vector of nothing', { a: [1], v: [] }, ["Matrix vector 'v' does not contain any values"]],
    ['with a vector that is a text', { v: 'x' }, ["Matrix vector 'v' is a list, not 'x'"]],
    ['with a vector that is a mapping', { v: { a: 1 } }, ["Matrix vector 'v' is a list, not a mapping"]],
    ['with a vector twice', { v: [1], V: [2] }, ["Matrix vector 'V' is already defined"]],
    ['with a vector without name', { '': [1] }, ['A matrix vector has a name']],
    [
      'with an unknown exclude',
      { a: [1], exclude: [{ b: 1 }] },
      ["Matrix exclude key 'b' does not match any key within the matrix"],
    ],
    ['with an empty exclude', { a: [1], exclude: [{}] }, ['Matrix exclude filter must not be empty']],
    [
      'with an empty include',
      { a: [1], include: [{}] },
      ['Matrix include mapping does not contain any values'],
    ],
    ['with an include of nothing', { a: [1], include: null }, ['Matrix include is a list, not nothing']],
    [
      'with an include that is a text',
      { a: [1], include: ['x'] },
      ["An item of matrix include is a mapping, not 'x'"],
    ],
  ])('%s', (_, matrix, problems) => {
    expect(namesOf(matrix)).toEqual(problems);
  });
});
