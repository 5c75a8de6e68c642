/**
 * The one place where text of strangers becomes Markdown for GitHub. Three ways in: on a line ({@link escapeInline}), as code
 * on a line ({@link inlineCode}), as a block ({@link fence}, {@link quote}, {@link block}). In none of them can a text ping
 * somebody, refer to an issue, link, load an image, be HTML, end its fence, or pose as one of Treadle's hidden markers.
 */
import { invariant } from '../../base/errors.ts';
import { cutText, sliceWhole, visibleLine, visibleText } from './visible-text.ts';

/** GitHub takes 65,536 characters in a body; the rest is room for the marker and what GitHub itself may add. */
export const BODY_LIMIT = 60_000;

/** GitHub takes 256 characters in a title. */
export const TITLE_LIMIT = 250;

/** Shows nothing, but keeps GitHub from seeing a mention, a reference or an address across it. */
const BREAK = '&#8203;';

/**
 * A text as one line of plain words. White space collapses to single spaces.
 * Rules of GitHub Flavored Markdown: https://github.github.com/gfm/, mentions and references:
 * https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 */
export function escapeInline(text: string): string {
  return visibleLine(text)
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/[\\`*[\]|~$]/gu, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/#(?=\d)/gu, `#${BREAK}`)
    .replace(/@(?=[\w-])/gu, `@${BREAK}`)
    .replace(/(gh-)(?=\d)/giu, `$1${BREAK}`)
    .replace(/:(?=\/\/)/gu, `:${BREAK}`)
    .replace(/(www)(?=\.)/giu, `$1${BREAK}`)
    .replace(/^[-+=#/:]/u, '\\$&')
    .replace(/^(\d+)([.)])/u, '$1\\$2');
}

/** A text as code on one line, cut at `max`: exact but for white space, which collapses. Empty text is shown as `(empty)`. */
export function inlineCode(text: string, max = 200): string {
  const line = cutText(visibleLine(text), max);
  if (line === '') return '(empty)';
  const ticks = '`'.repeat(longestRun(line, '`') + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${breakMarkers(line)}${pad}${ticks}`;
}

/**
 * A text as a fenced block, exact but for characters that would be invisible. The fence is longer than any run of backticks
 * in the text, so that nothing in it can end the fence. A fence begins and ends at the margin: it cannot stand in a list.
 */
export function fence(text: string, language = 'text'): string {
  const lines = breakMarkers(visibleText(text)).replace(/\n+$/u, '');
  const ticks = '`'.repeat(Math.max(3, longestRun(lines, '`') + 1));
  return `${ticks}${language}\n${lines}\n${ticks}`;
}

/** A text as a quotation, each of its lines escaped. */
export function quote(text: string): string {
  return visibleText(text)
    .trim()
    .split('\n')
    .map((line) => `> ${escapeInline(line)}`.trimEnd())
    .join('\n');
}

/** A text as a block that reads well: a short single line is quoted, anything else is fenced. At most `max` characters. */
export function block(text: string, max: number): string {
  const trimmed = text.trim();
  if (trimmed === '') return '> (empty)';
  return trimmed.includes('\n') || trimmed.length > 1000
    ? fit(trimmed, max, (part) => fence(part))
    : fit(trimmed, max, quote);
}

/** One line of plain words, at most `max` characters after escaping. */
export function inline(text: string, max: number): string {
  return fit(text, max, escapeInline);
}

/**
 * Renders as much of a text as fits into `max` characters *after* rendering, and says how much was left out. The limit holds
 * for hostile texts too, which grow under escaping.
 */
export function fit(text: string, max: number, render: (part: string) => string): string {
  const whole = render(text);
  if (whole.length <= max) return whole;
  const cut = (length: number): string => {
    const kept = sliceWhole(text, length);
    return render(`${kept}… (${text.length - kept.length} more characters)`);
  };
  let low = 0;
  let high = text.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (cut(middle).length <= max) low = middle;
    else high = middle - 1;
  }
  return cut(low);
}

/**
 * Joins parts that are rendered already, from the first on, as long as they fit into `max` characters; then says with `note`
 * how many were left out.
 */
export function joinWithin(
  parts: readonly string[],
  max: number,
  note: (left: number) => string,
  separator = '\n',
): string {
  const whole = parts.join(separator);
  if (whole.length <= max) return whole;
  let length = note(parts.length).length;
  let kept = 0;
  for (const part of parts) {
    if (length + part.length + separator.length > max) break;
    length += part.length + separator.length;
    kept += 1;
  }
  return [...parts.slice(0, kept), note(parts.length - kept)].join(separator);
}

/** A mention that really calls somebody. A name that is no login is shown as code and calls nobody. */
export function mention(login: string): string {
  const name = login.replace(/\[bot\]$/u, '');
  return /^[a-z\d](?:[a-z\d]|-(?=[a-z\d]))*$/iu.test(name) ? `@${name}` : inlineCode(login);
}

const MARKER_ID = /^[A-Za-z0-9][A-Za-z0-9._:/]*(?:-[A-Za-z0-9._:/]+)*$/u;

/** The hidden first line of everything Treadle writes, by which it is found again. The id holds no blanks and no `--`. */
export function renderMarker(id: string): string {
  invariant(MARKER_ID.test(id), `${JSON.stringify(id)} cannot stand in a marker`);
  return `<!-- treadle:${id} -->`;
}

/** The marker's id, when the text's first line is a marker and nothing else; a marker anywhere else is somebody's quotation. */
export function parseMarker(text: string): string | undefined {
  const id = /^<!-- treadle:(\S+) -->(?:\r?\n|$)/u.exec(text)?.[1];
  return id !== undefined && MARKER_ID.test(id) ? id : undefined;
}

/** Code shows a marker literally; the blank keeps searches over raw text from taking it for one. */
function breakMarkers(text: string): string {
  return text.replace(/<!--(?=\s*treadle\s*:)/giu, '<! --');
}

function longestRun(text: string, character: string): number {
  let longest = 0;
  let run = 0;
  for (const each of text) {
    run = each === character ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
