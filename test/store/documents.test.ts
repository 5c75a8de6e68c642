import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { sha256 } from '../../src/base/digest.ts';
import { TreadleError } from '../../src/base/errors.ts';
import type { Address } from '../../src/codec/address.ts';
import { openDocuments, type DocumentCodec, type Documents } from '../../src/store/documents.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { Snapshot } from '../../src/store/port.ts';
import { leafLimit } from '../../src/store/trie.ts';
import { commitOne, readAll, write } from './contract.ts';

interface Counter {
  readonly n: number;
}

/** A codec that counts what it decodes and refuses what is no counter. */
function counterCodec(): DocumentCodec<Counter> & { readonly decoded: string[] } {
  const decoded: string[] = [];
  return {
    decoded,
    decode(content, path) {
      decoded.push(path);
      const value: unknown = JSON.parse(content);
      if (typeof value === 'object' && value !== null && 'n' in value && typeof value.n === 'number')
        return { n: value.n };
      throw new TreadleError('state-corrupt', `${path} is no counter`);
    },
    encode: (value) => `${JSON.stringify(value)}\n`,
  };
}

const text: DocumentCodec<string> = { decode: (content) => content, encode: (value) => value };
const run = (name: string, file = 'run.json'): Address => ['runs', { entry: name }, file];

async function listNames(documents: Documents, collection: Address): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const name of documents.list(collection)) found.push(name);
  return found;
}

