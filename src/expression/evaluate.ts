import type { Contexts, Expression, StatusFunctions, Template, Value } from './model.ts';
import type {
  ContextAccess,
  Expr,
  FunctionCall,
  FunctionDefinition,
  Literal,
} from './actions-expressions.ts';
import { Evaluator, data } from './actions-expressions.ts';
import type { Budget } from './budget.ts';
import { createBudget } from './budget.ts';
import { ExpressionError } from './expression-error.ts';
import type { ExpressionFunction } from './functions.ts';
import { budgetedFunctions } from './functions.ts';
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
  const budget = createBudget();
  try {
    const evaluator = new GithubEvaluator(expression.tree, contexts, functionsFor(budget, status));
    return toValue(evaluator.evaluate());
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

/** GitHub's evaluator with the corrections that the package needs: lazy `case`, GitHub's numbers, absent contexts, a budget. */
class GithubEvaluator extends Evaluator {
  readonly #contexts: Contexts;
  readonly #known = new Map<string, Data>();

  constructor(tree: Expr, contexts: Contexts, functions: ReadonlyMap<string, ExpressionFunction>) {
    super(tree, new data.Dictionary(), functionMap(functions));
    this.#contexts = contexts;
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

  override visitFunctionCall(call: FunctionCall): Data {
    if (call.functionName.lexeme.toLowerCase() === 'case') return this.#selectCase(call.args);
    return super.visitFunctionCall(call);
  }

  #selectCase(args: readonly Expr[]): Data {
    let isSelected = false;
    for (const [index, arg] of args.entries()) {
      const isLast = index === args.length - 1;
      if (isSelected || isLast) return this.eval(arg);
      if (index % 2 === 1) continue;
      const predicate = this.eval(arg);
      if (predicate.kind !== data.Kind.Boolean) throw new Error('A predicate of case is not a boolean');
      isSelected = predicate.value;
    }
    return new data.Null();
  }
}

function unquote(lexeme: string): string {
  return lexeme.slice(1, -1).replaceAll("''", "'");
}

function functionMap(functions: ReadonlyMap<string, ExpressionFunction>): Map<string, FunctionDefinition> {
  return new Map([...functions].map(([name, call]) => [name, { name, minArgs: 0, maxArgs: 255, call }]));
}

function functionsFor(
  budget: Budget,
  status: StatusFunctions | undefined,
): ReadonlyMap<string, ExpressionFunction> {
  const functions = budgetedFunctions(budget);
  if (status === undefined) return functions;
  const names = (args: readonly Data[]): readonly string[] => args.map((arg) => arg.coerceString());
  return new Map<string, ExpressionFunction>([
    ...functions,
    ['success', (...jobs) => new data.BooleanData(status.success(names(jobs)))],
    ['failure', (...jobs) => new data.BooleanData(status.failure(names(jobs)))],
    ['always', () => new data.BooleanData(status.always())],
    ['cancelled', () => new data.BooleanData(status.cancelled())],
  ]);
}
