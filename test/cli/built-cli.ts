import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const CLI = join(ROOT, 'build/src/cli/main.js');
const STAMP = join(ROOT, 'build/.fresh');
const LOCK = join(ROOT, 'build/.lock');

let built: Promise<void> | null = null;

/** Sees to it that `build/` is newer than `src/`: built once, whichever test file comes first. */
export function ensureBuilt(): Promise<void> {
  return (built ??= build());
}

async function build(): Promise<void> {
  await mkdir(join(ROOT, 'build'), { recursive: true });
  while (!(await isFresh())) {
    if (await takeLock()) {
      try {
        if (!(await isFresh())) await compile();
      } finally {
        await rm(LOCK, { force: true });
      }
    } else await sleep(200);
  }
}

async function compile(): Promise<void> {
  const began = new Date();
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const child = spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'ignore' });
  await once(child, 'exit');
  await writeFile(STAMP, '');
  await utimes(STAMP, began, began);
}

async function isFresh(): Promise<boolean> {
  const made = Math.max(await mtime(STAMP), await mtime(join(ROOT, 'build/.tsbuildinfo')));
  if (made === 0 || (await mtime(CLI)) === 0) return false;
  for (const folder of ['src', 'state']) {
    for (const name of await readdir(join(ROOT, folder), { recursive: true })) {
      if (/\.(ts|json)$/.test(name) && (await mtime(join(ROOT, folder, name))) > made) return false;
    }
  }
  return true;
}

async function mtime(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

/** A lock names its process; one whose process is gone is free. */
async function takeLock(): Promise<boolean> {
  try {
    await writeFile(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const pid = Number(await readFile(LOCK, 'utf8').catch(() => ''));
    if (pid > 0 && !isAlive(pid)) await rm(LOCK, { force: true });
    return false;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves as soon as the text stands in what it said so far. Rejects when it ends before. */
  says(text: string): Promise<void>;
  /** All that it said so far. */
  soFar(): string;
}

/** Starts `treadle` without a terminal, in an environment that knows no settings of whoever runs the tests. */
export function startTreadle(args: readonly string[], { cwd, env = {} }: CliOptions): Running {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { ...testEnvironment(), ...env } });
  const said = { stdout: '', stderr: '' };
  let looks: (() => void)[] = [];
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      for (const look of looks) look();
    });
  }
  child.stdin.end();
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    ...said,
  }));
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!said.stdout.includes(text) && !said.stderr.includes(text)) return;
        looks = looks.filter((each) => each !== look);
        resolve();
      };
      looks = [...looks, look];
      look();
      void ended.then(() =>
        reject(new Error(`it ended without saying "${text}":\n${said.stdout}${said.stderr}`)),
      );
    });
  return { child, ended, says, soFar: () => said.stdout + said.stderr };
}

/** Runs `treadle` to its end. */
export function treadle(args: readonly string[], options: CliOptions): Promise<Ended> {
  return startTreadle(args, options).ended;
}

/** The same of several command lines that only read, one after the other in one process: each start costs half a second. */
export async function treadleBatch(
  lines: readonly (readonly string[])[],
  { cwd, env = {} }: CliOptions,
): Promise<readonly Ended[]> {
  const program = `
    const { runCli } = await import(${JSON.stringify(join(ROOT, 'build/src/cli/run-cli.js'))});
    const all = [];
    const print = process.stdout.write.bind(process.stdout);
    for (const args of ${JSON.stringify(lines)}) {
      const ended = { code: null, signal: null, stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'])
        process[name].write = (text) => { ended[name] += text; return true; };
      ended.code = await runCli(args);
      all.push(ended);
    }
    print(JSON.stringify(all));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd,
    env: { ...testEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(child, 'close');
  return JSON.parse(text) as readonly Ended[];
}

/** What it printed with `--json`. */
export async function treadleJson<T>(args: readonly string[], options: CliOptions): Promise<T> {
  const { stdout, stderr } = await treadle([...args, '--json'], options);
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`treadle ${args.join(' ')} printed no JSON:\n${stdout}${stderr}`);
  }
}

/** Nobody's settings, and somebody's name for git. */
export function testEnvironment(): NodeJS.ProcessEnv {
  const person = { NAME: 'Test', EMAIL: 'test@example.org' };
  return {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    TMPDIR: process.env['TMPDIR'],
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) =>
        Object.entries(person).map(([key, value]) => [`GIT_${who}_${key}`, value]),
      ),
    ),
  };
}
