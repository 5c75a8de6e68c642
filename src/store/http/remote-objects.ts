import type { GitObject, ObjectSource, ReadPurpose } from '../branch-backend.ts';
import { decodeCommit, decodeTree, emptyTreeOid, hasContent, isFolder } from '../git-object.ts';
import type { Oid } from '../port.ts';
import type { FetchObjects } from './fetch-objects.ts';
import { createReadQueue } from './read-queue.ts';
import type { FetchRequest } from './upload-pack.ts';

/** The objects of a repository on a server, kept once they are here. */
export interface RemoteObjects extends ObjectSource {
  /** Says where the branch stands: its commit is read with what a reader of it needs, whatever it is read for. */
  standsAt(tip: Oid | null): void;
  /** Says that a commit was published that was made here: what the server tells from now on is told from there. */
  builtOn(commit: Oid): void;
}

/** Contents up to this size come along when the branch moved on from what we have: they are what changed. */
const smallFileBytes = 65_536;
/** Commits of the history are fetched in batches that grow, as nobody says how many will be read. */
const history = { first: 4, growth: 4, most: 1024 };

/**
 * Reads through `objects`, fetching what is not there. The first commit brings all its trees, a later one the trees that it
 * changed; files come when they are read, those of a small folder or of a small branch together. Reads that are issued together
 * are one request.
 *
 * @throws {TreadleError} from its reads: what `fetchObjects` throws.
 */
export function openRemoteObjects(objects: Map<Oid, GitObject>, fetchObjects: FetchObjects): RemoteObjects {
  let tip: Oid | null = null;
  let have: Oid | undefined;
  let historyDepth = history.first;
  /** The commit whose files were asked for with the first of them, where they are few. */
  let taken: Oid | null = null;

  const plan = (purpose: ReadPurpose['for'], wants: readonly Oid[]): FetchRequest => {
    switch (purpose) {
      case 'folder':
      case 'file':
        return { wants, filter: 'blob:none' };
      case 'existence':
        return { wants, filter: 'tree:0', depth: 1 };
      case 'history': {
        const depth = historyDepth;
        historyDepth = Math.min(history.most, historyDepth * history.growth);
        return { wants, filter: 'tree:0', depth };
      }
      case 'snapshot': {
        const isMoved = have !== undefined && wants.every((oid) => oid === tip);
        return { wants, filter: isMoved ? `blob:limit=${smallFileBytes}` : 'blob:none', depth: 1, have };
      }
    }
  };

  const queue = createReadQueue(objects, async (purpose, oids) => {
    const absent = await fetchObjects(plan(purpose, oids));
    if (purpose === 'snapshot' && tip !== null && oids.includes(tip) && !absent.has(tip)) have = tip;
    return absent;
  });

  return {
    async read(oid, purpose = { for: 'folder' }) {
      const known = objects.get(oid);
      if (known !== undefined) return known;
      // Git need not store it, and a server may not know it.
      if (oid === emptyTreeOid) return { kind: 'tree', body: new Uint8Array() };
      const found = queue.read(oid, oid === tip ? 'snapshot' : purpose.for);
      if (purpose.for === 'file') {
        queue.prefetch(purpose.nearby, 'file');
        if (tip !== null && taken !== tip) queue.prefetch(filesOfSmallBranch(objects, tip), 'file');
        taken = tip;
      }
      return found;
    },
    standsAt(oid) {
      tip = oid;
    },
    builtOn(commit) {
      tip = commit;
      have = commit;
    },
  };
}

/** The most files that a branch may have for them all to be read with the first: some hundred kilobytes. */
const smallBranch = 128;

/** The files of a commit whose folders are all here, where they are few; else none. */
function filesOfSmallBranch(objects: ReadonlyMap<Oid, GitObject>, commit: Oid): readonly Oid[] {
  const root = objects.get(commit);
  if (root?.kind !== 'commit') return [];
  const files: Oid[] = [];
  const folders = [decodeCommit(commit, root.body).tree];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const tree = objects.get(folder);
    if (tree?.kind !== 'tree') return [];
    for (const entry of decodeTree(tree.body).values()) {
      if (isFolder(entry)) folders.push(entry.oid);
      else if (hasContent(entry)) files.push(entry.oid);
    }
    if (files.length > smallBranch || folders.length > smallBranch) return [];
  }
  return files;
}
