import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { TreadleError } from '../../base/errors.ts';

const run = promisify(execFile);

/** Runs git in a folder and returns what it printed, without the last line break. Arguments never pass a shell. */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const result = await tryGit(folder, ...args);
  if (result.ok) return result.stdout;
  throw new TreadleError('git-failed', `git ${args[0] ?? ''} failed in ${folder}: ${result.problem}`, {
    remedy: 'Nothing of Treadle was lost. Mend what git says, and run the command again.',
  });
}

/** The same, where a refusal is an expected outcome. */
export async function tryGit(
  folder: string,
  ...args: readonly string[]
): Promise<
  { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly problem: string }
> {
  try {
    const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
    const { stdout } = await run('git', ['-C', folder, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
    return { ok: true, stdout: stdout.replace(/\n$/, '') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new TreadleError('git-missing', 'git is not installed, or not on the PATH', {
        remedy: 'Local mode needs git 2.38 or newer: install it.',
      });
    }
    const { stderr, message } = error as { stderr?: string; message: string };
    return { ok: false, problem: stderr?.trim() ?? message };
  }
}
