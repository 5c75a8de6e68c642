import type { Expr, Token } from './actions-expressions.ts';
import { Lexer, PackageError, Parser, TokenType } from './actions-expressions.ts';
import type { Availability, FunctionSignature } from './availability.ts';
import { generalFunctions, knownContexts } from './availability.ts';
import type { Expression, Parsed, SyntaxProblem } from './model.ts';
import { parseNumber } from './number-text.ts';
import { parseReference } from './parse-reference.ts';
import { childrenOf } from './tree.ts';

/** GitHub's limits of one expression. */
export const maxExpressionUnits = 21_000;
const maxExpressionDepth = 50;

const generalNames = new Set(generalFunctions.map((name) => name.toLowerCase()));

/**
 * Parses what stands between `${{` and `}}`. Names that are not available are problems too. Offsets count UTF-16 units from the
 * start of `source`. Never throws.
 */
export function parseExpression(source: string, availability: Availability): Parsed<Expression> {
  if (source.length > maxExpressionUnits) {
    return failed(`The expression is longer than ${maxExpressionUnits} characters`, 0, source.length);
  }
  if (source.trim() === '') return failed('An expression was expected', 0, source.length);
  const reference = parseReference(source, availability);
  if (reference !== null) return { ok: true, value: { source, tree: reference } };
  const lexed = lex(source);
  if (!lexed.ok) return lexed;
  const tokens = lexed.value;
  const problem = findTokenProblem(tokens, availability);
  if (problem !== null) return { ok: false, problems: [problem] };
  try {
    const { contexts, functions } = namesFor(availability);
    const parser = new Parser([...tokens], contexts, functions);
    // The package counts parentheses as levels, which GitHub does not: we count ourselves.
    Object.assign(parser, { incrDepth: () => undefined });
    const tree = parser.parse();
    // A level takes a character at least.
    if (source.length > maxExpressionDepth && depthOf(tree) > maxExpressionDepth)
      return tooDeep(0, source.length);
    return { ok: true, value: { source, tree } };
  } catch (error) {
    return { ok: false, problems: [parserProblem(error, tokens, source)] };
  }
}

/** What the package's parser is told of what is available; it changes neither. */
interface AvailableNames {
  readonly contexts: string[];
  readonly functions: FunctionSignature[];
}

const namesOf = new WeakMap<Availability, AvailableNames>();

function namesFor(availability: Availability): AvailableNames {
  const { contexts, functions } = availability;
  const names = namesOf.get(availability) ?? { contexts: [...contexts], functions: [...functions] };
  namesOf.set(availability, names);
  return names;
}

/** {@link parseExpression}, or one that remembers. */
export type ParseExpression = typeof parseExpression;

/** A {@link parseExpression} that parses the same text for the same place once: files repeat their expressions. */
export function createParser(): ParseExpression {
  const known = new Map<Availability, Map<string, Parsed<Expression>>>();
  return (source, availability) => {
    const parsed = known.get(availability) ?? new Map<string, Parsed<Expression>>();
    known.set(availability, parsed);
    const expression = parsed.get(source) ?? parseExpression(source, availability);
    parsed.set(source, expression);
    return expression;
  };
}

/** The tokens, with their offset in `source` as the column of line 0: the tree keeps them, so all of it can be located. */
function lex(source: string): Parsed<readonly Token[]> {
  const plain = plainSource(source);
  let tokens: readonly Token[];
  try {
    tokens = new Lexer(plain).lex().tokens;
  } catch (error) {
    // The lexer says where in its text only: "Unexpected symbol: 'x'. Located at position 1 within expression: …".
    const found = /Unexpected symbol: '(.*)'\. Located at position (\d+) within/s.exec(String(error));
    const [, symbol = '', position = '1'] = found ?? [];
    const offset = Number(position) - 1;
    const message = symbol.startsWith("'")
      ? "This text has no closing quote: texts stand in single quotes, and '' is a quote within one"
      : `Unexpected symbol: '${symbol}'${symbol.includes('"') ? ': texts stand in single quotes here' : ''}`;
    return failed(message, offset, Math.max(1, symbol.length));
  }
  // The package's columns lose count in texts of several lines; and where it ends they are those of the last token.
  const placed = source.includes('\n') ? placeTokens(tokens, plain) : tokens;
  const last = placed.at(-1);
  if (last !== undefined) last.range = rangeOf(source.length, source.length);
  return { ok: true, value: placed };
}

/** Between tokens is white space only, so the next occurrence of a token's text is its place. */
function placeTokens(tokens: readonly Token[], plain: string): readonly Token[] {
  let cursor = 0;
  return tokens.map((token) => {
    const offset = plain.indexOf(token.lexeme, cursor);
    cursor = offset + token.lexeme.length;
    return { ...token, range: rangeOf(offset, cursor) };
  });
}

