import { expect, test } from 'vitest';

import { sha256 } from '../../src/base/digest.ts';
import { extractBlobs, findBlobs, INLINE_LIMIT_BYTES, insertBlobs } from '../../src/codec/blobs.ts';

const long = 'x'.repeat(INLINE_LIMIT_BYTES + 1);
const digest = sha256('anything');

test.each([
  ['a short text', 'x', 0],
  ['a text of exactly the limit', 'x'.repeat(INLINE_LIMIT_BYTES), 0],
  ['one byte more', long, 1],
  ['few characters of many bytes', '🧵'.repeat(INLINE_LIMIT_BYTES / 4 + 1), 1],
  ['as many characters of two bytes as fit', 'é'.repeat(INLINE_LIMIT_BYTES / 2), 0],
  ['a long text that UTF-8 cannot hold', `${long}\ud800`, 0],
  ['a number', 12, 0],
  ['null', null, 0],
  ['an empty list', [], 0],
])('%s', (_, value, expected) => {
  const { stored, blobs } = extractBlobs({ value });
  expect(blobs.size).toBe(expected);
  if (expected === 0) expect(stored).toEqual({ value });
  else expect(stored).toEqual({ value: { blob: sha256(value as string) } });
});

test('equal texts are kept once, wherever they stand', () => {
  const { stored, blobs } = extractBlobs({ a: long, deep: [{ b: long }, long] });
  expect([...blobs]).toEqual([[sha256(long), long]]);
  expect(findBlobs(stored)).toEqual([sha256(long)]);
  expect(insertBlobs(stored, () => 'back')).toEqual({ a: 'back', deep: [{ b: 'back' }, 'back'] });
});

test.each([
  ['an output named blob that holds a digest', { outputs: { blob: digest } }],
  ['a reference to a reference', { outputs: { blob: { blob: digest } } }],
  ['a digest in a list', [{ blob: digest }, { blob: digest, more: 1 }]],
  ['a text where a digest would be', { blob: 'not a digest' }],
  ['a digest in capitals', { blob: digest.toUpperCase() }],
  ['the value itself', { blob: digest }],
])('what only looks like a reference comes back: %s', (_, value) => {
  const { stored, blobs } = extractBlobs(value);
  expect(insertBlobs(stored, (found) => blobs.get(found) ?? 'missing')).toEqual(value);
  expect(new Set(findBlobs(stored))).toEqual(new Set(blobs.keys()));
});

test('what holds no long text keeps its identity', () => {
  const value = { a: [1, { b: 'x' }], c: null };
  expect(extractBlobs(value).stored).toBe(value);
  expect(insertBlobs(value, () => 'never')).toBe(value);
  const mixed = { kept: { a: 1 }, list: ['x'], long };
  const { stored } = extractBlobs(mixed);
  expect((stored as typeof mixed).kept).toBe(mixed.kept);
  expect((stored as typeof mixed).list).toBe(mixed.list);
});

test('a blob that is missing is told by whoever looks it up', () => {
  const stored = { text: { blob: digest } };
  const missing = (found: string): string => {
    throw new Error(`missing ${found}`);
  };
  expect(() => insertBlobs(stored, missing)).toThrow(`missing ${digest}`);
});
