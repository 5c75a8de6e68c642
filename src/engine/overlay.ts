import { without } from './own-keys.ts';
import { copyWith, RecordVersion } from './record-version.ts';

/** Changes laid over a record that itself never changes. */
export interface Overlay<T> {
  readonly get: (key: string) => T | undefined;
  set(key: string, value: T): void;
  /** Forgets some keys. */
  readonly remove: (keys: readonly string[]) => void;
  /** Forgets all keys but those that are to be kept. */
  retain(isKept: (key: string) => boolean): void;
  /** What was set and is kept, by key. */
  readonly changes: () => ReadonlyMap<string, T>;
  /** The record without the changes: without what was forgotten, too. */
  readonly kept: () => RecordVersion<T>;
  /** The record with the changes, flat: costs its size. */
  readonly merged: () => Readonly<Record<string, T>>;
  /** The next version of the record: the same where there are no changes. Asked once, at the end. */
  readonly version: () => RecordVersion<T>;
}

/** Lays an empty overlay over a record. */
export function openOverlay<T>(base: RecordVersion<T>): Overlay<T> {
  let kept = base;
  const changes = new Map<string, T>();
  const keep = (isKept: (key: string) => boolean): void => {
    const before = kept.flat();
    const after = without(before, (key) => !isKept(key));
    if (after !== before) kept = new RecordVersion(after);
    for (const key of [...changes.keys()]) if (!isKept(key)) changes.delete(key);
  };
  return {
    get: (key) => changes.get(key) ?? kept.get(key),
    set: (key, value) => changes.set(key, value),
    remove: (keys) => {
      const gone = new Set(keys);
      keep((key) => !gone.has(key));
    },
    retain: keep,
    changes: () => changes,
    kept: () => kept,
    merged: () => copyWith(kept.flat(), changes),
    version: () => kept.with(changes),
  };
}
