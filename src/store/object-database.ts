import { TreadleError } from '../base/errors.ts';
import {
  decodeCommit,
  decodeText,
  decodeTree,
  emptyTreeOid,
  encodeTree,
  isOid,
  type ObjectKind,
  type StoredCommit,
  type Tree,
} from './git-object.ts';
import type { Oid } from './port.ts';

/** What an adapter knows about objects: bytes by id. */
export interface ObjectDatabase {
  /**
   * The object, or undefined where the repository has none of that id.
   *
   * @throws {TreadleError} `object-unreadable` where it is there and damaged.
   */
  read(oid: Oid): Promise<{ readonly kind: ObjectKind; readonly body: Uint8Array } | undefined>;
  /** Stores an object; whole or not at all. */
  write(kind: ObjectKind, body: Uint8Array): Promise<Oid>;
  /** Resolves when everything written so far survives a power cut. */
  flush(): Promise<void>;
  /** Commits whose parents the repository lacks on purpose (a shallow clone). */
  shallowCommits(): Promise<ReadonlySet<Oid>>;
}

/** What an adapter knows about the branch: one value, changed by compare-and-swap. */
export interface BranchRef {
  read(): Promise<Oid | null>;
  /** Whether the branch stood at `expected` (null: did not exist) and now stands, durably, at `next`. */
  compareAndSwap(expected: Oid | null, next: Oid): Promise<boolean>;
}

/** Decoded reads over an object database. Objects never change, so decoded trees are kept. */
export interface ObjectReader {
  /** Undefined where the repository has no commit of that id. */
  findCommit(oid: Oid): Promise<StoredCommit | undefined>;
  /** @throws {TreadleError} `commit-not-found`. */
  readCommit(oid: Oid): Promise<StoredCommit>;
  /** @throws {TreadleError} `object-unreadable`; `place` is the folder, for the message. */
  readTree(oid: Oid, place: string): Promise<Tree>;
  /** @throws {TreadleError} `object-unreadable`, `file-not-text`; `place` is the file, for the message. */
  readText(oid: Oid, place: string): Promise<string>;
  writeTree(tree: Tree): Promise<Oid>;
}

/** Decoded trees kept in memory; with leaves of 64 entries some 20 MB at most. */
const treesKept = 4096;

export function createObjectReader(database: ObjectDatabase): ObjectReader {
  const trees = new Map<Oid, Tree>();
  const keep = (oid: Oid, tree: Tree): void => {
    trees.set(oid, tree);
    const [oldest] = trees.size > treesKept ? trees.keys() : [];
    if (oldest !== undefined) trees.delete(oldest);
  };

  const findCommit = async (oid: Oid): Promise<StoredCommit | undefined> => {
    const found = isOid(oid) ? await database.read(oid) : undefined;
    if (found?.kind !== 'commit') return undefined;
    return decoded(oid, '', () => decodeCommit(oid, found.body));
  };

  return {
    findCommit,
    async readCommit(oid) {
      const commit = await findCommit(oid);
      if (commit !== undefined) return commit;
      throw new TreadleError('commit-not-found', `the repository has no commit ${oid}`, {
        remedy: 'Check the id; in a shallow or partial clone, fetch the state branch again.',
        facts: { oid },
      });
    },
    async readTree(oid, place) {
      const known = trees.get(oid);
      if (known !== undefined) return known;
      if (oid === emptyTreeOid) return new Map();
      const body = await readBody(database, oid, 'tree', place);
      const tree = decoded(oid, place, () => decodeTree(body));
      keep(oid, tree);
      return tree;
    },
    async readText(oid, place) {
      const text = decodeText(await readBody(database, oid, 'blob', place));
      if (text !== undefined) return text;
      throw new TreadleError('file-not-text', `${place} on the state branch is not UTF-8 text`, {
        remedy:
          'Somebody else committed this file: look at it with `git log -- PATH` and revert that commit.',
        facts: { oid, path: place },
      });
    },
    async writeTree(tree) {
      const oid = await database.write('tree', encodeTree(tree));
      keep(oid, tree);
      return oid;
    },
  };
}

async function readBody(
  database: ObjectDatabase,
  oid: Oid,
  kind: ObjectKind,
  place: string,
): Promise<Uint8Array> {
  const found = await database.read(oid).catch((error: unknown) => {
    throw error instanceof TreadleError && error.code === 'object-unreadable' && place !== ''
      ? unreadable(oid, place, error.message, error.cause)
      : error;
  });
  if (found === undefined) throw unreadable(oid, place, 'it is missing');
  if (found.kind !== kind) throw unreadable(oid, place, `it is a ${found.kind}, a ${kind} is needed`);
  return found.body;
}

function decoded<T>(oid: Oid, place: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw unreadable(oid, place, error instanceof Error ? error.message : String(error), error);
  }
}

/** The error for an object that should be there and is not, or is damaged. */
export function unreadable(oid: Oid, place: string, reason: string, cause?: unknown): TreadleError {
  const where = place === '' ? '' : ` (${place})`;
  return new TreadleError('object-unreadable', `git object ${oid}${where} cannot be read: ${reason}`, {
    remedy:
      'Run `git fsck` in the repository; restore the object from another clone, for instance with `git fetch --refetch`.',
    facts: { oid, path: place },
    cause,
  });
}
