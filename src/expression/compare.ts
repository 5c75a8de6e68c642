import type { Json } from '../base/canonical-json.ts';
import { coerceTypes, data } from './actions-expressions.ts';
import { parseNumber } from './number-text.ts';
import type { Data } from './values.ts';
import { toData } from './values.ts';

/** Whether `a == b` holds in an expression: texts ignore case, values of different kinds are compared as numbers. */
export function equalValues(a: Json, b: Json): boolean {
  return equalData(toData(a), toData(b));
}

/** {@link equalValues} of what was evaluated: lists and objects are equal to themselves only. */
export function equalData(a: Data, b: Data): boolean {
  const [left, right] = coerceTypes(a, b);
  if (left.kind === data.Kind.Null && right.kind === data.Kind.Null) return true;
  if (left.kind === data.Kind.String && right.kind === data.Kind.String) {
    return upperCase(left.value) === upperCase(right.value);
  }
  const isScalar = left.kind === data.Kind.Number || left.kind === data.Kind.Boolean;
  if (isScalar) return left.kind === right.kind && left.value === right.value;
  return left === right;
}

/** Whether `a > b` holds; never for what has no order: null with itself, NaN, lists and objects, a text with one of these. */
export function isGreater(a: Data, b: Data): boolean {
  const [left, right] = coerceTypes(a, b);
  if (left.kind === data.Kind.String && right.kind === data.Kind.String) {
    return upperCase(left.value) > upperCase(right.value);
  }
  if (left.kind === data.Kind.Number && right.kind === data.Kind.Number) return left.value > right.value;
  return left.kind === data.Kind.Boolean && right.kind === data.Kind.Boolean && left.value && !right.value;
}

/**
 * A text in which letter case makes no difference, as .NET's OrdinalIgnoreCase has it: character by character, so `ß` is not `SS`,
 * and the dotless `ı` is no `I`.
 */
export function upperCase(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text.toUpperCase();
  return Array.from(text, (character) => {
    const upper = character.toUpperCase();
    return character === 'ı' || upper.length !== character.length ? character : upper;
  }).join('');
}

/** What `value[key]` comes to: names ignore case and the last of equal ones wins, what is missing is null. */
export function fieldOf(value: Json, key: string | number): Json {
  if (typeof value !== 'object' || value === null) return null;
  if (isList(value)) {
    const index = typeof key === 'number' ? key : parseNumber(key);
    return value[Math.floor(index)] ?? null;
  }
  const wanted = String(key).toLowerCase();
  const name = Object.keys(value).findLast((one) => one.toLowerCase() === wanted);
  return name === undefined ? null : (value[name] ?? null);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
