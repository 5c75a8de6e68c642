import type { Json } from '../base/canonical-json.ts';

/** A part of the JSON Schema. `x-treadle` says in which words and with which code a violation is reported. */
export type Schema = { readonly [key: string]: Json };

/** The kinds of value that are taken as text. */
export const scalar: readonly string[] = ['string', 'number', 'boolean'];
/** What is more than the beginning of an expression is checked with the expressions. */
export const beginsExpression = '^\\$\\{\\{';

/** A text; numbers and booleans are taken as text. */
export function textSchema(description: string): Schema {
  return { description, type: [...scalar] };
}

/** Text values by name. */
export function envSchema(description: string): Schema {
  return { description, type: 'object', additionalProperties: { type: [...scalar] } };
}

/** One name or a list of names. */
export function namesSchema(description: string): Schema {
  return { description, type: ['string', 'array'], items: { type: 'string' } };
}
