import { lookup, without } from './own-keys.ts';

/** Changes laid over a record that itself never changes. */
export interface Overlay<T> {
  readonly get: (key: string) => T | undefined;
  set(key: string, value: T): void;
  /** Forgets some keys. */
  readonly remove: (keys: readonly string[]) => void;
  /** Forgets all keys but those that are to be kept. */
  retain(isKept: (key: string) => boolean): void;
  /** The values that were set. */
  readonly changed: () => Iterable<T>;
  /** The record with the changes: itself where there are none, else a copy. */
  readonly merged: () => Readonly<Record<string, T>>;
}

/** Lays an empty overlay over a record. */
export function openOverlay<T>(base: Readonly<Record<string, T>>): Overlay<T> {
  let kept = base;
  const changes = new Map<string, T>();
  let copied: Readonly<Record<string, T>> | undefined;
  return {
    get: (key) => changes.get(key) ?? lookup(kept, key),
    set: (key, value) => {
      changes.set(key, value);
      copied = undefined;
    },
    remove: (keys) => {
      const gone = new Set(keys);
      kept = without(kept, (key) => gone.has(key));
      for (const key of keys) changes.delete(key);
      copied = undefined;
    },
    retain: (isKept) => {
      kept = without(kept, (key) => !isKept(key));
      for (const key of [...changes.keys()]) if (!isKept(key)) changes.delete(key);
      copied = undefined;
    },
    changed: () => changes.values(),
    merged: () => {
      if (changes.size === 0) return kept;
      if ([...changes].every(([key, value]) => lookup(kept, key) === value)) return kept;
      // One flat copy is all that a change costs in the size of the record.
      copied ??= copyWith(kept, changes);
      return copied;
    },
  };
}

function copyWith<T>(
  record: Readonly<Record<string, T>>,
  changes: ReadonlyMap<string, T>,
): Readonly<Record<string, T>> {
  const copy: Record<string, T> = { ...record };
  for (const [key, value] of changes) copy[key] = value;
  return copy;
}