describe('documents', () => {
  test('that are absent read as undefined', async () => {
    const documents = openDocuments(await createMemoryStore().read());
    expect(await documents.read(run('42-1'), counterCodec())).toBeUndefined();
    expect(await listNames(documents, ['runs'])).toEqual([]);
    expect(documents.changes()).toEqual([]);
  });

  test('are decoded once for each snapshot', async () => {
    const store = createMemoryStore();
    await commitOne(store, [write('runs/42-1/run.json', '{"n":1}')]);
    const codec = counterCodec();
    const documents = openDocuments(await store.read());
    const [first, second] = await Promise.all([
      documents.read(run('42-1'), codec),
      documents.read(run('42-1'), codec),
    ]);
    expect(first).toEqual({ n: 1 });
    expect(second).toBe(first);
    expect(await documents.read(run('42-1'), codec)).toBe(first);
    expect(codec.decoded).toEqual(['runs/42-1/run.json']);
    await openDocuments(await store.read()).read(run('42-1'), codec);
    expect(codec.decoded).toHaveLength(2);
  });

  test('are read anew by another codec', async () => {
    const store = createMemoryStore();
    await commitOne(store, [write('runs/42-1/run.json', '{"n":1}')]);
    const documents = openDocuments(await store.read());
    await documents.write(run('42-1'), counterCodec(), { n: 2 });
    expect(await documents.read(run('42-1'), text)).toBe('{"n":2}\n');
  });

  test("throw the codec's error, with the path", async () => {
    const store = createMemoryStore();
    await commitOne(store, [write('runs/42-1/run.json', '{"m":1}')]);
    const documents = openDocuments(await store.read());
    await expect(documents.read(run('42-1'), counterCodec())).rejects.toMatchObject({
      code: 'state-corrupt',
      message: 'runs/42-1/run.json is no counter',
    });
  });

  test('that are written are seen before they are committed', async () => {
    const store = createMemoryStore();
    const documents = openDocuments(await store.read());
    const codec = counterCodec();
    await documents.write(run('42-1'), codec, { n: 1 });
    await documents.write(run('42-1'), codec, { n: 2 });
    expect(await documents.read(run('42-1'), codec)).toEqual({ n: 2 });
    expect(await listNames(documents, ['runs'])).toEqual(['42-1']);
    expect(await documents.locate(run('42-1'))).toBe('runs/42-1/run.json');
    expect(documents.changes()).toEqual([
      { kind: 'write', path: 'runs/42-1/run.json', content: '{"n":2}\n' },
    ]);
    expect((await store.read()).oid).toBeNull();
  });

  test.each([
    ['an empty text', ''],
    ['a blank', ' '],
  ])('may be %s', async (_case, value) => {
    const store = createMemoryStore();
    const documents = openDocuments(await store.read());
    await documents.write(['blobs', { entry: 'empty' }], text, value);
    expect(await documents.read(['blobs', { entry: 'empty' }], text)).toBe(value);
    await commitOne(store, documents.changes());
    expect(await openDocuments(await store.read()).read(['blobs', { entry: 'empty' }], text)).toBe(value);
  });

  test('written as they are stored are no change', async () => {
    const store = createMemoryStore();
    await commitOne(store, [write('runs/42-1/run.json', '{"n":1}\n'), write('runs/42-1/other.json', '')]);
    const documents = openDocuments(await store.read());
    await documents.write(run('42-1'), counterCodec(), { n: 2 });
    await documents.write(run('42-1'), counterCodec(), { n: 1 });
    expect(documents.changes()).toEqual([]);
    await documents.remove(run('42-1'));
    await documents.write(run('42-1'), counterCodec(), { n: 1 });
    expect(documents.changes()).toEqual([]);
    expect(await readBack(store, documents)).toEqual({
      'runs/42-1/other.json': '',
      'runs/42-1/run.json': '{"n":1}\n',
    });
  });

  test('that are removed are gone, and their entry with the last', async () => {
    const store = createMemoryStore();
    await commitOne(store, [
      write('runs/42-1/run.json'),
      write('runs/42-1/jobs/fix.json'),
      write('runs/43-1/run.json'),
    ]);
    const documents = openDocuments(await store.read());
    await documents.remove(run('42-1'));
    expect(await documents.read(run('42-1'), text)).toBeUndefined();
    expect(await listNames(documents, ['runs'])).toEqual(['42-1', '43-1']);
    await documents.remove(['runs', { entry: '42-1' }, 'jobs', 'fix.json']);
    await documents.remove(run('absent'));
    expect(await listNames(documents, ['runs'])).toEqual(['43-1']);
    expect(documents.changes()).toEqual([{ kind: 'remove', path: 'runs/42-1' }]);
  });

  test('go with their entry', async () => {
    const store = createMemoryStore();
    await commitOne(store, [
      write('runs/42-1/run.json'),
      write('runs/42-1/jobs/fix.json'),
      write('runs/43-1/run.json'),
    ]);
    const documents = openDocuments(await store.read());
    await documents.read(run('42-1'), text);
    await documents.write(run('42-1', 'new.json'), text, 'x');
    await documents.removeEntry(['runs', { entry: '42-1' }]);
    await documents.removeEntry(['runs', { entry: '42-1' }]);
    expect(await documents.read(run('42-1'), text)).toBeUndefined();
    expect(documents.changes()).toEqual([{ kind: 'remove', path: 'runs/42-1' }]);
  });

  test('that were never committed leave no change when they are removed', async () => {
    const documents = openDocuments(await createMemoryStore().read());
    await documents.write(run('42-1'), text, 'x');
    await documents.remove(run('42-1'));
    expect(documents.changes()).toEqual([]);
  });

  test('may be written at the same time, also across a split', async () => {
    const store = createMemoryStore();
    const documents = openDocuments(await store.read());
    const entries = Array.from({ length: 100 }, (_, n) => `r${n}`);
    await Promise.all(entries.map((name) => documents.write(run(name), text, name)));
    expect(await Promise.all(entries.map((name) => documents.read(run(name), text)))).toEqual(entries);
    await commitOne(store, documents.changes());
    const later = openDocuments(await store.read());
    const [reads] = await Promise.all([
      Promise.all(entries.map((name) => later.read(run(name), text))),
      Promise.all(Array.from({ length: 1000 }, (_, n) => later.write(run(`s${n}`), text, ''))),
    ]);
    expect(reads).toEqual(entries);
  });

  test('are found although a split comes between finding the place and reading it', async () => {
    const store = createMemoryStore();
    await commitOne(
      store,
      Array.from({ length: leafLimit }, (_, n) => write(`runs/r${n}/run.json`, `${n}`)),
    );
    const snapshot = await store.read();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let lists = 0;
    const documents = openDocuments({
      ...snapshot,
      async list(path) {
        lists += 1;
        const isFirst = lists === 1;
        const listed = await snapshot.list(path);
        if (isFirst) await released;
        return listed;
      },
    });
    const reading = documents.read(run('r7'), text);
    await documents.write(run('new'), text, 'splits');
    release();
    expect(await reading).toBe('7');
  });

  test('that were staged for one snapshot are unknown to another', async () => {
    const store = createMemoryStore();
    const stale = openDocuments(await store.read());
    await stale.write(run('42-1'), text, 'lost');
    expect(await openDocuments(await store.read()).read(run('42-1'), text)).toBeUndefined();
  });
});

