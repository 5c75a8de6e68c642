import { Low } from 'lowdb';

import { durableFile } from './durable-file.ts';

/** A lowdb document whose changes become durable together. */
export interface Document<T> {
  readonly data: T;
  /** Tells that `data` was changed. */
  readonly changed: () => void;
  /** Resolves when every change told so far is on the disk. Callers that wait at the same time share one write. */
  readonly durable: () => Promise<void>;
}

/** Opens the document at `path`, or begins with `initial`. */
export async function openDocument<T>(path: string, initial: T): Promise<Document<T>> {
  const low = new Low<T>(durableFile<T>(path), initial);
  await low.read();
  let told = 0;
  let kept = 0;
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    const version = told;
    try {
      await low.write();
      kept = version;
    } finally {
      writing = null;
    }
  }

  return {
    data: low.data,
    changed() {
      told += 1;
    },
    async durable() {
      const wanted = told;
      while (kept < wanted) {
        writing ??= write();
        await writing;
      }
    },
  };
}
