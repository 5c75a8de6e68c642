import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { TreadleError } from '../../base/errors.ts';

const PROGRAM = fileURLToPath(new URL('../../local-github/main.js', import.meta.url));
/** A server that is just ending still holds its folder; it is waited for this often. */
const LIMIT_TRIES = 40;
const BETWEEN_TRIES_MS = 100;
/** As often for its port, which nobody else lets go of. */
const LIMIT_PORT_TRIES = 4;

/** A local server that answers. */
export interface ServerConnection {
  readonly url: string;
  readonly adminToken: string;
  /** Whether this process started it: then no other runner is at work in this repository. */
  readonly own: boolean;
  /** Ends the server if it is ours. */
  close(): Promise<void>;
}

/** Connects to the server that runs for a data folder, or starts one that ends with this process. */
export async function connectServer(dataFolder: string, port = 0): Promise<ServerConnection> {
  const folder = join(dataFolder, 'server');
  await mkdir(folder, { recursive: true });
  let problem = '';
  for (let attempt = 0; attempt < LIMIT_TRIES; attempt += 1) {
    const url = await findRunning(folder);
    if (url !== null)
      return { url, adminToken: await readAdminToken(folder), own: false, close: () => Promise.resolve() };
    const started = await startServer(folder, port);
    if (started.kind === 'started') {
      return { url: started.url, adminToken: await readAdminToken(folder), own: true, close: started.close };
    }
    problem = started.problem;
    if (isPortProblem(problem) && attempt + 1 >= LIMIT_PORT_TRIES) throw portUnusable(port, problem);
    await sleep(BETWEEN_TRIES_MS);
  }
  throw new TreadleError('server-unavailable', `the local server could not be started: ${problem}`, {
    remedy: `See whether another process uses ${folder}, end it, and try again.`,
  });
}

function isPortProblem(problem: string): boolean {
  return /\blisten (?:EADDRINUSE|EACCES)\b/.test(problem);
}

function portUnusable(port: number, problem: string): TreadleError {
  const why = problem.includes('EACCES') ? 'you may not use it' : 'another program uses it';
  return new TreadleError('server-unavailable', `the local server cannot listen on port ${port}: ${why}`, {
    remedy: 'Choose another one with --port, or leave that out for one that is free.',
  });
}

async function findRunning(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, 'server.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const { url } = JSON.parse(text) as { url: string };
    return (await isServing(url)) ? url : null;
  } catch {
    return null;
  }
}

/** Whether a local server answers at an address. */
export async function isServing(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/rate_limit`, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function startServer(
  folder: string,
  port: number,
): Promise<
  | { readonly kind: 'started'; readonly url: string; readonly close: () => Promise<void> }
  | { readonly kind: 'refused'; readonly problem: string }
> {
  const args = [PROGRAM, '--data', folder, '--port', String(port), '--with-parent'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problem = (problem + text).slice(-2_000);
  });
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([first]) => String(first)),
    exited.then(() => null),
  ]);
  if (line === null) return { kind: 'refused', problem: problem.trim() };
  const { url } = JSON.parse(line) as { url: string };
  // The server must not keep this process alive; it ends when its standard input closes with us.
  child.unref();
  return {
    kind: 'started',
    url,
    async close() {
      child.ref();
      child.stdin.end();
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function readAdminToken(folder: string): Promise<string> {
  return (await readFile(join(folder, 'admin-token'), 'utf8')).trim();
}
