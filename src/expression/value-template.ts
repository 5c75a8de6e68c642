import type { Json } from '../base/canonical-json.ts';
import { evaluate, renderTemplate } from './evaluate.ts';
import { ExpressionError } from './expression-error.ts';
import type { Contexts, Expression, Template } from './model.ts';

/** A value of any shape with expressions in it, as `strategy` has. What holds none is one literal. */
export type ValueTemplate =
  | { readonly kind: 'literal'; readonly value: Json }
  /** The expression alone: its value, of whatever kind. */
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'text'; readonly template: Template }
  | { readonly kind: 'list'; readonly items: readonly ValueTemplate[] }
  | { readonly kind: 'map'; readonly entries: readonly ValueEntry[] };

/** A field of a mapping. With `insert` the value's own fields stand in its place. */
export interface ValueEntry {
  readonly key: Template;
  readonly isInsert: boolean;
  readonly value: ValueTemplate;
}

/**
 * The value with all its expressions evaluated. Of equal keys the last wins.
 *
 * @throws {ExpressionError} when an expression has no value, or what is inserted is no mapping.
 */
export function evaluateValue(template: ValueTemplate, contexts: Contexts): Json {
  switch (template.kind) {
    case 'literal':
      return template.value;
    case 'expression':
      return evaluate(template.expression, contexts).json;
    case 'text':
      return renderTemplate(template.template, contexts);
    case 'list':
      return template.items.map((item) => evaluateValue(item, contexts));
    case 'map':
      return Object.fromEntries(template.entries.flatMap((entry) => evaluateEntry(entry, contexts)));
  }
}

function evaluateEntry({ key, isInsert, value }: ValueEntry, contexts: Contexts): [string, Json][] {
  const evaluated = evaluateValue(value, contexts);
  if (!isInsert) return [[renderTemplate(key, contexts), evaluated]];
  if (isMapping(evaluated)) return Object.entries(evaluated);
  throw new ExpressionError(key.source, 'What is inserted must be a mapping');
}

/** Whether a value is a mapping. */
export function isMapping(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
