/**
 * The value of a record's own key, or undefined. Keys come from workflows and agents, so `constructor` may be a job or a role:
 * what every object inherits must not be found.
 */
export function lookup<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
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
