import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';

import { extractBlobs } from '../../src/codec/blobs.ts';
import { DOCUMENT_KINDS, findSchemaViolation } from '../../src/codec/schemas.ts';
import { kinds } from './kinds.ts';
import { samples } from './samples.ts';

const folder = fileURLToPath(new URL('../../state/', import.meta.url));
const names = readdirSync(folder).sort();

interface Schema {
  readonly $schema?: string;
  readonly $id: string;
  readonly title?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

function readSchema(name: string): Schema {
  return JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as Schema;
}

test('every kind has its schema, and every schema its kind', () => {
  expect(names).toEqual(
    [...DOCUMENT_KINDS.map((kind) => `${kind}.schema.json`), 'common.schema.json'].sort(),
  );
});

test.each(names)('%s says what it is', (name) => {
  const schema = readSchema(name);
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(schema.$id).toBe(name);
  expect(schema.title).toMatch(/^\S.{15,}$/);
});

test.each(names)('%s compiles in strict mode', (name) => {
  const warnings: unknown[] = [];
  const ajv = new Ajv({
    strict: true,
    strictTypes: true,
    strictTuples: true,
    strictRequired: true,
    discriminator: true,
    validateSchema: true,
    logger: {
      log: (said) => warnings.push(said),
      warn: (said) => warnings.push(said),
      error: (said) => warnings.push(said),
    },
  });
  if (name !== 'common.schema.json') ajv.addSchema(readSchema('common.schema.json'));
  ajv.compile(readSchema(name));
  expect(warnings).toEqual([]);
});

/** What needs no description: its name and its form say it, or the title of its document does. */
const obvious = new Set(
  `version id run job attempt turn number issue pull workflow type event reason body labels author repository actor by at login kind
   title text path status conclusion createdAt completedAt startedAt endedAt dispatchedAt grantedAt until since assignee outcome
   summary usage tokens costUsd name answer verdict inputs settings question paused dispatch blob wake from attempts base escalation
   failures claim effect to commit oid head`.split(/\s+/),
);

/** Every named property of a schema with its path. */
function* propertiesOf(
  schema: unknown,
  path: string,
): Iterable<readonly [path: string, name: string, property: object]> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, inner] of Object.entries(schema)) {
    if (key === 'properties') {
      for (const [name, property] of Object.entries(inner as Readonly<Record<string, object>>)) {
        yield [`${path}/${name}`, name, property];
        yield* propertiesOf(property, `${path}/${name}`);
      }
    } else yield* propertiesOf(inner, path);
  }
}

test.each(names)('%s describes every field that is not obvious', (name) => {
  const silent = [...propertiesOf(readSchema(name), '')]
    .filter(
      ([, field, property]) => !obvious.has(field) && !('description' in property) && !('$ref' in property),
    )
    .map(([path]) => path);
  expect(silent).toEqual([]);
});

test.each(names)('%s lets no object hold what it does not name', (name) => {
  const loose: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { type, oneOf, additionalProperties } = schema as Readonly<Record<string, unknown>>;
    if (type === 'object' && oneOf === undefined && additionalProperties === undefined) loose.push(path);
    for (const [key, inner] of Object.entries(schema)) walk(inner, `${path}/${key}`);
  };
  walk(readSchema(name), '');
  // What a workflow's inputs are is the workflow's word.
  expect(loose).toEqual(name === 'common.schema.json' ? ['/definitions/trigger/properties/inputs'] : []);
});

test.each(DOCUMENT_KINDS)('a %s document that is valid has no violation', (kind) => {
  const { codec } = kinds[kind];
  const stored: unknown = JSON.parse(codec.encode(extractBlobs(samples[kind]).stored));
  expect(findSchemaViolation(kind, stored)).toBeNull();
  expect(findSchemaViolation(kind, {})).toBe("the document must have required property 'version'");
});
