import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { git, tryGit } from './run-git.ts';

/** The kinds of git object. */
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

/** An entry of a tree. */
export interface TreeEntry {
  readonly mode: string;
  readonly type: ObjectType;
  readonly oid: string;
  /** In bytes, of blobs only. */
  readonly size: number | null;
  readonly path: string;
}

/** The type of an object, or `null` when it is not there. */
export async function objectType(path: string, oid: string): Promise<ObjectType | null> {
  const result = await tryGit(path, ['cat-file', '-t', oid]);
  if (result.code !== 0) return null;
  return objectTypeOf(result.stdout.toString('utf8').trim());
}

function objectTypeOf(text: string): ObjectType | null {
  return text === 'blob' || text === 'tree' || text === 'commit' || text === 'tag' ? text : null;
}

/** The bytes of a blob, or `null` when there is no such blob. */
export async function readBlob(path: string, oid: string): Promise<Buffer | null> {
  const result = await tryGit(path, ['cat-file', 'blob', oid]);
  return result.code === 0 ? result.stdout : null;
}

/** Writes a blob and returns its oid. */
export function writeBlob(path: string, content: Buffer): Promise<string> {
  return git(path, ['hash-object', '-w', '--stdin'], { input: content });
}

/** The entries of a tree, or of a commit's tree; `null` when there is no such object. */
export async function readTree(
  path: string,
  treeish: string,
  options: { readonly recursive?: boolean; readonly below?: string } = {},
): Promise<readonly TreeEntry[] | null> {
  const flags = options.recursive === true ? ['-r', '-t'] : [];
  const below = options.below === undefined ? [] : ['--', options.below];
  const result = await tryGit(path, ['ls-tree', '-z', '-l', ...flags, treeish, ...below]);
  if (result.code !== 0) return null;
  return result.stdout
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '')
    .map(parseTreeLine);
}

function parseTreeLine(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode = '', type = '', oid = '', size = '-'] = line.slice(0, tab).split(/ +/);
  return {
    mode,
    type: objectTypeOf(type) ?? 'blob',
    oid,
    size: size === '-' ? null : Number(size),
    path: line.slice(tab + 1),
  };
}

/** The entry at a path in a commit or tree; `null` when nothing is there. The root is the tree itself, under the path ``. */
export async function entryAt(path: string, treeish: string, filePath: string): Promise<TreeEntry | null> {
  const clean = cleanPath(filePath);
  if (clean === '') {
    const oid = await git(path, ['rev-parse', '--verify', `${treeish}^{tree}`]);
    return { mode: '040000', type: 'tree', oid, size: null, path: '' };
  }
  const entries = await readTree(path, treeish, { below: `:(top,literal)${clean}` });
  return entries?.find((entry) => entry.path === clean) ?? null;
}

/** A path inside a repository without leading, trailing and doubled slashes. */
export function cleanPath(filePath: string): string {
  return filePath
    .split('/')
    .filter((part) => part !== '')
    .join('/');
}

/** Whether a path can be a file's in a repository: no `.`, `..` or `.git` part. */
export function isFilePath(filePath: string): boolean {
  const parts = cleanPath(filePath).split('/');
  return parts.every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git');
}

/** A change to one path of a tree: `oid` `null` removes it. */
export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  readonly oid: string | null;
}

/**
 * Writes a tree: `base` (or an empty tree) with the changes applied in order. Paths may be deep; an entry of mode `040000` puts a
 * whole tree at its path. Returns the oid.
 */
export async function writeTree(
  path: string,
  base: string | null,
  changes: readonly TreeChange[],
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'treadle-index-'));
  const env = { GIT_INDEX_FILE: join(directory, 'index') };
  try {
    await git(path, ['read-tree', ...(base === null ? ['--empty'] : [base])], { env });
    for (const change of changes.filter((each) => each.mode === '040000' && each.oid !== null)) {
      await tryGit(path, ['rm', '-r', '--cached', '-q', '--', change.path], { env });
      await git(path, ['read-tree', `--prefix=${change.path}/`, change.oid ?? ''], { env });
    }
    const lines = changes
      .filter((each) => each.mode !== '040000' || each.oid === null)
      .map(({ path: file, mode, oid }) =>
        oid === null ? `0 ${'0'.repeat(40)}\t${file}\0` : `${mode} ${oid}\t${file}\0`,
      );
    // --replace lets a file take the place of a folder and the other way round.
    await git(path, ['update-index', '--add', '--replace', '-z', '--index-info'], {
      env,
      input: lines.join(''),
    });
    return await git(path, ['write-tree'], { env });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
