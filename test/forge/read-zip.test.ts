import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { readZip } from '../../src/forge/github/read-zip.ts';
import { writeZip } from '../../src/local-github/rest/write-zip.ts';

const MOST = 1_000;

const textsOf = (zip: ReturnType<typeof readZip>): unknown =>
  zip.kind === 'files'
    ? zip.files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('utf8')])
    : zip;

/** An archive with one packed file, as actions/upload-artifact makes it: sizes stand behind the content and in the directory. */
function packed(
  name: string,
  text: string,
  changes: { readonly size?: number; readonly flags?: number } = {},
): Uint8Array {
  const content = deflateRawSync(Buffer.from(text));
  const { size = Buffer.byteLength(text), flags = 8 } = changes;
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(flags, 8);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(content.length, 20);
  entry.writeUInt32LE(size, 24);
  entry.writeUInt16LE(name.length, 28);
  const body = Buffer.concat([local, Buffer.from(name), content]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, entry, Buffer.from(name), end]);
}

describe('a zip archive', () => {
  test('of stored files gives their texts', () => {
    expect(textsOf(readZip(writeZip({ 'a.md': 'Schuß', 'b/c.md': '' }), MOST))).toEqual([
      ['a.md', 'Schuß'],
      ['b/c.md', ''],
    ]);
  });

  test('of a packed file gives its text', () => {
    expect(textsOf(readZip(packed('report.md', 'x'.repeat(500)), MOST))).toEqual([
      ['report.md', 'x'.repeat(500)],
    ]);
  });

  test.each([
    { name: 'a stored file', zip: writeZip({ a: 'x'.repeat(1_001) }) },
    { name: 'two stored files', zip: writeZip({ a: 'x'.repeat(600), b: 'x'.repeat(600) }) },
    { name: 'a packed file', zip: packed('a', 'x'.repeat(5_000)) },
    { name: 'a packed file that says it is small', zip: packed('a', 'x'.repeat(5_000), { size: 10 }) },
  ])('that unpacks to more than is allowed is refused: $name', ({ zip }) => {
    expect(readZip(zip, MOST)).toEqual({ kind: 'too-large' });
  });

  test.each([
    { name: 'nothing', zip: new Uint8Array() },
    { name: 'a text', zip: Buffer.from('<html>'.repeat(20)) },
    { name: 'one that is cut off', zip: writeZip({ a: 'x' }).slice(20) },
    { name: 'an encrypted one', zip: packed('a', 'x', { flags: 9 }) },
  ])('is not $name', ({ zip }) => {
    expect(readZip(zip, MOST)).toMatchObject({ kind: 'damaged' });
  });
});
