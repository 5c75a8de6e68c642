import { TreadleError } from '../base/errors.ts';
import {
  decodeCommit,
  decodeText,
  decodeTree,
  emptyTreeOid,
  isOid,
  type ObjectKind,
  type StoredCommit,
  type Tree,
} from './git-object.ts';
import type { Oid } from './port.ts';

/** An object as git holds it. */
export interface GitObject {
  readonly kind: ObjectKind;
  readonly body: Uint8Array;
}

/**
 * What an object is read for: what a far-away source may bring along with it, because it is likely to be read next.
 * `snapshot` is a commit whose folders will be read, `history` one whose parents will be, `existence` one that must only be
 * there.
 */
export type ReadPurpose =
  | { readonly for: 'snapshot' | 'history' | 'existence' | 'folder' }
  /** `nearby`: the files of the same folder, where they are few. */
  | { readonly for: 'file'; readonly nearby: readonly Oid[] };

/** Objects by id. */
export interface ObjectSource {
  /**
   * The object, or undefined where there is none of that id.
   *
   * @throws {TreadleError} `object-unreadable` where it is there and damaged.
   */
  read(oid: Oid, purpose?: ReadPurpose): Promise<GitObject | undefined>;
}

/** What an adapter brings: the objects of a repository and one branch in it. */
export interface BranchBackend extends ObjectSource {
  /** Where the branch stands; null where it does not exist. */
  readRef(): Promise<Oid | null>;
  /**
   * Stores the objects and moves the branch from `expected` (null: it does not exist) to `next`. False where the branch stood
   * elsewhere: then it is untouched, and the objects are stored or not. True means durable and seen by everybody.
   */
  publish(objects: ReadonlyMap<Oid, GitObject>, expected: Oid | null, next: Oid): Promise<boolean>;
  /** Commits whose parents the repository lacks on purpose (a shallow clone). */
  shallowCommits(): Promise<ReadonlySet<Oid>>;
}

/** Decoded reads over objects. */
export interface ObjectReader {
  /** @throws {TreadleError} `commit-not-found`. */
  readCommit(oid: Oid, purpose: 'snapshot' | 'history' | 'existence'): Promise<StoredCommit>;
  /** @throws {TreadleError} `object-unreadable`; `place` is the folder, for the message. */
  readTree(oid: Oid, place: string): Promise<Tree>;
  /**
   * @param nearby - the files of the same folder, where they are few
   * @throws {TreadleError} `object-unreadable`, `file-not-text`; `place` is the file, for the message.
   */
  readText(oid: Oid, place: string, nearby: readonly Oid[]): Promise<string>;
}

/** Decoded trees by id, the oldest forgotten first. Objects never change, so readers may share it. */
export interface TreeCache {
  get(oid: Oid): Tree | undefined;
  set(oid: Oid, tree: Tree): void;
}

/** With leaves of 64 entries some 20 MB at most. */
const treesKept = 4096;

export function createTreeCache(): TreeCache {
  const trees = new Map<Oid, Tree>();
  return {
    get: (oid) => trees.get(oid),
    set(oid, tree) {
      trees.set(oid, tree);
      const [oldest] = trees.size > treesKept ? trees.keys() : [];
      if (oldest !== undefined) trees.delete(oldest);
    },
  };
}

export function createObjectReader(source: ObjectSource, trees: TreeCache): ObjectReader {
  return {
    async readCommit(oid, purpose) {
      const found = isOid(oid) ? await source.read(oid, { for: purpose }) : undefined;
      if (found?.kind === 'commit') return decoded(oid, '', () => decodeCommit(oid, found.body));
      throw new TreadleError('commit-not-found', `the repository has no commit ${oid}`, {
        remedy: 'Check the id; in a shallow or partial clone, fetch the state branch again.',
        facts: { oid },
      });
    },
    async readTree(oid, place) {
      const known = trees.get(oid);
      if (known !== undefined) return known;
      if (oid === emptyTreeOid) return new Map();
      const body = await readBody(source, oid, 'tree', place, { for: 'folder' });
      const tree = decoded(oid, place, () => decodeTree(body));
      trees.set(oid, tree);
      return tree;
    },
    async readText(oid, place, nearby) {
      const text = decodeText(await readBody(source, oid, 'blob', place, { for: 'file', nearby }));
      if (text !== undefined) return text;
      throw new TreadleError('file-not-text', `${place} on the state branch is not UTF-8 text`, {
        remedy:
          'Somebody else committed this file: look at it with `git log -- PATH` and revert that commit.',
        facts: { oid, path: place },
      });
    },
  };
}

async function readBody(
  source: ObjectSource,
  oid: Oid,
  kind: ObjectKind,
  place: string,
  purpose: ReadPurpose,
): Promise<Uint8Array> {
  const found = await source.read(oid, purpose).catch((error: unknown) => {
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
