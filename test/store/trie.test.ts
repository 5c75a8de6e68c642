import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { sha256 } from '../../src/base/digest.ts';
import type { Address } from '../../src/codec/address.ts';
import { openDocuments, type DocumentCodec } from '../../src/store/documents.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { Entry, Snapshot, Store } from '../../src/store/port.ts';
import { leafLimit, listEntries, placeAddress, resolveAddress } from '../../src/store/trie.ts';
import { commitOne, draft, readAll, write } from './contract.ts';

const text: DocumentCodec<string> = { decode: (content) => content, encode: (value) => value };

/** A snapshot that counts what is asked of it. */
function counted(snapshot: Snapshot): { readonly snapshot: Snapshot; readonly listed: string[] } {
  const listed: string[] = [];
  return {
    listed,
    snapshot: {
      ...snapshot,
      list(path) {
        listed.push(path);
        return snapshot.list(path);
      },
    },
  };
}

async function names(snapshot: Snapshot, collection: Address): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const name of listEntries(snapshot, collection)) found.push(name);
  return found;
}

/** The sizes of the folders of a collection that hold entries. */
async function leafSizes(snapshot: Snapshot, folder: string): Promise<readonly number[]> {
  const members = await snapshot.list(folder);
  const isDigit = ({ name, kind }: Entry): boolean => kind === 'folder' && /^[0-9a-f]$/.test(name);
  const below = await Promise.all(
    members.filter(isDigit).map(({ name }) => leafSizes(snapshot, `${folder}/${name}`)),
  );
  const direct = members.filter((member) => !isDigit(member)).length;
  return [...below.flat(), ...(direct > 0 ? [direct] : [])];
}

async function fill(
  store: Store,
  collection: string,
  count: number,
  name = (n: number) => `e${n}`,
): Promise<void> {
  const documents = openDocuments(await store.read());
  for (let n = 0; n < count; n += 1) {
    await documents.write([collection, { entry: name(n) }, 'x'], text, `${n}`);
  }
  await commitOne(store, documents.changes());
}

describe('addresses', () => {
  test('without entries are paths', async () => {
    const { snapshot, listed } = counted(await createMemoryStore().read());
    expect(await resolveAddress(snapshot, ['treadle.json'])).toBe('treadle.json');
    expect(await resolveAddress(snapshot, ['a', 'b', 'c.json'])).toBe('a/b/c.json');
    expect(listed).toEqual([]);
  });

  test('of a small collection lead straight into its folder, with one list', async () => {
    const store = createMemoryStore();
    await fill(store, 'runs', leafLimit);
    const { snapshot, listed } = counted(await store.read());
    expect(await resolveAddress(snapshot, ['runs', { entry: 'e7' }, 'x'])).toBe('runs/e7/x');
    expect(await resolveAddress(snapshot, ['runs', { entry: 'absent' }, 'x'])).toBe('runs/absent/x');
    expect(listed).toEqual(['runs', 'runs']);
  });

  test('of a split collection go by the digits of the name, with one list a level', async () => {
    const store = createMemoryStore();
    await fill(store, 'runs', leafLimit + 1);
    const { snapshot, listed } = counted(await store.read());
    const digit = sha256('e7').slice(0, 1);
    expect(await resolveAddress(snapshot, ['runs', { entry: 'e7' }, 'x'])).toBe(`runs/${digit}/e7/x`);
    expect(listed).toEqual(['runs', `runs/${digit}`]);
    expect((await snapshot.list('runs')).map(({ name }) => name)).toEqual(Array.from('0123456789abcdef'));
  });

  test('resolve through collections in collections', async () => {
    const store = createMemoryStore();
    const documents = openDocuments(await store.read());
    const inner = (n: number): Address => ['deadlines', { entry: '2026-01-31T12' }, { entry: `due-${n}` }];
    for (let n = 0; n <= leafLimit; n += 1) await documents.write(inner(n), text, `${n}`);
    await commitOne(store, documents.changes());
    const snapshot = await store.read();
    const digit = sha256('due-5').slice(0, 1);
    expect(await resolveAddress(snapshot, inner(5))).toBe(`deadlines/2026-01-31T12/${digit}/due-5`);
    expect(await names(snapshot, ['deadlines'])).toEqual(['2026-01-31T12']);
    expect(await names(snapshot, ['deadlines', { entry: '2026-01-31T12' }])).toHaveLength(leafLimit + 1);
    expect(await names(snapshot, ['deadlines', { entry: 'absent' }])).toEqual([]);
  });

  test.each([
    ['a digit as an entry', ['runs', { entry: 'a' }]],
    ['a slash in an entry', ['runs', { entry: 'a/b' }]],
    ['an empty entry', ['runs', { entry: '' }]],
    ['dots as an entry', ['runs', { entry: '..' }]],
    ['the repository as an entry', ['runs', { entry: '.git' }]],
    ['a slash in a step', ['a/b']],
  ] satisfies readonly (readonly [string, Address])[])('with %s are refused', async (_case, address) => {
    const snapshot = await createMemoryStore().read();
    await expect(resolveAddress(snapshot, address)).rejects.toMatchObject({ code: 'address-invalid' });
  });
});

