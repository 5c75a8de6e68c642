import type { DiagnosticCode } from './codes.ts';
import { itemAt } from './item-at.ts';
import type { Span } from './yaml-tree.ts';

/** What a check found, before it is placed by line and column. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly span: Span;
  readonly message: string;
}

/** A finding at the place of a node, an entry's key or a span. */
export function finding(code: DiagnosticCode, at: { readonly span: Span }, message: string): Finding {
  return { code, span: at.span, message };
}

/** What is longer is no slip of the pen, and comparing takes the product of the lengths. */
const longestCompared = 100;
/** How many names are compared for one file: 25 slips in a file of 10,000 names, any number in one of a hundred. */
const mostCompared = 250_000;
/** How many names a message lists. */
const mostListed = 50;

/** The nearest of the known names, within a third of its length, or null. */
function nearestName(name: string, known: Iterable<string>): string | null {
  if (name.length > longestCompared) return null;
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(Math.min(name.length, 40) / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean 'x'?` or nothing, to end a message with. */
export function suggestion(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === null ? '' : ` Did you mean '${nearest}'?`;
}

/** A {@link suggestion} for a whole file. */
export type Suggest = typeof suggestion;

/**
 * Suggestions for all names of a file. Where it has thousands of names that are not among thousands, the first get one: to compare
 * each with each would take the product of both.
 */
export function createSuggest(limit = mostCompared): Suggest {
  let left = limit;
  function* counted(known: Iterable<string>): Iterable<string> {
    for (const name of known) {
      left -= 1;
      yield name;
    }
  }
  return (name, known) => (left > 0 ? suggestion(name, counted(known)) : '');
}

/** Names in a message: the first of many. */
export function listNames(names: readonly string[]): string {
  const more = names.length - mostListed;
  return names.slice(0, mostListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let beforePrevious: readonly number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      let cost = Math.min(
        itemAt(previous, column) + 1,
        itemAt(current, column - 1) + 1,
        itemAt(previous, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) cost = Math.min(cost, itemAt(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return itemAt(previous, to.length);
}
