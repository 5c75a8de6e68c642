import type { Json } from '../base/canonical-json.ts';
import type { Availability } from '../expression/availability.ts';
import { evaluate } from '../expression/evaluate.ts';
import { ExpressionError } from '../expression/expression-error.ts';
import { parseExpression } from '../expression/parse.ts';
import type { ConformanceCase, Fields, Verdict } from './case.ts';
import { equalJson, isExpectedError, pickFields, textOf } from './case.ts';

/** `{expr, kind, value, str, truthy}` or `{expr, error}`: evaluates with the contexts of the file, and compares what is given. */
export function checkExpression({ fields, contexts }: ConformanceCase): Verdict {
  const expected = pickFields(fields, ['kind', 'value', 'str', 'truthy', 'error']);
  const actual = outcomeOf(textOf(fields['expr']), contexts);
  if ('error' in expected) {
    const messages = typeof actual['error'] === 'string' ? [actual['error']] : [];
    return { pass: isExpectedError(expected['error'] ?? true, messages), expected, actual };
  }
  const isSame =
    !('error' in actual) &&
    hasSame(expected, actual, 'kind', equalKinds) &&
    hasSame(expected, actual, 'value', (a, b) => equalValuesOf(a, b, actual['kind'])) &&
    hasSame(expected, actual, 'str', equalJson) &&
    hasSame(expected, actual, 'truthy', equalJson);
  return { pass: isSame, expected, actual };
}

function outcomeOf(source: string, contexts: Fields): Fields {
  const availability: Availability = {
    contexts: Object.keys(contexts).map((name) => name.toLowerCase()),
    functions: [],
  };
  const parsed = parseExpression(source, availability);
  if (!parsed.ok) return { error: parsed.problems.map((problem) => problem.message).join('; ') };
  try {
    const named = Object.entries(contexts).map(([name, value]): [string, Json] => [
      name.toLowerCase(),
      value,
    ]);
    const { kind, json, text, truthy } = evaluate(parsed.value, Object.fromEntries(named));
    const isNumber = kind === 'Number' && json === null;
    return { kind, value: isNumber ? text : json, str: text, truthy };
  } catch (error) {
    if (error instanceof ExpressionError) return { error: error.message };
    throw error;
  }
}

/** Compares a field where the case gives it. */
function hasSame(
  expected: Fields,
  actual: Fields,
  key: string,
  isEqual: (expected: Json, actual: Json) => boolean,
): boolean {
  const wanted = expected[key];
  return wanted === undefined || isEqual(wanted, actual[key] ?? null);
}

function equalKinds(expected: Json, actual: Json): boolean {
  const kind = textOf(expected).toLowerCase();
  return (kind === 'dictionary' ? 'object' : kind) === textOf(actual).toLowerCase();
}

/** JSON lacks NaN and the infinities: null or their names stand for them. */
function equalValuesOf(expected: Json, actual: Json, kind: Json | undefined): boolean {
  const isNoJson = kind === 'Number' && typeof actual === 'string';
  return (isNoJson && expected === null) || equalJson(expected, actual);
}
