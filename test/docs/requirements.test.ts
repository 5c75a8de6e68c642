import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGE = readFileSync(new URL('docs/requirements.md', ROOT), 'utf8');

/** Rows that nothing shows yet. It only ever goes down. */
const MOST_UNSHOWN = 0;

interface Row {
  readonly name: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
  readonly isUnshown: boolean;
}

/** The rows of all tables. A test stands behind its file; a name without one is in the file before it. */
function readRows(): readonly Row[] {
  const lines = PAGE.split('\n').filter(
    (line) => line.startsWith('| ') && !/^\| (?:-|requirement|what )/.test(line),
  );
  return lines.map((line) => {
    const [, name = '', shown = ''] = line.split(' | ').length > 1 ? ['', ...line.split(/ +\| /)] : [];
    let file = '';
    const tests: { file: string; name: string }[] = [];
    for (const [, path, title] of shown.matchAll(/`(test\/[^`]+)`|"([^"]+)"/g)) {
      if (path !== undefined) file = path;
      if (title !== undefined) tests.push({ file, name: title });
    }
    return { name: name.replace(/^\| /, ''), tests, isUnshown: shown.includes('no test yet') };
  });
}

/** The names of the tests and scenarios of a file, as they are written there. */
function testNames(path: string): readonly string[] {
  const source = readFileSync(new URL(path, ROOT), 'utf8');
  const tests = source.matchAll(/\b(?:test|it)(?:\.\w+(?:<[^()]*>)?\([\s\S]*?\))?\(\s*(['"`])(.+?)\1,/g);
  const scenarios = source.matchAll(/\bscenario\(\s*'[^']*',\s*(['"`])(.+?)\1,/g);
  return [...tests, ...scenarios].map(([, , name = '']) => name);
}

const rows = readRows();

describe('docs/requirements.md', () => {
  test('has the fourteen requirements, each once and in order', () => {
    const numbers = rows.flatMap(({ name }) => /^REQ-(\d+) /.exec(name)?.[1] ?? []);
    expect(numbers).toEqual(Array.from({ length: 14 }, (_, index) => String(index + 1)));
  });

  test.each(rows)('$name', ({ tests, isUnshown }) => {
    expect(tests.length > 0 || isUnshown).toBe(true);
    for (const { file, name } of tests) {
      expect(existsSync(fileURLToPath(new URL(file, ROOT))), file).toBe(true);
      expect(testNames(file), `${file} has no test of that name`).toContain(name);
    }
  });

  test('says of few rows that nothing shows them', () => {
    expect(rows.filter(({ isUnshown }) => isUnshown).length).toBeLessThanOrEqual(MOST_UNSHOWN);
  });
});
