import type { Expr } from './actions-expressions.ts';
import type { Expression } from './model.ts';
import {
  Binary,
  ContextAccess,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary,
  data,
} from './actions-expressions.ts';

/** The parts of a node, and whether it counts as a level of its own. */
export function childrenOf(node: Expr): { readonly children: readonly Expr[]; readonly isLevel: boolean } {
  if (node instanceof Grouping) return { children: [node.group], isLevel: false };
  if (node instanceof Unary) return { children: [node.expr], isLevel: true };
  if (node instanceof Binary) return { children: [node.left, node.right], isLevel: true };
  if (node instanceof Logical) return { children: flatArgsOf(node), isLevel: true };
  if (node instanceof FunctionCall) return { children: node.args, isLevel: true };
  if (node instanceof IndexAccess) return { children: [node.expr, node.index], isLevel: true };
  return { children: [], isLevel: false };
}

/** The operands of a row of `&&` or `||`, with those of rows of the same kind in its parentheses. */
function flatArgsOf(node: Logical): readonly Expr[] {
  const found: Expr[] = [];
  const open = node.args.toReversed();
  for (let arg = open.pop(); arg !== undefined; arg = open.pop()) {
    let inner = arg;
    while (inner instanceof Grouping) inner = inner.group;
    if (inner instanceof Logical && inner.operator.type === node.operator.type)
      open.push(...inner.args.toReversed());
    else found.push(arg);
  }
  return found;
}

/** A context and what is read of it, as far as it is written out: `needs.a.outputs.b` → needs, [a, outputs, b]. */
export interface Reference {
  /** In small letters. */
  readonly context: string;
  /** Property names as written; the list ends before the first that is computed or a `*`. */
  readonly path: readonly string[];
  /** Whether `path` is everything that is read: nothing computed, no `*`. */
  readonly isExact: boolean;
  /** Where it stands in the source of the expression, in UTF-16 units. */
  readonly offset: number;
  readonly length: number;
}

/** A text written out as an argument. */
export interface PlacedText {
  readonly text: string;
  readonly offset: number;
  readonly length: number;
}

/** A call with what is known of its arguments without evaluating. */
export interface Call {
  /** In small letters. */
  readonly name: string;
  /** The texts that are written out, with their places; null for an argument that is computed. */
  readonly texts: readonly (PlacedText | null)[];
  /** Where its name stands in the source of the expression, in UTF-16 units. */
  readonly offset: number;
  readonly length: number;
}

/** All references of an expression, in no order that matters. */
export function referencesOf(tree: Expr): readonly Reference[] {
  const found: Reference[] = [];
  visit(tree, (node) => {
    const reference = referenceAt(node);
    if (reference === null) return childrenOf(node).children;
    found.push(reference);
    return indexesOf(node);
  });
  return found;
}

/** Functions that answer true or false, whatever they are given. */
const questions: readonly string[] = [
  'contains',
  'startswith',
  'endswith',
  'success',
  'failure',
  'always',
  'cancelled',
];

/**
 * The references of which the value, or a part of it, may be in what an expression comes to, in no order that matters. What is only
 * asked about is not among them: operands of comparisons and of `!`, conditions of `case` and `&&`, indexes.
 */
export function contributorsOf(tree: Expr): readonly Reference[] {
  const found: Reference[] = [];
  visit(tree, (node) => {
    const reference = referenceAt(node);
    if (reference !== null) {
      found.push(reference);
      return [];
    }
    if (node instanceof IndexAccess) return [node.expr];
    if (node instanceof Grouping) return [node.group];
    // In front of `&&` a value is the outcome only where it is false, 0, null or the empty text.
    if (node instanceof Logical) return node.operator.lexeme === '&&' ? node.args.slice(-1) : node.args;
    if (!(node instanceof FunctionCall)) return [];
    const name = node.functionName.lexeme.toLowerCase();
    if (questions.includes(name)) return [];
    return name === 'case' ? outcomesOfCase(node) : node.args;
  });
  return found;
}

const fieldsOf = new WeakMap<Expr, Map<string, ReadonlySet<string> | null>>();

/** The fields of a context that an expression can read, as they are written; null where it can read any. Worked out once. */
export function fieldsRead(tree: Expr, context: string): ReadonlySet<string> | null {
  const known = fieldsOf.get(tree) ?? new Map<string, ReadonlySet<string> | null>();
  fieldsOf.set(tree, known);
  const ready = known.get(context);
  if (ready !== undefined) return ready;
  const names = new Set<string>();
  let isWhole = false;
  for (const reference of referencesOf(tree)) {
    if (reference.context !== context) continue;
    const [name] = reference.path;
    if (name === undefined) isWhole = true;
    else names.add(name);
  }
  const fields = isWhole ? null : names;
  known.set(context, fields);
  return fields;
}

