import { CST } from 'yaml';

import { plainScalar } from './plain-scalar.ts';
import { emptyAt, mapOf } from './yaml-tree.ts';
import type { Span, YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './yaml-tree.ts';

/** Deeper ones are left to the package, which knows the limit. */
const maxDepth = 25;

/** What a lexer of YAML may treat otherwise than by its place in a line: control characters with tabs and CRs, and byte order marks. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const uncommonCharacter = /[\x00-\x09\x0b-\x1f\ufeff]/;
/** Words as keys; the colon is not part of it. */
const blockKey = /\w[\w./-]*(?: [\w./-]+)*(?=:(?: |\n|$))/y;
const flowKey = /\w[\w./-]*(?: [\w./-]+)*(?=: )/y;
/** Above 1,024 units they are not allowed. */
const maxKeyUnits = 1000;
const singleQuoted = /'(?:[^'\n]|'')*'/y;
/** With the escapes that JSON has, too. */
const doubleQuoted = /"(?:[^"\\\n]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
/** A plain text within brackets, its last blanks included. A dash begins a number. */
const flowText = /(?:[^\s,[\]{}!&*|>%@`"'#?:-]|-(?=\d))[^\n,[\]{}]*/y;
const literalHeader = /[|>]-?\n/y;
const blockHeaders = new Set(['|', '>']);
/** What begins no plain text, or one that is easily mistaken. */
const indicators = new Set(['!', '&', '*', '%', '@', '`', '#', ',', ']', '}', '?', ':', '-', '|', '>']);

/**
 * Reads YAML as workflows are mostly written: mappings and lists in block style; in flow style on one line; texts plain or quoted on
 * one line, or as a block. Takes a tenth of the time of the `yaml` package, whose tree of tokens and nodes it does without.
 *
 * What it answers is what the package reads, to the place of each value. Whatever is not of this kind (anchors, tags, texts over
 * several lines, several documents, tabs, and all that is no YAML) it leaves to the package: null.
 */
export function readCommonYaml(text: string): YamlMap | null {
  return uncommonCharacter.test(text) ? null : new CommonYaml(text).readFile();
}

/** A reader at a place of the text. Whatever reads something leaves it behind; null where it is not common. */
class CommonYaml {
  readonly #text: string;
  /** The place in the text. */
  #at = 0;
  /** The column of the block that goes on at the place, which is the first of its line; -1 at the end of the file. */
  #column = -1;

  constructor(text: string) {
    this.#text = text;
  }

  readFile(): YamlMap | null {
    this.#goToLine(0);
    const root = this.#column === 0 ? this.#readMap(0) : null;
    return this.#column === -1 ? root : null;
  }

  /** Goes to the next line that holds more than a comment, from the beginning of one. */
  #goToLine(start: number): void {
    let lineStart = start;
    while (lineStart < this.#text.length) {
      let at = lineStart;
      while (this.#text[at] === ' ') at += 1;
      const first = this.#text[at];
      if (first !== '\n' && first !== '#' && first !== undefined) {
        this.#at = at;
        this.#column = at - lineStart;
        return;
      }
      lineStart = this.#lineEnd(at) + 1;
    }
    this.#at = this.#text.length;
    this.#column = -1;
  }

  #lineEnd(from: number): number {
    const end = this.#text.indexOf('\n', from);
    return end < 0 ? this.#text.length : end;
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  /** Goes on with the next line; false where something else than a comment follows on this one. */
  #endLine(): boolean {
    const from = this.#at;
    this.#skipSpaces();
    const next = this.#text[this.#at];
    const isComment = next === '#' && this.#at > from;
    if (next !== undefined && next !== '\n' && !isComment) return false;
    this.#goToLine(this.#lineEnd(this.#at) + 1);
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #readMap(depth: number): YamlMap | null {
    const column = this.#column;
    const start = this.#at;
    const entries: YamlEntry[] = [];
    do {
      const key = this.#readKey(blockKey);
      const value = key === null ? null : this.#readMapValue(column, depth);
      if (key === null || value === null) return null;
      entries.push({ key, value });
    } while (this.#column === column);
    return this.#column > column ? null : mapOf(entries, { start, end: endOf(entries.at(-1)?.value, start) });
  }

  /** A key with its colon. */
  #readKey(name: RegExp): YamlScalar | null {
    const start = this.#at;
    const written = this.#match(name);
    const key = written === null ? this.#readQuoted() : plainScalar(written, this.#spanFrom(start));
    if (key === null || this.#text[this.#at] !== ':' || this.#at - start > maxKeyUnits) return null;
    this.#at += 1;
    const next = this.#text[this.#at];
    return next === ' ' || (name === blockKey && (next === '\n' || next === undefined)) ? key : null;
  }

  #readMapValue(column: number, depth: number): YamlNode | null {
    this.#skipSpaces();
    const next = this.#text[this.#at];
    if (next !== undefined && next !== '\n' && next !== '#') return this.#readInline(column, depth);
    const empty = emptyAt(this.#at);
    const nextLine = this.#lineEnd(this.#at) + 1;
    this.#goToLine(nextLine);
    // A list may stand in the column of the key that it belongs to.
    if (this.#column >= column && this.#isItem()) return this.#readList(depth + 1);
    if (this.#column <= column) return empty;
    if (this.#isMap()) return depth < maxDepth ? this.#readMap(depth + 1) : null;
    // The package does not take every comment before a text on a line of its own.
    const isUncommon =
      blockHeaders.has(this.#text[this.#at] ?? '') || this.#text.slice(nextLine, this.#at).includes('#');
    return isUncommon ? null : this.#readInline(column, depth);
  }

  #isItem(): boolean {
    return this.#text.startsWith('- ', this.#at);
  }

  #readList(depth: number): YamlList | null {
    const column = this.#column;
    const start = this.#at;
    const items: YamlNode[] = [];
    while (this.#column === column && this.#isItem()) {
      const dash = this.#at;
      this.#at += 2;
      this.#skipSpaces();
      const item = this.#isMap()
        ? this.#readCompactMap(column + this.#at - dash, depth)
        : this.#readInline(column, depth);
      if (item === null) return null;
      items.push(item);
    }
    return this.#column > column
      ? null
      : { kind: 'list', items, span: { start, end: endOf(items.at(-1), start) } };
  }

  /** Whether a key is next. */
  #isMap(): boolean {
    const start = this.#at;
    const key = this.#readKey(blockKey);
    this.#at = start;
    return key !== null;
  }

  /** A mapping that begins after the dash of an item. */
  #readCompactMap(column: number, depth: number): YamlMap | null {
    this.#column = column;
    return depth < maxDepth ? this.#readMap(depth + 1) : null;
  }

  /** A value that begins on the line of its key or dash; `column` is that of the block they belong to. */
  #readInline(column: number, depth: number): YamlNode | null {
    const first = this.#text[this.#at] ?? '\n';
    if (blockHeaders.has(first)) return this.#readBlockText(column);
    const value =
      first === '"' || first === "'"
        ? this.#readQuoted()
        : first === '[' || first === '{'
          ? this.#readFlow(depth + 1)
          : this.#readPlain(first);
    return value !== null && this.#endLine() && this.#column <= column ? value : null;
  }

  #readQuoted(): YamlScalar | null {
    const start = this.#at;
    if (this.#text[start] === "'") {
      const written = this.#match(singleQuoted);
      if (written === null) return null;
      return textScalar(written.slice(1, -1).replaceAll("''", "'"), 'single', this.#spanFrom(start));
    }
    const written = this.#match(doubleQuoted);
    if (written === null) return null;
    const value = written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1);
    return textScalar(value, 'double', this.#spanFrom(start));
  }

  /** A plain text to the end of the line, or to a comment. */
  #readPlain(first: string): YamlScalar | null {
    const isNumber = first === '-' && /\d/.test(this.#text[this.#at + 1] ?? '');
    if (first === '\n' || (indicators.has(first) && !isNumber)) return null;
    const start = this.#at;
    const line = this.#text.slice(start, this.#lineEnd(start));
    const comment = line.indexOf(' #');
    const written = trimBlanks(comment < 0 ? line : line.slice(0, comment));
    if (written.includes(': ') || written.endsWith(':')) return null;
    this.#at = start + written.length;
    return plainScalar(written, this.#spanFrom(start));
  }

  /** A text of lines of their own, indented as the first of them. */
  #readBlockText(column: number): YamlScalar | null {
    const start = this.#at;
    const header = this.#match(literalHeader);
    if (header === null) return null;
    const bodyStart = this.#at;
    this.#skipSpaces();
    const indent = this.#at - bodyStart;
    if (indent <= column || this.#text[this.#at] === '\n') return null;
    const lines: string[] = [];
    let end = bodyStart;
    for (let lineStart = bodyStart; ;) {
      this.#at = lineStart;
      this.#skipSpaces();
      const lineEnd = this.#lineEnd(this.#at);
      const isEmpty = this.#at === lineEnd;
      // Blanks alone may be content or not, and so may be the last line without an end.
      if (isEmpty ? this.#at > lineStart : lineEnd === this.#text.length && this.#at - lineStart >= indent)
        return null;
      if (lineStart >= this.#text.length || (!isEmpty && this.#at - lineStart < indent)) break;
      lines.push(this.#text.slice(Math.min(lineStart + indent, lineEnd), lineEnd));
      lineStart = lineEnd + 1;
      if (!isEmpty) end = lineStart;
    }
    while (lines.at(-1) === '') lines.pop();
    const value = header.startsWith('|')
      ? lines.join('\n') + (header.length === 2 ? '\n' : '')
      : foldText(header, column, start, this.#text.slice(bodyStart, end));
    this.#goToLine(end);
    return this.#column <= column ? textScalar(value, 'block', { start, end }) : null;
  }

  /** A list or mapping in brackets, on one line. */
  #readFlow(depth: number): YamlNode | null {
    const start = this.#at;
    const isMap = this.#text[start] === '{';
    const close = isMap ? '}' : ']';
    const items: YamlNode[] = [];
    const entries: YamlEntry[] = [];
    this.#at += 1;
    this.#skipSpaces();
    while (this.#text[this.#at] !== close) {
      const key = isMap ? this.#readKey(flowKey) : null;
      if (isMap && key === null) return null;
      this.#skipSpaces();
      const value = this.#readFlowValue(depth);
      if (value === null) return null;
      if (key === null) items.push(value);
      else entries.push({ key, value });
      this.#skipSpaces();
      if (this.#text[this.#at] === ',') {
        this.#at += 1;
        this.#skipSpaces();
      } else if (this.#text[this.#at] !== close) return null;
    }
    this.#at += 1;
    const span = this.#spanFrom(start);
    return isMap ? mapOf(entries, span) : { kind: 'list', items, span };
  }

  #readFlowValue(depth: number): YamlNode | null {
    const start = this.#at;
    const first = this.#text[start];
    if (first === '[' || first === '{') return depth < maxDepth ? this.#readFlow(depth + 1) : null;
    if (first === '"' || first === "'") return this.#readQuoted();
    const written = trimBlanks(this.#match(flowText) ?? '');
    if (written === '' || written.includes(': ') || written.endsWith(':') || written.includes(' #'))
      return null;
    this.#at = start + written.length;
    return plainScalar(written, this.#spanFrom(start));
  }

  #spanFrom(start: number): Span {
    return { start, end: this.#at };
  }
}

function textScalar(text: string, style: YamlScalar['style'], span: Span): YamlScalar {
  return { kind: 'scalar', value: text, text, style, span };
}

/** A block ends with its last value. */
function endOf(last: YamlNode | undefined, otherwise: number): number {
  return last?.span.end ?? otherwise;
}

/** Without the blanks at the end; other white space is text. */
function trimBlanks(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end -= 1;
  return text.slice(0, end);
}

/** The value of a folded text: the package knows how. */
function foldText(header: string, column: number, offset: number, source: string): string {
  const props: CST.SourceToken[] = [
    { type: 'block-scalar-header', offset, indent: column, source: header.trimEnd() },
    { type: 'newline', offset, indent: column, source: '\n' },
  ];
  return CST.resolveAsScalar({ type: 'block-scalar', offset, indent: column, props, source }).value;
}
