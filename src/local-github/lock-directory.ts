import { link, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { TreadleError } from '../base/errors.ts';

/** A data directory that is ours alone. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Takes a data directory for this process. A lock whose process has ended, for instance by SIGKILL, is taken over: the lock names
 * its process by id and by the time of its start, so that a reused id is not mistaken for it.
 *
 * @throws {TreadleError} `local-github-running` when a process that runs has the directory.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, 'lock');
  const mine = `${process.pid} ${await startOf(process.pid)}\n`;
  const draft = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  await writeFile(draft, mine);
  try {
    // A link appears whole or not at all, and never over another.
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (await tryLink(draft, path)) return { release: () => releaseLock(path, mine) };
      const holder = await readFile(path, 'utf8').catch(() => '');
      const [pid = '', start = ''] = holder.trim().split(' ');
      if (holder !== '' && (await startOf(Number(pid))) === start && isAlive(Number(pid))) {
        throw new TreadleError('local-github-running', `process ${pid} serves ${directory} already`, {
          remedy: `Use that server (its address is in ${join(directory, 'server.json')}), or end it first.`,
          facts: { pid: Number(pid), directory },
        });
      }
      await releaseLock(path, holder);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new TreadleError('local-github-running', `${directory} is being taken by several processes at once`, {
    remedy: 'Start the server again.',
  });
}

async function tryLink(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function releaseLock(path: string, holder: string): Promise<void> {
  const current = await readFile(path, 'utf8').catch(() => null);
  if (current === holder) await unlink(path).catch(() => undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process started, in the kernel's ticks; where the kernel does not tell, the empty text. */
async function startOf(pid: number): Promise<string> {
  if (!Number.isInteger(pid)) return 'unknown';
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
