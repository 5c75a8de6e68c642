import type { Json } from '../base/canonical-json.ts';
import type { Pair } from './actions-expressions.ts';
import { data } from './actions-expressions.ts';
import type { Budget } from './budget.ts';
import { maxValueDepth } from './budget.ts';
import type { Value } from './model.ts';
import { formatNumber, parseNumber } from './number-text.ts';

/** What GitHub's evaluator computes with. */
export type Data = data.ExpressionData;

/** A number whose text is GitHub's. */
class NumberValue extends data.NumberData {
  override coerceString(): string {
    return formatNumber(this.value);
  }
}

/** A text whose number is GitHub's. */
class StringValue extends data.StringData {
  override number(): number {
    return parseNumber(this.value);
  }
}

/**
 * An object whose keys ignore case and of which the last wins, as on GitHub; any key is allowed, `constructor` too. Fields become values
 * when they are read, each once: an event is large, and an expression reads little of it.
 */
class ObjectValue extends data.Dictionary {
  readonly #json: { readonly [key: string]: Json };
  readonly #depth: number;
  readonly #values = new Map<string, Data>();
  #keyOf: ReadonlyMap<string, string> | null = null;

  constructor(json: { readonly [key: string]: Json }, depth: number) {
    super();
    this.#json = json;
    this.#depth = depth;
  }

  override get(name: string): Data | undefined {
    this.#keyOf ??= new Map(Object.keys(this.#json).map((key) => [key.toLowerCase(), key]));
    const key = this.#keyOf.get(name.toLowerCase());
    return key === undefined ? undefined : this.#valueOf(key);
  }

  override values(): Data[] {
    return this.pairs().map((pair) => pair.value);
  }

  override pairs(): Pair[] {
    // The first of equal names is shown, the last counts.
    const names = new Map<string, { readonly key: string; last: string }>();
    for (const key of Object.keys(this.#json)) {
      const known = names.get(key.toLowerCase());
      if (known === undefined) names.set(key.toLowerCase(), { key, last: key });
      else known.last = key;
    }
    return [...names.values()].map(({ key, last }) => ({ key, value: this.#valueOf(last) }));
  }

  #valueOf(key: string): Data {
    // Read once, so that a field is itself: objects compare by identity.
    const value = this.#values.get(key) ?? toData(this.#json[key] ?? null, this.#depth + 1);
    this.#values.set(key, value);
    return value;
  }
}

/** A text value. */
export function stringValue(text: string): Data {
  return new StringValue(text);
}

/** A number value. */
export function numberValue(value: number): Data {
  return new NumberValue(value);
}

/**
 * JSON as a value to compute with.
 *
 * @throws {RangeError} when it nests deeper than {@link maxValueDepth}, at the latest when what is too deep is read.
 */
export function toData(json: Json, depth = 0): Data {
  if (depth > maxValueDepth) throw new RangeError(`The value nests deeper than ${maxValueDepth} levels`);
  if (json === null) return new data.Null();
  if (typeof json === 'string') return new StringValue(json);
  if (typeof json === 'number') return new NumberValue(json);
  if (typeof json === 'boolean') return new data.BooleanData(json);
  if (isList(json)) {
    const list = new data.Array();
    for (const item of json) list.add(toData(item, depth + 1));
    return list;
  }
  return new ObjectValue(json, depth);
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** A computed value with GitHub's conversions at hand. */
export function toValue(value: Data): Value {
  return { kind: kindOf(value), json: toJson(value), text: value.coerceString(), truthy: isTruthy(value) };
}

/** Whether a condition with this value holds: all but null, false, 0, NaN and the empty text. */
function isTruthy(value: Data): boolean {
  switch (value.kind) {
    case data.Kind.Null:
      return false;
    case data.Kind.Boolean:
      return value.value;
    case data.Kind.Number:
      return value.value !== 0 && !Number.isNaN(value.value);
    case data.Kind.String:
      return value.value !== '';
    case data.Kind.Array:
    case data.Kind.Dictionary:
      return true;
  }
}

function kindOf(value: Data): Value['kind'] {
  switch (value.kind) {
    case data.Kind.Null:
      return 'Null';
    case data.Kind.Boolean:
      return 'Boolean';
    case data.Kind.Number:
      return 'Number';
    case data.Kind.String:
      return 'String';
    case data.Kind.Array:
      return 'Array';
    case data.Kind.Dictionary:
      return 'Object';
  }
}

function toJson(value: Data): Json {
  switch (value.kind) {
    case data.Kind.Null:
      return null;
    case data.Kind.Boolean:
      return value.value;
    case data.Kind.Number:
      return Number.isFinite(value.value) ? value.value : null;
    case data.Kind.String:
      return value.value;
    case data.Kind.Array:
      return value.values().map(toJson);
    case data.Kind.Dictionary:
      return Object.fromEntries(
        value.pairs().map(({ key, value: field }): [string, Json] => [key, toJson(field)]),
      );
  }
}

/**
 * The text of `toJSON`: two blanks of indent, keys in their order; numbers as in any text, NaN and the infinities by name.
 *
 * @throws {BudgetSpent} as soon as the text is too long.
 */
export function toJsonText(value: Data, budget: Budget, indent = ''): string {
  const inner = `${indent}  `;
  const charged = (text: string): string => {
    budget.charge(text.length);
    return text;
  };
  switch (value.kind) {
    case data.Kind.Null:
      return charged('null');
    case data.Kind.Boolean:
    case data.Kind.Number:
      return charged(value.coerceString());
    case data.Kind.String:
      return charged(quote(value.value));
    case data.Kind.Array: {
      const items = value.values().map((item) => `${charged(inner)}${toJsonText(item, budget, inner)}`);
      return items.length === 0 ? charged('[]') : `[\n${items.join(',\n')}\n${indent}]`;
    }
    case data.Kind.Dictionary: {
      const fields = value
        .pairs()
        .map((pair) => `${charged(`${inner}${quote(pair.key)}: `)}${toJsonText(pair.value, budget, inner)}`);
      return fields.length === 0 ? charged('{}') : `{\n${fields.join(',\n')}\n${indent}}`;
    }
  }
}

/** A text in double quotes; line breaks that JSON would let stand are escaped, as on GitHub. */
function quote(text: string): string {
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replace(/[\u0085\u2028\u2029]/g, escape);
}
