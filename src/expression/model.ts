import type { Json } from '../base/canonical-json.ts';
import type { Expr } from './actions-expressions.ts';

/** A parsed expression: what stands between `${{` and `}}`, or the whole of an `if`. */
export interface Expression {
  /** As written, without `${{ }}`. */
  readonly source: string;
  readonly tree: Expr;
}

/** A text with expressions in it, split. A text without any is one literal part. */
export interface Template {
  /** As written. */
  readonly source: string;
  readonly parts: readonly (string | Expression)[];
}

/** What the names in an expression stand for: context name → value. A context that is available but empty is `{}`. */
export type Contexts = Readonly<Record<string, Json>>;

/** What the status functions of an `if` answer. Job ids come as written in the call; none means all ancestors. */
export interface StatusFunctions {
  success(jobs: readonly string[]): boolean;
  failure(jobs: readonly string[]): boolean;
  always(): boolean;
  cancelled(): boolean;
}

/** An evaluated expression, with GitHub's conversions at hand. */
export interface Value {
  readonly kind: 'Null' | 'Boolean' | 'Number' | 'String' | 'Array' | 'Object';
  /** As JSON; NaN and the infinities, which JSON lacks, come as null here and rightly in `text`. */
  readonly json: Json;
  /** GitHub's conversion to text. */
  readonly text: string;
  readonly truthy: boolean;
}

/** What is wrong with a text that holds expressions. Offset and length count UTF-16 units of that text. */
export interface SyntaxProblem {
  /** Whether the text does not parse, or parses but names what is not available there. */
  readonly kind: 'syntax' | 'unavailable';
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

/** The outcome of parsing: a value, or everything that is wrong. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly SyntaxProblem[] };