/** All calls of an expression, in no order that matters. */
export function callsOf({ source, tree }: Expression): readonly Call[] {
  // Most expressions have none, and need no walk.
  if (!source.includes('(')) return [];
  const found: Call[] = [];
  visit(tree, (node) => {
    if (node instanceof FunctionCall) {
      const { lexeme, range } = node.functionName;
      const texts = node.args.map(placedText);
      found.push({ name: lexeme.toLowerCase(), texts, offset: range.start.column, length: lexeme.length });
    }
    return childrenOf(node).children;
  });
  return found;
}

/** A reference that is compared, by `==` or `!=`, with a text that is written out. */
export interface Comparison {
  readonly reference: Reference;
  readonly text: PlacedText;
}

/** All such comparisons of an expression, in no order that matters. */
export function comparisonsOf(tree: Expr): readonly Comparison[] {
  const found: Comparison[] = [];
  visit(tree, (node) => {
    if (node instanceof Binary && ['==', '!='].includes(node.operator.lexeme)) {
      for (const [one, other] of [
        [node.left, node.right],
        [node.right, node.left],
      ] as const) {
        const reference = referenceAt(one);
        const text = placedText(other);
        if (reference?.isExact === true && text !== null) found.push({ reference, text });
      }
    }
    return childrenOf(node).children;
  });
  return found;
}

/** What an expression can come to when that shows in its text. */
export type Outcome =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'other' };

/** Every outcome of `case(…)`, `&&`, `||` and groups; `a && 'x'` may also come to `a`, which is reported as other. */
export function outcomesOf(tree: Expr): readonly Outcome[] {
  const found: Outcome[] = [];
  visit(tree, (node) => {
    const text = literalText(node);
    const reference = referenceAt(node);
    if (text !== null) found.push({ kind: 'text', text });
    else if (reference?.isExact === true) found.push({ kind: 'reference', reference });
    else if (node instanceof Grouping) return [node.group];
    else if (node instanceof Logical) return branchesOf(node);
    else if (node instanceof FunctionCall && node.functionName.lexeme.toLowerCase() === 'case')
      return outcomesOfCase(node);
    else found.push({ kind: 'other' });
    return [];
  });
  return found;
}

/** The values that `case` chooses from, without its conditions. */
function outcomesOfCase({ args }: FunctionCall): readonly Expr[] {
  return args.filter((_, index) => index % 2 === 1 || index === args.length - 1);
}

/** `a && 'x' || 'y'` chooses between texts: the condition in front never is the outcome of a choice that has an else. */
function branchesOf(node: Logical): readonly Expr[] {
  if (node.operator.lexeme === '&&') return node.args;
  return node.args.flatMap((arg, index): readonly Expr[] => {
    const isChoice = index < node.args.length - 1 && arg instanceof Logical && arg.operator.lexeme === '&&';
    return isChoice ? arg.args.slice(-1) : [arg];
  });
}

/** Walks without recursion; `step` answers where to go on from a node. */
function visit(tree: Expr, step: (node: Expr) => readonly Expr[]): void {
  const open: Expr[] = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) open.push(...step(node));
}

function referenceAt(node: Expr): Reference | null {
  const path: string[] = [];
  let isExact = true;
  let end = 0;
  let current = node;
  while (current instanceof IndexAccess) {
    const name = literalText(current.index);
    if (name === null) {
      isExact = false;
      path.length = 0;
      end = 0;
    } else {
      path.unshift(name);
      if (end === 0 && current.index instanceof Literal) end = current.index.token.range.end.column;
    }
    current = current.expr;
  }
  if (!(current instanceof ContextAccess)) return null;
  const { lexeme, range } = current.name;
  const offset = range.start.column;
  return {
    context: lexeme.toLowerCase(),
    path,
    isExact,
    offset,
    length: Math.max(end, range.end.column) - offset,
  };
}

/** The computed indexes within a chain of accesses: expressions of their own. */
function indexesOf(node: Expr): readonly Expr[] {
  const indexes: Expr[] = [];
  let current = node;
  while (current instanceof IndexAccess) {
    if (!(current.index instanceof Literal) && !(current.index instanceof Star)) indexes.push(current.index);
    current = current.expr;
  }
  return indexes;
}

function placedText(node: Expr): PlacedText | null {
  if (node instanceof Grouping) return placedText(node.group);
  const text = literalText(node);
  if (text === null || !(node instanceof Literal)) return null;
  const { start, end } = node.token.range;
  return { text, offset: start.column, length: end.column - start.column };
}

function literalText(node: Expr): string | null {
  if (node instanceof Grouping) return literalText(node.group);
  if (!(node instanceof Literal) || node.literal.kind !== data.Kind.String) return null;
  const { lexeme } = node.token;
  return lexeme.startsWith("'") ? lexeme.slice(1, -1).replaceAll("''", "'") : lexeme;
}
