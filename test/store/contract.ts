import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { hashObject } from '../../src/store/git-object.ts';
import type { Change, CommitDraft, CommitRecord, Entry, Oid, Snapshot, Store } from '../../src/store/port.ts';

/** A fresh, empty place for a branch, and handles on it that share nothing else. */
export interface StoreUnderTest {
  open(): Promise<Store>;
  /** Called after each test, for checks of the whole and for cleaning up. */
  close(): Promise<void>;
}

/** A draft with everything but the changes filled in. */
export function draft(changes: readonly Change[], overrides: Partial<CommitDraft> = {}): CommitDraft {
  return {
    changes,
    message: 'Change something\n',
    author: { name: 'Ada', email: 'ada@example.org', at: '2026-01-31T12:00:00Z' },
    committer: { name: 'treadle', email: 'treadle@example.org', at: '2026-01-31T12:00:01Z' },
    ...overrides,
  };
}

export function write(path: string, content = `${path}\n`): Change {
  return { kind: 'write', path, content };
}

/** Publishes one commit on the branch as it stands and returns its oid. */
export async function commitOne(
  store: Store,
  changes: readonly Change[],
  overrides?: Partial<CommitDraft>,
): Promise<Oid> {
  const batch = store.begin(await store.read());
  const oid = await batch.append(draft(changes, overrides));
  expect(await batch.publish()).toBe('published');
  return oid;
}

/** All files below a folder, by path. */
export async function readAll(snapshot: Snapshot, folder = ''): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await snapshot.list(folder)) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.kind === 'folder') Object.assign(files, await readAll(snapshot, path));
    else files[path] = (await snapshot.readFile(path)) ?? '(unreadable)';
  }
  return files;
}

async function readLog(store: Store, from: Oid): Promise<readonly CommitRecord[]> {
  const records: CommitRecord[] = [];
  for await (const record of store.log(from)) records.push(record);
  return records;
}

const absentOid = '1234567890123456789012345678901234567890';

