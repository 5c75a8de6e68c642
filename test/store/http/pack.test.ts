import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { GitObject } from '../../../src/store/branch-backend.ts';
import { hashObject, type ObjectKind } from '../../../src/store/git-object.ts';
import { decodePack } from '../../../src/store/http/decode-pack.ts';
import { encodePack } from '../../../src/store/http/encode-pack.ts';
import { createRepository, type TemporaryRepository } from '../git/temporary-repository.ts';

let repository: TemporaryRepository;
beforeAll(async () => {
  repository = await createRepository();
});
afterAll(() => repository.remove());

/** Runs git with bytes in and out. */
function pipe(input: Uint8Array | string, ...args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { cwd: repository.path, encoding: 'buffer', maxBuffer: 2 ** 28 } as const;
    const child = execFile('git', args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`git ${args.join(' ')}: ${stderr.toString()}`, { cause: error }));
    });
    child.stdin?.end(input);
  });
}

/** What git says that objects are: their kinds and bodies by id. */
async function readByGit(oids: readonly string[]): Promise<ReadonlyMap<string, GitObject>> {
  const output = await pipe(oids.map((oid) => `${oid}\n`).join(''), 'cat-file', '--batch');
  const found = new Map<string, GitObject>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at);
    const [oid = '', kind, size] = output.toString('latin1', at, end).split(' ');
    const body = output.subarray(end + 1, end + 1 + Number(size));
    found.set(oid, { kind: kind as ObjectKind, body });
    at = end + 2 + body.byteLength;
  }
  return found;
}

function asText(objects: ReadonlyMap<string, GitObject>): Record<string, string> {
  return Object.fromEntries(
    [...objects]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([oid, { kind, body }]) => [oid, `${kind} ${Buffer.from(body).toString('base64')}`]),
  );
}

function decodeWhole(
  pack: Uint8Array,
  known: ReadonlyMap<string, GitObject> = new Map(),
): ReadonlyMap<string, GitObject> {
  const decoded = decodePack(pack, (oid) => known.get(oid));
  if (decoded.kind !== 'objects') throw new Error(`the pack misses ${decoded.missing.join(', ')}`);
  return decoded.objects;
}

/** Sizes around those where a byte more is needed to tell them. */
const sizes = fc.oneof(fc.nat(20), fc.constantFrom(15, 16, 17, 2047, 2048, 2049, 65_535, 65_536, 300_000));
const bodies = fc
  .tuple(sizes, fc.string({ minLength: 1, maxLength: 20 }))
  .map(([size, seed]) => Buffer.from(seed.repeat(Math.ceil(size / seed.length))).subarray(0, size));

describe('a pack of ours', () => {
  test('is read by git as what it was made from', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bodies, { minLength: 1, maxLength: 12 }), async (contents) => {
        const objects = new Map(
          contents.map((body) => [hashObject('blob', body), { kind: 'blob', body } as const]),
        );
        await pipe(encodePack(objects.values()), 'index-pack', '--stdin', '--strict');
        expect(asText(await readByGit([...objects.keys()]))).toEqual(asText(objects));
      }),
      { numRuns: 15 },
    );
  });

  test('is read by us as what it was made from', () => {
    const kinds = fc.constantFrom<ObjectKind>('blob', 'tree', 'commit', 'tag');
    fc.assert(
      fc.property(fc.array(fc.record({ kind: kinds, body: bodies }), { maxLength: 12 }), (list) => {
        const objects = new Map(list.map((object) => [hashObject(object.kind, object.body), object]));
        expect(asText(decodeWhole(encodePack(list)))).toEqual(asText(objects));
      }),
    );
  });
});

describe("git's packs", () => {
  /** Versions of files that are alike, so that git tells them as differences. */
  const versions = fc.array(
    fc.record({ at: fc.nat(3000), text: fc.string({ minLength: 1, maxLength: 80 }), removed: fc.nat(300) }),
    { minLength: 2, maxLength: 12 },
  );
  const start = Array.from(
    { length: 400 },
    (_, n) => `line ${n} ${hashObject('blob', Buffer.from(`${n}`))}\n`,
  ).join('');

  async function storeVersions(
    edits: readonly { at: number; text: string; removed: number }[],
  ): Promise<string[]> {
    let content = start;
    const oids: string[] = [];
    for (const { at, text, removed } of edits) {
      content = content.slice(0, at) + text + content.slice(at + removed);
      oids.push((await pipe(content, 'hash-object', '-w', '--stdin')).toString().trim());
    }
    return [...new Set(oids)];
  }

  test.each([
    ['differences from earlier places', ['--delta-base-offset']],
    ['differences from objects by id', []],
    ['whole objects', ['--window=0']],
  ])('with %s are read as git reads them', async (_case, options) => {
    await fc.assert(
      fc.asyncProperty(versions, async (edits) => {
        const oids = await storeVersions(edits);
        const pack = await pipe(
          `${oids.join('\n')}\n`,
          'pack-objects',
          '--stdout',
          '-q',
          '--no-reuse-delta',
          ...options,
        );
        expect(asText(decodeWhole(pack))).toEqual(asText(await readByGit(oids)));
      }),
      { numRuns: 4 },
    );
  });

  test('that are thin say what they build on, and are read with it', async () => {
    const commit = async (content: string, ...parents: string[]): Promise<string> => {
      const blob = (await pipe(content, 'hash-object', '-w', '--stdin')).toString().trim();
      const tree = (await pipe(`100644 blob ${blob}\tfile\n`, 'mktree')).toString().trim();
      const args = parents.flatMap((parent) => ['-p', parent]);
      return (await repository.git('commit-tree', ...args, '-m', 'x', tree)).trim();
    };
    const before = await commit(start);
    const after = await commit(`${start}one more\n`, before);
    const pack = await pipe(`${after}\n^${before}\n`, 'pack-objects', '--revs', '--thin', '--stdout', '-q');
    const decoded = decodePack(pack, () => undefined);
    if (decoded.kind !== 'incomplete') throw new Error('git made no thin pack');
    expect(decoded.missing).toEqual([(await repository.git('rev-parse', `${before}:file`)).trim()]);
    const objects = decodeWhole(pack, await readByGit(decoded.missing));
    expect(asText(objects)).toEqual(asText(await readByGit([...objects.keys()])));
    expect(objects.has(after)).toBe(true);
  });
});

