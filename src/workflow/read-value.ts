import type { Json } from '../base/canonical-json.ts';
import { holdsExpression, soleExpression } from '../expression/template.ts';
import type { ValueEntry, ValueTemplate } from '../expression/value-template.ts';
import type { TextField, ValueField } from './draft.ts';
import type { YamlEntry, YamlNode, YamlScalar } from './yaml-tree.ts';

type ReadText = (scalar: YamlScalar) => TextField | null;

/**
 * Reads a value of any shape with expressions in it. Nodes that several aliases share are read once; what holds no expression stays
 * the plain value.
 *
 * @param readText reads a text with expressions, and collects what does not parse
 */
export function readValue(node: YamlNode, readText: ReadText): ValueField {
  const texts: TextField[] = [];
  const known = new Map<YamlNode, ValueTemplate>();
  const read = (one: YamlNode): ValueTemplate => {
    const ready = known.get(one);
    if (ready !== undefined) return ready;
    const template = readNode(one, read, collect);
    known.set(one, template);
    return template;
  };
  const collect: ReadText = (scalar) => {
    const field = readText(scalar);
    if (field !== null) texts.push(field);
    return field;
  };
  return { node, value: read(node), texts };
}

function readNode(
  node: YamlNode,
  read: (node: YamlNode) => ValueTemplate,
  readText: ReadText,
): ValueTemplate {
  switch (node.kind) {
    case 'scalar':
      return readScalar(node, readText);
    case 'list': {
      const items = node.items.map(read);
      const values = items.flatMap((item) => (item.kind === 'literal' ? [item.value] : []));
      return values.length === items.length ? { kind: 'literal', value: values } : { kind: 'list', items };
    }
    case 'map':
      return foldEntries(node.entries.map((entry) => readEntry(entry, read, readText)));
  }
}

function readScalar(scalar: YamlScalar, readText: ReadText): ValueTemplate {
  if (typeof scalar.value !== 'string' || !holdsExpression(scalar.value)) {
    return { kind: 'literal', value: scalar.value };
  }
  const template = readText(scalar)?.template ?? null;
  // What does not parse is reported; the workflow is not built.
  if (template === null) return { kind: 'literal', value: scalar.value };
  const expression = soleExpression(template);
  return expression === null ? { kind: 'text', template } : { kind: 'expression', expression };
}

/** `${{ insert }}` as a key is GitHub's word for: the fields of the value stand here. */
function readEntry(
  { key, value }: YamlEntry,
  read: (node: YamlNode) => ValueTemplate,
  readText: ReadText,
): ValueEntry {
  const literal = { source: key.text, parts: [key.text] };
  const isInsert = /^\s*\$\{\{\s*insert\s*\}\}\s*$/.test(key.text);
  if (isInsert || !holdsExpression(key.text)) return { key: literal, isInsert, value: read(value) };
  return { key: readText(key)?.template ?? literal, isInsert, value: read(value) };
}

function foldEntries(entries: readonly ValueEntry[]): ValueTemplate {
  const fields: [string, Json][] = [];
  for (const { key, isInsert, value } of entries) {
    const [name] = key.parts;
    const isPlain = !isInsert && key.parts.length === 1 && typeof name === 'string';
    if (isPlain && value.kind === 'literal') fields.push([name, value.value]);
  }
  return fields.length === entries.length
    ? { kind: 'literal', value: Object.fromEntries(fields) }
    : { kind: 'map', entries };
}
