import type { Availability } from './availability.ts';
import type { Expression, Parsed } from './model.ts';
import { parseExpression } from './parse.ts';
import { holdsExpression, parseTemplate, soleExpression } from './template.ts';
import { callsOf } from './tree.ts';

/** An `if`, understood. */
export interface EffectiveCondition {
  /** As written, without `${{ }}` and blanks around; empty when nothing was written. */
  readonly source: string;
  /** What is evaluated: with the implicit `success()` where there is one. Its `source` is the effective text. */
  readonly expression: Expression;
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
export function effectiveCondition(source: string, availability: Availability): Parsed<EffectiveCondition> {
  const hasStatus = availability.functions.some((signature) => signature.name === 'success');
  if (source.trim() === '') return parsedAs(hasStatus ? 'success()' : 'true', '', availability, false);
  if (!holdsExpression(source)) return writtenCondition(source, source, availability, hasStatus);
  const template = parseTemplate(source, availability);
  if (!template.ok) return template;
  const sole = soleExpression(template.value);
  if (sole !== null) return writtenCondition(sole.source, sole.source, availability, hasStatus);
  // GitHub turns a text with expressions into a call of format, which is a text and so always true.
  const expressions = template.value.parts.filter((part) => typeof part !== 'string');
  const pattern = template.value.parts
    .map((part) =>
      typeof part === 'string' ? part.replaceAll(/[{}]/g, '$&$&') : `{${expressions.indexOf(part)}}`,
    )
    .join('');
  const values = expressions.map((expression) => `, ${expression.source}`).join('');
  const text = `format('${pattern.replaceAll("'", "''")}'${values})`;
  const condition = writtenCondition(text, source.trim(), availability, hasStatus);
  return condition.ok ? { ok: true, value: { ...condition.value, isAlwaysTrue: true } } : condition;
}

function writtenCondition(
  text: string,
  source: string,
  availability: Availability,
  hasStatus: boolean,
): Parsed<EffectiveCondition> {
  const parsed = parseExpression(text, availability);
  if (!parsed.ok) return parsed;
  const callsStatus = callsOf(parsed.value.tree).some((call) => statusFunctions.has(call.name));
  if (callsStatus || !hasStatus) {
    return { ok: true, value: { source: source.trim(), expression: parsed.value, isAlwaysTrue: false } };
  }
  return parsedAs(`success() && (${text.trim()})`, source.trim(), availability, false);
}

function parsedAs(
  text: string,
  source: string,
  availability: Availability,
  isAlwaysTrue: boolean,
): Parsed<EffectiveCondition> {
  const parsed = parseExpression(text, availability);
  if (!parsed.ok) return parsed;
  return { ok: true, value: { source, expression: parsed.value, isAlwaysTrue } };
}
