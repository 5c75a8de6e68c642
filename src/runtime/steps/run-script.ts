import { spawn, type ChildProcess } from 'node:child_process';

/** GitHub's patience with a step that is to end: SIGINT, then SIGTERM, then it is killed. */
const TERMINATE_AFTER_MS = 7_500;
const KILL_AFTER_MS = 2_500;
/** How long what it printed is read after it ended, while something that it left running holds its output open. */
const LINGER_MS = 250;

export interface Script {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number | null;
  readonly print: (text: string) => void;
}

export type ScriptEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'not-started'; readonly problem: string };

export interface RunningScript {
  /** Of its process group; undefined where it could not be started. */
  readonly pid: number | undefined;
  readonly ended: Promise<ScriptEnd>;
  /** Ends what it left running. */
  sweep(): void;
}

/**
 * Starts a script as a process group of its own. It is over when the program has ended; what that left running goes on until it is
 * swept, as on GitHub, where a step may start a server for those after it.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
 */
export function startScript(script: Script, stop: AbortSignal): RunningScript {
  const { program, args, cwd, env, print } = script;
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.setEncoding('utf8').on('data', print);
  child.stderr.setEncoding('utf8').on('data', print);
  return {
    pid: child.pid,
    ended: waitFor(child, script.timeoutMs, stop),
    sweep() {
      signalGroup(child, 'SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

function waitFor(child: ChildProcess, timeoutMs: number | null, stop: AbortSignal): Promise<ScriptEnd> {
  return new Promise<ScriptEnd>((resolve) => {
    let ending: 'stopped' | 'timed-out' | null = null;
    const over = new AbortController();
    const end = (why: 'stopped' | 'timed-out'): void => {
      if (ending !== null) return;
      ending = why;
      signalGroup(child, 'SIGINT');
      after(TERMINATE_AFTER_MS, over.signal, () => {
        signalGroup(child, 'SIGTERM');
        after(KILL_AFTER_MS, over.signal, () => signalGroup(child, 'SIGKILL'));
      });
    };
    const finish = (result: ScriptEnd): void => {
      over.abort();
      resolve(result);
    };
    if (timeoutMs !== null) after(Math.min(timeoutMs, 2 ** 31 - 1), over.signal, () => end('timed-out'));
    if (stop.aborted) end('stopped');
    stop.addEventListener('abort', () => end('stopped'), { once: true, signal: over.signal });
    child.once('error', (error) => finish({ kind: 'not-started', problem: error.message }));
    child.once('exit', (code, signal) => {
      const result: ScriptEnd =
        ending !== null
          ? { kind: ending }
          : code === null
            ? { kind: 'killed', signal: signal ?? 'a signal' }
            : { kind: 'exited', code };
      child.once('close', () => finish(result));
      after(LINGER_MS, over.signal, () => finish(result));
    });
  });
}

function after(ms: number, over: AbortSignal, act: () => void): void {
  if (over.aborted) return;
  const timer = setTimeout(act, ms);
  over.addEventListener('abort', () => clearTimeout(timer), { once: true });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
