import type { Json } from '../base/canonical-json.ts';
import { data } from './actions-expressions.ts';
import type { Budget } from './budget.ts';
import type { Data } from './values.ts';
import { stringValue, toData, toJsonText } from './values.ts';

/** A function of the expression language, given its evaluated arguments. */
export type ExpressionFunction = (...args: Data[]) => Data;

/**
 * The functions that make text or values, within a budget: they stand in for the package's own, which have no limit.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#functions
 */
export function budgetedFunctions(budget: Budget): ReadonlyMap<string, ExpressionFunction> {
  return new Map<string, ExpressionFunction>([
    ['format', (template, ...values) => stringValue(formatText(textOf(template), values, budget))],
    ['join', (list, separator) => stringValue(joinTexts(list, separator, budget))],
    ['tojson', (value) => stringValue(toJsonText(value, budget))],
    ['fromjson', (text) => parseJson(textOf(text), budget)],
  ]);
}

function textOf(value: Data | undefined): string {
  return value?.coerceString() ?? '';
}

/** `{0}` stands for the first value, `{{` and `}}` for braces; any other brace is an error, as on GitHub. */
function formatText(template: string, values: readonly Data[], budget: Budget): string {
  const append = (text: string): string => {
    budget.charge(text.length);
    return text;
  };
  let result = '';
  let index = 0;
  while (index < template.length) {
    const brace = template.slice(index).search(/[{}]/);
    if (brace < 0) break;
    result += append(template.slice(index, index + brace));
    index += brace;
    const character = template.charAt(index);
    if (template.charAt(index + 1) === character) {
      result += append(character);
      index += 2;
      continue;
    }
    const place = /^\{(\d+)\}/.exec(template.slice(index, index + 12));
    if (place === null) throw new Error(`The following format string is invalid: ${template}`);
    const value = values[Number(place[1])];
    if (value === undefined) {
      throw new Error(
        `The following format string references more arguments than were supplied: ${template}`,
      );
    }
    result += append(value.coerceString());
    index += place[0].length;
  }
  return result + append(template.slice(index));
}

function joinTexts(list: Data | undefined, separator: Data | undefined, budget: Budget): string {
  if (list === undefined) return '';
  if (list.kind !== data.Kind.Array) return list.primitive ? list.coerceString() : '';
  const between = separator?.primitive === true ? separator.coerceString() : ',';
  const texts: string[] = [];
  for (const item of list.values()) {
    const text = item.coerceString();
    budget.charge(text.length + between.length);
    texts.push(text);
  }
  return texts.join(between);
}

/** Strict JSON, as the package has it; GitHub's own reader is more lenient. Of keys that differ in case the last wins. */
function parseJson(text: string, budget: Budget): Data {
  budget.charge(text.length);
  if (text.trim() === '') throw new Error('fromJSON was given an empty text');
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (error) {
    throw new Error('fromJSON was given a text that is not JSON', { cause: error });
  }
  return toData(json);
}
