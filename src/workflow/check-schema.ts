import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';

import type { DiagnosticCode } from './codes.ts';
import { diagnosticCodes } from './codes.ts';
import type { Finding } from './finding.ts';
import { finding, suggestion } from './finding.ts';
import { foreignKeys, laterKeys } from './job-kinds.ts';
import type { Schema } from './schema-parts.ts';
import type { FitsSchema } from './fits-schema.ts';
import { createFitsSchema } from './fits-schema.ts';
import { workflowSchema } from './workflow-schema.ts';
import type { YamlNode } from './yaml-tree.ts';
import { toPlain } from './yaml-tree.ts';

let compiled: ValidateFunction | null = null;
let fits: FitsSchema | null = null;

/** Checks the structure against the JSON Schema: everything that is wrong, each in one sentence at its place. */
export function checkSchema(root: YamlNode): readonly Finding[] {
  fits ??= createFitsSchema(workflowSchema);
  if (fits(root)) return [];
  compiled ??= compileSchema();
  if (compiled(toPlain(root))) return [];
  // Of a bad name ajv says twice that it is bad.
  const errors = (compiled.errors ?? []).filter((error) => error.keyword !== 'propertyNames');
  return errors.map((error) => toFinding(root, error));
}

function compileSchema(): ValidateFunction {
  // That the schema itself is one is for a test to check: here it would cost as much again as compiling it.
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    strictTypes: false,
    validateSchema: false,
  });
  ajv.addKeyword('x-treadle');
  return ajv.compile(workflowSchema);
}

function keyOf(error: ErrorObject): string {
  const { additionalProperty, missingProperty } = error.params as Readonly<Record<string, unknown>>;
  return String(additionalProperty ?? missingProperty);
}

function toFinding(root: YamlNode, error: ErrorObject): Finding {
  const { node, span, path } = nodeAt(root, error.instancePath);
  const where = path.length === 0 ? 'the top level' : `\`${path.join('.')}\``;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, node, where);
    case 'required':
      return finding('missing-key', { span }, `The key '${keyOf(error)}' is missing at ${where}`);
    case 'type':
      return finding(
        annotatedCode(error, 'wrong-type'),
        { span },
        annotated(error, node) ?? wrongType(error, node, where),
      );
    case 'pattern':
      if (error.propertyName !== undefined) {
        const message = `'${error.propertyName}' is not a name: a letter or \`_\` first, then letters, digits, \`-\` and \`_\``;
        return finding('invalid-value', { span: keySpan(node, error.propertyName) }, message);
      }
      break;
    case 'enum':
      return finding(
        annotatedCode(error, 'invalid-value'),
        { span },
        notAllowed(error, node, path.findLast((part) => !/^\d+$/.test(part)) ?? ''),
      );
    case 'minProperties':
      return finding('no-start', { span }, 'The workflow must contain at least one job with no dependencies');
    case 'minItems':
      return finding('invalid-value', { span }, `The list at ${where} is empty`);
    case 'uniqueItems':
      return finding('invalid-value', { span }, `The list at ${where} holds a value twice`);
    default:
      break;
  }
  const message = annotated(error, node) ?? `The value at ${where} is not allowed`;
  return finding(annotatedCode(error, 'invalid-value'), { span }, message);
}

function unknownKey(error: ErrorObject, node: YamlNode, where: string): Finding {
  const key = keyOf(error);
  const at = { span: keySpan(node, key) };
  const properties = (error.parentSchema?.['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const known = Object.keys(properties).filter((name) => codeOf(properties[name]) !== 'unsupported-key');
  const offered = known.filter((name) => laterKeys[name] === undefined && foreignKeys[name] === undefined);
  const hint = suggestion(key, offered) || ` Known keys: ${offered.join(', ')}.`;
  return finding('unknown-key', at, `Unknown key '${key}' at ${where}.${hint}`);
}

function codeOf(schema: Schema | undefined): unknown {
  const annotation = schema?.['x-treadle'];
  return typeof annotation === 'object' && annotation !== null && 'code' in annotation
    ? annotation['code']
    : undefined;
}

function wrongType(error: ErrorObject, node: YamlNode, where: string): string {
  const { type } = error.params as { readonly type: string | readonly string[] };
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
  };
  const kinds = typeof type === 'string' ? type.split(',') : type;
  const isScalar = ['string', 'number', 'boolean'].every((kind) => kinds.includes(kind));
  const shown = kinds
    .filter((kind) => kind !== 'null' && !(isScalar && (kind === 'number' || kind === 'boolean')))
    .map((kind) => names[kind] ?? kind);
  return `Expected ${shown.join(' or ')} at ${where}, found ${describe(node)}`;
}

function notAllowed(error: ErrorObject, node: YamlNode, key: string): string {
  const { allowedValues } = error.params as { readonly allowedValues: readonly unknown[] };
  const names = allowedValues.map(String);
  if (node.kind !== 'scalar')
    return `Expected one of ${names.join(', ')} for \`${key}\`, found ${describe(node)}`;
  const written = node.text;
  const hint = suggestion(written, names) || ` Allowed: ${names.join(', ')}.`;
  return `'${written}' is not a value for \`${key}\`.${hint}`;
}

function annotation(error: ErrorObject): { readonly code?: unknown; readonly message?: unknown } {
  return (error.parentSchema?.['x-treadle'] ?? {}) as { readonly code?: unknown; readonly message?: unknown };
}

function annotatedCode(error: ErrorObject, otherwise: DiagnosticCode): DiagnosticCode {
  const { code } = annotation(error);
  const known = Object.keys(diagnosticCodes).find((name): name is DiagnosticCode => name === code);
  return known === undefined || (known === 'no-start' && error.keyword === 'type') ? otherwise : known;
}

function annotated(error: ErrorObject, node: YamlNode): string | null {
  const { message } = annotation(error);
  return typeof message === 'string' ? `${message}, found ${describe(node)}` : null;
}

function describe(node: YamlNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a mapping';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? `'${shorten(node.value)}'` : node.text;
}

function shorten(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > 40 || line.length < text.length ? `${line.slice(0, 40)}…` : line;
}

function keySpan(node: YamlNode, key: string): { readonly start: number; readonly end: number } {
  return (node.kind === 'map' ? node.byKey.get(key)?.key.span : undefined) ?? node.span;
}

interface PlacedNode {
  readonly node: YamlNode;
  /** Of the value if it is a scalar or a list on its key's line, else of its key. */
  readonly span: { readonly start: number; readonly end: number };
  readonly path: readonly string[];
}

/** The node at a JSON pointer. A mapping or an empty value is shown by its key, which is what the reader looks for. */
function nodeAt(root: YamlNode, pointer: string): PlacedNode {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let node = root;
  let span = root.kind === 'map' ? firstKeySpan(root) : root.span;
  for (const part of path) {
    if (node.kind === 'list') {
      node = node.items[Number(part)] ?? node;
      span = node.span;
    } else if (node.kind === 'map') {
      const entry = node.byKey.get(part);
      if (entry === undefined) break;
      node = entry.value;
      const isShown = node.kind === 'scalar' && node.span.end > node.span.start;
      span = isShown ? node.span : entry.key.span;
    }
  }
  return { node, span, path };
}

function firstKeySpan(root: YamlNode): { readonly start: number; readonly end: number } {
  return (
    (root.kind === 'map' ? root.entries[0]?.key.span : undefined) ?? {
      start: root.span.start,
      end: root.span.start,
    }
  );
}
