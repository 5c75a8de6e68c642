import { spawn, type ChildProcess } from 'node:child_process';

import type { CommandEnd, CommandOrder, CommandRunner, RunningCommand } from '../ports.ts';
import { describeStart } from './describe-start.ts';
import { notePid } from './sweep-workspaces.ts';
import { agentEnvironment, prepareWorkspace, type WorkspaceOptions } from './workspace.ts';

/** Of what a program prints only this much is kept, from the end: the answer comes last. */
const STDOUT_KEPT_BYTES = 2 * 1024 * 1024;
const STDERR_KEPT_CHARACTERS = 16 * 1024;
/** How long a program may take to end after it was asked to. */
const GRACE_MS = 5_000;
/** How long what it printed is read after it ended, while something that left its group still holds its output open. */
const LINGER_MS = 1_000;

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
  const removeNote = child.pid === undefined ? null : notePid(cwd, child.pid);
  return new Promise<CommandEnd>((resolve) => {
    let ending: 'stopped' | 'timed-out' | null = null;
    const over = new AbortController();
    const end = (why: 'stopped' | 'timed-out'): void => {
      ending ??= why;
      signalGroup(child, 'SIGTERM');
      after(GRACE_MS, over.signal, () => signalGroup(child, 'SIGKILL'));
    };
    armDeadline(order.deadline, over.signal, () => end('timed-out'));
    stopped.addEventListener('abort', () => end('stopped'), { once: true, signal: over.signal });
    const finish = (result: CommandEnd): void => {
      over.abort();
      resolve(result);
    };
    child.once('error', (error) => finish({ kind: 'not-started', problem: describeStart(error, program) }));
    child.once('exit', () => {
      // What the program left running in its group ends with it, and lets go of its output.
      signalGroup(child, 'SIGKILL');
      after(LINGER_MS, over.signal, () => {
        child.stdout.destroy();
        child.stderr.destroy();
      });
    });
    child.once('close', (code, signal) => {
      const { stdout, stderr } = output();
      if (ending === 'stopped') finish({ kind: 'stopped' });
      else if (ending === 'timed-out') finish({ kind: 'timed-out', stderr });
      else if (code === null) finish({ kind: 'killed', signal: signal ?? 'a signal', stdout, stderr });
      else finish({ kind: 'exited', code, stdout, stderr });
    });
  }).finally(() => removeNote?.());
}

function collectOutput(child: ChildProcess): () => { readonly stdout: string; readonly stderr: string } {
  let chunks: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < 2 * STDOUT_KEPT_BYTES) return;
    chunks = [Buffer.concat(chunks).subarray(-STDOUT_KEPT_BYTES)];
    size = STDOUT_KEPT_BYTES;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-STDERR_KEPT_CHARACTERS);
  });
  return () => ({
    stdout: Buffer.concat(chunks).subarray(-STDOUT_KEPT_BYTES).toString('utf8'),
    stderr,
  });
}

/** Does something after a time, unless it is over before. */
function after(ms: number, over: AbortSignal, act: () => void): void {
  if (over.aborted) return;
  const timer = setTimeout(act, ms);
  over.addEventListener('abort', () => clearTimeout(timer), { once: true });
}

/** Long waits are cut into pieces: a timer of Node's holds 24 days at most. */
function armDeadline(deadline: string | null, over: AbortSignal, onDue: () => void): void {
  if (deadline === null) return;
  const left = Date.parse(deadline) - Date.now();
  const step = Math.max(0, Math.min(left, 86_400_000));
  after(step, over, () => (left > step ? armDeadline(deadline, over, onDue) : onDue()));
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
