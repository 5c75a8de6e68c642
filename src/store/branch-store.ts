import { invariant } from '../base/errors.ts';
import {
  emptyTreeOid,
  encodeCommit,
  hasContent,
  isFolder,
  type StoredCommit,
  type TreeEntry,
} from './git-object.ts';
import {
  createObjectReader,
  type BranchRef,
  type ObjectDatabase,
  type ObjectReader,
} from './object-database.ts';
import { splitPath } from './path.ts';
import type { Batch, CommitDraft, CommitRecord, Entry, Oid, Snapshot, Store } from './port.ts';
import { editTree } from './tree-edit.ts';

/** The store port over a database of git objects and a ref. What adapters share; they differ in where the bytes are. */
export function createBranchStore(database: ObjectDatabase, ref: BranchRef): Store {
  const reader = createObjectReader(database);
  return {
    async read() {
      return openSnapshot(reader, await ref.read());
    },
    async at(oid) {
      await reader.readCommit(oid);
      return openSnapshot(reader, oid);
    },
    begin: (base) => beginBatch(database, reader, ref, base),
    log: (from) => readLog(database, reader, from),
  };
}

function openSnapshot(reader: ObjectReader, oid: Oid | null): Snapshot {
  let root: Promise<Oid> | undefined;
  const readRoot = (): Promise<Oid> => (root ??= readRootTree(reader, oid));
  const find = async (path: string): Promise<TreeEntry | undefined> => {
    let entry: TreeEntry | undefined = { mode: '40000', oid: await readRoot() };
    let place = '';
    for (const segment of splitPath(path)) {
      if (entry === undefined || !isFolder(entry)) return undefined;
      entry = (await reader.readTree(entry.oid, place)).get(segment);
      place = place === '' ? segment : `${place}/${segment}`;
    }
    return entry;
  };
  return {
    oid,
    async readFile(path) {
      const entry = await find(path);
      return entry !== undefined && hasContent(entry) ? reader.readText(entry.oid, path) : undefined;
    },
    async list(path) {
      const entry = await find(path);
      if (entry === undefined || !isFolder(entry)) return [];
      const tree = await reader.readTree(entry.oid, path);
      return Array.from(tree, ([name, member]): Entry => ({
        name,
        kind: isFolder(member) ? 'folder' : 'file',
      }));
    },
  };
}

async function readRootTree(reader: ObjectReader, commit: Oid | null): Promise<Oid> {
  return commit === null ? emptyTreeOid : (await reader.readCommit(commit)).tree;
}

function beginBatch(database: ObjectDatabase, reader: ObjectReader, ref: BranchRef, base: Snapshot): Batch {
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
        const oid = await writeCommit(database, reader, tip.oid, draft);
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
      // Somebody else's commit is seen here at no cost; the compare-and-swap below decides.
      if ((await ref.read()) !== base.oid) return 'conflict';
      await database.flush();
      return (await ref.compareAndSwap(base.oid, tip.oid)) ? 'published' : 'conflict';
    },
  };
}

async function writeCommit(
  database: ObjectDatabase,
  reader: ObjectReader,
  parent: Oid | null,
  draft: CommitDraft,
): Promise<Oid> {
  const extraParents = draft.extraParents ?? [];
  await Promise.all(extraParents.map((oid) => reader.readCommit(oid)));
  const parents = new Set(parent === null ? extraParents : [parent, ...extraParents]);
  const { message, author, committer } = draft;
  // Encoded once before anything is stored, so that a draft git cannot hold stores nothing.
  encodeCommit({ tree: emptyTreeOid, parents: [], message, author, committer });
  const root = await readRootTree(reader, parent);
  const tree = await editTree(database, reader, root, draft.changes);
  if (tree === emptyTreeOid) await reader.writeTree(new Map());
  return database.write('commit', encodeCommit({ tree, parents: [...parents], message, author, committer }));
}

async function* readLog(
  database: ObjectDatabase,
  reader: ObjectReader,
  from: Oid,
): AsyncGenerator<CommitRecord> {
  let shallow: ReadonlySet<Oid> | undefined;
  let next: Oid | undefined = from;
  while (next !== undefined) {
    const commit: StoredCommit = await reader.readCommit(next);
    const { oid, parents, message, author, committer } = commit;
    yield { oid, parents, message, author, committer };
    shallow ??= await database.shallowCommits();
    next = shallow.has(oid) ? undefined : parents[0];
  }
}
