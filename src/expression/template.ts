import type { Availability } from './availability.ts';
import type { Expression, SyntaxProblem, Template } from './model.ts';
import type { ParseExpression } from './parse.ts';
import { parseExpression } from './parse.ts';

const opening = '${{';

/** Whether a text holds the beginning of an expression. */
export function holdsExpression(text: string): boolean {
  return text.includes(opening);
}

/** The outcome of parsing a template: what did parse is there even if something did not, which is then taken as text. */
export type ParsedTemplate =
  | { readonly ok: true; readonly value: Template }
  | { readonly ok: false; readonly problems: readonly SyntaxProblem[]; readonly partial: Template };

/** Splits a text at its `${{ }}` and parses each. Offsets of problems count from the start of `text`. Never throws. */
export function parseTemplate(
  text: string,
  availability: Availability,
  parse: ParseExpression = parseExpression,
): ParsedTemplate {
  const parts: (string | Expression)[] = [];
  const problems: SyntaxProblem[] = [];
  let cursor = 0;
  for (let start = text.indexOf(opening); start >= 0; start = text.indexOf(opening, cursor)) {
    const from = start + opening.length;
    const end = findClosing(text, from);
    if (end < 0) {
      const length = Math.max(opening.length, text.slice(start).trimEnd().length);
      problems.push({ kind: 'syntax', message: 'This `${{` has no closing `}}`', offset: start, length });
      if (start >= cursor) parts.push(text.slice(cursor));
      return { ok: false, problems, partial: { source: text, parts } };
    }
    if (start > cursor) parts.push(text.slice(cursor, start));
    const raw = text.slice(from, end);
    const blanks = raw.length - raw.trimStart().length;
    const parsed = parse(raw.trim(), availability);
    parts.push(parsed.ok ? parsed.value : text.slice(start, end + 2));
    if (parsed.ok) {
      cursor = end + 2;
      continue;
    }
    if (raw.trim() === '') {
      const length = end + 2 - start;
      problems.push({
        kind: 'syntax',
        message: 'An expression was expected between `${{` and `}}`',
        offset: start,
        length,
      });
    } else {
      problems.push(...parsed.problems.map((one) => ({ ...one, offset: one.offset + from + blanks })));
    }
    cursor = end + 2;
  }
  if (cursor < text.length || parts.length === 0) parts.push(text.slice(cursor));
  const template = { source: text, parts };
  return problems.length > 0 ? { ok: false, problems, partial: template } : { ok: true, value: template };
}

/** Where the `}}` of an expression begins: the first that is not within a quoted text. */
function findClosing(text: string, from: number): number {
  let isQuoted = false;
  for (let index = from; index < text.length; index += 1) {
    if (text.charAt(index) === "'") isQuoted = !isQuoted;
    else if (!isQuoted && text.startsWith('}}', index)) return index;
  }
  return -1;
}

/** The one expression a template consists of, or null when it has text around it or none. */
export function soleExpression(template: Template): Expression | null {
  const [only, ...rest] = template.parts;
  return rest.length === 0 && only !== undefined && typeof only !== 'string' ? only : null;
}

/** A template's expressions, each with where its source begins in the text of the template. */
export function placedExpressions(
  template: Template,
): readonly { readonly expression: Expression; readonly offset: number }[] {
  const placed: { expression: Expression; offset: number }[] = [];
  let cursor = 0;
  for (const part of template.parts) {
    if (typeof part === 'string') {
      cursor += part.length;
      continue;
    }
    const offset = template.source.indexOf(part.source, cursor + opening.length);
    placed.push({ expression: part, offset });
    cursor = template.source.indexOf('}}', offset + part.source.length) + 2;
  }
  return placed;
}
