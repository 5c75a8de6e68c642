import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ensureBuilt, testEnvironment, treadle } from './built-cli.ts';
import { bareOf, gitIn, repositoryWith, type TestRepository } from './repository.ts';
import { answer, smallTeam } from './team.ts';
import { transcript } from './transcript.ts';

const BRANCH = 'refs/heads/treadle/state';
const FILES = smallTeam('  work: { runs-on: backend-engineer, prompt: Work. }\n', answer('success'));

interface Damage {
  readonly name: string;
  /** A document of the state branch, by the end of its path, and what it becomes. */
  readonly document: string;
  readonly become: (text: string) => string;
  /** Commands that meet it, besides `advance`. */
  readonly reader: readonly string[];
}

const DAMAGES: readonly Damage[] = [
  { name: 'run-cut-off', document: '/run.json', become: (text) => text.slice(0, 100), reader: ['show', '1'] },
  {
    name: 'run-with-wrong-value',
    document: '/run.json',
    become: (text) => text.replace('"in_progress"', '"in_progres"'),
    reader: ['status'],
  },
  {
    name: 'run-of-newer-format',
    document: '/run.json',
    become: (text) => text.replace('"version": 1', '"version": 9'),
    reader: ['explain', '1'],
  },
  { name: 'definition-missing', document: 'definitions/', become: () => '', reader: ['graph', '1'] },
  {
    name: 'branch-of-newer-format',
    document: 'treadle.json',
    become: (text) => text.replace('"version": 1', '"version": 9'),
    reader: ['status'],
  },
];

describe('a state branch that cannot be used', () => {
  let repository: TestRepository;
  let bare: string;
  let good: string;

  beforeAll(async () => {
    await ensureBuilt();
    repository = repositoryWith(FILES);
    const started = await treadle(['start', 'small', '--issue', 'A bead'], { cwd: repository.folder });
    expect(started).toMatchObject({ code: 0 });
    bare = bareOf(repository);
    good = gitIn(bare, 'rev-parse', BRANCH);
  }, 120_000);
  afterEach(() => gitIn(bare, 'update-ref', BRANCH, good));
  afterAll(() => repository.remove());

  /** Commits a damage as if Treadle had done it: the work of somebody else would be undone. */
  const damage = ({ document, become }: Damage): string => {
    const [path = ''] = gitIn(bare, 'ls-tree', '-r', '--name-only', good)
      .split('\n')
      .filter((name) => name.includes(document));
    const index = join(repository.folder, '.git/damage');
    const git = (input: string, ...args: readonly string[]): string =>
      execFileSync('git', ['-C', bare, ...args], {
        encoding: 'utf8',
        input,
        env: { ...testEnvironment(), GIT_INDEX_FILE: index, GIT_COMMITTER_NAME: 'treadle' },
      }).trimEnd();
    git('', 'read-tree', good);
    const text = become(gitIn(bare, 'show', `${good}:${path}`));
    if (text === '') git(`0 ${'0'.repeat(40)}\t${path}\n`, 'update-index', '--index-info');
    else {
      const blob = git(text, 'hash-object', '-w', '--stdin');
      git('', 'update-index', '--cacheinfo', `100644,${blob},${path}`);
    }
    const message = gitIn(bare, 'log', '-1', '--format=%B', good);
    const commit = git(message, 'commit-tree', git('', 'write-tree'), '-p', good);
    gitIn(bare, 'update-ref', BRANCH, commit);
    return commit;
  };

  it.each(DAMAGES)('$name: named with its place and a remedy, and left as it is', async (row) => {
    const commit = damage(row);
    for (const args of [row.reader, ['advance']]) {
      const ended = await treadle(args, { cwd: repository.folder });
      expect(ended.code).toBe(5);
      expect(ended.stderr).not.toMatch(/^ {4}at /m);
      await expect(transcript(args, ended, repository.folder)).toMatchFileSnapshot(
        `golden/state/${row.name}-${args[0]}.txt`,
      );
    }
    // What was there stays; at the most, what could still be read was noted after it.
    gitIn(bare, 'merge-base', '--is-ancestor', commit, BRANCH);
  });

  it('is read again once it is whole', async () => {
    expect(await treadle(['status'], { cwd: repository.folder })).toMatchObject({ code: 0 });
  });
});

describe('a branch of that name that is not of Treadle', () => {
  let repository: TestRepository;
  beforeAll(async () => {
    await ensureBuilt();
    repository = repositoryWith(FILES);
    repository.git('branch', 'treadle/state');
  }, 120_000);
  afterAll(() => repository.remove());

  const run = ['run', 'small', '--issue', 'A bead'];
  it.each([
    ['status', ['status']],
    ['run', run],
  ])('is refused by %s, and not touched', async (name, args) => {
    const before = repository.git('rev-parse', BRANCH);
    const ended = await treadle(args, { cwd: repository.folder });
    expect(ended.code).toBe(5);
    expect(repository.git('rev-parse', BRANCH)).toBe(before);
    await expect(transcript(args, ended, repository.folder)).toMatchFileSnapshot(
      `golden/state/foreign-${name}.txt`,
    );
  });

  it('is no obstacle any more once it has another name', async () => {
    repository.git('branch', '--move', 'treadle/state', 'mine');
    expect(await treadle(run, { cwd: repository.folder })).toMatchObject({ code: 0 });
  });
});

describe('a data folder that cannot be used', () => {
  let repository: TestRepository;
  let data: string;
  beforeAll(async () => {
    await ensureBuilt();
    repository = repositoryWith(FILES);
    data = join(repository.folder, '.git/treadle');
  }, 120_000);
  afterAll(() => repository.remove());

  it.each([
    ['in the way', (): void => writeFileSync(data, 'in the way')],
    // Root may write everywhere: what it may not either is write into a file.
    [
      'not writable below',
      (): void => {
        mkdirSync(data);
        writeFileSync(join(data, 'work'), 'in the way');
      },
    ],
  ])('%s: is named, and works once it is mended', async (name, obstruct) => {
    rmSync(data, { recursive: true, force: true });
    obstruct();
    const args = ['run', 'small', '--issue', 'A bead'];
    const ended = await treadle(args, { cwd: repository.folder });
    expect(ended.code).toBe(5);
    await expect(transcript(args, ended, repository.folder)).toMatchFileSnapshot(
      `golden/state/folder-${name.replaceAll(' ', '-')}.txt`,
    );
  });

  it('is moved along with its repository', async () => {
    rmSync(data, { recursive: true, force: true });
    expect(await treadle(['start', 'small', '--issue', 'A bead'], { cwd: repository.folder })).toMatchObject({
      code: 0,
    });
    const moved = `${repository.folder}-moved`;
    renameSync(repository.folder, moved);
    const ended = await treadle(['advance'], { cwd: moved });
    expect(ended).toMatchObject({ code: 0 });
    expect(gitIn(moved, 'log', '-1', '--format=%s', 'treadle/state')).toContain('#1 small');
  });
});
