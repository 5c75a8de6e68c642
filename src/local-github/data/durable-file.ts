import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Adapter } from 'lowdb';

import { TreadleError } from '../../base/errors.ts';

/**
 * A lowdb adapter over one JSON file. `write` resolves when the text is on the disk and the name points to it: a temporary file
 * is written, fsynced, renamed over the old one, and the directory is fsynced. The value is encoded before the first wait, so
 * the file holds it as it was when `write` was called.
 *
 * @throws {TreadleError} `local-data-corrupt` from `read` when the file does not hold JSON.
 */
export function durableFile<T>(path: string): Adapter<T> {
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      });
      // Only this server writes the file, and each write replaces it whole.
      return text === null ? null : (decode(path, text) as T);
    },
    async write(value) {
      await replaceFile(path, JSON.stringify(value), 0o600);
    },
  };
}

/** Replaces a file's text durably: after this resolves, neither a crash nor a loss of power brings the old text back. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(text, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function decode(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TreadleError('local-data-corrupt', `${path} does not hold JSON`, {
      remedy: 'Restore the file from a copy, or start with an empty data directory.',
      cause,
    });
  }
}
