import { invariant } from '../base/errors.ts';
import {
  emptyTreeOid,
  encodeCommit,
  encodeTree,
  folderMode,
  hasContent,
  hashObject,
  isFolder,
  type StoredCommit,
  type Tree,
  type TreeEntry,
} from './git-object.ts';
import {
  createObjectReader,
  createTreeCache,
  type BranchBackend,
  type GitObject,
  type ObjectReader,
  type TreeCache,
} from './branch-backend.ts';
import { splitPath } from './path.ts';
import type { Batch, CommitDraft, CommitRecord, Entry, Oid, Snapshot, Store } from './port.ts';
import { editTree, type PutObject } from './tree-edit.ts';

/** The store port over an adapter's objects and ref. What adapters share; they differ in where the bytes are. */
export function createBranchStore(backend: BranchBackend): Store {
  const trees = createTreeCache();
  const reader = createObjectReader(backend, trees);
  return {
    async read() {
      return openSnapshot(reader, await backend.readRef());
    },
    async at(oid) {
      await reader.readCommit(oid, 'snapshot');
      return openSnapshot(reader, oid);
    },
    begin: (base) => beginBatch(backend, trees, base),
    log: (from) => readLog(backend, reader, from),
  };
}

function openSnapshot(reader: ObjectReader, oid: Oid | null): Snapshot {
  let root: Promise<Oid> | undefined;
  const readRoot = (): Promise<Oid> => (root ??= readRootTree(reader, oid));
  const find = async (path: string): Promise<{ entry: TreeEntry | undefined; folder: Tree | undefined }> => {
    let entry: TreeEntry | undefined = { mode: folderMode, oid: await readRoot() };
    let folder: Tree | undefined;
    let place = '';
    for (const segment of splitPath(path)) {
      if (entry === undefined || !isFolder(entry)) return { entry: undefined, folder };
      folder = await reader.readTree(entry.oid, place);
      entry = folder.get(segment);
      place = place === '' ? segment : `${place}/${segment}`;
    }
    return { entry, folder };
  };
  return {
    oid,
    async readFile(path) {
      const { entry, folder } = await find(path);
      return entry !== undefined && hasContent(entry)
        ? reader.readText(entry.oid, path, filesOfSmall(folder))
        : undefined;
    },
    async list(path) {
      const { entry } = await find(path);
      if (entry === undefined || !isFolder(entry)) return [];
      const tree = await reader.readTree(entry.oid, path);
      return Array.from(tree, ([name, member]): Entry => ({
        name,
        kind: isFolder(member) ? 'folder' : 'file',
      }));
    },
    async oidAt(path) {
      return (await find(path)).entry?.oid ?? null;
    },
  };
}

/** The most files that a folder may have for them all to be read together. */
const smallFolder = 16;

/** The files of a folder where they are few: whoever reads one most likely reads the others. */
function filesOfSmall(folder: Tree | undefined): readonly Oid[] {
  if (folder === undefined || folder.size > smallFolder) return [];
  return [...folder.values()].filter(hasContent).map(({ oid }) => oid);
}

async function readRootTree(reader: ObjectReader, commit: Oid | null): Promise<Oid> {
  return commit === null ? emptyTreeOid : (await reader.readCommit(commit, 'snapshot')).tree;
}

/** Commits are kept in memory until they are published, so that a batch that is given up leaves nothing behind. */
function beginBatch(backend: BranchBackend, trees: TreeCache, base: Snapshot): Batch {
  const staged = new Map<Oid, GitObject>();
  const reader = createObjectReader(
    { read: async (oid, purpose) => staged.get(oid) ?? backend.read(oid, purpose) },
    trees,
  );
  let tip = base;
  let state: 'open' | 'appending' | 'ended' = 'open';
  return {
    get tip() {
      return tip;
    },
    async append(draft) {
      invariant(state === 'open', `append to a batch that is ${state}`);
      state = 'appending';
      try {
        const { oid, objects } = await makeCommit(reader, tip.oid, draft);
        for (const [id, object] of objects) staged.set(id, object);
        tip = openSnapshot(reader, oid);
        return oid;
      } finally {
        state = 'open';
      }
    },
    async publish() {
      invariant(state === 'open', `publish of a batch that is ${state}`);
      state = 'ended';
      if (tip.oid === null || tip.oid === base.oid) return 'published';
      return (await backend.publish(staged, base.oid, tip.oid)) ? 'published' : 'conflict';
    },
  };
}

async function makeCommit(
  reader: ObjectReader,
  parent: Oid | null,
  draft: CommitDraft,
): Promise<{ readonly oid: Oid; readonly objects: ReadonlyMap<Oid, GitObject> }> {
  const objects = new Map<Oid, GitObject>();
  const put: PutObject = (kind, body) => {
    const oid = hashObject(kind, body);
    objects.set(oid, { kind, body });
    return oid;
  };
  const extraParents = draft.extraParents ?? [];
  await Promise.all(extraParents.map((oid) => reader.readCommit(oid, 'existence')));
  const parents = new Set(parent === null ? extraParents : [parent, ...extraParents]);
  const root = await readRootTree(reader, parent);
  const tree = await editTree(reader, root, draft.changes, put);
  if (tree === emptyTreeOid) put('tree', encodeTree(new Map()));
  const { message, author, committer } = draft;
  return {
    oid: put('commit', encodeCommit({ tree, parents: [...parents], message, author, committer })),
    objects,
  };
}

async function* readLog(
  backend: BranchBackend,
  reader: ObjectReader,
  from: Oid,
): AsyncGenerator<CommitRecord> {
  let shallow: ReadonlySet<Oid> | undefined;
  let next: Oid | undefined = from;
  while (next !== undefined) {
    const commit: StoredCommit = await reader.readCommit(next, 'history');
    const { oid, parents, message, author, committer } = commit;
    yield { oid, parents, message, author, committer };
    shallow ??= await backend.shallowCommits();
    next = shallow.has(oid) ? undefined : parents[0];
  }
}
