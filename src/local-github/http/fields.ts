import { ApiFailure, invalid } from './api-failure.ts';

/** The decoded body of a request: an object whose fields are still unknown. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Decodes a request's body; no body is an object without fields. */
export function decodeFields(text: string): Fields {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiFailure(400, 'Problems parsing JSON');
  }
  if (!isFields(value)) throw new ApiFailure(422, 'Invalid request.\n\nFor input, an object was expected.');
  return value;
}

/** A text field; `undefined` when absent or null. */
export function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  // GitHub takes a number where it expects a text, for instance as an issue's title.
  if (typeof value === 'number') return String(value);
  throw wrongType(name, value, 'a string');
}

/** A text field that must be there and not blank. */
export function requiredText(fields: Fields, name: string, resource: string): string {
  const value = optionalText(fields, name);
  if (value === undefined || value.trim() === '')
    throw invalid({ resource, field: name, code: 'missing_field' });
  return value;
}

/** A text field of a closed list. */
export function oneOf<const T extends string>(
  fields: Fields,
  name: string,
  values: readonly T[],
  resource: string,
): T | undefined {
  const value = optionalText(fields, name);
  if (value === undefined) return undefined;
  const known = values.find((each) => each === value);
  if (known === undefined) {
    const message = `${name} should be one of: ${values.join(', ')}`;
    throw invalid({ resource, field: name, code: 'invalid', message });
  }
  return known;
}

/** A field that is true or false. */
export function optionalFlag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw wrongType(name, value, 'a boolean');
}

/** A list of texts; entries may also be objects with a `name`, as GitHub accepts labels. */
export function optionalNames(fields: Fields, name: string): readonly string[] | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(name, value, 'an array');
  return value.map((entry: unknown) => {
    if (typeof entry === 'string') return entry;
    if (isFields(entry) && typeof entry['name'] === 'string') return entry['name'];
    throw wrongType(name, entry, 'a string');
  });
}

/** A list of objects. */
export function optionalList(fields: Fields, name: string): readonly Fields[] | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every(isFields)) throw wrongType(name, value, 'an array of objects');
  return value;
}

/** An object. */
export function optionalObject(fields: Fields, name: string): Fields | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (!isFields(value)) throw wrongType(name, value, 'an object');
  return value;
}

function wrongType(name: string, value: unknown, wanted: string): ApiFailure {
  return new ApiFailure(422, `Invalid request.\n\nFor '${name}', ${JSON.stringify(value)} is not ${wanted}.`);
}
