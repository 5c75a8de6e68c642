import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import git from 'isomorphic-git';

import { TreadleError } from '../../base/errors.ts';
import type { ObjectKind } from '../git-object.ts';
import { unreadable, type ObjectDatabase } from '../object-database.ts';
import type { Oid } from '../port.ts';
import { createDurableFs, errorCode } from './durable-fs.ts';
import type { Repository } from './repository.ts';

type StoredObject = NonNullable<Awaited<ReturnType<ObjectDatabase['read']>>>;

/**
 * The objects of a repository on disk, loose and packed, through isomorphic-git. Bytes go in and out as they are, by its
 * commands for any kind of object (deprecated for being low-level): the commands for one kind encode anew in their own way.
 */
export function openObjectFiles({ commonFolder, objectHomes }: Repository): ObjectDatabase {
  const durable = createDurableFs();
  let cache = {};

  const readFrom = async (gitdir: string, oid: Oid): Promise<StoredObject | undefined> => {
    try {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- see openObjectFiles
      const found = await git.readObject({ fs: durable.client, gitdir, oid, format: 'content', cache });
      return found.format === 'content' ? { kind: found.type, body: found.object } : undefined;
    } catch (error) {
      if (errorCode(error) === 'NotFoundError') return undefined;
      throw error;
    }
  };
  const readFromAny = async (oid: Oid): Promise<StoredObject | undefined> => {
    for (const home of objectHomes) {
      const found = await readFrom(home, oid);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  return {
    async read(oid) {
      const first = await readFromAny(oid).catch(() => undefined);
      if (first !== undefined) return first;
      // A repack may have moved the object and removed its file while we looked: look again, with nothing remembered.
      cache = {};
      try {
        return await readFromAny(oid);
      } catch (error) {
        throw unreadable(oid, '', error instanceof Error ? error.message : String(error), error);
      }
    },
    async write(kind: ObjectKind, body: Uint8Array) {
      try {
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- see openObjectFiles
        return await git.writeObject({
          fs: durable.client,
          gitdir: commonFolder,
          type: kind,
          object: body,
          format: 'content',
        });
      } catch (error) {
        throw new TreadleError(
          'repository-not-writable',
          `git objects cannot be written in ${commonFolder}`,
          {
            remedy: 'Check free disk space and that this user may write there.',
            facts: { path: commonFolder, code: errorCode(error) },
            cause: error,
          },
        );
      }
    },
    flush: () => durable.flush(),
    async shallowCommits() {
      const list = await readFile(join(commonFolder, 'shallow'), 'utf8').catch(() => '');
      return new Set(list.split('\n').filter((line) => line !== ''));
    },
  };
}
