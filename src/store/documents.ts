import { Low } from 'lowdb';

import type { Address } from '../codec/address.ts';
import type { DocumentCodec } from '../codec/document-codec.ts';
import type { Change, Snapshot } from './port.ts';
import { stageOn, type StagedTree } from './staged-tree.ts';
import { listEntries, placeAddress, resolveAddress } from './trie.ts';

export type { DocumentCodec };

/**
 * The documents of the state branch at one snapshot: a unit of work. Reads are decoded once and kept; writes are staged and
 * seen by later reads; `changes` is what a commit needs. Thrown away with its snapshot when somebody else was first.
 */
export interface Documents {
  /** The document, or undefined where there is none. Throws what the codec throws. */
  read<T>(address: Address, codec: DocumentCodec<T>): Promise<T | undefined>;
  /** Whether there is a document, without reading it. */
  has(address: Address): Promise<boolean>;
  /**
   * Reads documents together that will be asked for one after the other: over a network that is one request. What is absent or
   * cannot be read is passed over.
   */
  readAhead(addresses: readonly Address[]): Promise<void>;
  /** Stages a document; a collection that gets too full is split. */
  write<T>(address: Address, codec: DocumentCodec<T>, value: T): Promise<void>;
  /** Removes a document, and its entry's folder with the last of them. Nothing happens where there is none. */
  remove(address: Address): Promise<void>;
  /** Removes an entry with all its documents; the address ends with the entry. Nothing happens where there is none. */
  removeEntry(address: Address): Promise<void>;
  /** The names of a collection's entries, staged ones too, in the order of the trie. */
  list(collection: Address): AsyncIterable<string>;
  /** Where a document is, or would be: for people and messages. */
  locate(address: Address): Promise<string>;
  /** What is staged, in an order that applies; empty where all is as in the snapshot. */
  changes(): readonly Change[];
}

/** lowdb takes empty values for absent ones, so documents are held in a box. */
interface Held<T> {
  readonly value: T;
}

interface Opened {
  readonly codec: unknown;
  readonly low: Low<Held<unknown> | null>;
  readonly loaded: Promise<void>;
}

/** Opens the documents of a snapshot. */
export function openDocuments(snapshot: Snapshot): Documents {
  const staged = stageOn(snapshot);
  const opened = new Map<string, Opened>();
  let version = 0;
  let lastChange: Promise<unknown> = Promise.resolve();

  /** Changes run one after the other, whatever the caller awaits. */
  const change = <T>(work: () => Promise<T>): Promise<T> => {
    const run = lastChange.then(async () => {
      try {
        return await work();
      } finally {
        version += 1;
      }
    });
    lastChange = run.catch(() => undefined);
    return run;
  };

  /** Reads again when a change, such as a split, came between finding the place and reading it. */
  const readText = async (address: Address): Promise<{ path: string; text: string | undefined }> => {
    for (;;) {
      const before = version;
      const path = await resolveAddress(staged, address);
      const text = await staged.readFile(path);
      if (before === version) return { path, text };
    }
  };

  const open = <T>(address: Address, codec: DocumentCodec<T>): Low<Held<T> | null> =>
    new Low<Held<T> | null>(
      {
        async read() {
          const { path, text } = await readText(address);
          return text === undefined ? null : { value: codec.decode(text, path) };
        },
        async write(held) {
          if (held !== null) await putText(staged, address, codec.encode(held.value));
        },
      },
      null,
    );

  const forget = (address: Address): void => {
    const prefix = keyOf(address);
    for (const key of opened.keys()) if (key === prefix || key.startsWith(`${prefix}/`)) opened.delete(key);
  };

  const removeAt = (address: Address): Promise<void> =>
    change(async () => {
      await staged.remove(await resolveAddress(staged, address));
      forget(address);
    });

  return {
    async read<T>(address: Address, codec: DocumentCodec<T>) {
      await lastChange;
      const known = opened.get(keyOf(address));
      if (known?.codec === codec) {
        await known.loaded;
        // The same codec made the value, so it is of the codec's type.
        return known.low.data?.value as T | undefined;
      }
      const low = open(address, codec);
      const loaded = low.read();
      opened.set(keyOf(address), { codec, low: low as Opened['low'], loaded });
      await loaded;
      return low.data?.value;
    },
    async has(address) {
      await lastChange;
      const path = await resolveAddress(staged, address);
      const end = path.lastIndexOf('/');
      const members = await staged.list(path.slice(0, Math.max(0, end)));
      return members.some(({ name, kind }) => kind === 'file' && name === path.slice(end + 1));
    },
    async readAhead(addresses) {
      await lastChange;
      await Promise.allSettled(addresses.map(readText));
    },
    write<T>(address: Address, codec: DocumentCodec<T>, value: T) {
      return change(async () => {
        const low = open(address, codec);
        low.data = { value };
        await low.write();
        opened.set(keyOf(address), { codec, low: low as Opened['low'], loaded: Promise.resolve() });
      });
    },
    remove: removeAt,
    removeEntry: removeAt,
    async *list(collection) {
      await lastChange;
      yield* listEntries(staged, collection);
    },
    locate: (address) => resolveAddress(staged, address),
    changes: () => staged.changes(),
  };
}

async function putText(staged: StagedTree, address: Address, text: string): Promise<void> {
  const { path, moves } = await placeAddress(staged, address);
  for (const { from, to } of moves) await staged.move(from, to);
  await staged.write(path, text);
}

/** Addresses as keys: an entry step and a plain step of one name differ by a character that no name has. */
function keyOf(address: Address): string {
  return address.map((step) => (typeof step === 'string' ? step : `\0${step.entry}`)).join('/');
}
