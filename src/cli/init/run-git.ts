import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { TreadleError } from '../../base/errors.ts';

export interface GitOptions {
  /** What git reads from its standard input. */
  readonly input?: string;
  /** Variables besides the environment's own, for instance GIT_INDEX_FILE. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How git ended. */
export type GitOutcome =
  { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly problem: string };

/**
 * Runs the user's own git, with their configuration, credentials and hooks, and returns how it ended. Arguments never pass a
 * shell, and git never asks. Throws `git-missing`.
 */
export async function tryUserGit(
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: GitOptions = {},
): Promise<GitOutcome> {
  const child = spawn('git', ['-C', folder, ...args], {
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // Git may end before it has read what it does not need.
  child.stdin.on('error', () => undefined).end(input);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return { ok: true, stdout: stdout.replace(/\n$/, '') };
  } catch (cause) {
    throw new TreadleError('git-missing', 'git is not installed, or not on the PATH', {
      remedy: 'Install git 2.38 or newer.',
      cause,
    });
  }
  return { ok: false, problem: stderr.trim() === '' ? stdout.trim() : stderr.trim() };
}

/** The same, where only success will do. Throws `git-failed`, with git's own words. */
export async function userGit(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  const outcome = await tryUserGit(folder, args, options);
  if (outcome.ok) return outcome.stdout;
  throw new TreadleError('git-failed', `git ${args[0] ?? ''} failed in ${folder}: ${outcome.problem}`, {
    remedy: 'Mend what git says, and run the command again: what is in place already is left as it is.',
  });
}
