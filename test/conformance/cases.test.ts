import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { CheckedCase } from '../../src/conformance/check-cases.ts';
import { checkCases } from '../../src/conformance/check-cases.ts';
import { expectedFailures } from './expected-failures.ts';

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** How many cases there are at least, by the beginning of the files' names. */
const leastCases = { expressions: 300, conditions: 30, matrix: 60, 'job-graph': 80, concurrency: 25 };

function casesOf(file: string): readonly CheckedCase[] {
  return checkCases(readFileSync(new URL(file, folder), 'utf8')).cases;
}

describe.each(files)('%s', (file) => {
  const failing = new Map(Object.entries(expectedFailures[file] ?? {}));
  const named = casesOf(file).map((one) => ({
    ...one,
    name: (typeof one.id === 'string' ? one.id : JSON.stringify(one.id)).slice(0, 120),
  }));
  it('tells its cases apart', () => {
    expect(named.filter(({ name }, index) => named.findIndex((one) => one.name === name) !== index)).toEqual(
      [],
    );
    expect([...failing.keys()].filter((id) => named.every(({ name }) => name !== id))).toEqual([]);
  });
  it.each(named.filter(({ name }) => !failing.has(name)))('$name', ({ pass, expected, actual }) => {
    expect(pass, JSON.stringify({ expected, actual })).toBe(true);
  });
  const unsupported = named.filter(({ name }) => failing.has(name));
  if (unsupported.length > 0) {
    it.each(unsupported)('$name still fails: see expected-failures.ts', ({ pass }) => {
      expect(pass).toBe(false);
    });
  }
});

it.each(Object.entries(leastCases))('of %s there are at least %i cases', (kind, least) => {
  const cases = files.filter((file) => file.startsWith(kind)).flatMap(casesOf);
  expect(cases.length).toBeGreaterThanOrEqual(least);
});
