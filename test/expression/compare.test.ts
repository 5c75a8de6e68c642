import { expect, it } from 'vitest';

import type { Json } from '../../src/base/canonical-json.ts';
import { equalValues, fieldOf } from '../../src/expression/compare.ts';

it.each<[Json, Json, boolean]>([
  ['a', 'A', true],
  ['12', 12, true],
  [null, '', true],
  [null, false, true],
  [true, '1', true],
  ['x', 0, false],
  [{}, {}, false],
  [[], 0, false],
])('%j == %j is %s', (a, b, expected) => {
  expect(equalValues(a, b)).toBe(expected);
});

it.each<[string, Json, string | number, Json]>([
  ['a field in any case', { Ab: 1 }, 'aB', 1],
  ['the last of equal names', { a: 1, A: 2 }, 'a', 2],
  ['an item', [1, 2], 1, 2],
  ['an item by text', [1, 2], '1', 2],
  ['no item', [1], 7, null],
  ['no item by name', [1], 'length', null],
  ['a field by number', { 1: 'x' }, 1, 'x'],
  ['no field', {}, 'constructor', null],
  ['of a text', 'abc', 'length', null],
  ['of nothing', null, 'a', null],
])('%s', (_, value, key, expected) => {
  expect(fieldOf(value, key)).toEqual(expected);
});
