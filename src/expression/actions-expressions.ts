/**
 * The one place that names GitHub's own evaluator, `@actions/expressions` 0.3.61. Everything of it that this layer uses
 * comes through here, so that a new version is reviewed in one file.
 */
export {
  Binary,
  ContextAccess,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary,
} from '@actions/expressions/ast';
export type { Expr } from '@actions/expressions';
export type { Pair } from '@actions/expressions/data/expressiondata';
export type { Token } from '@actions/expressions/lexer';
export { TokenType } from '@actions/expressions/lexer';
export { FilteredArray } from '@actions/expressions/filtered_array';
export { coerceTypes } from '@actions/expressions/result';
export { Evaluator, ExpressionError as PackageError, Lexer, Parser, data } from '@actions/expressions';
