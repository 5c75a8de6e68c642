import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The documents for people, as paths from the root. */
export const DOCUMENTS: readonly string[] = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs')];

/** A fenced block of a document. */
export interface Fence {
  /** `docs/agents.md:12`, where its content begins. */
  readonly place: string;
  /** The first word after the fence. */
  readonly language: string;
  readonly text: string;
}

/** A file of the repository. */
export function readDocument(path: string): string {
  return readFileSync(new URL(path, `file://${ROOT}`), 'utf8');
}

/** The fenced blocks of a document, or of all; blocks inside longer fences are text. */
export function fencesOf(path: string): readonly Fence[] {
  const fences: Fence[] = [];
  let open: { readonly mark: string; readonly language: string; readonly line: number } | null = null;
  const lines = readDocument(path).split('\n');
  let body: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (open === null) {
      const [, mark = '', info = ''] = /^(`{3,})(.*)$/.exec(line) ?? [];
      if (mark !== '') open = { mark, language: info.trim().split(' ')[0] ?? '', line: index + 2 };
      body = [];
    } else if (line.trimEnd() === open.mark) {
      fences.push({
        place: `${path}:${open.line}`,
        language: open.language,
        text: body.map((one) => `${one}\n`).join(''),
      });
      open = null;
    } else {
      body.push(line);
    }
  }
  if (open !== null) throw new Error(`${path}:${open.line}: the fence is not closed`);
  return fences;
}

/** The one fence of a document that holds a text. */
export function fenceWith(path: string, part: string): Fence {
  const [fence, other] = fencesOf(path).filter(({ text }) => text.includes(part));
  if (fence === undefined || other !== undefined) throw new Error(`${path}: not one fence holds ${part}`);
  return fence;
}

/** A document without its fences: the prose. */
export function proseOf(path: string): string {
  let mark = '';
  const lines = readDocument(path).split('\n');
  return lines
    .filter((line) => {
      const [, found = ''] = /^(`{3,})/.exec(line) ?? [];
      if (mark === '') {
        mark = found;
        return found === '';
      }
      if (line.trimEnd() === mark) mark = '';
      return false;
    })
    .join('\n');
}

/** What stands in backticks in the prose of a document. */
export function codeSpansOf(path: string): readonly string[] {
  return [...proseOf(path).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(path: string): readonly string[] {
  return [...proseOf(path).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function markdownIn(folder: string): readonly string[] {
  return readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
    .sort();
}
