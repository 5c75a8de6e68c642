import type { Expr, Token } from './actions-expressions.ts';
import { ContextAccess, IndexAccess, Literal, TokenType, data } from './actions-expressions.ts';
import type { Availability } from './availability.ts';

const writtenOut = /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*$/;
/** Longer chains are left to the parser, which knows the limit of depth. */
const maxNames = 20;

/**
 * The tree of a reference that is written out in full, as `needs.a.outputs.b`, which most expressions are; the same as the parser's,
 * without it. Null for everything else, and where the context is not available.
 */
export function parseReference(source: string, availability: Availability): Expr | null {
  if (!writtenOut.test(source)) return null;
  const [context = '', ...properties] = source.split('.');
  if (!availability.contexts.includes(context.toLowerCase()) || properties.length >= maxNames) return null;
  let tree: Expr = new ContextAccess(nameAt(context, 0));
  let column = context.length + 1;
  for (const property of properties) {
    tree = new IndexAccess(tree, new Literal(new data.StringData(property), nameAt(property, column)));
    column += property.length + 1;
  }
  return tree;
}

function nameAt(lexeme: string, column: number): Token {
  const range = { start: { line: 0, column }, end: { line: 0, column: column + lexeme.length } };
  return { type: TokenType.IDENTIFIER, lexeme, range };
}
