import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import git from 'isomorphic-git';

import { TreadleError } from '../../base/errors.ts';
import { unreadable, type GitObject, type ObjectSource } from '../branch-backend.ts';
import type { Oid } from '../port.ts';
import { createDurableFs, errorCode } from './durable-fs.ts';
import type { Repository } from './repository.ts';

/** The objects of a repository on disk. */
export interface ObjectFiles extends ObjectSource {
  /** Stores objects that are not there yet; when it resolves they survive a power cut. */
  writeAll(objects: Iterable<GitObject>): Promise<void>;
  shallowCommits(): Promise<ReadonlySet<Oid>>;
}

/** Few enough for the limit of open files, enough that the disk syncs them together. */
const writesAtOnce = 16;

/**
 * Opens the objects of a repository, loose and packed, through isomorphic-git. Bytes go in and out as they are, by its
 * commands for any kind of object (deprecated for being low-level): the commands for one kind encode anew in their own way.
 */
export function openObjectFiles({ commonFolder, objectHomes }: Repository): ObjectFiles {
  const durable = createDurableFs();
  let cache = {};

  const readFrom = async (gitdir: string, oid: Oid): Promise<GitObject | undefined> => {
    try {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- see openObjectFiles
      const found = await git.readObject({ fs: durable.client, gitdir, oid, format: 'content', cache });
      return found.format === 'content' ? { kind: found.type, body: found.object } : undefined;
    } catch (error) {
      if (errorCode(error) === 'NotFoundError') return undefined;
      throw error;
    }
  };
  const readFromAny = async (oid: Oid): Promise<GitObject | undefined> => {
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
    async writeAll(objects) {
      try {
        await forEachOf(objects, writesAtOnce, ({ kind, body }) =>
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- see openObjectFiles
          git.writeObject({
            fs: durable.client,
            gitdir: commonFolder,
            type: kind,
            object: body,
            format: 'content',
          }),
        );
        await durable.flush();
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
    async shallowCommits() {
      const list = await readFile(join(commonFolder, 'shallow'), 'utf8').catch(() => '');
      return new Set(list.split('\n').filter((line) => line !== ''));
    },
  };
}

/** Does the work for each item, so many at a time. */
async function forEachOf<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
