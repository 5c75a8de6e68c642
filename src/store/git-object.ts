/**
 * The text forms of git's objects, pure: what is hashed, stored and sent.
 *
 * Source: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects and `fsck.c` of git.
 */
import { createHash } from 'node:crypto';

import { TreadleError } from '../base/errors.ts';
import type { CommitRecord, Oid, Signature } from './port.ts';

export type ObjectKind = 'blob' | 'tree' | 'commit' | 'tag';

/** A member of a tree. `mode` is octal as git writes it: `100644`, `100755`, `120000`, `160000`, `40000`. */
export interface TreeEntry {
  readonly mode: string;
  readonly oid: Oid;
}

/** The members of a folder by name, in git's order. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** A commit as stored, with the tree it points to. */
export interface StoredCommit extends CommitRecord {
  readonly tree: Oid;
}

export const fileMode = '100644';
export const folderMode = '40000';
const submoduleMode = '160000';

/** The id of the tree without members, which exists in every repository. */
export const emptyTreeOid: Oid = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The id of an object: SHA-1 over its header and body. */
export function hashObject(kind: ObjectKind, body: Uint8Array): Oid {
  return createHash('sha1').update(`${kind} ${body.byteLength}\0`).update(body).digest('hex');
}

/** Whether the text has the form of an object id. */
export function isOid(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

export function isFolder(entry: TreeEntry): boolean {
  return entry.mode === folderMode;
}

/** Whether the entry has a blob: a file, an executable or a symbolic link, not a submodule. */
export function hasContent(entry: TreeEntry): boolean {
  return !isFolder(entry) && entry.mode !== submoduleMode;
}

/** Sorts the members of a folder as git does: by bytes, a folder as if its name ended with a slash. */
export function sortByName<T>(
  members: Iterable<readonly [string, T]>,
  isFolderMember: (member: T) => boolean,
): ReadonlyMap<string, T> {
  const keyed = Array.from(members, ([name, member]) => ({
    key: Buffer.from(isFolderMember(member) ? `${name}/` : name, 'utf8'),
    name,
    member,
  }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return new Map(keyed.map(({ name, member }) => [name, member]));
}

/** The body of a tree object. The members must be in git's order. */
export function encodeTree(tree: Tree): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, { mode, oid }] of tree) {
    parts.push(Buffer.from(`${mode} ${name}\0`, 'utf8'), Buffer.from(oid, 'hex'));
  }
  return Buffer.concat(parts);
}

/**
 * The members of a tree object.
 *
 * @throws {Error} where the body is not a tree's.
 */
export function decodeTree(body: Uint8Array): Tree {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const tree = new Map<string, TreeEntry>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    if (space < 0 || end < 0 || end + 21 > bytes.length)
      throw new Error('the tree ends in the middle of an entry');
    const mode = bytes.toString('latin1', at, space).replace(/^0+/, '');
    if (!/^[1-7][0-7]{4,5}$/.test(mode))
      throw new Error(`the tree has an entry of mode ${JSON.stringify(mode)}`);
    tree.set(strictUtf8.decode(bytes.subarray(space + 1, end)), {
      mode,
      oid: bytes.toString('hex', end + 1, end + 21),
    });
    at = end + 21;
  }
  return tree;
}

/** The text of a blob, or undefined where it is not UTF-8. */
export function decodeText(body: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(body);
  } catch {
    return undefined;
  }
}

/**
 * The body of a commit object. Times are stored in UTC; a message without a final newline gets one; what git cannot hold in
 * a name or an address (angle brackets, line breaks) is left out, as git does.
 *
 * @throws {TreadleError} `commit-invalid` where a time is no time in UTC or the message holds a NUL.
 */
export function encodeCommit(commit: Omit<StoredCommit, 'oid'>): Uint8Array {
  if (commit.message.includes('\0'))
    throw new TreadleError('commit-invalid', 'a commit message holds a NUL character');
  const message = commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`;
  const head = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${encodeSignature(commit.author)}`,
    `committer ${encodeSignature(commit.committer)}`,
  ];
  return Buffer.from(`${head.join('\n')}\n\n${message}`, 'utf8');
}

function encodeSignature({ name, email, at }: Signature): string {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(at) ? Date.parse(at) : NaN;
  if (!(time >= 0)) {
    throw new TreadleError(
      'commit-invalid',
      `${JSON.stringify(at)} is not a time in UTC such as 2026-01-31T12:00:00Z`,
    );
  }
  return `${cleanName(name) || 'unknown'} <${cleanName(email)}> ${Math.floor(time / 1000)} +0000`;
}

/** Source: `strbuf_addstr_without_crud` of git. */
function cleanName(text: string): string {
  return text
    .replace(/[<>\n\r\0]/g, '')
    .replace(/^[\s.,:;"'\\]+/, '')
    .replace(/[\s.,:;"'\\]+$/, '');
}

/**
 * A commit object, also one that somebody else made: unknown headers and signatures are passed over.
 *
 * @throws {Error} where the body is not a commit's.
 */
export function decodeCommit(oid: Oid, body: Uint8Array): StoredCommit {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const split = text.indexOf('\n\n');
  const headers = (split < 0 ? text : text.slice(0, split)).split('\n');
  const values = (key: string): string[] =>
    headers.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const [tree] = values('tree');
  if (tree === undefined || !isOid(tree)) throw new Error('the commit has no tree');
  return {
    oid,
    tree,
    parents: values('parent'),
    message: split < 0 ? '' : text.slice(split + 2),
    author: decodeSignature(values('author')[0]),
    committer: decodeSignature(values('committer')[0]),
  };
}

function decodeSignature(line: string | undefined): Signature {
  const found = /^(?<name>.*?) ?<(?<email>[^>]*)> ?(?<seconds>\d{1,12})(?: [+-]\d{4})?$/.exec(line ?? '');
  const { name = '', email = '', seconds = '0' } = found?.groups ?? {};
  return { name, email, at: new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z') };
}
