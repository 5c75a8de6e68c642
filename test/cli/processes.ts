import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Command lines of the processes that work below a folder. */
export function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const isThere = readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) || command.includes(folder);
        return isThere && command !== '' ? [command] : [];
      } catch {
        return [];
      }
    });
}
