import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { diagnosticCodes } from '../../src/workflow/codes.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import { formatDiagnostics } from '../../src/workflow/format-diagnostics.ts';

// A pair `name.yml` and `name.txt` in golden/ is a case; UPDATE_GOLDEN=1 writes the second from the first.
const folder = new URL('golden/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .sort();

function read(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

function diagnose(name: string): string {
  const text = read(name);
  const { diagnostics, workflow } = compileWorkflow({ path: name, text });
  const isValid = diagnostics.every((diagnostic) => diagnostic.severity !== 'error');
  expect(workflow !== null).toBe(isValid);
  return formatDiagnostics(diagnostics, () => text, { color: false });
}

describe('diagnostics', () => {
  it.each(names)('%s', (name) => {
    const expected = new URL(name.replace(/\.yml$/, '.txt'), folder);
    const found = diagnose(name);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(expected, found);
    expect(found).toBe(existsSync(expected) ? readFileSync(expected, 'utf8') : 'no such golden file');
  });

  it('of every code there is an example', () => {
    const all = names.map(diagnose).join('');
    const seen = new Set([...all.matchAll(/ \[([a-z-]+)\]$/gm)].map((match) => match[1]));
    expect(Object.keys(diagnosticCodes).filter((code) => !seen.has(code))).toEqual([]);
  });
});

describe('ten different mistakes', () => {
  it('yield ten diagnostics at their lines and columns', () => {
    const { diagnostics } = compileWorkflow({ path: 'ten-mistakes.yml', text: read('ten-mistakes.yml') });
    expect(diagnostics.map(({ start, code }) => `${start.line}:${start.column} ${code}`)).toEqual([
      '3:21 invalid-value',
      '6:14 unknown-role',
      '7:5 unknown-key',
      '8:21 expression-syntax',
      '9:19 wrong-limit',
      '11:11 unknown-node-type',
      '12:12 unknown-need',
      '14:26 reference-unknown-job',
      '19:18 target-not-ancestor',
      '23:9 if-always-true',
    ]);
  });
});
