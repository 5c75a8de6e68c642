import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The one process that performs effects in a repository: it also runs the local server. */
export interface Runner {
  readonly pid: number;
  /** The command it runs, for instance `serve`. */
  readonly command: string;
  /** Where to ring when something was published for it to go on with; null where it listens for nothing. */
  readonly door: string | null;
}

/** Tells other processes who is at work. Only the process that runs the server may. */
export async function writeRunner(dataFolder: string, runner: Runner): Promise<void> {
  const draft = join(dataFolder, `runner.json.${process.pid}`);
  await writeFile(draft, JSON.stringify({ version: 1, ...runner }), { mode: 0o600 });
  await rename(draft, join(dataFolder, 'runner.json'));
}

export async function removeRunner(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, 'runner.json'), { force: true });
}

/** Who is at work, as far as it is known. */
export async function readRunner(dataFolder: string): Promise<Runner | null> {
  try {
    const { pid, command, door } = JSON.parse(
      await readFile(join(dataFolder, 'runner.json'), 'utf8'),
    ) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof command !== 'string') return null;
    return { pid, command, door: typeof door === 'string' ? door : null };
  } catch {
    return null;
  }
}

/** Rings at the door of whoever is at work; where nobody opens, the next wake finds what was published. */
export async function ringRunner(dataFolder: string): Promise<void> {
  const runner = await readRunner(dataFolder);
  if (runner?.door == null) return;
  await fetch(runner.door, { method: 'POST', signal: AbortSignal.timeout(2_000) })
    .then((answer) => answer.arrayBuffer())
    .catch(() => undefined);
}
