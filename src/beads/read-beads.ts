import type { Diagnostic } from '../workflow/diagnostic.ts';
import type { Bead, BeadDependency } from './bead.ts';

/** What a file of Beads held. */
export interface BeadsFile {
  readonly beads: readonly Bead[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The longest title an issue can have on GitHub. */
const LONGEST_TITLE = 256;
/** Ids stand in hidden markers, which hold no blanks and no `--`. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._]*(?:-[A-Za-z0-9._]+)*$/;
const KNOWN = [
  ...['id', 'title', 'description', 'design', 'acceptance_criteria', 'notes', 'status', 'priority'],
  ...['issue_type', 'labels', 'dependencies', '_type'],
];

/** A line that cannot be used; the message says why. */
class BadLine extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads an export of Beads (`.beads/issues.jsonl`). Reports all bad lines at once; the others are read. Deleted beads
 * (tombstones) and lines that are no issues are left out with a warning. Never throws over the text.
 */
export function readBeads({ path, text }: { readonly path: string; readonly text: string }): BeadsFile {
  const beads = new Map<string, Bead>();
  const diagnostics: Diagnostic[] = [];
  const report = (line: number, severity: Diagnostic['severity'], code: string, message: string): void => {
    const length = Math.max(1, text.split('\n')[line - 1]?.trimEnd().length ?? 1);
    const [start, end] = [
      { line, column: 1 },
      { line, column: Math.min(length, 80) + 1 },
    ];
    diagnostics.push({ path, start, end, severity, code, message });
  };
  for (const [index, content] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = index + 1;
    if (content.trim() === '') continue;
    try {
      const bead = readLine(content, line);
      const earlier = beads.get(bead.id);
      if (earlier !== undefined)
        throw new BadLine('duplicate-bead', `'${bead.id}' stands in line ${earlier.line} already`);
      beads.set(bead.id, bead);
    } catch (error) {
      if (!(error instanceof BadLine)) throw error;
      report(line, error.code === 'bead-left-out' ? 'warning' : 'error', error.code, error.message);
    }
  }
  for (const bead of beads.values()) {
    for (const { on, type } of bead.dependencies) {
      if (!['blocks', 'parent-child', 'related', 'discovered-from'].includes(type)) {
        report(
          bead.line,
          'warning',
          'unknown-dependency',
          `The dependency '${type}' on ${on} is kept as text only`,
        );
      } else if (!beads.has(on) && (type === 'blocks' || type === 'parent-child')) {
        report(
          bead.line,
          'warning',
          'bead-unknown',
          `'${bead.id}' depends on '${on}', which is not in this file`,
        );
      }
    }
  }
  diagnostics.sort((a, b) => a.start.line - b.start.line);
  return { beads: [...beads.values()], diagnostics };
}

function readLine(content: string, line: number): Bead {
  const fields = parseObject(content);
  if (fields['_type'] !== undefined && fields['_type'] !== 'issue')
    throw new BadLine('bead-left-out', `A line of the kind ${JSON.stringify(fields['_type'])} is no issue`);
  const id = textOf(fields, 'id');
  if (!ID.test(id))
    throw new BadLine(
      'bad-bead-id',
      id === '' ? 'A bead needs an id' : `'${id.slice(0, 80)}' is no id of a bead`,
    );
  const status = textOf(fields, 'status') || 'open';
  if (status === 'tombstone') throw new BadLine('bead-left-out', `'${id}' was deleted`);
  const title = textOf(fields, 'title').trim();
  if (title === '') throw new BadLine('bead-without-title', `'${id}' has no title`);
  if (title.length > LONGEST_TITLE)
    throw new BadLine(
      'title-too-long',
      `The title of '${id}' has ${title.length} characters; an issue's has ${LONGEST_TITLE} at most`,
    );
  return {
    id,
    title,
    description: textOf(fields, 'description'),
    design: textOf(fields, 'design'),
    acceptanceCriteria: textOf(fields, 'acceptance_criteria'),
    notes: textOf(fields, 'notes'),
    status,
    priority: priorityAt(fields, id),
    issueType: textOf(fields, 'issue_type') || 'task',
    labels: listOf(fields, 'labels').map((label) => {
      if (typeof label === 'string' && label.trim() !== '' && label.length <= 50) return label.trim();
      throw new BadLine('bad-label', `A label of '${id}' is no text of at most 50 characters`);
    }),
    dependencies: listOf(fields, 'dependencies').map((one) => readDependency(one, id)),
    others: Object.fromEntries(
      Object.entries(fields).filter(([key, value]) => !KNOWN.includes(key) && value !== null),
    ),
    line,
  };
}

function parseObject(content: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw new BadLine('bad-json', 'This line is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadLine('bad-json', 'This line holds no object');
  return { ...value };
}

function readDependency(value: unknown, id: string): BeadDependency {
  const fields =
    typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const [on, type] = [fields['depends_on_id'], fields['type'] ?? 'blocks'];
  if (typeof on !== 'string' || on === '' || typeof type !== 'string')
    throw new BadLine('bad-dependency', `A dependency of '${id}' does not say on what`);
  return { on, type };
}

function priorityAt(fields: Readonly<Record<string, unknown>>, id: string): number {
  const value = fields['priority'] ?? 2;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 4) return value;
  throw new BadLine('bad-priority', `The priority of '${id}' is no number from 0 to 4`);
}

function textOf(fields: Readonly<Record<string, unknown>>, key: string): string {
  const value = fields[key] ?? '';
  if (typeof value === 'string') return value;
  throw new BadLine('wrong-type', `'${key}' is no text`);
}

function listOf(fields: Readonly<Record<string, unknown>>, key: string): readonly unknown[] {
  const value = fields[key] ?? [];
  if (Array.isArray(value)) return value;
  throw new BadLine('wrong-type', `'${key}' is no list`);
}
