import type { Availability } from './availability.ts';
import type { Expression, Parsed } from './model.ts';
import type { ParseExpression } from './parse.ts';
import { parseExpression } from './parse.ts';
import { holdsExpression, parseTemplate, placedExpressions, soleExpression } from './template.ts';
import { callsOf } from './tree.ts';

/** An `if`, understood. */
export interface EffectiveCondition {
  /** As written, without `${{ }}` and blanks around; empty when nothing was written. */
  readonly source: string;
  /** What is evaluated: with the implicit `success()` where there is one. Its `source` is the effective text. */
  readonly expression: Expression;
  /** What was written, and where it begins in the text; null where nothing was, or text with expressions in it. */
  readonly written: { readonly expression: Expression; readonly offset: number } | null;
  /** Text stands around `${{ }}`, so that the whole is a text and always true. */
  readonly isAlwaysTrue: boolean;
}

const statusFunctions = new Set(['success', 'failure', 'always', 'cancelled']);

/**
 * The condition that counts for the `if` of a job: `success()` where nothing is written, `success() && (…)` where no status
 * function is called anywhere, else what is written. Where the place has no status functions (the `if` of a trigger), what is
 * written always counts as it is, and nothing counts as `true`.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
 */
export function effectiveCondition(
  source: string,
  availability: Availability,
  parse: ParseExpression = parseExpression,
): Parsed<EffectiveCondition> {
  const hasStatus = availability.functions.some((signature) => signature.name === 'success');
  if (source.trim() === '') {
    return withText(hasStatus ? 'success()' : 'true', { source: '', written: null }, availability, parse);
  }
  if (!holdsExpression(source)) {
    const parsed = parse(source, availability);
    if (!parsed.ok) return parsed;
    return withSuccess(
      { source: source.trim(), written: { expression: parsed.value, offset: 0 } },
      parsed.value,
      availability,
      parse,
    );
  }
  const template = parseTemplate(source, availability, parse);
  if (!template.ok) return template;
  const sole = soleExpression(template.value);
  if (sole !== null) {
    // GitHub takes a text in quotes for the condition itself.
    const text = /^'((?:[^']|'')*)'$/.exec(sole.source)?.[1]?.replaceAll("''", "'");
    if (text !== undefined) return conditionInQuotes(text, availability, parse);
    const written = placedExpressions(template.value)[0] ?? null;
    return withSuccess({ source: sole.source, written }, sole, availability, parse);
  }
  // GitHub turns a text with expressions into a call of format, which is a text and so always true.
  const parsed = parse(formatCall(template.value.parts), availability);
  if (!parsed.ok) return parsed;
  const condition = withSuccess({ source: source.trim(), written: null }, parsed.value, availability, parse);
  return condition.ok ? { ok: true, value: { ...condition.value, isAlwaysTrue: true } } : condition;
}

function conditionInQuotes(
  text: string,
  availability: Availability,
  parse: ParseExpression,
): Parsed<EffectiveCondition> {
  if (text.trim() === '') return effectiveCondition('', availability, parse);
  const parsed = parse(text, availability);
  if (!parsed.ok) return parsed;
  return withSuccess({ source: text.trim(), written: null }, parsed.value, availability, parse);
}

function formatCall(parts: readonly (string | Expression)[]): string {
  const values: string[] = [];
  const pattern = parts.map((part) => {
    if (typeof part === 'string') return part.replaceAll(/[{}]/g, '$&$&').replaceAll("'", "''");
    values.push(part.source);
    return `{${values.length - 1}}`;
  });
  return `format(${[`'${pattern.join('')}'`, ...values].join(', ')})`;
}

type Written = Pick<EffectiveCondition, 'source' | 'written'>;

/** The implicit `success()`, unless a status function is called, or there is none to call. */
function withSuccess(
  written: Written,
  expression: Expression,
  availability: Availability,
  parse: ParseExpression,
): Parsed<EffectiveCondition> {
  const hasStatus = availability.functions.some((signature) => signature.name === 'success');
  const callsStatus = callsOf(expression).some((call) => statusFunctions.has(call.name));
  if (callsStatus || !hasStatus) return { ok: true, value: { ...written, expression, isAlwaysTrue: false } };
  return withText(`success() && (${expression.source})`, written, availability, parse);
}

function withText(
  text: string,
  written: Written,
  availability: Availability,
  parse: ParseExpression,
): Parsed<EffectiveCondition> {
  const parsed = parse(text, availability);
  return parsed.ok
    ? { ok: true, value: { ...written, expression: parsed.value, isAlwaysTrue: false } }
    : parsed;
}
