import { spawnSync } from 'node:child_process';

/**
 * Runs git in the clone; arguments are never read by a shell.
 * @param {readonly string[]} args
 * @param {string} [input]
 */
export function tryGit(args, input) {
  const done = spawnSync('git', args, { encoding: 'utf8', input: input ?? '', maxBuffer: 64 * 1024 * 1024 });
  const problem = (done.stderr || done.error?.message || '').trim();
  return { ok: done.status === 0, output: done.stdout ?? '', problem };
}

/**
 * The output of a git command; throws with git's own words when it fails.
 * @param {readonly string[]} args
 * @param {string} [input]
 */
export function git(args, input) {
  const done = tryGit(args, input);
  if (!done.ok) throw new Error(`git ${args[0]} failed: ${done.problem.split('\n').slice(-2).join(' ')}`);
  return done.output.replace(/\n$/, '');
}

/** @param {readonly string[]} args @returns {readonly string[]} the lines of the output */
export function gitLines(args) {
  return git(args).split('\n').filter(Boolean);
}

/** Brings the base branch up to date and returns its tip. @param {string} branch */
export function fetchBranch(branch) {
  git(['fetch', '--quiet', 'origin', `+refs/heads/${branch}:refs/remotes/origin/${branch}`]);
  return git(['rev-parse', `refs/remotes/origin/${branch}`]);
}
