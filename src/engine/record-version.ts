import { lookup } from './own-keys.ts';

/**
 * A record as it was after one of many changes. What changed is handed from each version to the next, so that a change costs what it
 * changes, not the size of the record; the flat record is made when somebody asks for it. An older version stays what it was: it
 * remembers what the next one did to it.
 */
export class RecordVersion<T> {
  readonly #root: Readonly<Record<string, T>>;
  /** What differs from the root; null once the next version has it. */
  #changes: Map<string, T> | null;
  #next: { readonly version: RecordVersion<T>; readonly undo: ReadonlyMap<string, T | undefined> } | null =
    null;
  #flat: Readonly<Record<string, T>> | null = null;

  /** The first version of a record. */
  constructor(root: Readonly<Record<string, T>>, changes = new Map<string, T>()) {
    this.#root = root;
    this.#changes = changes;
  }

  get(key: string): T | undefined {
    return this.#takeChanges().get(key) ?? lookup(this.#root, key);
  }

  /** The record with some values set: this version itself where they are what they were. */
  with(values: ReadonlyMap<string, T>): RecordVersion<T> {
    const changes = this.#takeChanges();
    const undo = new Map<string, T | undefined>();
    for (const [key, value] of values) {
      if (this.get(key) === value) continue;
      undo.set(key, changes.get(key));
      changes.set(key, value);
    }
    if (undo.size === 0) return this;
    const version = new RecordVersion(this.#root, changes);
    this.#changes = null;
    this.#next = { version, undo };
    return version;
  }

  /** The record itself, made once. */
  flat(): Readonly<Record<string, T>> {
    if (this.#flat !== null) return this.#flat;
    const changes = this.#takeChanges();
    this.#flat = changes.size === 0 ? this.#root : copyWith(this.#root, changes);
    return this.#flat;
  }

  /** What differs from the root, for this version alone: worked out backwards where a later version has it. */
  #takeChanges(): Map<string, T> {
    if (this.#changes !== null) return this.#changes;
    const undone: ReadonlyMap<string, T | undefined>[] = [];
    let newest: Map<string, T> | null = null;
    for (let next = this.#next; next !== null; next = next.version.#next) {
      undone.push(next.undo);
      newest = next.version.#changes;
    }
    const changes = new Map(newest);
    for (const undo of undone.toReversed()) {
      for (const [key, value] of undo) {
        if (value === undefined) changes.delete(key);
        else changes.set(key, value);
      }
    }
    this.#next = null;
    this.#changes = changes;
    return changes;
  }
}

/** A copy of a record with some values set. */
export function copyWith<T>(
  record: Readonly<Record<string, T>>,
  changes: ReadonlyMap<string, T>,
): Readonly<Record<string, T>> {
  const copy: Record<string, T> = { ...record };
  for (const [key, value] of changes) copy[key] = value;
  return copy;
}
