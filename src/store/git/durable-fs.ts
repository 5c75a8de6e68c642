import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { PromiseFsClient } from 'isomorphic-git';

/** A file system for isomorphic-git whose writes are whole or absent, also after SIGKILL or a power cut. */
export interface DurableFs {
  readonly client: PromiseFsClient;
  /** Makes the names of all files written so far durable; their contents already are. */
  flush(): Promise<void>;
}

/** isomorphic-git writes in place, so a kill would leave a truncated object that it then takes for present. */
export function createDurableFs(): DurableFs {
  const unflushed = new Set<string>();
  const { readFile, unlink, readdir, mkdir, rmdir, stat, lstat, readlink, symlink } = fs;
  const writeFile = async (path: string, content: Uint8Array): Promise<void> => {
    const folder = dirname(path);
    // The name that git gives to its own unfinished objects, so that `git prune` and `git gc` clear away what a kill leaves.
    const temporary = join(folder, `tmp_obj_${randomBytes(8).toString('hex')}`);
    const created = await writeSynced(temporary, content);
    try {
      await fs.rename(temporary, path);
    } catch (error) {
      await fs.unlink(temporary).catch(() => undefined);
      throw error;
    }
    unflushed.add(folder);
    if (created) unflushed.add(dirname(folder));
  };
  return {
    client: {
      promises: { readFile, writeFile, unlink, readdir, mkdir, rmdir, stat, lstat, readlink, symlink },
    },
    async flush() {
      const folders = [...unflushed];
      await Promise.all(folders.map(syncFolder));
      for (const folder of folders) unflushed.delete(folder);
    },
  };
}

/** Writes a new read-only file and its folder if need be, and says whether the folder was made. */
async function writeSynced(path: string, content: Uint8Array): Promise<boolean> {
  let created = false;
  // `git gc` removes empty object folders at any moment, hence more than one try.
  for (let tries = 3; ; tries -= 1) {
    try {
      const file = await fs.open(path, 'wx', 0o444);
      try {
        await file.writeFile(content);
        await file.sync();
      } catch (error) {
        await fs.unlink(path).catch(() => undefined);
        throw error;
      } finally {
        await file.close();
      }
      return created;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || tries === 0) throw error;
      await fs.mkdir(dirname(path), { recursive: true });
      created = true;
    }
  }
}

/** Makes the names in a folder durable. Windows cannot, and needs not: there NTFS journals them. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const folder = await fs.open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** The code of a system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
