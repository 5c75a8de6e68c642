import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, it, type TestContext } from 'vitest';

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
  /** Commands that meet it. */
  readonly readers: readonly (readonly string[])[];
}

const DAMAGES: readonly Damage[] = [
  {
    name: 'run-cut-off',
    document: '/run.json',
    become: (text) => text.slice(0, 100),
    readers: [['show', '1'], ['advance']],
  },
  {
    name: 'run-with-wrong-value',
    document: '/run.json',
    become: (text) => text.replace('"in_progress"', '"in_progres"'),
    readers: [['status']],
  },
  {
    name: 'run-of-newer-format',
    document: '/run.json',
    become: (text) => text.replace('"version": 1', '"version": 9'),
    readers: [['explain', '1']],
  },
  {
    name: 'definition-missing',
    document: 'definitions/',
    become: () => '',
    readers: [['graph', '1'], ['advance']],
  },
  {
    name: 'branch-of-newer-format',
    document: 'treadle.json',
    become: (text) => text.replace('"version": 1', '"version": 9'),
    readers: [['status'], ['advance']],
  },
];

/** Commits a damage as if Treadle had done it: the work of somebody else would be undone. */
function commitDamage(bare: string, good: string, { document, become }: Damage): string {
  const [path = ''] = gitIn(bare, 'ls-tree', '-r', '--name-only', good)
    .split('\n')
    .filter((name) => name.includes(document));
  const env = { ...testEnvironment(), GIT_INDEX_FILE: join(bare, 'damage'), GIT_COMMITTER_NAME: 'treadle' };
  const git = (input: string, ...args: readonly string[]): string =>
    execFileSync('git', ['-C', bare, ...args], { encoding: 'utf8', input, env }).trimEnd();
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
}

function repositoryFor({ onTestFinished }: TestContext): TestRepository {
  const repository = repositoryWith(FILES);
  onTestFinished(() => repository.remove());
  return repository;
}

const RUN = ['run', 'small', '--issue', 'A bead'];
const START = ['start', 'small', '--issue', 'A bead'];

/** Runs a command that must be refused with exit code 5, and compares what it says. */
async function refused(
  { expect }: TestContext,
  { folder }: TestRepository,
  args: readonly string[],
  golden: string,
): Promise<void> {
  const ended = await treadle(args, { cwd: folder });
  expect(ended.stderr).not.toMatch(/^ {4}at /m);
  await expect(transcript(args, ended, folder)).toMatchFileSnapshot(`golden/state/${golden}.txt`);
  expect(ended.code, golden).toBe(5);
}

beforeAll(ensureBuilt, 120_000);

describe('a state branch that cannot be used', () => {
  it.concurrent(
    'is named with its place and a remedy, left as it is, and read once it is whole',
    async (context) => {
      const { expect } = context;
      const repository = repositoryFor(context);
      expect(await treadle(START, { cwd: repository.folder })).toMatchObject({ code: 0 });
      const bare = bareOf(repository);
      const good = gitIn(bare, 'rev-parse', BRANCH);
      for (const row of DAMAGES) {
        const commit = commitDamage(bare, good, row);
        for (const args of row.readers)
          await refused(context, repository, args, `${row.name}-${args[0] ?? ''}`);
        // What was there stays; at the most, what could still be read was noted after it.
        gitIn(bare, 'merge-base', '--is-ancestor', commit, BRANCH);
        gitIn(bare, 'update-ref', BRANCH, good);
      }
      expect(await treadle(['advance'], { cwd: repository.folder })).toMatchObject({ code: 0 });
    },
    120_000,
  );

  it.concurrent(
    'is undone by the next wake where somebody else committed to it',
    async (context) => {
      const { expect } = context;
      const repository = repositoryFor(context);
      const options = { cwd: repository.folder };
      expect(await treadle(START, options)).toMatchObject({ code: 0 });
      const bare = bareOf(repository);
      const tip = gitIn(bare, 'rev-parse', BRANCH);
      const empty = execFileSync('git', ['-C', bare, 'mktree'], { encoding: 'utf8', input: '' }).trim();
      const foreign = gitIn(bare, 'commit-tree', empty, '-p', tip, '-m', 'Tidy up');
      gitIn(bare, 'update-ref', BRANCH, foreign);
      expect(await treadle(['advance'], options)).toMatchObject({ code: 0 });
      expect(await treadle(['show', '1'], options)).toMatchObject({ code: 0 });
      gitIn(bare, 'merge-base', '--is-ancestor', foreign, BRANCH);
    },
    60_000,
  );
});

describe('a branch of that name that is not of Treadle', () => {
  it.concurrent(
    'is refused and not touched, and no obstacle once it has another name',
    async (context) => {
      const { expect } = context;
      const repository = repositoryFor(context);
      repository.git('branch', 'treadle/state');
      const before = repository.git('rev-parse', BRANCH);
      await refused(context, repository, ['status'], 'foreign-status');
      await refused(context, repository, RUN, 'foreign-run');
      expect(repository.git('rev-parse', BRANCH)).toBe(before);
      repository.git('branch', '--move', 'treadle/state', 'mine');
      expect(await treadle(RUN, { cwd: repository.folder })).toMatchObject({ code: 0 });
    },
    60_000,
  );
});

describe('a data folder', () => {
  it.concurrent(
    'that cannot be used is named',
    async (context) => {
      const repository = repositoryFor(context);
      const data = join(repository.folder, '.git/treadle');
      writeFileSync(data, 'in the way');
      await refused(context, repository, RUN, 'folder-in-the-way');
      // Root may write everywhere: what it may not either is write into a file.
      rmSync(data);
      mkdirSync(data);
      writeFileSync(join(data, 'work'), 'in the way');
      await refused(context, repository, RUN, 'folder-not-writable-below');
    },
    60_000,
  );

  it.concurrent(
    'moves along with its repository',
    async (context) => {
      const { expect } = context;
      const repository = repositoryFor(context);
      expect(await treadle(START, { cwd: repository.folder })).toMatchObject({ code: 0 });
      const moved = `${repository.folder}-moved`;
      renameSync(repository.folder, moved);
      expect(await treadle(['advance'], { cwd: moved })).toMatchObject({ code: 0 });
      expect(gitIn(moved, 'log', '-1', '--format=%s', 'treadle/state')).toContain('#1 small');
    },
    60_000,
  );
});
