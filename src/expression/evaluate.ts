import type { Contexts, Expression, StatusFunctions, Template, Value } from './model.ts';
import type {
  Binary,
  ContextAccess,
  Expr,
  FunctionCall,
  IndexAccess,
  Literal,
} from './actions-expressions.ts';
import { Evaluator, FilteredArray, Star, TokenType, data } from './actions-expressions.ts';
import { createBudget } from './budget.ts';
import { equalData, isGreater } from './compare.ts';
import { ExpressionError } from './expression-error.ts';
import type { ExpressionFunction } from './functions.ts';
import { functionsWithin, statusCalls } from './functions.ts';
import { parseNumber } from './number-text.ts';
import type { Data } from './values.ts';
import { numberValue, stringValue, toData, toValue } from './values.ts';

/** The longest text a template may render to, in UTF-16 units: GitHub's 10 MB per template. */
export const maxRenderedUnits = 5 * 1024 * 1024;

/**
 * The value of an expression. A context that is not given, and whatever it lacks, is null. `status` answers the status functions
 * of an `if`; without it they are not to occur.
 *
 * @throws {ExpressionError} when it has none: bad JSON, a bad format string, a `case` without a boolean, the budget spent.
 */
export function evaluate(expression: Expression, contexts: Contexts, status?: StatusFunctions): Value {
  const functions = new Map([
    ...functionsWithin(createBudget()),
    ...(status === undefined ? [] : statusCalls(status)),
  ]);
  try {
    return toValue(new GithubEvaluator(expression.tree, contexts, functions).evaluate());
  } catch (error) {
    throw new ExpressionError(
      expression.source,
      error instanceof Error ? error.message : String(error),
      error,
    );
  }
}

/**
 * The text of a template: every expression evaluated and converted to text as GitHub does.
 *
 * @throws {ExpressionError} when an expression has no value, or the text is longer than {@link maxRenderedUnits}.
 */
export function renderTemplate(template: Template, contexts: Contexts): string {
  let text = '';
  for (const part of template.parts) {
    text += typeof part === 'string' ? part : evaluate(part, contexts).text;
    if (text.length > maxRenderedUnits) {
      throw new ExpressionError(template.source, `The text grows longer than ${maxRenderedUnits} characters`);
    }
  }
  return text;
}

/** GitHub's evaluator with the corrections that the package needs: laziness, GitHub's numbers, absent contexts, a budget. */
class GithubEvaluator extends Evaluator {
  readonly #contexts: Contexts;
  readonly #functions: ReadonlyMap<string, ExpressionFunction>;
  readonly #known = new Map<string, Data>();

  constructor(tree: Expr, contexts: Contexts, functions: ReadonlyMap<string, ExpressionFunction>) {
    super(tree, new data.Dictionary());
    this.#contexts = contexts;
    this.#functions = functions;
  }

  override visitLiteral(literal: Literal): Data {
    const { token } = literal;
    if (literal.literal.kind === data.Kind.Number) {
      return numberValue(token.lexeme === 'NaN' ? Number.NaN : parseNumber(token.lexeme));
    }
    if (literal.literal.kind !== data.Kind.String) return literal.literal;
    // The package undoubles only the first quote of a text; a property name after a dot has no quotes at all.
    return stringValue(token.lexeme.startsWith("'") ? unquote(token.lexeme) : token.lexeme);
  }

  override visitContextAccess(access: ContextAccess): Data {
    const name = access.name.lexeme.toLowerCase();
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // Converted once an evaluation, so that a context equals itself: objects compare by identity.
    const value = toData(this.#contexts[name] ?? null);
    this.#known.set(name, value);
    return value;
  }

  override visitBinary(binary: Binary): Data {
    const left = this.eval(binary.left);
    const right = this.eval(binary.right);
    return new data.BooleanData(holds(binary.operator.type, left, right));
  }

  override visitFunctionCall(call: FunctionCall): Data {
    const name = call.functionName.lexeme;
    const known = this.#functions.get(name.toLowerCase());
    if (known === undefined) throw new Error(`The function '${name}' cannot be called here`);
    const args = call.args.map((arg) => {
      let value: Data | null = null;
      return () => (value ??= this.eval(arg));
    });
    return known(...args);
  }

  override visitIndexAccess(access: IndexAccess): Data {
    const left = this.eval(access.expr);
    const isStar = access.index instanceof Star;
    const isCollection = left.kind === data.Kind.Array || left.kind === data.Kind.Dictionary;
    if (!isCollection) return isStar ? new FilteredArray() : new data.Null();
    if (left instanceof FilteredArray) {
      const index = isStar ? null : this.eval(access.index);
      const found = left.values().flatMap((item) => (index === null ? itemsOf(item) : findItem(item, index)));
      return new FilteredArray(...found);
    }
    if (isStar) return new FilteredArray(...itemsOf(left));
    return findItem(left, this.eval(access.index))[0] ?? new data.Null();
  }
}

function holds(operator: TokenType, left: Data, right: Data): boolean {
  switch (operator) {
    case TokenType.EQUAL_EQUAL:
      return equalData(left, right);
    case TokenType.BANG_EQUAL:
      return !equalData(left, right);
    case TokenType.GREATER:
      return isGreater(left, right);
    case TokenType.GREATER_EQUAL:
      return equalData(left, right) || isGreater(left, right);
    case TokenType.LESS:
      return isGreater(right, left);
    case TokenType.LESS_EQUAL:
      return equalData(left, right) || isGreater(right, left);
    default:
      throw new Error('This is no operator between two values');
  }
}

/** What a `*` stands for. */
function itemsOf(value: Data): readonly Data[] {
  return value.kind === data.Kind.Array || value.kind === data.Kind.Dictionary ? value.values() : [];
}

/** What an index finds in a list or an object: one value, or none. */
function findItem(value: Data, index: Data): readonly Data[] {
  let found: Data | undefined;
  if (value.kind === data.Kind.Array) {
    const number = Math.floor(index.number());
    found = number >= 0 ? value.values()[number] : undefined;
  } else if (value.kind === data.Kind.Dictionary && index.primitive) {
    found = value.get(index.coerceString());
  }
  return found === undefined ? [] : [found];
}

function unquote(lexeme: string): string {
  return lexeme.slice(1, -1).replaceAll("''", "'");
}
