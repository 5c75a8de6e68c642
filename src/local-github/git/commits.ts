import { git, tryGit } from './run-git.ts';

/** Who made a commit, and when (ISO 8601, UTC). */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** A commit. */
export interface Commit {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  /** Without the final newline. */
  readonly message: string;
}

const format = '%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x01';

/**
 * Lists commits with the arguments of `git log`, newest first unless the arguments say otherwise. Arguments from outside must
 * already be oids or follow `--`.
 */
export async function listCommits(path: string, args: readonly string[]): Promise<readonly Commit[]> {
  const text = await git(path, ['log', '--no-decorate', '--no-color', `--format=${format}`, ...args]);
  return text
    .split('\u0001')
    .map((record) => record.replace(/^\n/, ''))
    .filter((record) => record !== '')
    .map(parseCommit);
}

function parseCommit(record: string): Commit {
  const [oid, tree, parents, authorName, authorEmail, authorDate, name, email, date, ...message] =
    record.split('\0');
  return {
    oid: oid ?? '',
    tree: tree ?? '',
    parents: (parents ?? '').split(' ').filter((parent) => parent !== ''),
    author: { name: authorName ?? '', email: authorEmail ?? '', date: utc(authorDate) },
    committer: { name: name ?? '', email: email ?? '', date: utc(date) },
    message: message.join('\0').replace(/\0$/, '').replace(/\n+$/, ''),
  };
}

function utc(date: string | undefined): string {
  return new Date(date ?? 0).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The commit of that oid, or `null` when there is none. */
export async function readCommit(path: string, oid: string): Promise<Commit | null> {
  const known = await tryGit(path, ['cat-file', '-e', `${oid}^{commit}`]);
  if (known.code !== 0) return null;
  return (await listCommits(path, ['--no-walk', oid]))[0] ?? null;
}

/** What a new commit is made of. */
export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Person;
  readonly committer: Person;
}

/** Writes a commit and returns its oid. */
export function writeCommit(path: string, commit: NewCommit): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ['-p', parent]);
  return git(path, ['commit-tree', commit.tree, ...parents], {
    // commit-tree takes the message as it comes; git's own commits end with a newline.
    input: commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`,
    env: {
      GIT_AUTHOR_NAME: commit.author.name,
      GIT_AUTHOR_EMAIL: commit.author.email,
      GIT_AUTHOR_DATE: commit.author.date,
      GIT_COMMITTER_NAME: commit.committer.name,
      GIT_COMMITTER_EMAIL: commit.committer.email,
      GIT_COMMITTER_DATE: commit.committer.date,
    },
  });
}

/** The number of commits that `to` has and `from` has not. */
export async function countCommits(path: string, from: string, to: string): Promise<number> {
  return Number(await git(path, ['rev-list', '--count', `${from}..${to}`]));
}

/** The best common ancestor, or `null` when the histories are unrelated. */
export async function mergeBase(path: string, one: string, other: string): Promise<string | null> {
  const result = await tryGit(path, ['merge-base', one, other]);
  return result.code === 0 ? result.stdout.toString('utf8').trim() : null;
}
