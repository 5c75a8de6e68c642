import fc from 'fast-check';
import { expect, test } from 'vitest';

import { canonicalJson } from '../../src/base/canonical-json.ts';
import { extractBlobs, findBlobs, insertBlobs } from '../../src/codec/blobs.ts';
import { textCodec } from '../../src/codec/documents.ts';
import { DOCUMENT_KINDS } from '../../src/codec/schemas.ts';
import { kinds } from './kinds.ts';

test.each(DOCUMENT_KINDS)('a %s document comes back as it was written', (kind) => {
  const { codec, arbitrary } = kinds[kind];
  fc.assert(
    fc.property(arbitrary, (value) => {
      const text = codec.encode(value);
      const read = codec.decode(text, 'somewhere.json');
      expect(canonicalJson(read)).toBe(canonicalJson(value));
      expect(codec.encode(read)).toBe(text);
    }),
    { numRuns: 60 },
  );
});

test.each(['run', 'job'] as const)('a %s comes back with its long texts kept apart', (kind) => {
  const { codec, arbitrary } = kinds[kind];
  fc.assert(
    fc.property(arbitrary, (value) => {
      const { stored, blobs } = extractBlobs(value);
      const read = codec.decode(codec.encode(stored), 'somewhere.json');
      expect(new Set(findBlobs(read))).toEqual(new Set(blobs.keys()));
      // Blobs are files, so they go through UTF-8.
      const textOf = (digest: string): string =>
        Buffer.from(blobs.get(digest) ?? '', 'utf8').toString('utf8');
      expect(canonicalJson(insertBlobs(read, textOf))).toBe(canonicalJson(value));
    }),
    { numRuns: 100 },
  );
});

test('equal documents are stored as equal text, whatever the order of their fields', () => {
  fc.assert(
    fc.property(kinds.run.arbitrary, (value) => {
      const reversed = Object.fromEntries(Object.entries(value as object).reverse());
      expect(kinds.run.codec.encode(reversed)).toBe(kinds.run.codec.encode(value));
    }),
    { numRuns: 20 },
  );
});

test('blobs and decisions are stored as their own text', () => {
  expect(textCodec.decode(textCodec.encode('# As it is\r\n'))).toBe('# As it is\r\n');
});
