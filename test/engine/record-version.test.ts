import fc from 'fast-check';
import { expect, test } from 'vitest';

import { RecordVersion } from '../../src/engine/record-version.ts';

const record = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor'), fc.nat(3));

test('every version stays what it was, whatever is made of it, in any order', () => {
  fc.assert(
    fc.property(record, fc.array(fc.tuple(fc.nat(20), record)), (root, steps) => {
      const versions = [{ version: new RecordVersion(root), plain: root }];
      for (const [from, values] of steps) {
        const parent = versions[from % versions.length]!;
        const version = parent.version.with(new Map(Object.entries(values)));
        versions.push({ version, plain: { ...parent.plain, ...values } });
      }
      for (const { version, plain } of versions) {
        for (const key of ['a', 'b', 'c', 'constructor', 'd']) {
          expect(version.get(key)).toBe(Object.hasOwn(plain, key) ? plain[key] : undefined);
        }
      }
      for (const { version, plain } of versions.toReversed()) expect(version.flat()).toEqual(plain);
    }),
  );
});

test('a version keeps its identity where nothing changes, and its record once it was made', () => {
  const root = { a: 1, b: 2 };
  const first = new RecordVersion(root);
  expect(first.with(new Map([['a', 1]]))).toBe(first);
  expect(first.flat()).toBe(root);
  const second = first.with(new Map([['a', 3]]));
  expect(second.flat()).toBe(second.flat());
  expect(first.flat()).toBe(root);
});
