import type { Json } from '../base/canonical-json.ts';
import type { Schema } from './schema-parts.ts';
import type { YamlList, YamlMap, YamlNode, YamlScalar } from './yaml-tree.ts';

/** Whether a node surely satisfies a schema. */
export type FitsSchema = (node: YamlNode) => boolean;

/** The keywords of JSON Schema that are understood here, with those that ask for nothing. */
const understood = new Set([
  ...['$schema', 'title', 'description', 'x-treadle'],
  ...['type', 'enum', 'pattern', 'minimum', 'maximum', 'exclusiveMinimum'],
  ...['items', 'minItems', 'uniqueItems'],
  ...[
    'properties',
    'patternProperties',
    'additionalProperties',
    'propertyNames',
    'required',
    'minProperties',
  ],
]);

/**
 * A check of the kind that most files pass: whether a tree satisfies a JSON Schema, and no more. True means that ajv finds nothing
 * wrong with it; false, that ajv is to be asked. It knows the keywords that the schema of workflows uses, and is false for others.
 *
 * Ajv makes a program of the schema first, which takes longer than checking a large file this way.
 */
export function createFitsSchema(schema: Schema): FitsSchema {
  if (Object.keys(schema).some((keyword) => !understood.has(keyword))) return () => false;
  const hasType = checkType(schema);
  const scalar = checkScalar(schema);
  const list = checkList(schema);
  const map = checkMap(schema);
  return (node) => {
    if (!hasType(node)) return false;
    return node.kind === 'scalar' ? scalar(node) : node.kind === 'list' ? list(node) : map(node);
  };
}

function checkType({ type, enum: values }: Schema): (node: YamlNode) => boolean {
  const types = type === undefined ? null : new Set([type].flat());
  const allowed = isList(values) ? new Set(values) : null;
  return (node) => {
    if (allowed !== null && (node.kind !== 'scalar' || !allowed.has(node.value))) return false;
    if (types === null) return true;
    if (node.kind !== 'scalar') return types.has(node.kind === 'list' ? 'array' : 'object');
    if (node.value === null) return types.has('null');
    if (typeof node.value !== 'number') return types.has(typeof node.value);
    const isFinite = Number.isFinite(node.value);
    return (isFinite && types.has('number')) || (Number.isInteger(node.value) && types.has('integer'));
  };
}

function checkScalar(schema: Schema): (scalar: YamlScalar) => boolean {
  const pattern = patternOf(schema['pattern']);
  const minimum = numberOf(schema['minimum'], -Infinity);
  const maximum = numberOf(schema['maximum'], Infinity);
  const above = numberOf(schema['exclusiveMinimum'], -Infinity);
  return ({ value }) => {
    if (typeof value === 'string') return pattern === null || pattern.test(value);
    return typeof value !== 'number' || (value >= minimum && value <= maximum && value > above);
  };
}

function checkList(schema: Schema): (list: YamlList) => boolean {
  const item = checkOf(schema['items']);
  const fewest = numberOf(schema['minItems'], 0);
  const isUnique = schema['uniqueItems'] === true;
  return ({ items }) => {
    if (items.length < fewest || (isUnique && !areDifferent(items))) return false;
    return item === null || items.every(item);
  };
}

function checkMap(schema: Schema): (map: YamlMap) => boolean {
  const properties = new Map(checksOf(schema['properties']));
  const patterns = checksOf(schema['patternProperties']).map(
    ([pattern, check]) => [new RegExp(pattern, 'u'), check] as const,
  );
  const additional = checkOf(schema['additionalProperties']);
  const { required, propertyNames } = schema;
  const name = patternOf(isPart(propertyNames) ? propertyNames['pattern'] : undefined);
  const namesAreKnown = !isPart(propertyNames) || Object.keys(propertyNames).join() === 'pattern';
  const needed = isList(required) ? required.map(String) : [];
  const fewest = numberOf(schema['minProperties'], 0);
  return ({ byKey }) => {
    if (!namesAreKnown || byKey.size < fewest || !needed.every((key) => byKey.has(key))) return false;
    for (const [key, { value }] of byKey) {
      if (name !== null && !name.test(key)) return false;
      const own = properties.get(key);
      const matching = patterns.filter(([pattern]) => pattern.test(key));
      if (own?.(value) === false || matching.some(([, check]) => !check(value))) return false;
      const isAdditional = own === undefined && matching.length === 0;
      if (isAdditional && additional?.(value) === false) return false;
    }
    return true;
  };
}

/** A part of a schema as a check; null for one that asks for nothing. */
function checkOf(part: Json | undefined): FitsSchema | null {
  if (part === false) return () => false;
  return isPart(part) ? createFitsSchema(part) : null;
}

function checksOf(parts: Json | undefined): readonly (readonly [string, FitsSchema])[] {
  return isPart(parts)
    ? Object.entries(parts).map(([key, part]) => [key, checkOf(part) ?? (() => true)] as const)
    : [];
}

/** Of scalars alone it is known. */
function areDifferent(items: readonly YamlNode[]): boolean {
  const values = items.flatMap((item) => (item.kind === 'scalar' ? [item.value] : []));
  return new Set(values).size === items.length;
}

function patternOf(pattern: Json | undefined): RegExp | null {
  return typeof pattern === 'string' ? new RegExp(pattern, 'u') : null;
}

function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function isPart(value: Json | undefined): value is Schema {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