/** What every adapter of the store port promises. */
export function describeStoreContract(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the store contract`, () => {
    let place: StoreUnderTest;
    let store: Store;
    beforeEach(async () => {
      place = await create();
      store = await place.open();
    });
    afterEach(() => place.close());

    describe('an absent branch', () => {
      test('reads as empty', async () => {
        const snapshot = await store.read();
        expect(snapshot.oid).toBeNull();
        expect(await snapshot.readFile('a')).toBeUndefined();
        expect(await snapshot.list('')).toEqual([]);
        expect(await snapshot.list('a/b')).toEqual([]);
        expect(await snapshot.oidAt('a')).toBeNull();
      });

      test('is created by the first publish', async () => {
        const oid = await commitOne(store, [write('a')]);
        expect(oid).toMatch(/^[0-9a-f]{40}$/);
        const snapshot = await store.read();
        expect(snapshot.oid).toBe(oid);
        expect(await snapshot.readFile('a')).toBe('a\n');
      });

      test('cannot be created twice', async () => {
        const other = await place.open();
        const first = store.begin(await store.read());
        const second = other.begin(await other.read());
        await first.append(draft([write('a', 'first')]));
        await second.append(draft([write('a', 'second')]));
        expect(await first.publish()).toBe('published');
        expect(await second.publish()).toBe('conflict');
        expect(await readAll(await other.read())).toEqual({ a: 'first' });
      });
    });

    describe('a batch', () => {
      test('shows nothing to anybody before it is published', async () => {
        const base = await commitOne(store, [write('a')]);
        const other = await place.open();
        const batch = store.begin(await store.read());
        const oid = await batch.append(draft([write('b')]));
        expect((await store.read()).oid).toBe(base);
        await expect(other.at(oid)).rejects.toMatchObject({ code: 'commit-not-found' });
        expect((await other.read()).oid).toBe(base);
        await batch.publish();
        expect(await readAll(await other.read())).toEqual({ a: 'a\n', b: 'b\n' });
      });

      test('shows its own commits at its tip', async () => {
        const batch = store.begin(await store.read());
        expect(batch.tip.oid).toBeNull();
        const first = await batch.append(draft([write('a/x', '1')]));
        expect(batch.tip.oid).toBe(first);
        expect(await batch.tip.readFile('a/x')).toBe('1');
        const second = await batch.append(draft([write('a/x', '2')]));
        expect(batch.tip.oid).toBe(second);
        expect(await batch.tip.readFile('a/x')).toBe('2');
      });

      test('publishes many commits at once, each on the one before', async () => {
        const base = await commitOne(store, [write('n', '0')]);
        const batch = store.begin(await store.read());
        const oids: Oid[] = [];
        for (const n of ['1', '2', '3', '4', '5']) {
          oids.push(await batch.append(draft([write('n', n)], { message: `Count ${n}\n` })));
        }
        expect(await batch.publish()).toBe('published');
        const records = await readLog(store, (await store.read()).oid ?? '');
        expect(records.map(({ oid }) => oid)).toEqual([...oids.reverse(), base]);
        expect(records.map(({ parents }) => parents)).toEqual([
          ...oids.slice(1).map((oid) => [oid]),
          [base],
          [],
        ]);
        expect(await (await store.at(oids[2]!)).readFile('n')).toBe('3');
      });

      test('with nothing appended is published and touches nothing', async () => {
        const stale = store.begin(await store.read());
        const oid = await commitOne(store, [write('a')]);
        expect(await stale.publish()).toBe('published');
        expect((await store.read()).oid).toBe(oid);
      });

      test('conflicts when somebody else published, and leaves no trace on the branch', async () => {
        await commitOne(store, [write('n', '0')]);
        const other = await place.open();
        const loser = other.begin(await other.read());
        await loser.append(draft([write('lost')]));
        const winner = await commitOne(store, [write('n', '1')]);
        expect(await loser.publish()).toBe('conflict');
        for (const view of [store, other]) {
          const snapshot = await view.read();
          expect(snapshot.oid).toBe(winner);
          expect(await readAll(snapshot)).toEqual({ n: '1' });
        }
      });

      test('succeeds when it is made again on the new tip', async () => {
        const other = await place.open();
        const loser = other.begin(await other.read());
        await loser.append(draft([write('theirs')]));
        await commitOne(store, [write('ours')]);
        expect(await loser.publish()).toBe('conflict');
        await commitOne(other, [write('theirs')]);
        expect(await readAll(await store.read())).toEqual({ ours: 'ours\n', theirs: 'theirs\n' });
      });

      test('conflicts on a base that is not the newest', async () => {
        const old = await commitOne(store, [write('n', '0')]);
        await commitOne(store, [write('n', '1')]);
        const batch = store.begin(await store.at(old));
        await batch.append(draft([write('n', '2')]));
        expect(await batch.publish()).toBe('conflict');
      });

      test('exactly one of many concurrent publishes wins', async () => {
        await commitOne(store, [write('n', '0')]);
        const handles = await Promise.all(Array.from({ length: 6 }, () => place.open()));
        const batches = await Promise.all(
          handles.map(async (handle, index) => {
            const batch = handle.begin(await handle.read());
            await batch.append(draft([write('n', `${index + 1}`)]));
            return batch;
          }),
        );
        const outcomes = await Promise.all(batches.map((batch) => batch.publish()));
        expect(outcomes.filter((outcome) => outcome === 'published')).toHaveLength(1);
        const winner = batches[outcomes.indexOf('published')];
        expect((await store.read()).oid).toBe(winner?.tip.oid);
      });

      test('is published once', async () => {
        const batch = store.begin(await store.read());
        await batch.append(draft([write('a')]));
        await batch.publish();
        await expect(batch.publish()).rejects.toMatchObject({ code: 'bug' });
        await expect(batch.append(draft([]))).rejects.toMatchObject({ code: 'bug' });
      });

      test('a failed append leaves it as it was', async () => {
        const batch = store.begin(await store.read());
        const oid = await batch.append(draft([write('a')]));
        await expect(batch.append(draft([write('b'), { kind: 'remove', path: 'c' }]))).rejects.toMatchObject({
          code: 'path-missing',
        });
        expect(batch.tip.oid).toBe(oid);
        await batch.append(draft([write('d')]));
        await batch.publish();
        expect(await readAll(await store.read())).toEqual({ a: 'a\n', d: 'd\n' });
      });
    });

    describe('snapshots', () => {
      test('never see a later commit', async () => {
        await commitOne(store, [write('a', 'old'), write('f/x')]);
        const before = await store.read();
        await commitOne(store, [write('a', 'new'), { kind: 'remove', path: 'f/x' }]);
        expect(await before.readFile('a')).toBe('old');
        expect(await before.list('f')).toEqual([{ name: 'x', kind: 'file' }]);
      });

      test('are read at any commit', async () => {
        const first = await commitOne(store, [write('a', '1')]);
        await commitOne(store, [write('a', '2')]);
        const snapshot = await (await place.open()).at(first);
        expect(snapshot.oid).toBe(first);
        expect(await snapshot.readFile('a')).toBe('1');
      });

      test.each([
        ['an unknown id', absentOid],
        ['something that is no id', 'main'],
        ['an empty id', ''],
      ])('at %s throw commit-not-found', async (_case, oid) => {
        await commitOne(store, [write('a')]);
        await expect(store.at(oid)).rejects.toMatchObject({ name: 'TreadleError', code: 'commit-not-found' });
      });

      test('tell files from folders', async () => {
        await commitOne(store, [write('f/g/h')]);
        const snapshot = await store.read();
        expect(await snapshot.readFile('f')).toBeUndefined();
        expect(await snapshot.readFile('f/g')).toBeUndefined();
        expect(await snapshot.readFile('f/g/h/i')).toBeUndefined();
        expect(await snapshot.list('f/g/h')).toEqual([]);
        expect(await snapshot.list('f')).toEqual([{ name: 'g', kind: 'folder' }]);
        expect(await snapshot.readFile('')).toBeUndefined();
      });

      test('tell by ids what is the same', async () => {
        await commitOne(store, [write('f/g/h'), write('f/i'), write('j')]);
        const before = await store.read();
        await commitOne(store, [write('f/i', 'other\n')]);
        const after = await store.read();
        const changed = await Promise.all(
          ['', 'f', 'f/g', 'f/g/h', 'f/i', 'j', 'none', 'j/none'].map(async (path) => {
            const [old, fresh] = [await before.oidAt(path), await after.oidAt(path)];
            return old === null ? `${path} none` : `${path} ${old === fresh ? 'same' : 'changed'}`;
          }),
        );
        expect(changed.join()).toBe(
          ' changed,f changed,f/g same,f/g/h same,f/i changed,j same,none none,j/none none',
        );
        expect(await after.oidAt('f/i')).toBe(hashObject('blob', Buffer.from('other\n')));
      });

      test("list folders in git's order", async () => {
        const paths = [
          'foo/x',
          'foo.txt',
          'foo-bar',
          'foo0',
          'foo!',
          'fo',
          'Z',
          'a/x',
          'é',
          '\uff5e',
          '\u{1f600}',
          'a.',
          'a0/x',
        ];
        await commitOne(
          store,
          paths.map((path) => write(path)),
        );
        const expected: Entry[] = [
          { name: 'Z', kind: 'file' },
          { name: 'a.', kind: 'file' },
          { name: 'a', kind: 'folder' },
          { name: 'a0', kind: 'folder' },
          { name: 'fo', kind: 'file' },
          { name: 'foo!', kind: 'file' },
          { name: 'foo-bar', kind: 'file' },
          { name: 'foo.txt', kind: 'file' },
          { name: 'foo', kind: 'folder' },
          { name: 'foo0', kind: 'file' },
          { name: 'é', kind: 'file' },
          { name: '\uff5e', kind: 'file' },
          { name: '\u{1f600}', kind: 'file' },
        ];
        expect(await (await store.read()).list('')).toEqual(expected);
      });
    });

    describe('changes', () => {
      const before = ['a/1', 'a/2', 'b/c/d', 'top'].map((path) => write(path));
      const rows: readonly (readonly [string, readonly Change[], Record<string, string>])[] = [
        ['none', [], { 'a/1': 'a/1\n', 'a/2': 'a/2\n', 'b/c/d': 'b/c/d\n', top: 'top\n' }],
        [
          'overwrite a file',
          [write('a/1', 'new')],
          { 'a/1': 'new', 'a/2': 'a/2\n', 'b/c/d': 'b/c/d\n', top: 'top\n' },
        ],
        [
          'remove a file',
          [{ kind: 'remove', path: 'a/1' }],
          { 'a/2': 'a/2\n', 'b/c/d': 'b/c/d\n', top: 'top\n' },
        ],
        ['remove a folder', [{ kind: 'remove', path: 'a' }], { 'b/c/d': 'b/c/d\n', top: 'top\n' }],
        [
          'remove the last file of folders',
          [{ kind: 'remove', path: 'b/c/d' }, write('b', 'a file now')],
          { 'a/1': 'a/1\n', 'a/2': 'a/2\n', b: 'a file now', top: 'top\n' },
        ],
        [
          'move a file',
          [{ kind: 'move', from: 'a/1', to: 'x/y/1' }],
          { 'a/2': 'a/2\n', 'x/y/1': 'a/1\n', 'b/c/d': 'b/c/d\n', top: 'top\n' },
        ],
        [
          'move a folder below itself by way of another',
          [
            { kind: 'move', from: 'a', to: 'tmp' },
            { kind: 'move', from: 'tmp', to: 'a/0' },
          ],
          { 'a/0/1': 'a/1\n', 'a/0/2': 'a/2\n', 'b/c/d': 'b/c/d\n', top: 'top\n' },
        ],
        [
          'move, then change inside',
          [{ kind: 'move', from: 'a', to: 'z' }, write('z/1', 'new'), { kind: 'remove', path: 'z/2' }],
          { 'z/1': 'new', 'b/c/d': 'b/c/d\n', top: 'top\n' },
        ],
        [
          'move what was just written',
          [write('n/1'), { kind: 'move', from: 'n', to: 'm' }],
          { 'a/1': 'a/1\n', 'a/2': 'a/2\n', 'm/1': 'n/1\n', 'b/c/d': 'b/c/d\n', top: 'top\n' },
        ],
        [
          'move the last file of a folder to where the folder was',
          [
            { kind: 'move', from: 'b/c/d', to: 'tmp' },
            { kind: 'move', from: 'tmp', to: 'b/c' },
          ],
          { 'a/1': 'a/1\n', 'a/2': 'a/2\n', 'b/c': 'b/c/d\n', top: 'top\n' },
        ],
        ['remove everything', ['a', 'b', 'top'].map((path): Change => ({ kind: 'remove', path })), {}],
      ];
      test.each(rows)('%s', async (_case, changes, expected) => {
        await commitOne(store, before);
        await commitOne(store, changes);
        expect(await readAll(await store.read())).toEqual(expected);
      });

      const refused: readonly (readonly [string, Change, string])[] = [
        ['remove what is not there', { kind: 'remove', path: 'none' }, 'path-missing'],
        ['remove below a file', { kind: 'remove', path: 'top/x' }, 'path-missing'],
        ['remove the root', { kind: 'remove', path: '' }, 'path-missing'],
        ['move what is not there', { kind: 'move', from: 'none', to: 'x' }, 'path-missing'],
        ['move onto a file', { kind: 'move', from: 'a', to: 'top' }, 'path-taken'],
        ['move onto a folder', { kind: 'move', from: 'top', to: 'a' }, 'path-taken'],
        ['move into itself', { kind: 'move', from: 'a', to: 'a/x' }, 'path-taken'],
        ['move onto itself', { kind: 'move', from: 'a', to: 'a' }, 'path-taken'],
        ['write where a folder is', write('a'), 'path-taken'],
        ['write below a file', write('top/x'), 'path-taken'],
        ['write the root', write(''), 'path-taken'],
      ];
      test.each(refused)('refuse to %s', async (_case, change, code) => {
        await commitOne(store, before);
        const batch = store.begin(await store.read());
        await expect(batch.append(draft([change]))).rejects.toMatchObject({ name: 'TreadleError', code });
      });

      test.each([
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        'a/../b',
        './a',
        '.git',
        'a/.GIT/config',
        '.git ',
        '.git::$INDEX_ALLOCATION',
        'git~1',
        '.g\u200cit',
        'a\0b',
        'a\nb',
        'a\\b',
        '\ud800',
      ])('refuse the path %j', async (path) => {
        const batch = store.begin(await store.read());
        await expect(batch.append(draft([write(path)]))).rejects.toMatchObject({ code: 'path-invalid' });
        await expect((await store.read()).readFile(path)).rejects.toMatchObject({ code: 'path-invalid' });
      });

      test.each([
        '.github/workflows/x.yml',
        '.gitignore',
        '...',
        'a b',
        '-x',
        "it's",
        'git~10',
        '*',
        'a:b',
        '日本/語',
      ])('accept the path %j', async (path) => {
        await commitOne(store, [write(path)]);
        expect(await readAll(await store.read())).toEqual({ [path]: `${path}\n` });
      });
    });

    describe('contents', () => {
      test.each([
        ['empty', ''],
        ['without a final newline', 'x'],
        ['with carriage returns', 'a\r\nb\r'],
        ['with a byte order mark', '\ufeffx'],
        ['with NUL', 'a\0b'],
        ['outside the first plane', '\u{1f600} é 日本'],
        ['of 3 MB', 'treadle '.repeat(400_000)],
      ])('%s come back as written', async (_case, content) => {
        await commitOne(store, [write('f', content)]);
        expect(await (await (await place.open()).read()).readFile('f')).toBe(content);
      });

      test('that are the same in many files are kept apart', async () => {
        await commitOne(store, [write('a/x', 'same'), write('b/x', 'same')]);
        await commitOne(store, [write('a/x', 'other')]);
        expect(await readAll(await store.read())).toEqual({ 'a/x': 'other', 'b/x': 'same' });
      });
    });

    describe('commits', () => {
      test('come back from the log as they were drafted', async () => {
        const message = '#42 bug: triage → approve (success)\n\n{ "a": 1 }\n\nTreadle-Run: 42-1\n';
        const author = { name: 'Ada Lovelace-日本', email: 'ada@example.org', at: '2026-02-28T23:59:59Z' };
        const committer = {
          name: 'treadle',
          email: '1+treadle[bot]@users.noreply.github.com',
          at: '2026-03-01T00:00:00.750Z',
        };
        const oid = await commitOne(store, [write('a')], { message, author, committer });
        expect(await readLog(store, oid)).toEqual([
          { oid, parents: [], message, author, committer: { ...committer, at: '2026-03-01T00:00:00Z' } },
        ]);
      });

      test.each([
        ['a message without a final newline', { message: 'x' }, { message: 'x\n' }],
        ['blank lines around a message', { message: '\n x \n\n' }, { message: '\n x \n\n' }],
        [
          'characters that git cannot hold in a name',
          { author: { name: ' <Eve>\n.', email: 'a>b<c', at: '2026-01-01T00:00:00Z' } },
          { author: { name: 'Eve', email: 'abc', at: '2026-01-01T00:00:00Z' } },
        ],
        [
          'an empty name',
          { author: { name: '', email: '', at: '2026-01-01T00:00:00Z' } },
          { author: { name: 'unknown', email: '', at: '2026-01-01T00:00:00Z' } },
        ],
      ])('%s', async (_case, given, expected) => {
        const oid = await commitOne(store, [write('a')], given);
        expect((await readLog(store, oid))[0]).toMatchObject(expected);
      });

      test.each([
        ['a time that is none', { author: { name: 'x', email: 'x', at: 'yesterday' } }],
        ['a time with an offset', { committer: { name: 'x', email: 'x', at: '2026-01-01T00:00:00+01:00' } }],
        ['a NUL in the message', { message: 'a\0b' }],
      ])('with %s are refused', async (_case, overrides) => {
        const batch = store.begin(await store.read());
        await expect(batch.append(draft([], overrides))).rejects.toMatchObject({ code: 'commit-invalid' });
      });

      test('may have further parents, which the log does not follow', async () => {
        const root = await commitOne(store, [write('a')]);
        const next = await commitOne(store, [write('b')]);
        const merge = await commitOne(store, [write('c')], { extraParents: [root, root] });
        const records = await readLog(store, merge);
        expect(records.map(({ oid }) => oid)).toEqual([merge, next, root]);
        expect(records[0]?.parents).toEqual([next, root]);
      });

      test('cannot have a parent that is not there', async () => {
        const batch = store.begin(await store.read());
        await expect(batch.append(draft([], { extraParents: [absentOid] }))).rejects.toMatchObject({
          code: 'commit-not-found',
        });
      });

      test('without changes are commits all the same', async () => {
        const first = await commitOne(store, []);
        const second = await commitOne(store, []);
        expect((await readLog(store, second)).map(({ oid }) => oid)).toEqual([second, first]);
        expect(await readAll(await store.read())).toEqual({});
      });

      test('are logged lazily, from any of them', async () => {
        const first = await commitOne(store, [write('n', '1')]);
        const second = await commitOne(store, [write('n', '2')]);
        await commitOne(store, [write('n', '3')]);
        for await (const record of store.log(second)) {
          expect(record.oid).toBe(second);
          break;
        }
        expect((await readLog(store, first)).map(({ oid }) => oid)).toEqual([first]);
        await expect(readLog(store, absentOid)).rejects.toMatchObject({ code: 'commit-not-found' });
      });
    });
  });
}
