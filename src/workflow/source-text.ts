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
  if (typeof scalar.value !== 'string') return scalar.span;
  const written = text.slice(scalar.span.start, scalar.span.end);
  const last = Math.max(offset, offset + length - 1);
  let cursor = scalar.style === 'block' ? written.indexOf('\n') + 1 : scalar.style === 'plain' ? 0 : 1;
  let start = scalar.span.start;
  for (let index = 0; index <= last && index < scalar.value.length; index += 1) {
    const character = scalar.value.charAt(index);
    cursor = skipTo(written, cursor, character);
    if (index === offset) start = scalar.span.start + cursor;
    cursor += unitsAt(written, cursor, scalar.style);
  }
  return { start, end: Math.max(start + 1, Math.min(scalar.span.start + cursor, scalar.span.end)) };
}

/** The next place that can stand for the character: blanks in the file may be more or fewer than in the value. */
function skipTo(written: string, cursor: number, character: string): number {
  const isBlank = /\s/.test(character);
  let at = cursor;
  while (
    at < written.length &&
    /\s/.test(written.charAt(at)) &&
    (!isBlank || written.charAt(at) !== character)
  )
    at += 1;
  return isBlank && at >= written.length
    ? cursor
    : isBlank && !/\s|\\/.test(written.charAt(at))
      ? cursor
      : at;
}

/** How many units of the file one unit of the value takes: escapes and doubled quotes take more. */
function unitsAt(written: string, cursor: number, style: YamlScalar['style']): number {
  if (style === 'single') return written.startsWith("''", cursor) ? 2 : 1;
  if (style !== 'double' || written.charAt(cursor) !== '\\') return 1;
  const sizes: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };
  return sizes[written.charAt(cursor + 1)] ?? 2;
}
