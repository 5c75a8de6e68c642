import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Compares a text with `golden/<name>`. `UPDATE_GOLDEN=1` writes the file instead; a file that is missing fails. */
export function expectGolden(name: string, text: string): void {
  const path = fileURLToPath(new URL(`golden/${name}`, import.meta.url));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text.endsWith('\n') ? text : `${text}\n`);
  expect(existsSync(path), `${name} is missing: run with UPDATE_GOLDEN=1 and read what it writes`).toBe(true);
  expect(text.replace(/\n?$/u, '\n')).toBe(readFileSync(path, 'utf8'));
}
