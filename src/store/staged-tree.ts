import { TreadleError } from '../base/errors.ts';
import { hashObject, sortByName } from './git-object.ts';
import { splitPath } from './path.ts';
import type { Change, Entry, Snapshot } from './port.ts';

/** A snapshot with changes on top that are not committed yet. Reads see the changes. */
export interface StagedTree {
  readFile(path: string): Promise<string | undefined>;
  list(path: string): Promise<readonly Entry[]>;
  /** Stages a content; nothing is staged where the snapshot holds the same. Throws `path-taken`. */
  write(path: string, content: string): Promise<void>;
  /** Removes a file or a whole folder, and the folders that become empty; false where nothing is there. */
  remove(path: string): Promise<boolean>;
  /** Moves a file or a whole folder to where nothing is. */
  move(from: string, to: string): Promise<void>;
  /** What is staged: moves first, then removals, then writes, so that applying them in order gives this tree. */
  changes(): readonly Change[];
}

interface FileNode {
  readonly kind: 'file';
  /** Its path in the snapshot, where it is from there. */
  readonly base: string | undefined;
  /** The staged content; undefined where it is the snapshot's. */
  content: string | undefined;
}

interface FolderNode {
  readonly kind: 'folder';
  readonly base: string | undefined;
  /** Undefined until somebody looks inside: then it is as in the snapshot. */
  members: Map<string, Node> | undefined;
  /** Members taken away that the snapshot, after the moves, still has. */
  readonly removed: Map<string, Node>;
}

type Node = FileNode | FolderNode;
type Move = Extract<Change, { kind: 'move' }>;

/** Starts staging on a snapshot. Calls that change must not overlap; reads may. */
export function stageOn(snapshot: Snapshot): StagedTree {
  const root: FolderNode = { kind: 'folder', base: '', members: undefined, removed: new Map() };
  const moves: Move[] = [];

  /** Goes down as far as nodes are loaded; `rest` is what remains of the path below `node`. */
  const find = (path: string): { node: Node | undefined; rest: readonly string[] } => {
    let node: Node | undefined = root;
    const segments = splitPath(path);
    for (const [index, segment] of segments.entries()) {
      if (node?.kind !== 'folder') return { node: undefined, rest: [] };
      if (node.members === undefined) return { node, rest: segments.slice(index) };
      node = node.members.get(segment);
    }
    return { node, rest: [] };
  };

  return {
    async readFile(path) {
      const { node, rest } = find(path);
      if (node?.kind === 'file') return readNode(snapshot, node);
      return node?.base === undefined || rest.length === 0
        ? undefined
        : snapshot.readFile(joinPath(node.base, ...rest));
    },
    async list(path) {
      const { node, rest } = find(path);
      if (node?.kind !== 'folder') return [];
      if (node.members === undefined) return snapshot.list(joinPath(node.base ?? '', ...rest));
      const sorted = sortByName(node.members, ({ kind }) => kind === 'folder');
      return Array.from(sorted, ([name, { kind }]): Entry => ({ name, kind }));
    },
    async write(path, content) {
      const { folder, members, name } = await enter(snapshot, root, path);
      const known = members.get(name) ?? revive(folder, name);
      if (known?.kind === 'folder') throw taken(path);
      const file: FileNode = known ?? { kind: 'file', base: undefined, content: undefined };
      // Compared by id: what is only written need not be read, which may mean a request.
      const before = file.base === undefined ? null : await snapshot.oidAt(file.base);
      file.content = before === hashObject('blob', Buffer.from(content, 'utf8')) ? undefined : content;
      members.set(name, file);
    },
    async remove(path) {
      return (await detach(snapshot, root, path, 'remove')) !== undefined;
    },
    async move(from, to) {
      const node = await detach(snapshot, root, from, 'move');
      const { members, name } = await enter(snapshot, root, to);
      if (node === undefined || members.has(name)) throw taken(to);
      members.set(name, node);
      if (node.base !== undefined) moves.push({ kind: 'move', from, to });
    },
    changes() {
      const removals: Change[] = [];
      const writes: Change[] = [];
      collect(root, '', removals, writes);
      return [...moves, ...removals, ...writes];
    },
  };
}

