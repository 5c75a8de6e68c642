import type { Json } from '../base/canonical-json.ts';
import { canonicalJsonLine } from '../base/canonical-json.ts';

/** Fields by name. */
export type Fields = { readonly [key: string]: Json };

/** One case of a file: what is given and what is to come of it. */
export interface ConformanceCase {
  /** `id` or `name`, else the expression, else its place in the file from 0. */
  readonly id: Json;
  /** The contexts of the file, with those of the case itself. */
  readonly contexts: Fields;
  readonly fields: Fields;
}

/** What a case came to: `expected` and `actual` are of the same form. */
export interface Verdict {
  readonly pass: boolean;
  readonly expected: Json;
  readonly actual: Json;
}

/** Whether a value is a mapping. */
export function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The fields of a mapping; anything else has none. */
export function fieldsOf(value: Json | undefined): Fields {
  return isFields(value) ? value : {};
}

/** A text as it is, anything else as JSON. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

/** The fields that are among the named ones. */
export function pickFields(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

/** Equal as JSON: the order of keys does not matter, and 0 is -0. */
export function equalJson(a: Json, b: Json): boolean {
  return canonicalJsonLine(a) === canonicalJsonLine(b);
}

/** A text in which letter case, quotes and blanks make no difference. */
export function plainText(text: string): string {
  return text
    .toLowerCase()
    .replace(/["'`“”‘’]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** An expected error: any passes, unless `{contains: text}` asks for words that must occur. */
export function isExpectedError(expected: Json, messages: readonly string[]): boolean {
  if (messages.length === 0) return expected === false;
  if (expected === false) return false;
  const wanted = fieldsOf(expected)['contains'];
  return typeof wanted !== 'string' || plainText(messages.join('\n')).includes(plainText(wanted));
}
