import type { Json } from '../base/canonical-json.ts';
import { equals } from './actions-expressions.ts';
import { parseNumber } from './number-text.ts';
import { toData } from './values.ts';

/** Whether `a == b` holds in an expression: texts ignore case, values of different kinds are compared as numbers. */
export function equalValues(a: Json, b: Json): boolean {
  return equals(toData(a), toData(b));
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
