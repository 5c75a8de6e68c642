import { itemAt } from './item-at.ts';
import type { Position } from './model.ts';
import type { Span, YamlScalar } from './yaml-tree.ts';

/** A file's text with what is needed to name places in it. */
export interface SourceText {
  readonly text: string;
  /** Line and column of an offset, both from 1. */
  positionAt(offset: number): Position;
}

/** Prepares a text for look-ups of places. Lines end at LF; a CR before it belongs to the line's end. */
export function createSourceText(text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return {
    text,
    positionAt(offset) {
      let low = 0;
      let high = lineStarts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (itemAt(lineStarts, middle) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - itemAt(lineStarts, low) + 1 };
    },
  };
}

/**
 * Where a part of a scalar's value stands in the file. The value is the written text without quotes, escapes, indentation and
 * folds; both are walked side by side, white space loosely, everything else exactly.
 */
export function locateInScalar(text: string, scalar: YamlScalar, offset: number, length: number): Span {
  const written = text.slice(scalar.span.start, scalar.span.end);
  const last = Math.max(offset, offset + length - 1);
  let cursor = scalar.style === 'block' ? written.indexOf('\n') + 1 : scalar.style === 'plain' ? 0 : 1;
  let start = scalar.span.start;
  let index = 0;
  for (const character of scalar.text) {
    if (index > last) break;
    cursor = skipTo(written, cursor, character, scalar.style);
    if (index === offset) start = scalar.span.start + cursor;
    cursor += unitsAt(written, cursor, character, scalar.style);
    index += character.length;
  }
  return { start, end: Math.max(start + 1, Math.min(scalar.span.start + cursor, scalar.span.end)) };
}

/** The next place that can stand for the character: blanks in the file may be more or fewer than in the value. */
function skipTo(written: string, cursor: number, character: string, style: YamlScalar['style']): number {
  let at = cursor;
  // A backslash at the end of a line in double quotes joins the lines.
  const joint = style === 'double' ? /^\\\r?\n/.exec(written.slice(at, at + 3)) : null;
  if (joint !== null) at += joint[0].length;
  while (/\s/.test(written.charAt(at)) && written.charAt(at) !== character) at += 1;
  const found = written.charAt(at);
  const isLost = /\s/.test(character) && found !== character && found !== '\\';
  return isLost ? cursor : at;
}

/** How many units of the file a character of the value takes: escapes and doubled quotes take more. */
function unitsAt(written: string, cursor: number, character: string, style: YamlScalar['style']): number {
  if (style === 'single' && written.startsWith("''", cursor)) return 2;
  if (style !== 'double' || written.charAt(cursor) !== '\\') return character.length;
  const sizes: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };
  return sizes[written.charAt(cursor + 1)] ?? 2;
}
