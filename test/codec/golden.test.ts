import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { extractBlobs } from '../../src/codec/blobs.ts';
import { DOCUMENT_KINDS } from '../../src/codec/schemas.ts';
import { expectGolden, goldenFolder } from './golden.ts';
import { kinds } from './kinds.ts';
import { samples } from './samples.ts';

/** What changes one of these files changes what is on the branches of users: it needs a format version and a migration. */
test.each(DOCUMENT_KINDS)('a %s document is stored as in its golden file', (kind) => {
  expectGolden(`${kind}.json`, kinds[kind].codec.encode(extractBlobs(samples[kind]).stored));
});

test.each(DOCUMENT_KINDS)(
  'the golden file of a %s document is read as the sample it was written from',
  (kind) => {
    const text = readFileSync(`${goldenFolder}${kind}.json`, 'utf8');
    expect(kinds[kind].codec.decode(text, `${kind}.json`)).toEqual(extractBlobs(samples[kind]).stored);
  },
);

test.each(DOCUMENT_KINDS)('a %s document has one field a line and sorted keys', (kind) => {
  const lines = readFileSync(`${goldenFolder}${kind}.json`, 'utf8').split('\n');
  expect(lines.at(-1)).toBe('');
  for (const line of lines.slice(0, -1)) {
    expect(line).toMatch(
      /^ *(?:[\]{}[],?|(?:"[^"]+": )?(?:[[{]|[{[][\]}],?|"(?:[^"\\]|\\.)*",?|[\w.+-]+,?)|[\]}],?)$/u,
    );
  }
});

test('there is no golden file without its kind', () => {
  const known = [...DOCUMENT_KINDS.map((kind) => `${kind}.json`), 'commit-message.txt'];
  expect(readdirSync(goldenFolder).sort()).toEqual(known.sort());
});
