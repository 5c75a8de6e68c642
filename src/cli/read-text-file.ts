import { readFile } from 'node:fs/promises';

import { TreadleError } from '../base/errors.ts';

/**
 * The text of a file that somebody named. Throws `not-found`, with what to do.
 *
 * @param shown how the file is called in messages
 */
export async function readTextFile(path: string, shown: string = path): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { reason, remedy } = explain(cause as NodeJS.ErrnoException, shown);
    throw new TreadleError('not-found', `${shown} cannot be read: ${reason}`, { remedy, cause });
  }
}

function explain(
  { code, message }: NodeJS.ErrnoException,
  shown: string,
): { readonly reason: string; readonly remedy: string } {
  switch (code) {
    case 'ENOENT':
      return { reason: 'there is no such file', remedy: 'Give its path from the folder that you are in.' };
    case 'EISDIR':
      return { reason: 'it is a folder', remedy: `Name the files in it, for instance ${shown}/*` };
    case 'EACCES':
    case 'EPERM':
      return { reason: 'you may not read it', remedy: 'Give yourself permission to read it: chmod u+r' };
    default:
      return { reason: message, remedy: 'Name another file.' };
  }
}
