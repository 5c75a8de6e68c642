import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { TreadleError } from '../../base/errors.ts';
import { isOid } from '../git-object.ts';
import type { Oid } from '../port.ts';
import { errorCode, syncFolder } from './durable-fs.ts';

/** Where a ref is kept, and how long to wait for others. */
export interface RefFileOptions {
  readonly commonFolder: string;
  /** The whole name, for instance `refs/heads/treadle/state`. */
  readonly ref: string;
  /** How long a lock that somebody else holds is waited for. */
  readonly lockTimeoutMs: number;
}

/** One ref of a repository on disk. */
export interface RefFile {
  read(): Promise<Oid | null>;
  /** Whether the ref stood at `expected` (null: did not exist) and now stands, durably, at `next`. */
  compareAndSwap(expected: Oid | null, next: Oid): Promise<boolean>;
}

/**
 * Opens a ref, which is on disk, read and changed in git's own protocol, so that git processes and ours exclude each other:
 * `<ref>.lock` made exclusively, the value compared under it, the new value written, synced and renamed into place.
 *
 * Source: `lockfile.h` and `refs/files-backend.c` of git.
 *
 * @throws {TreadleError} from its methods: `ref-locked`, `ref-name-taken`, `ref-corrupt`, `ref-not-writable`.
 */
export function openRefFile({ commonFolder, ref, lockTimeoutMs }: RefFileOptions): RefFile {
  const path = join(commonFolder, ref);
  const lockPath = `${path}.lock`;
  const packedRefsPath = join(commonFolder, 'packed-refs');

  const read = async (): Promise<Oid | null> => {
    const loose = await readIfFile(path);
    if (loose !== undefined) return parseLooseRef(path, loose);
    return parsePackedRefs((await readIfFile(packedRefsPath)) ?? '').get(ref) ?? null;
  };

  const swapUnderLock = async (lock: fs.FileHandle, expected: Oid | null, next: Oid): Promise<boolean> => {
    try {
      if ((await read()) !== expected) return false;
      if (expected === null) refuseTakenName(ref, parsePackedRefs((await readIfFile(packedRefsPath)) ?? ''));
      await lock.writeFile(`${next}\n`);
      await lock.sync();
    } finally {
      await lock.close();
    }
    await removeEmptyFolders(path);
    await fs.rename(lockPath, path);
    return true;
  };

  return {
    read,
    async compareAndSwap(expected, next) {
      try {
        const lock = await takeLock(lockPath, lockTimeoutMs);
        let swapped = false;
        try {
          swapped = await swapUnderLock(lock, expected, next);
        } finally {
          if (!swapped) await fs.unlink(lockPath).catch(() => undefined);
        }
        if (swapped) await syncFolders(dirname(path), commonFolder);
        return swapped;
      } catch (error) {
        throw explainRefError(error, ref, path);
      }
    },
  };
}

/** Makes the lock file, waiting while somebody else has it. A lock is never broken: only a person knows that its owner died. */
async function takeLock(lockPath: string, timeoutMs: number): Promise<fs.FileHandle> {
  const deadline = performance.now() + timeoutMs;
  let vanished = 0;
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 1.5, 50)) {
    try {
      return await fs.open(lockPath, 'wx', 0o644);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' && vanished < 10) {
        // The folder is not there yet, or git removed it when it packed or deleted the last ref in it.
        vanished += 1;
        await fs.mkdir(dirname(lockPath), { recursive: true });
        continue;
      }
      if (code !== 'EEXIST') throw error;
      if (performance.now() >= deadline) throw await locked(lockPath, timeoutMs);
      await delay(waitMs * (0.5 + Math.random()));
    }
  }
}

async function locked(lockPath: string, timeoutMs: number): Promise<TreadleError> {
  const found = await fs.stat(lockPath).catch(() => undefined);
  const since = found?.mtime.toISOString();
  return new TreadleError(
    'ref-locked',
    `${lockPath} is still there after ${timeoutMs} ms${since === undefined ? '' : `; it was made at ${since}`}: ` +
      'another process is updating the state branch, or died while it did',
    {
      remedy: `If no git or Treadle process works in this repository, remove the file: rm '${lockPath}'. Nothing is lost by it.`,
      facts: { path: lockPath, since, timeoutMs },
    },
  );
}

function parseLooseRef(path: string, content: string): Oid {
  const value = content.trim();
  if (isOid(value)) return value;
  const what = value.startsWith('ref:') ? 'is a symbolic ref' : 'holds no commit id';
  throw new TreadleError('ref-corrupt', `${path} ${what}`, {
    remedy:
      'Point the branch at its last commit with `git update-ref`; `git reflog` and `git fsck --lost-found` find it.',
    facts: { path },
  });
}

/** Source: https://git-scm.com/docs/git-pack-refs */
function parsePackedRefs(text: string): ReadonlyMap<string, Oid> {
  const refs = new Map<string, Oid>();
  for (const line of text.split('\n')) {
    const [, oid, name] = /^([0-9a-f]{40}) (.+)$/.exec(line) ?? [];
    if (oid !== undefined && name !== undefined) refs.set(name, oid);
  }
  return refs;
}

/** Git holds no ref whose name is a folder of another's, packed or not. */
function refuseTakenName(ref: string, packed: ReadonlyMap<string, Oid>): void {
  for (const other of packed.keys()) {
    if (other.startsWith(`${ref}/`) || ref.startsWith(`${other}/`)) throw nameTaken(ref, other);
  }
}

function nameTaken(ref: string, other: string | undefined, cause?: unknown): TreadleError {
  const reason = other === undefined ? 'another ref has a part of its name as its own' : `${other} exists`;
  return new TreadleError('ref-name-taken', `${ref} cannot be made: ${reason}`, {
    remedy: 'Rename or delete that ref, or configure another name for the state branch.',
    facts: { ref, other },
    cause,
  });
}

function explainRefError(error: unknown, ref: string, path: string): unknown {
  switch (errorCode(error)) {
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
    case 'ENOTEMPTY':
      return error instanceof TreadleError ? error : nameTaken(ref, undefined, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOSPC':
      return new TreadleError('ref-not-writable', `${path} cannot be written`, {
        remedy: 'Check free disk space and that this user may write there.',
        facts: { path, code: errorCode(error) },
        cause: error,
      });
    default:
      return error;
  }
}

/** Removes the empty folders that deleted refs left where the ref's file goes; as git does. */
async function removeEmptyFolders(path: string): Promise<void> {
  const found = await fs.stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
  for (const name of await fs.readdir(path)) await removeEmptyFolders(join(path, name));
  await fs.rmdir(path);
}

/** The new name is durable when its folder is, and a new folder when the one above it is. */
async function syncFolders(folder: string, top: string): Promise<void> {
  for (let at = folder; at.startsWith(top) && at !== top; at = dirname(at)) await syncFolder(at);
}

async function readIfFile(path: string): Promise<string | undefined> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
