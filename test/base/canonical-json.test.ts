import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { canonicalJson, canonicalJsonLine } from '../../src/base/canonical-json.ts';
import { derivedId, sha256 } from '../../src/base/digest.ts';
import { invariant, TreadleError } from '../../src/base/errors.ts';

describe('canonical JSON', () => {
  test('keys by code unit, one field a line, a final newline', () => {
    expect(canonicalJson({ b: [1, { d: null, c: true }], B: 'x', a: undefined })).toBe(
      '{\n  "B": "x",\n  "b": [\n    1,\n    {\n      "c": true,\n      "d": null\n    }\n  ]\n}\n',
    );
    expect(canonicalJsonLine({ b: 1, a: [] })).toBe('{"a":[],"b":1}');
  });

  test('the order of insertion never shows, and nothing is lost', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    ['NaN', Number.NaN],
    ['an infinity', { a: Number.POSITIVE_INFINITY }],
    ['a bigint', [1n]],
    ['a function', { a: () => 1 }],
  ])('%s has none', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe('ids', () => {
  test('are the same for the same cause, and differ by kind and by cause', () => {
    const id = derivedId('dispatch', '1-1', 'fix', 2);
    expect(id).toMatch(/^[0-9a-f]{24}$/);
    expect(derivedId('dispatch', '1-1', 'fix', 2)).toBe(id);
    expect(derivedId('effect', '1-1', 'fix', 2)).not.toBe(id);
    expect(derivedId('dispatch', '1-1', 'fix2')).not.toBe(derivedId('dispatch', '1-1', 'fix', 2));
  });

  test('a digest is of the UTF-8 bytes', () => {
    expect(sha256('ä')).toBe(sha256('\u00e4'));
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

describe('an invariant', () => {
  test('stops what can never hold, as a defect of ours', () => {
    expect(() => invariant(false, 'two leases')).toThrow(TreadleError);
    expect(() => invariant(undefined, 'two leases')).toThrow('two leases');
    expect(() => invariant(0, 'a number is fine')).not.toThrow();
  });
});