async function readBack(
  store: ReturnType<typeof createMemoryStore>,
  documents: Documents,
): Promise<Record<string, string>> {
  await commitOne(store, documents.changes());
  return readAll(await store.read());
}

describe('a unit of work', () => {
  type Step =
    | readonly ['write', string, string, string]
    | readonly ['remove', string, string]
    | readonly ['removeEntry', string]
    | readonly ['fill', number]
    | readonly ['thin', string]
    | readonly ['clear']
    | readonly ['commit'];
  const entry = fc.constantFrom('42-1', '43-1', '44-1');
  const file = fc.constantFrom('run.json', 'jobs/a.json', 'jobs/b.json');
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(fc.constant('write' as const), entry, file, fc.constantFrom('', '1', '2')),
    },
    { weight: 4, arbitrary: fc.tuple(fc.constant('remove' as const), entry, file) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('removeEntry' as const), entry) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('fill' as const), fc.constantFrom(40, 62, 70)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('thin' as const), fc.constantFrom('0', '7', 'f')) },
    { weight: 1, arbitrary: fc.constant(['clear'] as const) },
    { weight: 2, arbitrary: fc.constant(['commit'] as const) },
  );
  const at = (name: string, path = ''): Address => [
    'runs',
    { entry: name },
    ...path.split('/').filter(Boolean),
  ];

  async function take(documents: Documents, model: Map<string, string>, step: Step): Promise<void> {
    switch (step[0]) {
      case 'write':
        await documents.write(at(step[1], step[2]), text, step[3]);
        model.set(`${step[1]}/${step[2]}`, step[3]);
        return;
      case 'remove':
        await documents.remove(at(step[1], step[2]));
        model.delete(`${step[1]}/${step[2]}`);
        return;
      case 'removeEntry':
        await documents.removeEntry(at(step[1]));
        for (const key of model.keys()) if (key.startsWith(`${step[1]}/`)) model.delete(key);
        return;
      case 'fill':
        for (let n = 0; n < step[1]; n += 1) {
          await documents.write(at(`f${n}`, 'run.json'), text, `${n}`);
          model.set(`f${n}/run.json`, `${n}`);
        }
        return;
      // All that would be in one folder of a split collection.
      case 'thin':
        for (const key of model.keys()) {
          const name = key.split('/')[0] ?? '';
          if (!sha256(name).startsWith(step[1])) continue;
          await documents.removeEntry(at(name));
          model.delete(key);
        }
        return;
      case 'clear':
        for (const name of new Set([...model.keys()].map((key) => key.split('/')[0] ?? ''))) {
          await documents.removeEntry(at(name));
        }
        model.clear();
        return;
      case 'commit':
        return;
    }
  }

  async function expectSame(
    snapshot: Snapshot,
    documents: Documents,
    model: Map<string, string>,
  ): Promise<void> {
    expect(new Set(await listNames(documents, ['runs']))).toEqual(
      new Set([...model.keys()].map((key) => key.split('/')[0])),
    );
    for (const name of ['42-1', '43-1', '44-1', 'f0', 'f65']) {
      for (const path of ['run.json', 'jobs/a.json', 'jobs/b.json']) {
        expect(await documents.read(at(name, path), text)).toBe(model.get(`${name}/${path}`));
      }
    }
    expect(Object.keys(await readAll(snapshot))).toHaveLength(model.size);
  }

  test('reads as a map of what was written, before and after each commit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const store = createMemoryStore();
        const model = new Map<string, string>();
        let documents = openDocuments(await store.read());
        for (const step of [...steps, ['commit'] as const]) {
          await take(documents, model, step);
          if (step[0] !== 'commit') continue;
          await commitOne(store, documents.changes());
          const seen = await listNames(documents, ['runs']);
          documents = openDocuments(await store.read());
          expect(await listNames(documents, ['runs'])).toEqual(seen);
          await expectSame(await store.read(), documents, model);
          expect(documents.changes()).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