describe('a damaged pack is refused', () => {
  const blob = { kind: 'blob', body: Buffer.from('some content of some length') } as const;
  const whole = Buffer.from(encodePack([blob, { kind: 'blob', body: Buffer.from('more') }]));

  test('wherever it is cut off, and whichever byte is changed', () => {
    for (let at = 0; at < whole.length; at += 1) {
      expect(() => decodeWhole(whole.subarray(0, at))).toThrow();
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x41, at);
      expect(() => decodeWhole(changed)).toThrow();
    }
  });

  /** A pack with a right checksum around entries of any kind. */
  function packOf(count: number, ...parts: readonly Uint8Array[]): Uint8Array {
    const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
    head.writeUInt32BE(count, 8);
    const body = Buffer.concat([head, ...parts]);
    return Buffer.concat([body, createHash('sha1').update(body).digest()]);
  }
  const entry = (
    type: number,
    size: number,
    body: Uint8Array,
    base: Uint8Array = Buffer.alloc(0),
  ): Uint8Array => Buffer.concat([Buffer.of((type << 4) | size), base, deflateSync(body)]);
  const base = entry(3, 3, Buffer.from('abc'));
  const toBase = Buffer.of(base.byteLength);
  const delta = (...bytes: readonly number[]): Uint8Array =>
    Buffer.concat([base, entry(6, bytes.length, Buffer.of(...bytes), toBase)]);

  test('but a right delta is read', () => {
    const { kind, body } = [...decodeWhole(packOf(2, delta(3, 5, 0x90, 3, 2, 0x78, 0x79))).values()][1]!;
    expect([kind, Buffer.from(body).toString()]).toEqual(['blob', 'abcxy']);
  });

  test.each<[string, Uint8Array]>([
    ['an unknown type', packOf(1, entry(5, 3, Buffer.from('abc')))],
    ['more content than said', packOf(1, entry(3, 2, Buffer.from('abc')))],
    ['less content than said', packOf(1, entry(3, 4, Buffer.from('abc')))],
    ['fewer entries than said', packOf(2, base)],
    ['more entries than said', packOf(1, base, base)],
    ['what is not compressed', packOf(1, Buffer.from('0abc'))],
    ['a delta from itself', packOf(1, entry(6, 3, Buffer.of(3, 1, 0), Buffer.of(0)))],
    ['a delta from where nothing begins', packOf(2, base, entry(6, 3, Buffer.of(3, 1, 0), Buffer.of(3)))],
    ['a delta for a base of another length', packOf(2, delta(4, 1, 1, 0x78))],
    ['a delta that makes too much', packOf(2, delta(3, 1, 2, 0x78, 0x79))],
    ['a delta that makes too little', packOf(2, delta(3, 3, 2, 0x78, 0x79))],
    ['a delta that copies beyond its base', packOf(2, delta(3, 4, 0x90, 4))],
    ['a delta that ends within an insertion', packOf(2, delta(3, 4, 4, 0x78))],
    ['a delta that ends within a copy', packOf(2, delta(3, 4, 0x91))],
    ['a delta with the reserved operation', packOf(2, delta(3, 1, 0))],
    ['another version', Buffer.concat([Buffer.from('PACK\0\0\0\x04\0\0\0\0', 'latin1'), Buffer.alloc(20)])],
  ])('with %s', (_case, pack) => {
    expect(() => decodeWhole(pack)).toThrow();
  });
});

test('a pack of many objects is read', () => {
  const objects = Array.from(
    { length: 2000 },
    (_, n) => ({ kind: 'blob', body: Buffer.from(`object ${n}`) }) as const,
  );
  const pack = encodePack(objects);
  expect(decodeWhole(pack).size).toBe(2000);
});
