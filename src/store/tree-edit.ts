import { TreadleError } from '../base/errors.ts';
import {
  emptyTreeOid,
  encodeTree,
  fileMode,
  folderMode,
  isFolder,
  sortByName,
  type ObjectKind,
  type TreeEntry,
} from './git-object.ts';
import type { ObjectReader } from './branch-backend.ts';
import { splitPath } from './path.ts';
import type { Change, Oid } from './port.ts';

/** A folder that is being edited: its members, where those that nobody touched stay as stored. */
type Folder = Map<string, Member>;
type Member =
  | { readonly kind: 'stored'; readonly entry: TreeEntry }
  | { readonly kind: 'content'; readonly content: string }
  | { readonly kind: 'folder'; readonly members: Folder };

/** Takes an object to be stored and gives its id. */
export type PutObject = (kind: ObjectKind, body: Uint8Array) => Oid;

/**
 * Applies the changes of one commit, in order, to a tree and puts what is new. Reads and puts only the trees on the
 * changed paths; a move takes the entry along, whatever is below it. Folders that become empty vanish, as git has none.
 *
 * @returns the new root tree.
 * @throws {TreadleError} `path-invalid`, `path-missing` (nothing there to remove or move), `path-taken` (a file is where a
 * folder is needed, or the other way round, or the target of a move exists).
 */
export async function editTree(
  reader: ObjectReader,
  root: Oid,
  changes: readonly Change[],
  put: PutObject,
): Promise<Oid> {
  if (changes.length === 0) return root;
  const members = await openFolder(reader, root, '');
  for (const change of changes) {
    switch (change.kind) {
      case 'write':
        await writeMember(reader, members, change.path, change.content);
        break;
      case 'remove':
        await detach(reader, members, change.path);
        break;
      case 'move':
        if (`${change.to}/`.startsWith(`${change.from}/`))
          throw taken(change.to, 'it lies inside what is moved');
        await attach(reader, members, change.to, await detach(reader, members, change.from));
        break;
    }
  }
  return putFolder(members, put) ?? put('tree', encodeTree(new Map()));
}

async function openFolder(reader: ObjectReader, oid: Oid, place: string): Promise<Folder> {
  const tree = oid === emptyTreeOid ? [] : await reader.readTree(oid, place);
  return new Map(Array.from(tree, ([name, entry]): [string, Member] => [name, { kind: 'stored', entry }]));
}

/** The folder a member is, opened for editing; undefined where it is a file. */
async function openMember(
  reader: ObjectReader,
  parent: Folder,
  name: string,
  place: string,
): Promise<Folder | undefined> {
  const member = parent.get(name);
  if (member?.kind === 'folder') return member.members;
  if (member?.kind !== 'stored' || !isFolder(member.entry)) return undefined;
  const members = await openFolder(reader, member.entry.oid, place);
  parent.set(name, { kind: 'folder', members });
  return members;
}

async function writeMember(reader: ObjectReader, root: Folder, path: string, content: string): Promise<void> {
  const { folder, name } = await enter(reader, root, path);
  if (isFolderMember(folder.get(name))) throw taken(path, 'a folder of that name exists');
  folder.set(name, { kind: 'content', content });
}

async function attach(reader: ObjectReader, root: Folder, path: string, member: Member): Promise<void> {
  const { folder, name } = await enter(reader, root, path);
  if (folder.has(name)) throw taken(path, 'the target of a move exists');
  folder.set(name, member);
}

/** Opens the folder of a path, making what is missing on the way. */
async function enter(
  reader: ObjectReader,
  root: Folder,
  path: string,
): Promise<{ folder: Folder; name: string }> {
  const segments = [...splitPath(path)];
  const name = segments.pop();
  if (name === undefined) throw taken(path, 'the root is a folder');
  let folder = root;
  let place = '';
  for (const segment of segments) {
    place = place === '' ? segment : `${place}/${segment}`;
    let next = await openMember(reader, folder, segment, place);
    if (next === undefined) {
      if (folder.has(segment)) throw taken(path, `${place} is a file`);
      next = new Map();
      folder.set(segment, { kind: 'folder', members: next });
    }
    folder = next;
  }
  return { folder, name };
}

/** Takes a member out, and with it the folders that become empty. */
async function detach(reader: ObjectReader, root: Folder, path: string): Promise<Member> {
  const segments = [...splitPath(path)];
  const name = segments.pop();
  const trail: { folder: Folder; name: string }[] = [];
  let folder: Folder | undefined = root;
  let place = '';
  for (const segment of segments) {
    place = place === '' ? segment : `${place}/${segment}`;
    trail.push({ folder, name: segment });
    folder = await openMember(reader, folder, segment, place);
    if (folder === undefined) break;
  }
  const member = name === undefined ? undefined : folder?.get(name);
  if (member === undefined || folder === undefined || name === undefined) {
    throw new TreadleError('path-missing', `there is nothing at ${JSON.stringify(path)} to remove or move`, {
      facts: { path },
    });
  }
  folder.delete(name);
  let emptied: Folder = folder;
  for (const step of trail.reverse()) {
    if (emptied.size > 0) break;
    step.folder.delete(step.name);
    emptied = step.folder;
  }
  return member;
}

/** Stores an edited folder; undefined where it has no members. */
function putFolder(members: Folder, put: PutObject): Oid | undefined {
  const entries: (readonly [string, TreeEntry])[] = [];
  for (const [name, member] of members) {
    switch (member.kind) {
      case 'stored':
        entries.push([name, member.entry]);
        break;
      case 'content':
        entries.push([name, { mode: fileMode, oid: put('blob', Buffer.from(member.content, 'utf8')) }]);
        break;
      case 'folder': {
        const oid = putFolder(member.members, put);
        if (oid !== undefined) entries.push([name, { mode: folderMode, oid }]);
      }
    }
  }
  return entries.length === 0 ? undefined : put('tree', encodeTree(sortByName(entries, isFolder)));
}

function isFolderMember(member: Member | undefined): boolean {
  return member?.kind === 'folder' || (member?.kind === 'stored' && isFolder(member.entry));
}

function taken(path: string, reason: string): TreadleError {
  return new TreadleError('path-taken', `${JSON.stringify(path)} cannot be written: ${reason}`, {
    facts: { path },
  });
}
