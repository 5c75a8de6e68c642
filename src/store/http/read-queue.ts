import type { GitObject, ReadPurpose } from '../branch-backend.ts';
import type { Oid } from '../port.ts';
import { unreadable } from '../branch-backend.ts';

type Purpose = ReadPurpose['for'];

/** Gathers reads that are issued together. */
export interface ReadQueue {
  /** The object once it is there; undefined where the server has none of that id. */
  read(oid: Oid, purpose: Purpose): Promise<GitObject | undefined>;
  /** Takes along what nobody asked for yet; what becomes of it is only seen when it is read. */
  prefetch(oids: readonly Oid[], purpose: Purpose): void;
}

/** Fetches objects into the map, and gives the ids of those that the server does not have. */
export type FetchFor = (purpose: Purpose, oids: readonly Oid[]) => Promise<ReadonlySet<Oid>>;

interface Read {
  readonly purpose: Purpose;
  readonly found: Promise<GitObject | undefined>;
  readonly settle: (outcome: Promise<GitObject | undefined>) => void;
}

/**
 * Makes a queue in front of `fetchFor`. All reads of one turn of the event loop become one request for files and folders, and
 * one for commits of each purpose. An object is asked for once, however many read it at the same time.
 */
export function createReadQueue(objects: ReadonlyMap<Oid, GitObject>, fetchFor: FetchFor): ReadQueue {
  let waiting = new Map<Oid, Read>();
  const underWay = new Map<Oid, Read>();

  const fetchGroup = async (purpose: Purpose, reads: ReadonlyMap<Oid, Read>): Promise<void> => {
    const fetched = fetchFor(purpose, [...reads.keys()]);
    for (const [oid, { settle }] of reads) {
      settle(
        fetched.then((absent) => {
          const found = objects.get(oid);
          if (found === undefined && !absent.has(oid))
            throw unreadable(oid, '', 'the server does not send it');
          return found;
        }),
      );
    }
    await fetched.catch(() => undefined);
    for (const oid of reads.keys()) underWay.delete(oid);
  };

  const fetchWaiting = (): void => {
    const groups = new Map<Purpose, Map<Oid, Read>>();
    for (const [oid, read] of waiting) {
      const group = read.purpose === 'file' ? 'folder' : read.purpose;
      groups.set(group, (groups.get(group) ?? new Map<Oid, Read>()).set(oid, read));
      underWay.set(oid, read);
    }
    waiting = new Map();
    for (const [purpose, reads] of groups) void fetchGroup(purpose, reads);
  };

  const enqueue = (oid: Oid, purpose: Purpose): Read => {
    if (waiting.size === 0) setImmediate(fetchWaiting);
    const { promise, resolve } = promiseWithResolver<GitObject | undefined>();
    const read: Read = { purpose, found: promise, settle: resolve };
    waiting.set(oid, read);
    return read;
  };

  return {
    read(oid, purpose) {
      return (waiting.get(oid) ?? underWay.get(oid) ?? enqueue(oid, purpose)).found;
    },
    prefetch(oids, purpose) {
      for (const oid of oids) {
        const isKnown = objects.has(oid) || waiting.has(oid) || underWay.has(oid);
        // A failure is told to whoever reads it in earnest.
        if (!isKnown) enqueue(oid, purpose).found.catch(() => undefined);
      }
    },
  };
}

/** `Promise.withResolvers`, which Node has from version 22. */
function promiseWithResolver<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: Promise<T>) => void;
} {
  let resolve: (value: Promise<T>) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
