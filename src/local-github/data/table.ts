import type { Document } from './document.ts';

/** Records of one kind under their keys. Numeric keys come in ascending order. */
export interface Table<T> {
  get(key: number | string): T | undefined;
  /** Sets the record under the key and returns it. */
  put(key: number | string, record: T): T;
  remove(key: number | string): boolean;
  values(): readonly T[];
}

/** A table over one collection of a document, which it tells of each change. */
export function tableOf<T>(rows: Record<string, T>, document: Pick<Document<unknown>, 'changed'>): Table<T> {
  return {
    get: (key) => (Object.hasOwn(rows, key) ? rows[key] : undefined),
    put(key, record) {
      rows[key] = record;
      document.changed();
      return record;
    },
    remove(key) {
      if (!Object.hasOwn(rows, key)) return false;
      // The collection is a dictionary.
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
      delete rows[key];
      document.changed();
      return true;
    },
    values: () => Object.values(rows),
  };
}
