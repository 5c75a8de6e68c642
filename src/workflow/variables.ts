import type { Expression } from '../expression/model.ts';
import { referencesOf } from '../expression/tree.ts';
import type { Workflow } from './model.ts';

/** Variables by name. Names know no case. */
export type Variables = Readonly<Record<string, string>>;

/** GitHub's limits: of one variable, and of all that a run sees. In bytes of UTF-8. */
const LONGEST_VARIABLE = 48 * 1024;
const LONGEST_VARIABLES = 256 * 1024;

/** The names, in capital letters, of the variables that workflows read; `all` where an expression takes `vars` as a whole. */
export type UsedVariables = ReadonlySet<string> | 'all';

/** Which variables any of these workflows reads. */
export function variablesUsed(workflows: readonly Workflow[]): UsedVariables {
  const names = new Set<string>();
  for (const workflow of workflows) {
    for (const { tree } of expressionsIn({ ...workflow, graph: null })) {
      for (const { context, path } of referencesOf(tree)) {
        if (context !== 'vars') continue;
        const [name] = path;
        if (name === undefined) return 'all';
        names.add(name.toUpperCase());
      }
    }
  }
  return names;
}

/**
 * Of all variables those that are read, in capital letters and in the order of their names; or in words which is too large. Of names
 * that differ in case only the last counts; what is no name of a variable is left out.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/variables#limits-for-configuration-variables
 */
export function pickVariables(
  all: Variables,
  used: UsedVariables,
):
  | { readonly ok: true; readonly value: Variables }
  | {
      readonly ok: false;
      readonly problem: string;
    } {
  const picked = new Map<string, string>();
  for (const [name, value] of Object.entries(all)) {
    const key = name.toUpperCase();
    if (!/^[A-Z_][A-Z0-9_]*$/.test(key)) continue;
    if (used === 'all' || used.has(key)) picked.set(key, value);
  }
  let total = 0;
  for (const [name, value] of picked) {
    const size = sizeOf(value);
    total += size;
    if (size > LONGEST_VARIABLE) {
      const problem = `the variable ${name.slice(0, 100)} has ${size} bytes, ${LONGEST_VARIABLE} (48 KB) are allowed`;
      return { ok: false, problem };
    }
  }
  if (total > LONGEST_VARIABLES) {
    const problem = `the variables that a workflow uses have ${total} bytes together, ${LONGEST_VARIABLES} (256 KB) are allowed`;
    return { ok: false, problem };
  }
  return { ok: true, value: Object.fromEntries([...picked].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Every expression in a compiled part of a workflow, wherever it stands. */
function* expressionsIn(part: unknown): Iterable<Expression> {
  if (typeof part !== 'object' || part === null) return;
  if (isExpression(part)) yield part;
  else if (part instanceof Map) for (const value of part.values()) yield* expressionsIn(value);
  else for (const value of Object.values(part)) yield* expressionsIn(value);
}

function isExpression(part: object): part is Expression {
  return 'tree' in part && 'source' in part;
}

function sizeOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
