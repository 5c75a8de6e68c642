import { spawn, type ChildProcess } from 'node:child_process';

import type { CommandEnd, CommandOrder, CommandRunner, RunningCommand } from '../ports.ts';
import { agentEnvironment, prepareWorkspace, type WorkspaceOptions } from './workspace.ts';

/** More than this of what a program prints is not read; an answer is far shorter. */
const STDOUT_LIMIT_BYTES = 2 * 1024 * 1024;
const STDERR_KEPT_CHARACTERS = 16 * 1024;
/** How long a program may take to end after it was asked to. */
const GRACE_MS = 5_000;

/**
 * Runs the programs of `command` agents: each in a fresh clone of the base branch, with the task as JSON on stdin, in an
 * environment that holds only what it needs, as a process group that is ended as a whole.
 */
export function createCommandRunner(options: WorkspaceOptions): CommandRunner {
  return { start: (order) => startCommand(options, order) };
}

function startCommand(options: WorkspaceOptions, order: CommandOrder): RunningCommand {
  const control = new AbortController();
  return {
    ended: runInWorkspace(options, order, control.signal),
    stop: () => control.abort(),
  };
}

async function runInWorkspace(
  options: WorkspaceOptions,
  order: CommandOrder,
  stopped: AbortSignal,
): Promise<CommandEnd> {
  const workspace = await prepareWorkspace(options, order).catch((error: unknown) => error as Error);
  if (workspace instanceof Error) return { kind: 'not-started', problem: workspace.message };
  try {
    if (stopped.aborted) return { kind: 'stopped' };
    return await runProgram(options, order, workspace.folder, stopped);
  } finally {
    await workspace.remove();
  }
}

function runProgram(
  options: WorkspaceOptions,
  order: CommandOrder,
  cwd: string,
  stopped: AbortSignal,
): Promise<CommandEnd> {
  const [program = '', ...args] = order.command;
  const env = agentEnvironment(options, order);
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = collectOutput(child);
  // A program may end without reading its task; that is no failure of ours.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(order.task));
  return new Promise((resolve) => {
    let ending: 'stopped' | 'timed-out' | null = null;
    const end = (why: 'stopped' | 'timed-out'): void => {
      ending ??= why;
      endGroup(child);
    };
    const timer = armDeadline(order.deadline, () => end('timed-out'));
    const onStop = (): void => end('stopped');
    stopped.addEventListener('abort', onStop, { once: true });
    const finish = (result: CommandEnd): void => {
      timer.abort();
      stopped.removeEventListener('abort', onStop);
      resolve(result);
    };
    child.once('error', (error) => finish({ kind: 'not-started', problem: error.message }));
    child.once('close', (code, signal) => {
      const { stdout, stderr } = output();
      // What the program left running in its group ends with it.
      signalGroup(child, 'SIGKILL');
      if (ending === 'stopped') finish({ kind: 'stopped' });
      else if (ending === 'timed-out') finish({ kind: 'timed-out', stderr });
      else if (code === null) finish({ kind: 'killed', signal: signal ?? 'a signal', stdout, stderr });
      else finish({ kind: 'exited', code, stdout, stderr });
    });
  });
}

function collectOutput(child: ChildProcess): () => { readonly stdout: string; readonly stderr: string } {
  const chunks: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    if (size < STDOUT_LIMIT_BYTES) chunks.push(chunk);
    size += chunk.length;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-STDERR_KEPT_CHARACTERS);
  });
  return () => ({ stdout: Buffer.concat(chunks).toString('utf8'), stderr });
}

/** Long waits are cut into pieces: a timer of Node's holds 24 days at most. */
function armDeadline(deadline: string | null, onDue: () => void): AbortController {
  const control = new AbortController();
  if (deadline === null) return control;
  const arm = (): void => {
    const left = Date.parse(deadline) - Date.now();
    const timer = setTimeout(
      () => (left > 86_400_000 ? arm() : onDue()),
      Math.max(0, Math.min(left, 86_400_000)),
    );
    control.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  };
  arm();
  return control;
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS).unref();
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