function rangeOf(start: number, end: number): Token['range'] {
  return { start: { line: 0, column: start }, end: { line: 0, column: end } };
}

/**
 * The source, in which the package reads what GitHub reads: blanks of all kinds outside of texts as plain ones, and the infinities
 * in any letter case. No place moves.
 */
function plainSource(source: string): string {
  const isPlain = !/[\v\f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]|[+-]inf/i.test(source);
  if (isPlain) return source;
  const toPlain = (part: string): string =>
    part
      .replace(/(?!\ufeff)[\s\x85]/g, ' ')
      .replace(/(?<![\w-])([+-])infinity(?![\w-])/gi, (_, sign: string) => `${sign}Infinity`);
  return source
    .split("'")
    .map((part, index) => (index % 2 === 0 ? toPlain(part) : part))
    .join("'");
}

/** What GitHub refuses and the package lets pass, and unknown names, for which we have better words. */
function findTokenProblem(tokens: readonly Token[], availability: Availability): SyntaxProblem | null {
  for (const [index, token] of tokens.entries()) {
    const place = { offset: token.range.start.column, length: Math.max(1, token.lexeme.length) };
    const next = tokens[index + 1]?.type;
    if (token.type === TokenType.COMMA && next === TokenType.RIGHT_PAREN) {
      return { kind: 'syntax', message: "Unexpected symbol: ',': no argument follows this comma", ...place };
    }
    if (
      token.type === TokenType.NUMBER &&
      token.lexeme !== 'NaN' &&
      Number.isNaN(parseNumber(token.lexeme))
    ) {
      return { kind: 'syntax', message: `Unexpected symbol: '${token.lexeme}'`, ...place };
    }
    if (token.type !== TokenType.IDENTIFIER || tokens[index - 1]?.type === TokenType.DOT) continue;
    const name = token.lexeme.toLowerCase();
    const message =
      next === TokenType.LEFT_PAREN
        ? functionProblem(token.lexeme, name, availability)
        : contextProblem(token.lexeme, name, availability);
    if (message !== null) return { kind: 'unavailable', message, ...place };
  }
  return null;
}

function functionProblem(written: string, name: string, availability: Availability): string | null {
  const isOwn = availability.functions.some((signature) => signature.name.toLowerCase() === name);
  if (isOwn || generalNames.has(name)) return null;
  const available = [...generalFunctions, ...availability.functions.map((signature) => signature.name)];
  if (['success', 'failure', 'always', 'cancelled'].includes(name)) {
    return `Unrecognized function: '${written}'. Status functions belong to the \`if\` of a job`;
  }
  if (name === 'hashfiles') {
    return `Unrecognized function: '${written}'. Treadle reads no files for an expression`;
  }
  return `Unrecognized function: '${written}'. Available here: ${available.join(', ')}`;
}

function contextProblem(written: string, name: string, availability: Availability): string | null {
  if (availability.contexts.includes(name)) return null;
  const available = `Available here: ${availability.contexts.join(', ')}`;
  return knownContexts().includes(name)
    ? `Unrecognized named-value: '${written}'. The context is not available here. ${available}`
    : `Unrecognized named-value: '${written}'. ${available}`;
}

function parserProblem(error: unknown, tokens: readonly Token[], source: string): SyntaxProblem {
  if (!(error instanceof PackageError)) {
    return { kind: 'syntax', message: 'The expression does not parse', offset: 0, length: source.length };
  }
  const placed = tokens.find((token) => token.range.start === error.pos);
  if (placed === undefined || placed.type === TokenType.EOF || error.message.startsWith('Unexpected end')) {
    const end = source.trimEnd().length;
    return {
      kind: 'syntax',
      message: 'Unexpected end of expression',
      offset: Math.max(0, end - 1),
      length: 1,
    };
  }
  return { kind: 'syntax', message: error.message, offset: error.pos.column, length: placed.lexeme.length };
}

/** GitHub counts every operator, index and call as a level; groups are none, and `a && (b && c)` is one. Walked without recursion. */
function depthOf(tree: Expr): number {
  let deepest = 0;
  const open: { readonly node: Expr; readonly depth: number }[] = [{ node: tree, depth: 1 }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    deepest = Math.max(deepest, item.depth);
    const { children, isLevel } = childrenOf(item.node);
    for (const node of children) open.push({ node, depth: item.depth + (isLevel ? 1 : 0) });
  }
  return deepest;
}

function tooDeep(offset: number, length: number): Parsed<never> {
  return failed(`Exceeded max expression depth ${maxExpressionDepth}`, offset, length);
}

function failed(message: string, offset: number, length: number): Parsed<never> {
  return { ok: false, problems: [{ kind: 'syntax', message, offset, length }] };
}
