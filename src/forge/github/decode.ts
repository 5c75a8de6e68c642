/**
 * Reads what the forge answers. Only what Treadle relies on is looked at, and all of that is checked: what an API description or
 * a static type says of an answer is no proof of it.
 */
export type Decode<T> = (answer: unknown) => T;

/** An answer that is not of GitHub's shape; the message names the field. */
export class MalformedAnswer extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'MalformedAnswer';
  }
}

/** A field of an object; undefined where the object has none of that name. */
export function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedAnswer(`expected an object with "${key}", got ${describe(value)}`);
  }
  return (value as Readonly<Record<string, unknown>>)[key];
}

/** A field of a field, for instance `at(pull, 'head', 'sha')`. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(field, value);
}

/** A text at a path. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  if (typeof found !== 'string') throw mismatch('a text', found, path);
  return found;
}

/** A text at a path, or null where the forge gives null or leaves the field out. */
export function nullableTextAt(value: unknown, ...path: readonly string[]): string | null {
  const found = at(value, ...path) ?? null;
  if (found !== null && typeof found !== 'string') throw mismatch('a text or null', found, path);
  return found;
}

/** An id or number at a path: a safe integer, also where it comes as decimal digits (GraphQL's BigInt). */
export function integerAt(value: unknown, ...path: readonly string[]): number {
  const found = at(value, ...path);
  const number = typeof found === 'string' && /^\d+$/.test(found) ? Number(found) : found;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw mismatch('an integer', found, path);
  return number;
}

/** A truth value at a path. */
export function booleanAt(value: unknown, ...path: readonly string[]): boolean {
  const found = at(value, ...path);
  if (typeof found !== 'boolean') throw mismatch('true or false', found, path);
  return found;
}

/** A list at a path. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  if (!Array.isArray(found)) throw mismatch('a list', found, path);
  return found;
}

/** One of the given words at a path, in lower case whatever the forge's case. */
export function wordAt<const W extends string>(
  value: unknown,
  words: readonly W[],
  ...path: readonly string[]
): W {
  const found = textAt(value, ...path).toLowerCase();
  const word = words.find((each) => each === found);
  if (word === undefined) throw mismatch(words.join(' or '), found, path);
  return word;
}

function mismatch(expected: string, found: unknown, path: readonly string[]): MalformedAnswer {
  return new MalformedAnswer(`expected ${expected} at "${path.join('.')}", got ${describe(found)}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 80))}` : typeof value;
}
