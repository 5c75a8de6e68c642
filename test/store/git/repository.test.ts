import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openGitStore } from '../../../src/store/git/git-store.ts';
import type { Store } from '../../../src/store/port.ts';
import { commitOne, draft, readAll, write } from '../contract.ts';
import {
  branch,
  createRepository,
  refName,
  runGit,
  type TemporaryRepository,
} from './temporary-repository.ts';

let repository: TemporaryRepository;
let store: Store;
const open = (lockTimeoutMs = 200): Promise<Store> =>
  openGitStore({ repository: repository.path, branch, lockTimeoutMs });

beforeEach(async () => {
  repository = await createRepository();
  store = await open();
});
afterEach(() => repository.remove());

async function fileNames(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).toSorted();
}

describe('what the adapter writes', () => {
  test('git reads', async () => {
    const oid = await commitOne(store, [write('runs/42-1/run.json', '{}\n')], {
      message: 'Start #42\n\nTreadle-Run: 42-1\n',
      author: { name: 'Ada', email: 'ada@example.org', at: '2026-01-31T12:00:00Z' },
    });
    expect((await repository.git('rev-parse', branch)).trim()).toBe(oid);
    expect(await repository.git('show', `${branch}:runs/42-1/run.json`)).toBe('{}\n');
    expect(await repository.git('log', '--format=%an|%ae|%aI|%cn|%cI|%s|%(trailers)', branch)).toBe(
      'Ada|ada@example.org|2026-01-31T12:00:00+00:00|treadle|2026-01-31T12:00:01+00:00|Start #42|Treadle-Run: 42-1\n\n',
    );
  });

  test('is ordered as git orders it, byte for byte', async () => {
    const paths = ['a/x', 'a-b', 'a.b', 'a0', 'ab/x', 'A/x', 'é', '\uff5e/x', '\u{1f600}', 'z'];
    await commitOne(
      store,
      paths.map((path) => write(path)),
    );
    const tree = (await repository.git('rev-parse', `${branch}^{tree}`)).trim();
    const work = await mkdtemp(join(tmpdir(), 'treadle-work-'));
    for (const path of paths) {
      await mkdir(join(work, path, '..'), { recursive: true });
      await writeFile(join(work, path), `${path}\n`);
    }
    await repository.git(`--work-tree=${work}`, 'add', '--all');
    expect((await repository.git('write-tree')).trim()).toBe(tree);
    await rm(work, { recursive: true });
  });

  test('costs the trees on the changed paths and nothing else', async () => {
    await commitOne(store, [write('a/b/c/1'), write('a/b/c/2'), write('a/x/y'), write('q/r')]);
    const before = await fileNames(join(repository.path, 'objects'));
    await commitOne(store, [write('a/b/c/1', 'new')]);
    const files = (await fileNames(join(repository.path, 'objects'))).filter((name) => name.includes('/'));
    // A blob, the trees of a/b/c, a/b, a and the root, a commit.
    expect(files.length - before.filter((name) => name.includes('/')).length).toBe(6);
  });

  test('moves a folder of any size at the cost of its parents', async () => {
    await commitOne(
      store,
      Array.from({ length: 50 }, (_, n) => write(`runs/${n < 49 ? 'x' : 'y'}/${n}`)),
    );
    const count = async (): Promise<number> => Number((await repository.git('count-objects')).split(' ')[0]);
    const before = await count();
    await commitOne(store, [{ kind: 'move', from: 'runs/x', to: 'runs/3/x' }]);
    // The trees of runs/3, runs and the root, a commit.
    expect((await count()) - before).toBe(4);
  });

  test('keeps modes, links and submodules that git committed', async () => {
    const oid = (await repository.git('hash-object', '-w', '--stdin', '-t', 'blob')).trim();
    for (const mode of ['100755', '120000']) {
      await repository.git('update-index', '--add', '--cacheinfo', `${mode},${oid},f/m${mode}`);
    }
    await repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},f/m160000`);
    const tree = (await repository.git('write-tree')).trim();
    const commit = (await repository.git('commit-tree', '-m', 'x', tree)).trim();
    await repository.git('update-ref', refName, commit);
    await commitOne(store, [write('f/new'), { kind: 'move', from: 'f/m100755', to: 'g/moved' }]);
    const listed = await repository.git('ls-tree', '-r', branch);
    expect(listed.split('\n').map((line) => line.replace(/ [0-9a-f]{40}/, ''))).toEqual([
      '120000 blob\tf/m120000',
      '160000 commit\tf/m160000',
      '100644 blob\tf/new',
      '100755 blob\tg/moved',
      '',
    ]);
    expect(await (await store.read()).readFile('f/m160000')).toBeUndefined();
  });
});

describe('what git writes', () => {
  test('is read, with encodings, signatures and offsets in commits', async () => {
    const base = await commitOne(store, [write('a')]);
    const tree = (await repository.git('rev-parse', `${branch}^{tree}`)).trim();
    const body = [
      `tree ${tree}`,
      `parent ${base}`,
      'author A U Thor <a@example.org> 1769860800 +0530',
      'committer <> 0 +0000',
      'encoding ISO-8859-1',
      'gpgsig -----BEGIN PGP SIGNATURE-----',
      ' parent of nothing',
      ' ',
      ' -----END PGP SIGNATURE-----',
      '',
      'subject',
      '',
    ].join('\n');
    await writeFile(join(repository.path, 'commit.txt'), body);
    const oid = (
      await repository.git('hash-object', '--literally', '-w', '-t', 'commit', 'commit.txt')
    ).trim();
    await repository.git('update-ref', refName, oid);
    for await (const record of store.log(oid)) {
      expect(record).toEqual({
        oid,
        parents: [base],
        message: 'subject\n',
        author: { name: 'A U Thor', email: 'a@example.org', at: '2026-01-31T12:00:00Z' },
        committer: { name: '', email: '', at: '1970-01-01T00:00:00Z' },
      });
      break;
    }
  });

  test('is read and extended after `git gc` packed refs and objects', async () => {
    const first = await commitOne(store, [write('a/b', 'x'.repeat(5000))]);
    await commitOne(store, [write('a/b', `${'x'.repeat(5000)}y`)]);
    await repository.git('gc', '--quiet', '--prune=now');
    expect(await fileNames(join(repository.path, 'refs'))).not.toContain('heads/treadle/state');
    const fresh = await open();
    expect(await readAll(await fresh.read())).toEqual({ 'a/b': `${'x'.repeat(5000)}y` });
    expect(await (await fresh.at(first)).readFile('a/b')).toBe('x'.repeat(5000));
    await commitOne(fresh, [write('c')]);
    expect(Object.keys(await readAll(await (await open()).read()))).toEqual(['a/b', 'c']);
    expect(await repository.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('is seen by a store that was open while git repacked', async () => {
    await commitOne(store, [write('a')]);
    await repository.git('repack', '-adq');
    expect(await readAll(await (await open()).read())).toEqual({ a: 'a\n' });
    const old = await store.read();
    await commitOne(await open(), [write('b')]);
    await repository.git('repack', '-adq');
    await repository.git('prune-packed', '-q');
    expect(await readAll(old)).toEqual({ a: 'a\n' });
    expect(await readAll(await store.read())).toEqual({ a: 'a\n', b: 'b\n' });
  });

  test.each([
    ['loose', []],
    ['packed', ['pack-refs', '--all', '--prune']],
  ] as const)('takes part in the compare-and-swap (%s ref)', async (_case, then) => {
    const base = await commitOne(store, [write('a')]);
    if (then.length > 0) await repository.git(...then);
    const batch = store.begin(await store.read());
    await batch.append(draft([write('b')]));
    const theirs = (await repository.git('commit-tree', '-p', base, '-m', 'theirs', `${base}^{tree}`)).trim();
    await repository.git('update-ref', refName, theirs, base);
    expect(await batch.publish()).toBe('conflict');
    expect((await repository.git('rev-parse', branch)).trim()).toBe(theirs);
    const ours = await commitOne(store, [write('b')]);
    await expect(repository.git('update-ref', refName, base, theirs)).rejects.toThrow(/is at/);
    expect((await repository.git('rev-parse', branch)).trim()).toBe(ours);
  });

  test('may delete the branch and its folder', async () => {
    await commitOne(store, [write('a')]);
    const batch = store.begin(await store.read());
    await batch.append(draft([write('b')]));
    await repository.git('update-ref', '-d', refName);
    expect((await store.read()).oid).toBeNull();
    expect(await batch.publish()).toBe('conflict');
    expect((await store.read()).oid).toBeNull();
    await commitOne(store, [write('c')]);
    expect(await repository.git('ls-tree', '--name-only', branch)).toBe('c\n');
  });
});

describe('the lock of the ref', () => {
  const lockPath = (): string => join(repository.path, `${refName}.lock`);

  test('is waited for while somebody has it', async () => {
    await commitOne(store, [write('a')]);
    await writeFile(lockPath(), '');
    const patient = await open(10_000);
    const batch = patient.begin(await patient.read());
    const oid = await batch.append(draft([write('b')]));
    let outcome = 'waiting';
    const publishing = batch.publish().then((published) => (outcome = published));
    await delay(50);
    expect(outcome).toBe('waiting');
    await rm(lockPath());
    expect(await publishing).toBe('published');
    expect((await store.read()).oid).toBe(oid);
  });

  test('that nobody gives back is reported, and never broken', async () => {
    const oid = await commitOne(store, [write('a')]);
    await writeFile(lockPath(), '');
    const made = new Date('2026-01-01T00:00:00Z');
    await utimes(lockPath(), made, made);
    const batch = store.begin(await store.read());
    await batch.append(draft([write('b')]));
    const error: unknown = await batch.publish().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'TreadleError', code: 'ref-locked', facts: { path: lockPath() } });
    expect(error).toMatchObject({ message: expect.stringContaining('2026-01-01T00:00:00.000Z') as string });
    expect(error).toMatchObject({ remedy: expect.stringContaining(`rm '${lockPath()}'`) as string });
    expect(await readFile(lockPath(), 'utf8')).toBe('');
    expect((await store.read()).oid).toBe(oid);
    await rm(lockPath());
    await commitOne(store, [write('b')]);
  });

  test('is given back after a conflict', async () => {
    await commitOne(store, [write('a')]);
    expect(await fileNames(join(repository.path, 'refs/heads/treadle'))).toEqual(['state']);
    const batch = store.begin(await store.read());
    await batch.append(draft([write('b')]));
    await commitOne(await open(), [write('c')]);
    expect(await batch.publish()).toBe('conflict');
    expect(await fileNames(join(repository.path, 'refs/heads/treadle'))).toEqual(['state']);
  });
});

describe('a ref', () => {
  const publish = async (): Promise<unknown> => {
    const batch = store.begin(await store.read());
    await batch.append(draft([write('a')]));
    return batch.publish();
  };

  test.each([
    ['a loose ref above it', 'refs/heads/treadle', []],
    ['a packed ref above it', 'refs/heads/treadle', ['pack-refs', '--all', '--prune']],
    ['a loose ref below it', `${refName}/deeper`, []],
    ['a packed ref below it', `${refName}/deeper`, ['pack-refs', '--all', '--prune']],
  ])('is not made beside %s', async (_case, other, then) => {
    const tree = (await repository.git('mktree')).trim();
    const commit = (await repository.git('commit-tree', '-m', 'x', tree)).trim();
    await repository.git('update-ref', other, commit);
    if (then.length > 0) await repository.git(...then);
    await expect(publish()).rejects.toMatchObject({ code: 'ref-name-taken' });
    expect((await repository.git('for-each-ref', '--format=%(refname)')).trim()).toBe(other);
    await repository.git('update-ref', '-d', other);
    expect(await publish()).toBe('published');
  });

  test('is made where deleted refs left empty folders', async () => {
    await mkdir(join(repository.path, refName, 'x/y'), { recursive: true });
    expect(await publish()).toBe('published');
    expect(await repository.git('show', `${branch}:a`)).toBe('a\n');
  });

  test.each([
    ['is empty', ''],
    ['is cut off', 'abc123'],
    ['is symbolic', 'ref: refs/heads/main\n'],
  ])('that %s is reported', async (_case, content) => {
    await commitOne(store, [write('a')]);
    await writeFile(join(repository.path, refName), content);
    await expect(store.read()).rejects.toMatchObject({
      code: 'ref-corrupt',
      message: expect.stringContaining(refName) as string,
    });
  });
});

describe('objects', () => {
  const objectPath = (oid: string): string => join(repository.path, 'objects', oid.slice(0, 2), oid.slice(2));

  async function damage(oid: string, how: 'remove' | 'truncate' | 'garble'): Promise<void> {
    await chmod(objectPath(oid), 0o644);
    const bytes = await readFile(objectPath(oid));
    if (how === 'remove') await rm(objectPath(oid));
    else if (how === 'truncate') await writeFile(objectPath(oid), bytes.subarray(0, 10));
    else
      await writeFile(
        objectPath(oid),
        bytes.map((byte, index) => (index === 12 ? byte ^ 0xff : byte)),
      );
  }

  test.each(['remove', 'truncate', 'garble'] as const)(
    'that are damaged (%s) are named, with the path',
    async (how) => {
      await commitOne(store, [write('runs/42-1/run.json', 'x'.repeat(100)), write('ok')]);
      const oid = (await repository.git('rev-parse', `${branch}:runs/42-1/run.json`)).trim();
      await damage(oid, how);
      const snapshot = await (await open()).read();
      expect(await snapshot.readFile('ok')).toBe('ok\n');
      await expect(snapshot.readFile('runs/42-1/run.json')).rejects.toMatchObject({
        name: 'TreadleError',
        code: 'object-unreadable',
        message: expect.stringMatching(`${oid} .runs/42-1/run.json.`) as string,
        facts: { oid, path: 'runs/42-1/run.json' },
      });
    },
  );

  test('that are folders are named too', async () => {
    await commitOne(store, [write('runs/42-1/run.json')]);
    const oid = (await repository.git('rev-parse', `${branch}:runs`)).trim();
    await damage(oid, 'remove');
    const fresh = await open();
    await expect((await fresh.read()).list('runs')).rejects.toMatchObject({
      code: 'object-unreadable',
      facts: { oid },
    });
    const batch = fresh.begin(await fresh.read());
    await expect(batch.append(draft([write('runs/x')]))).rejects.toMatchObject({ code: 'object-unreadable' });
  });

  test('that are no text are reported', async () => {
    await writeFile(join(repository.path, 'latin1'), Buffer.from([0x66, 0xfc, 0x72]));
    const blob = (await repository.git('hash-object', '-w', 'latin1')).trim();
    await repository.git('update-index', '--add', '--cacheinfo', `100644,${blob},f`);
    const tree = (await repository.git('write-tree')).trim();
    await repository.git(
      'update-ref',
      refName,
      (await repository.git('commit-tree', '-m', 'x', tree)).trim(),
    );
    await expect((await store.read()).readFile('f')).rejects.toMatchObject({ code: 'file-not-text' });
  });

  test('that a kill left unfinished are passed over, and cleared away by git', async () => {
    const oid = await commitOne(store, [write('a')]);
    const left = join(repository.path, 'objects', oid.slice(0, 2), 'tmp_obj_0123456789abcdef');
    await writeFile(left, 'half');
    const old = new Date('2020-01-01T00:00:00Z');
    await utimes(left, old, old);
    await commitOne(await open(), [write('b')]);
    expect(await repository.git('fsck', '--strict', '--no-dangling')).toBe('');
    await repository.git('prune', '--expire=now');
    expect(await fileNames(join(repository.path, 'objects'))).not.toContain(
      `${oid.slice(0, 2)}/tmp_obj_0123456789abcdef`,
    );
  });

  test('that cannot be written are reported, and the branch stays', async () => {
    const oid = await commitOne(store, [write('a')]);
    const batch = store.begin(await store.read());
    await batch.append(draft([write('b')]));
    await rm(join(repository.path, 'objects'), { recursive: true });
    await writeFile(join(repository.path, 'objects'), 'in the way');
    await expect(batch.publish()).rejects.toMatchObject({
      name: 'TreadleError',
      code: 'repository-not-writable',
    });
    expect((await store.read()).oid).toBe(oid);
  });

  test('of a batch that is given up are never stored', async () => {
    await commitOne(store, [write('a')]);
    const before = await repository.git('count-objects');
    const lost = store.begin(await store.read());
    await lost.append(draft([write('lost')]));
    expect(await repository.git('count-objects')).toBe(before);
  });

  test('leave no temporary files behind', async () => {
    await commitOne(
      store,
      Array.from({ length: 30 }, (_, n) => write(`d${n % 3}/${n}`)),
    );
    const names = await fileNames(join(repository.path, 'objects'));
    expect(names.filter((name) => name.includes('tmp'))).toEqual([]);
  });
});

describe('a repository', () => {
  const openAt = (path: string): Promise<Store> => openGitStore({ repository: path, branch });

  test('is found from its .git folder, its working tree, and a worktree of it', async () => {
    const work = await mkdtemp(join(tmpdir(), 'treadle-work-'));
    try {
      await runGit(work, 'init', '--quiet', 'main');
      await runGit(join(work, 'main'), 'commit', '--quiet', '--allow-empty', '-m', 'x');
      await runGit(join(work, 'main'), 'worktree', 'add', '--quiet', '../tree');
      const oid = await commitOne(await openAt(join(work, 'main')), [write('a')]);
      for (const path of ['main/.git', 'tree', 'tree/.git']) {
        expect((await (await openAt(join(work, path))).read()).oid).toBe(oid);
      }
      await commitOne(await openAt(join(work, 'tree')), [write('b')]);
      expect(await runGit(join(work, 'main'), 'ls-tree', '--name-only', branch)).toBe('a\nb\n');
    } finally {
      await rm(work, { recursive: true });
    }
  });

  test('may borrow objects from another', async () => {
    await commitOne(store, [write('a')]);
    await repository.git('gc', '--quiet');
    const clone = await mkdtemp(join(tmpdir(), 'treadle-clone-'));
    try {
      await runGit(clone, 'clone', '--quiet', '--bare', '--shared', repository.path, '.');
      const shared = await openAt(clone);
      expect(await readAll(await shared.read())).toEqual({ a: 'a\n' });
      await commitOne(shared, [write('b')]);
      expect(await runGit(clone, 'fsck', '--strict', '--no-dangling')).toBe('');
    } finally {
      await rm(clone, { recursive: true });
    }
  });

  test('may be shallow', async () => {
    await commitOne(store, [write('a', '1')]);
    const tip = await commitOne(store, [write('a', '2')]);
    const clone = await mkdtemp(join(tmpdir(), 'treadle-clone-'));
    try {
      await runGit(
        clone,
        'clone',
        '--quiet',
        '--bare',
        '--depth=1',
        `--branch=${branch}`,
        `file://${repository.path}`,
        '.',
      );
      const oids: string[] = [];
      for await (const { oid } of (await openAt(clone)).log(tip)) oids.push(oid);
      expect(oids).toEqual([tip]);
    } finally {
      await rm(clone, { recursive: true });
    }
  });

  test.each([
    ['is not there', () => Promise.resolve(join(repository.path, 'absent')), 'not-a-repository'],
    ['is only a folder', () => mkdtemp(join(repository.path, 'x-')), 'not-a-repository'],
    [
      'is a file',
      async () => {
        await writeFile(join(repository.path, 'file'), 'x');
        return join(repository.path, 'file');
      },
      'not-a-repository',
    ],
    [
      'has SHA-256 objects',
      async () => {
        await runGit(repository.path, 'init', '--quiet', '--bare', '--object-format=sha256', 'other.git');
        return join(repository.path, 'other.git');
      },
      'repository-unsupported',
    ],
    [
      'keeps refs in a reftable',
      async () => {
        await runGit(repository.path, 'config', 'core.repositoryFormatVersion', '1');
        await runGit(repository.path, 'config', 'extensions.refStorage', 'reftable');
        return repository.path;
      },
      'repository-unsupported',
    ],
    [
      'is of a newer format',
      async () => {
        await runGit(repository.path, 'config', 'core.repositoryFormatVersion', '7');
        return repository.path;
      },
      'repository-unsupported',
    ],
  ] as const)('that %s is refused', async (_case, prepare, code) => {
    await expect(openAt(await prepare())).rejects.toMatchObject({ name: 'TreadleError', code });
  });

  test.each([
    '',
    '/x',
    'x/',
    'a//b',
    '../x',
    'a..b',
    '.x',
    'x.lock',
    'a/x.lock/b',
    'a b',
    'a~1',
    'a@{1}',
    '-x',
    'x.',
    'HEAD',
    'a\n',
  ])('has no branch %j', async (name) => {
    await expect(openGitStore({ repository: repository.path, branch: name })).rejects.toMatchObject({
      code: 'branch-invalid',
    });
  });
});
