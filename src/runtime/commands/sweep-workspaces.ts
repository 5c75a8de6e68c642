import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PID_FILE = /\.pid$/;

/**
 * Ends the programs that a killed runner left behind, and removes their workspaces: their dispatches are made anew, and two
 * programs must not work on one turn. To be called only while no other runner works in the folder.
 */
export async function sweepWorkspaces(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((one) => PID_FILE.test(one))) {
    const path = join(folder, name);
    const [, pid, start] = /^(\d+) (.+)$/.exec(await readFile(path, 'utf8').catch(() => '')) ?? [];
    // The time of the start tells the program from another one that was given its number since.
    if (pid !== undefined && (await startOf(Number(pid))) === start) endGroup(Number(pid));
  }
  await Promise.all(
    names.map((name) => rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 })),
  );
}

/** Writes down which program works in a workspace. Returns what removes the note. */
export function notePid(workspace: string, pid: number): () => Promise<void> {
  const path = `${workspace}.pid`;
  // The number at once, since a kill may come at any moment; when it started as soon as that is known.
  writeFileSync(path, String(pid));
  const noted = startOf(pid).then((start) => {
    if (start !== '') writeFileSync(path, `${pid} ${start}`);
  });
  return async () => {
    await noted.catch(() => undefined);
    await rm(path, { force: true });
  };
}

/** When a process started; the empty text where there is no such process, or nobody tells. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (stat !== '') return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const told = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return told.stdout.trim();
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
