import { canonicalJsonLine } from '../base/canonical-json.ts';

/**
 * The value of a record's own key, or undefined. Keys come from workflows and agents, so `constructor` may be a job or a role:
 * what every object inherits must not be found.
 */
export function lookup<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The value that was there before where the new one says the same, so that what did not change keeps its identity. */
export function keepEqual<T>(before: T | null | undefined, after: T): T {
  return before !== undefined && before !== null && canonicalJsonLine(before) === canonicalJsonLine(after)
    ? before
    : after;
}

/** Tells whether a record has no keys. */
export function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  for (const key in record) if (Object.hasOwn(record, key)) return false;
  return true;
}

/** A copy without some keys, or the record itself where it has none of them. */
export function without<T>(
  record: Readonly<Record<string, T>>,
  unwanted: (key: string) => boolean,
): Readonly<Record<string, T>> {
  const entries = Object.entries(record);
  const kept = entries.filter(([key]) => !unwanted(key));
  return kept.length === entries.length ? record : Object.fromEntries(kept);
}
