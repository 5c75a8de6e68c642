import type { Diagnostic } from './diagnostic.ts';
import { textWidth } from './text-width.ts';

/** How diagnostics are printed. */
export interface FormatOptions {
  /** Whether to use the terminal's colours. */
  readonly color: boolean;
}

const longestLine = 160;
const leadBefore = 60;

/**
 * Diagnostics as text: `file:line:col: message [code]`, then the line of the source with what is meant underlined. Warnings say so.
 * Ends with a line break unless there is nothing to print. Control characters of the source are shown as `�`.
 *
 * @param sourceOf answers the text of a file by the path of its diagnostics, undefined where it is not at hand.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sourceOf: (path: string) => string | undefined,
  options: FormatOptions,
): string {
  const lines = new Map<string, readonly string[]>();
  const lineOf = (path: string, line: number): string | undefined => {
    const known = lines.get(path) ?? sourceOf(path)?.split('\n') ?? [];
    lines.set(path, known);
    return known[line - 1]?.replace(/\r$/, '');
  };
  return diagnostics
    .map(
      (one) =>
        `${formatHead(one, options)}\n${formatExcerpt(one, lineOf(one.path, one.start.line), options)}`,
    )
    .join('');
}

function formatHead(diagnostic: Diagnostic, { color }: FormatOptions): string {
  const { path, start, severity, message, code } = diagnostic;
  const place = `${withoutControls(path)}:${start.line}:${start.column}:`;
  const warning = severity === 'warning' ? 'warning: ' : '';
  const text = withoutControls(message);
  if (!color) return `${place} ${warning}${text} [${code}]`;
  const tint = severity === 'warning' ? 33 : 31;
  return `\u001b[1m${place}\u001b[0m \u001b[${tint}m${warning}${text}\u001b[0m \u001b[2m[${code}]\u001b[0m`;
}

/** The line with a gutter and the underline below; nothing when the line is not at hand. */
function formatExcerpt(diagnostic: Diagnostic, source: string | undefined, { color }: FormatOptions): string {
  if (source === undefined) return '';
  const { start, end } = diagnostic;
  const from = Math.min(start.column - 1, source.length);
  const to = end.line === start.line ? Math.max(end.column - 1, from + 1) : source.length;
  const cut = source.length > longestLine ? Math.max(0, from - leadBefore) : 0;
  const shown = withoutControls(source.slice(cut, cut + longestLine));
  const before = withoutControls(source.slice(cut, from));
  const meant = withoutControls(source.slice(from, Math.min(to, cut + longestLine)));
  const lead = cut > 0 ? '…' : '';
  const tail = cut + longestLine < source.length ? '…' : '';
  // Tabs stay tabs, so that the underline moves with the line whatever a tab's width.
  const blanks = before
    .split('\t')
    .map((part) => ' '.repeat(textWidth(part)))
    .join('\t');
  const mark = `^${'~'.repeat(Math.max(0, textWidth(meant) - 1))}`;
  const number = String(start.line);
  const gutter = ' '.repeat(number.length);
  const tint = diagnostic.severity === 'warning' ? 33 : 31;
  const painted = color ? `\u001b[${tint}m${mark}\u001b[0m` : mark;
  return `${gutter} |\n${number} | ${lead}${shown}${tail}\n${gutter} | ${lead === '' ? '' : ' '}${blanks}${painted}\n`;
}

/** Text from outside must not steer the terminal. */
function withoutControls(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�');
}
