import { spawn } from 'node:child_process';

import { TreadleError } from '../../base/errors.ts';

/** What a git process left. */
export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** How a git process is run. */
export interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** The environment of every git process: nothing of the user's own configuration, nothing of a surrounding repository. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
}

/** Runs git on the bare repository at `path` and resolves with whatever came of it, also when git failed. */
export function tryGit(path: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--git-dir', path, ...args], {
      env: { ...gitEnvironment(), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    // Git may end before it has read all of its input; its exit code then tells the story.
    child.stdin.on('error', () => undefined);
    child.on('close', (code) =>
      resolve({ code: code ?? 128, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') }),
    );
    child.stdin.end(options.input ?? '');
  });
}

/**
 * Runs git and resolves with its output, without the final newline.
 *
 * @throws {TreadleError} `git-failed` when git exits with anything but 0.
 */
export async function git(path: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await tryGit(path, args, options);
  if (result.code !== 0) {
    throw new TreadleError('git-failed', `git ${args[0] ?? ''} failed: ${result.stderr.trim()}`, {
      facts: { path, code: result.code },
    });
  }
  return result.stdout.toString('utf8').replace(/\n$/, '');
}
