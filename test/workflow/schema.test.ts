import { Ajv } from 'ajv';
import { expect, test } from 'vitest';

import { workflowSchema } from '../../src/workflow/workflow-schema.ts';

type Part = Readonly<Record<string, unknown>>;

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every key that the schema knows, by its path, with the schema of its value. */
function* propertiesOf(schema: Part, path = ''): Iterable<readonly [string, Part]> {
  for (const [name, part] of Object.entries(isPart(schema['properties']) ? schema['properties'] : {})) {
    if (!isPart(part)) throw new Error(`${path}.${name} is no schema`);
    yield [`${path}.${name}`, part];
    yield* propertiesOf(part, `${path}.${name}`);
  }
  for (const key of ['additionalProperties', 'items']) {
    if (isPart(schema[key])) yield* propertiesOf(schema[key], `${path}.*`);
  }
}

const properties = [...propertiesOf(workflowSchema)];

test('every key of the schema has a description that an editor can show', () => {
  expect(properties.length).toBeGreaterThan(80);
  const poor = properties.filter(([, { description }]) => !/^\S.{8,}\.$/s.test(String(description)));
  expect(poor.map(([path]) => path)).toEqual([]);
});

test('mappings and lists of the schema say what they take', () => {
  const open = properties.filter(([, part]) => {
    const types = [part['type']].flat();
    const isOpenMap = types.includes('object') && part['additionalProperties'] === undefined;
    const isOpenList =
      types.includes('array') && part['items'] === undefined && part['pattern'] === undefined;
    return isOpenMap || isOpenList;
  });
  // Other events are left to a rule, which tells those of GitHub from those that do not exist.
  expect(open.map(([path]) => path)).toEqual(['.on']);
});

test('the schema is one of draft 7, which editors understand', () => {
  expect(workflowSchema['$schema']).toBe('http://json-schema.org/draft-07/schema#');
  const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false });
  ajv.addKeyword('x-treadle');
  expect(ajv.validateSchema(workflowSchema)).toBe(true);
});