async function readNode(snapshot: Snapshot, node: FileNode): Promise<string | undefined> {
  return node.content ?? (node.base === undefined ? undefined : snapshot.readFile(node.base));
}

async function load(snapshot: Snapshot, folder: FolderNode): Promise<Map<string, Node>> {
  if (folder.members !== undefined) return folder.members;
  const base = folder.base ?? '';
  const listed = await snapshot.list(base);
  folder.members ??= new Map(listed.map((entry): [string, Node] => [entry.name, nodeOf(entry, base)]));
  return folder.members;
}

function nodeOf({ name, kind }: Entry, folder: string): Node {
  const base = joinPath(folder, name);
  return kind === 'file'
    ? { kind, base, content: undefined }
    : { kind, base, members: undefined, removed: new Map() };
}

interface Slot {
  readonly folder: FolderNode;
  readonly members: Map<string, Node>;
  readonly name: string;
}

/** Opens the folder of a path, making what is missing on the way. */
async function enter(snapshot: Snapshot, root: FolderNode, path: string): Promise<Slot> {
  const segments = [...splitPath(path)];
  const name = segments.pop();
  if (name === undefined) throw taken(path);
  let folder = root;
  let members = await load(snapshot, root);
  for (const segment of segments) {
    const next: Node = members.get(segment) ?? {
      kind: 'folder',
      base: undefined,
      members: new Map(),
      removed: new Map(),
    };
    if (next.kind === 'file') throw taken(path);
    members.set(segment, next);
    folder = next;
    members = await load(snapshot, next);
  }
  return { folder, members, name };
}

/** Takes a node out, and with it the folders that become empty. */
async function detach(
  snapshot: Snapshot,
  root: FolderNode,
  path: string,
  purpose: 'remove' | 'move',
): Promise<Node | undefined> {
  const trail: Slot[] = [];
  let node: Node = root;
  for (const name of splitPath(path)) {
    if (node.kind !== 'folder') return undefined;
    const members = await load(snapshot, node);
    trail.push({ folder: node, members, name });
    const next = members.get(name);
    if (next === undefined) return undefined;
    node = next;
  }
  let gone: Node = node;
  for (const [distance, { folder, members, name }] of trail.reverse().entries()) {
    members.delete(name);
    // A node that moves leaves nothing behind, but the folders that it empties are gone.
    if ((distance > 0 || purpose === 'remove') && isInMovedSnapshot(gone)) folder.removed.set(name, gone);
    if (members.size > 0) break;
    gone = folder;
  }
  return node;
}

/** Whether the snapshot, after the moves, has the node: so that it takes a removal to be rid of it. */
function isInMovedSnapshot(node: Node): boolean {
  if (node.kind === 'file') return node.base !== undefined;
  if (node.members === undefined) return true;
  return [...node.members.values(), ...node.removed.values()].some(isInMovedSnapshot);
}

/** A file of the snapshot that was removed and is written again. */
function revive(folder: FolderNode, name: string): FileNode | undefined {
  const node = folder.removed.get(name);
  if (node?.kind !== 'file') return undefined;
  folder.removed.delete(name);
  return node;
}

function collect(folder: FolderNode, path: string, removals: Change[], writes: Change[]): void {
  for (const name of folder.removed.keys()) removals.push({ kind: 'remove', path: joinPath(path, name) });
  for (const [name, node] of folder.members ?? []) {
    const at = joinPath(path, name);
    if (node.kind === 'folder') collect(node, at, removals, writes);
    else if (node.content !== undefined) writes.push({ kind: 'write', path: at, content: node.content });
  }
}

function joinPath(...segments: readonly string[]): string {
  return segments.filter((segment) => segment !== '').join('/');
}

function taken(path: string): TreadleError {
  return new TreadleError(
    'path-taken',
    `${JSON.stringify(path)} cannot be written: something else is there`,
    {
      facts: { path },
    },
  );
}
