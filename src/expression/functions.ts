import type { Json } from '../base/canonical-json.ts';
import { data } from './actions-expressions.ts';
import type { Budget } from './budget.ts';
import { equalData, upperCase } from './compare.ts';
import type { StatusFunctions } from './model.ts';
import type { Data } from './values.ts';
import { stringValue, toData, toJsonText } from './values.ts';

/** An argument that is evaluated when it is asked for, and once. */
export type Argument = () => Data;

/** A function of the expression language. As on GitHub, what it does not need is not evaluated. */
export type ExpressionFunction = (...args: Argument[]) => Data;

/**
 * The functions that every place has, by their names in small letters; those that make text or values do so within a budget.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#functions
 */
export function functionsWithin(budget: Budget): ReadonlyMap<string, ExpressionFunction> {
  return new Map<string, ExpressionFunction>([
    ['case', selectCase],
    ['contains', contains],
    ['startswith', textTest((text, part) => text.startsWith(part))],
    ['endswith', textTest((text, part) => text.endsWith(part))],
    ['format', (template, ...values) => stringValue(formatText(textOf(template), values, budget))],
    ['join', (list, separator) => stringValue(joinTexts(list, separator, budget))],
    ['tojson', (value) => stringValue(toJsonText(valueOf(value), budget))],
    ['fromjson', (text) => parseJson(textOf(text), budget)],
  ]);
}

/** The functions of an `if`, by their names in small letters. */
export function statusCalls(status: StatusFunctions): ReadonlyMap<string, ExpressionFunction> {
  const names = (jobs: readonly Argument[]): readonly string[] => jobs.map(textOf);
  return new Map<string, ExpressionFunction>([
    ['success', (...jobs) => new data.BooleanData(status.success(names(jobs)))],
    ['failure', (...jobs) => new data.BooleanData(status.failure(names(jobs)))],
    ['always', () => new data.BooleanData(status.always())],
    ['cancelled', () => new data.BooleanData(status.cancelled())],
  ]);
}

function valueOf(argument: Argument | undefined): Data {
  return argument?.() ?? new data.Null();
}

function textOf(argument: Argument | undefined): string {
  return valueOf(argument).coerceString();
}

/** The value after the first predicate that is true, else the last one. */
function selectCase(...args: Argument[]): Data {
  for (let index = 0; index + 1 < args.length; index += 2) {
    const predicate = valueOf(args[index]);
    if (predicate.kind !== data.Kind.Boolean) throw new Error('A predicate of case is not a boolean');
    if (predicate.value) return valueOf(args[index + 1]);
  }
  return valueOf(args.at(-1));
}

function contains(searched: Argument | undefined, wanted: Argument | undefined): Data {
  const left = valueOf(searched);
  if (left.kind === data.Kind.Array && left.values().length > 0) {
    const right = valueOf(wanted);
    return new data.BooleanData(left.values().some((item) => equalData(right, item)));
  }
  return textTest((text, part) => text.includes(part))(() => left, wanted ?? (() => new data.Null()));
}

/** A test of two texts, ignoring case; false for lists and objects. */
function textTest(test: (text: string, part: string) => boolean): ExpressionFunction {
  return (text, part) => {
    const left = valueOf(text);
    if (!left.primitive) return new data.BooleanData(false);
    const right = valueOf(part);
    if (!right.primitive) return new data.BooleanData(false);
    return new data.BooleanData(test(upperCase(left.coerceString()), upperCase(right.coerceString())));
  };
}

/** `{0}` stands for the first value, `{{` and `}}` for braces; any other brace is an error, as on GitHub. */
function formatText(template: string, values: readonly Argument[], budget: Budget): string {
  const texts: (string | Argument)[] = [];
  let index = 0;
  while (index < template.length) {
    const brace = template.slice(index).search(/[{}]/);
    if (brace < 0) break;
    texts.push(template.slice(index, index + brace));
    index += brace;
    const character = template.charAt(index);
    if (template.charAt(index + 1) === character) {
      texts.push(character);
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
    texts.push(value);
    index += place[0].length;
  }
  texts.push(template.slice(index));
  // The values are read once the whole template is known to be right.
  return texts.reduce((result: string, part) => {
    const text = typeof part === 'string' ? part : textOf(part);
    budget.charge(text.length);
    return result + text;
  }, '');
}

function joinTexts(list: Argument | undefined, separator: Argument | undefined, budget: Budget): string {
  const items = valueOf(list);
  if (items.kind !== data.Kind.Array) return items.primitive ? items.coerceString() : '';
  const given = items.values().length > 1 ? separator?.() : undefined;
  const between = given?.primitive === true ? given.coerceString() : ',';
  const texts: string[] = [];
  for (const item of items.values()) {
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
