import type { Json } from '../../base/canonical-json.ts';
import type { ValueTemplate } from '../../expression/value-template.ts';
import { isMapping } from '../../expression/value-template.ts';
import { spanOfPart } from '../expression-uses.ts';
import type { Finding } from '../finding.ts';
import { finding, listNames } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/** `matrix.X` is read where the job has a matrix, and that an X: else it is empty, which hardly anybody means. */
export function* findUnknownMatrixNames({ uses, text, suggest }: RuleInput): Iterable<Finding> {
  for (const use of uses) {
    if (use.job === null) continue;
    for (const reference of use.references) {
      const [name] = reference.path;
      if (reference.context !== 'matrix' || name === undefined) continue;
      if (use.job.strategy === null) {
        const message = `The job '${use.job.id}' has no \`strategy\` with a matrix, so \`matrix.${name}\` is empty`;
        yield finding('reference-unknown-matrix', { span: spanOfPart(text, use, reference) }, message);
        continue;
      }
      const names = fieldOf(use.job.strategy.value, 'matrix', namesOfMatrix);
      if (names === null || names.some((known) => known.toLowerCase() === name.toLowerCase())) continue;
      const hint = suggest(name, names) || ` It has: ${listNames(names) || 'none'}.`;
      const at = { span: spanOfPart(text, use, reference) };
      yield finding('reference-unknown-matrix', at, `The matrix has no '${name}'.${hint}`);
    }
  }
}

type Names = readonly string[] | null;

/** The names of vectors, and those that `include` adds; null where an expression makes some of them. */
function namesOfMatrix(matrix: ValueTemplate): Names {
  const names = keysOf(matrix);
  if (names === null) return null;
  const added = names.includes('include') ? fieldOf(matrix, 'include', namesOfItems) : [];
  if (added === null) return null;
  return [...new Set([...names.filter((name) => name !== 'include' && name !== 'exclude'), ...added])];
}

function namesOfItems(items: ValueTemplate): Names {
  const list = itemsOf(items)?.map(keysOf) ?? [null];
  return list.some((names) => names === null) ? null : list.flatMap((names) => names ?? []);
}

function itemsOf(value: ValueTemplate): readonly ValueTemplate[] | null {
  if (value.kind === 'list') return value.items;
  return value.kind === 'literal' && isList(value.value) ? value.value.map(literal) : null;
}

/** The keys of a mapping; null where it is none, or expressions make some of them. */
function keysOf(value: ValueTemplate): Names {
  if (value.kind === 'literal') return isMapping(value.value) ? Object.keys(value.value) : null;
  if (value.kind !== 'map') return null;
  const isPlain = value.entries.every(({ key, isInsert }) => !isInsert && key.parts.every(isText));
  return isPlain ? value.entries.map(({ key }) => key.source) : null;
}

/** What is read of the value at a key; null where there is no such value that is known. */
function fieldOf(value: ValueTemplate, name: string, read: (field: ValueTemplate) => Names): Names {
  if (value.kind === 'literal') {
    const field = isMapping(value.value) ? value.value[name] : undefined;
    return field === undefined ? null : read(literal(field));
  }
  if (value.kind !== 'map') return null;
  const entry = value.entries.find(({ key }) => key.source === name);
  return entry === undefined ? null : read(entry.value);
}

function literal(value: Json): ValueTemplate {
  return { kind: 'literal', value };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isText(part: unknown): boolean {
  return typeof part === 'string';
}
