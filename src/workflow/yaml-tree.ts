import { formatNumber } from '../expression/number-text.ts';

/** Where something stands in the file, in UTF-16 units; the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A YAML value that knows its place. Aliases are resolved: the same node may stand under several parents. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** As GitHub converts it: null is empty, numbers are normalised. */
  readonly text: string;
  readonly style: 'plain' | 'single' | 'double' | 'block';
  readonly span: Span;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly span: Span;
}

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  /** Entries by key, the first of equal ones. */
  readonly byKey: ReadonlyMap<string, YamlEntry>;
  readonly span: Span;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

/** A mapping of entries, of which several may have the same key. */
export function mapOf(entries: readonly YamlEntry[], span: Span): YamlMap {
  const byKey = new Map<string, YamlEntry>();
  for (const entry of entries) if (!byKey.has(entry.key.text)) byKey.set(entry.key.text, entry);
  return { kind: 'map', entries, byKey, span };
}

/** Nothing, where a value could stand. */
export function emptyAt(offset: number): YamlScalar {
  return { kind: 'scalar', value: null, text: '', style: 'plain', span: { start: offset, end: offset } };
}

/** The text of a scalar value as GitHub converts it. */
export function scalarText(value: null | boolean | number | string): string {
  if (value === null) return '';
  return typeof value === 'number' ? formatNumber(value) : String(value);
}

/** The value at a key, or undefined. */
export function valueAt(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.kind === 'map' ? node.byKey.get(key)?.value : undefined;
}

/** The value at a key if it is a scalar other than null. */
export function scalarAt(node: YamlNode | undefined, key: string): YamlScalar | undefined {
  const value = valueAt(node, key);
  return value?.kind === 'scalar' && value.value !== null ? value : undefined;
}

/** A scalar as a list of one, a list's scalars; anything else is none. */
export function scalarsOf(node: YamlNode | undefined): readonly YamlScalar[] {
  if (node === undefined || node.kind === 'map') return [];
  if (node.kind === 'list') return node.items.filter((item) => item.kind === 'scalar');
  return node.value === null ? [] : [node];
}

/** The entries of a mapping; anything else has none. */
export function entriesOf(node: YamlNode | undefined): readonly YamlEntry[] {
  return node?.kind === 'map' ? node.entries : [];
}

/** The plain value, for a validator. Shared nodes stay shared. */
export function toPlain(node: YamlNode, known = new Map<YamlNode, unknown>()): unknown {
  if (node.kind === 'scalar') return node.value;
  const ready = known.get(node);
  if (ready !== undefined) return ready;
  const plain =
    node.kind === 'list'
      ? node.items.map((item) => toPlain(item, known))
      : Object.fromEntries([...node.byKey].map(([key, entry]) => [key, toPlain(entry.value, known)]));
  known.set(node, plain);
  return plain;
}
