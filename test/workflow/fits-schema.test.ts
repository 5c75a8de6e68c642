import { readFileSync, readdirSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it, test } from 'vitest';

import { workflowText } from '../../bench/workflow-text.ts';
import { createFitsSchema } from '../../src/workflow/fits-schema.ts';
import { readYaml } from '../../src/workflow/read-yaml.ts';
import type { Schema } from '../../src/workflow/schema-parts.ts';
import { workflowSchema } from '../../src/workflow/workflow-schema.ts';
import type { YamlNode } from '../../src/workflow/yaml-tree.ts';
import { toPlain } from '../../src/workflow/yaml-tree.ts';

function ajvFor(schema: Schema): (node: YamlNode) => boolean {
  const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false });
  ajv.addKeyword('x-treadle');
  const validate = ajv.compile(schema);
  return (node) => validate(toPlain(node));
}

function nodeOf(value: string): YamlNode {
  const { root } = readYaml(`value: ${value}\n`);
  const node = root?.kind === 'map' ? root.byKey.get('value')?.value : undefined;
  if (node === undefined) throw new Error(`no YAML: ${value}`);
  return node;
}

const SCHEMAS: Readonly<Record<string, Schema>> = {
  'a type': { type: 'string' },
  'several types': { type: ['string', 'null', 'array'] },
  numbers: { type: 'number', minimum: 1, maximum: 5 },
  'whole numbers': { type: ['integer', 'object'], exclusiveMinimum: 0 },
  'an enumeration': { enum: ['a', 1, true, null] },
  'a pattern': { type: ['string', 'number'], pattern: '^a' },
  lists: { type: 'array', minItems: 1, uniqueItems: true, items: { type: ['string', 'number'] } },
  mappings: {
    type: 'object',
    minProperties: 1,
    properties: { a: { type: 'string' }, b: {} },
    patternProperties: { '^x': { type: 'number' }, y$: {} },
    additionalProperties: false,
  },
  'mappings of texts': {
    type: 'object',
    required: ['a'],
    propertyNames: { pattern: '^[a-z]$' },
    additionalProperties: { type: 'string' },
  },
  'mappings of anything': { type: 'object', properties: { a: { enum: ['b'] } } },
};

const VALUES = [
  ...[
    'a',
    'b',
    "''",
    "'1'",
    '0',
    '1',
    '3',
    '5',
    '6',
    '1.5',
    '-1',
    '.inf',
    '.nan',
    'true',
    'false',
    'null',
    'ab',
  ],
  ...[
    '[]',
    '[a]',
    '[a, a]',
    '[1, 1]',
    "[1, '1']",
    '[a, [b]]',
    '[[a], [a]]',
    '{}',
    '{ a: b }',
    '{ a: 1 }',
    '{ b: 1 }',
  ],
  ...[
    '{ x1: 1 }',
    '{ x1: a }',
    '{ xy: a }',
    '{ y: a }',
    '{ c: d }',
    '{ a: b, c: d }',
    '{ a: b, C: d }',
    '{ a: b, c: 1 }',
  ],
];

describe('a schema of', () => {
  test.each(Object.keys(SCHEMAS))('%s', (name) => {
    const schema = SCHEMAS[name] ?? {};
    const fits = createFitsSchema(schema);
    const validate = ajvFor(schema);
    for (const value of VALUES) {
      const node = nodeOf(value);
      // Of a list of lists it is not known whether all are different.
      if (value !== '[[a], [a]]' && value !== '[a, [b]]')
        expect([value, fits(node)]).toEqual([value, validate(node)]);
      else if (fits(node)) expect([value, validate(node)]).toEqual([value, true]);
    }
  });

  test.each<Schema>([
    { const: 'a' },
    { type: 'string', maxLength: 5 },
    { type: 'object', propertyNames: { minLength: 1 } },
    { type: 'object', properties: { a: { not: { type: 'string' } } } },
  ])('other keywords is left to ajv: %j', (schema) => {
    const fits = createFitsSchema(schema);
    expect([fits(nodeOf('a')), fits(nodeOf('{ a: b }'))]).toEqual([false, false]);
  });
});

describe('the schema of workflows', () => {
  const fits = createFitsSchema(workflowSchema);
  const validate = ajvFor(workflowSchema);
  const folder = new URL('golden/', import.meta.url);
  const golden = readdirSync(folder).filter((name) => name.endsWith('.yml'));

  it.each(golden)('is told of %s as ajv tells it', (name) => {
    const { root } = readYaml(readFileSync(new URL(name, folder), 'utf8'));
    if (root !== null) expect(fits(root)).toBe(validate(root));
  });

  it('is understood in full', () => {
    const { root } = readYaml(workflowText('mixed', 10));
    expect(root !== null && fits(root)).toBe(true);
  });
});