describe('a split', () => {
  test('moves every entry, whole, and rewrites none', async () => {
    const store = createMemoryStore();
    await fill(store, 'runs', leafLimit);
    const documents = openDocuments(await store.read());
    await documents.write(['runs', { entry: 'last' }, 'x'], text, 'new');
    const changes = documents.changes();
    expect(changes.map(({ kind }) => kind)).toEqual([...Array<string>(leafLimit).fill('move'), 'write']);
    await commitOne(store, changes);
    const files = Object.entries(await readAll(await store.read()));
    expect(files).toHaveLength(leafLimit + 1);
    for (const [path] of files) {
      const [, digit, name] = /^runs\/(.)\/(.+)\/x$/.exec(path) ?? [];
      expect(sha256(name ?? '').slice(0, 1)).toBe(digit);
    }
  });

  test('goes down as many levels as it takes', async () => {
    const sameStart = findNames(leafLimit + 1, '7a');
    const store = createMemoryStore();
    await fill(store, 'runs', sameStart.length, (n) => sameStart[n] ?? '');
    const snapshot = await store.read();
    expect(await resolveAddress(snapshot, ['runs', { entry: sameStart[0] ?? '' }])).toMatch(
      /^runs\/7\/a\/[0-9a-f]\//,
    );
    expect(Math.max(...(await leafSizes(snapshot, 'runs')))).toBeLessThanOrEqual(leafLimit);
    const byDigits = sameStart.toSorted((a, b) => (sha256(a)[2] ?? '').localeCompare(sha256(b)[2] ?? ''));
    expect((await names(snapshot, ['runs'])).map((name) => sha256(name)[2])).toEqual(
      byDigits.map((name) => sha256(name)[2]),
    );
  });

  test('stays when entries go, until the last is gone', async () => {
    const store = createMemoryStore();
    await fill(store, 'runs', leafLimit + 1);
    const documents = openDocuments(await store.read());
    for (let n = 1; n <= leafLimit; n += 1) await documents.removeEntry(['runs', { entry: `e${n}` }]);
    await commitOne(store, documents.changes());
    const digit = sha256('e0').slice(0, 1);
    expect(await readAll(await store.read())).toEqual({ [`runs/${digit}/e0/x`]: '0' });
    const rest = openDocuments(await store.read());
    await rest.remove(['runs', { entry: 'e0' }, 'x']);
    expect(rest.changes()).toEqual([{ kind: 'remove', path: 'runs' }]);
  });

  test('is planned only for an entry that is new', async () => {
    const store = createMemoryStore();
    await fill(store, 'runs', leafLimit);
    const snapshot = await store.read();
    expect(await placeAddress(snapshot, ['runs', { entry: 'e1' }, 'y'])).toEqual({
      path: 'runs/e1/y',
      moves: [],
    });
    expect((await placeAddress(snapshot, ['runs', { entry: 'new' }])).moves).toHaveLength(leafLimit);
  });
});

/** Names whose SHA-256 begins with some digits. */
function findNames(count: number, start: string): readonly string[] {
  const found: string[] = [];
  for (let n = 0; found.length < count; n += 1) if (sha256(`n${n}`).startsWith(start)) found.push(`n${n}`);
  return found;
}

describe('a collection', () => {
  type Step = readonly ['put' | 'remove', number] | readonly ['commit'];
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constant('put' as const), fc.nat(200)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('remove' as const), fc.nat(200)) },
    { weight: 1, arbitrary: fc.constant(['commit'] as const) },
  );
  const address = (n: number): Address => ['c', { entry: `k${n}.json` }];

  async function replay(steps: readonly Step[]): Promise<{ store: Store; model: Map<string, string> }> {
    const store = createMemoryStore();
    const model = new Map<string, string>();
    let documents = openDocuments(await store.read());
    for (const [index, [kind, n = 0]] of [...steps, ['commit'] as const].entries()) {
      switch (kind) {
        case 'put':
          await documents.write(address(n), text, `${index}`);
          model.set(`k${n}.json`, `${index}`);
          break;
        case 'remove':
          await documents.remove(address(n));
          model.delete(`k${n}.json`);
          break;
        case 'commit': {
          const batch = store.begin(await store.read());
          await batch.append(draft(documents.changes()));
          await batch.publish();
          documents = openDocuments(await store.read());
        }
      }
    }
    return { store, model };
  }

  test('behaves as a map, keeps its leaves small, and is the same after the same history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 400, size: 'max' }), async (steps) => {
        const { store, model } = await replay(steps);
        const snapshot = await store.read();
        expect(new Set(await names(snapshot, ['c']))).toEqual(new Set(model.keys()));
        const documents = openDocuments(snapshot);
        for (let n = 0; n <= 200; n += 1) {
          expect(await documents.read(address(n), text)).toBe(model.get(`k${n}.json`));
        }
        expect(Math.max(0, ...(await leafSizes(snapshot, 'c')))).toBeLessThanOrEqual(leafLimit);
        const again = await replay(steps);
        expect((await again.store.read()).oid).toBe(snapshot.oid);
      }),
      { numRuns: 40 },
    );
  });

  test('is refused nothing by foreign files beside it', async () => {
    const store = createMemoryStore();
    await commitOne(store, [write('c/README.md')]);
    await fill(store, 'c', leafLimit + 5);
    expect(new Set(await names(await store.read(), ['c'])).size).toBe(leafLimit + 6);
  });
});
