/** A value JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Encodes a value as canonical JSON: keys sorted by code unit, two spaces of indent, one field a line, a final newline.
 * Equal values give equal text, so text can be compared, diffed and hashed. Properties that are `undefined` are left out.
 *
 * @throws {TypeError} when the value holds something JSON cannot: a function, a bigint, NaN, an infinity.
 */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(ordered(value), null, 2)}\n`;
}

/** The same order of keys as {@link canonicalJson}, on one line and without the final newline. */
export function canonicalJsonLine(value: unknown): string {
  return JSON.stringify(ordered(value));
}

function ordered(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return value;
  }
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value === 'object') {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, field]): [string, Json] => [key, ordered(field)]);
    return Object.fromEntries(fields);
  }
  throw new TypeError(`a ${typeof value} has no JSON form`);
}
