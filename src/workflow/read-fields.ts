import type { AvailabilityKey } from '../expression/availability.ts';
import { availabilityOf } from '../expression/availability.ts';
import { effectiveCondition } from '../expression/condition.ts';
import type { SyntaxProblem } from '../expression/model.ts';
import { createParser } from '../expression/parse.ts';
import { holdsExpression, parseTemplate } from '../expression/template.ts';
import type {
  ConcurrencyDraft,
  ConditionField,
  LiteralOrExpression,
  TextField,
  ValueField,
} from './draft.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import { readValue } from './read-value.ts';
import { locateInScalar } from './source-text.ts';
import type { YamlNode, YamlScalar } from './yaml-tree.ts';
import { entriesOf, scalarAt } from './yaml-tree.ts';

/** Reads values with expressions in them, and collects what does not parse. */
export interface FieldReader {
  readonly findings: readonly Finding[];
  text(node: YamlScalar | undefined, key: AvailabilityKey): TextField | null;
  condition(node: YamlNode | undefined, key: AvailabilityKey): ConditionField | null;
  literal<T extends number | boolean>(
    node: YamlScalar | undefined,
    key: AvailabilityKey,
    isLiteral: (value: unknown) => value is T,
  ): LiteralOrExpression<T> | null;
  texts(node: YamlNode | undefined, key: AvailabilityKey): Readonly<Record<string, TextField>>;
  value(node: YamlNode | undefined, key: AvailabilityKey): ValueField | null;
  concurrency(node: YamlNode | undefined, key: AvailabilityKey): ConcurrencyDraft | null;
}

/** A reader over one file's text. */
export function createFieldReader(source: string): FieldReader {
  const findings: Finding[] = [];
  const parse = createParser();
  const collect = (node: YamlScalar, problems: readonly SyntaxProblem[]): void => {
    for (const problem of problems) {
      const span = locateInScalar(source, node, problem.offset, problem.length);
      const code = problem.kind === 'syntax' ? 'expression-syntax' : 'expression-unavailable';
      findings.push(finding(code, { span }, problem.message));
    }
  };
  const text: FieldReader['text'] = (node, key) => {
    if (node === undefined) return null;
    const parsed = parseTemplate(node.text, availabilityOf(key), parse);
    if (!parsed.ok) collect(node, parsed.problems);
    return {
      node,
      key,
      template: parsed.ok ? parsed.value : null,
      readable: parsed.ok ? parsed.value : parsed.partial,
    };
  };
  const literal: FieldReader['literal'] = (node, key, isLiteral) => {
    if (node === undefined) return null;
    if (isLiteral(node.value)) return { node, key, literal: node.value, template: null, readable: null };
    if (typeof node.value !== 'string' || !holdsExpression(node.value)) return null;
    const field = text(node, key);
    return { node, key, literal: null, template: field?.template ?? null, readable: field?.readable ?? null };
  };
  return {
    findings,
    text,
    literal,
    condition(node, key) {
      if (node?.kind !== 'scalar') return null;
      const parsed = effectiveCondition(node.text, availabilityOf(key), parse);
      if (!parsed.ok) collect(node, parsed.problems);
      return { node, key, condition: parsed.ok ? parsed.value : null };
    },
    texts(node, key) {
      const fields = entriesOf(node).flatMap((entry): [string, TextField][] => {
        const field = entry.value.kind === 'scalar' ? text(entry.value, key) : null;
        return field === null ? [] : [[entry.key.text, field]];
      });
      return Object.fromEntries(fields);
    },
    value: (node, key) => (node === undefined ? null : readValue(node, (scalar) => text(scalar, key))),
    concurrency(node, key) {
      if (node === undefined || node.kind === 'list') return null;
      const group = node.kind === 'scalar' ? node : scalarAt(node, 'group');
      const cancelInProgress = literal(scalarAt(node, 'cancel-in-progress'), key, isBoolean);
      const queue = scalarAt(node, 'queue')?.value === 'max' ? 'max' : 'single';
      return { node, group: text(group, key), cancelInProgress, queue };
    },
  };
}

/** Whether a value is true or false. */
export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
