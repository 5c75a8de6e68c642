import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export const goldenFolder = fileURLToPath(new URL('golden/', import.meta.url));

/** Compares a text with `golden/<name>`. `UPDATE_GOLDEN=1` writes the file instead; a file that is missing fails. */
export function expectGolden(name: string, text: string): void {
  const path = `${goldenFolder}${name}`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  expect(existsSync(path), `${name} is missing: run with UPDATE_GOLDEN=1 and read what it writes`).toBe(true);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
