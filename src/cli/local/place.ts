import { basename, join, resolve } from 'node:path';

import { TreadleError } from '../../base/errors.ts';
import { git, tryGit } from './git.ts';

/** A repository of the user's, and where Treadle keeps what belongs to it. */
export interface Place {
  /** The working tree. */
  readonly folder: string;
  /** `local/<name>`, its name on the local server. */
  readonly repository: string;
  /** The branch that is checked out: the server's default branch. */
  readonly branch: string;
  /** Below the git folder, so that no clone and no `git clean` touches it. */
  readonly dataFolder: string;
  /** The bare repository that the local server serves. */
  readonly bare: string;
}

/** Finds the repository a folder belongs to. Throws `not-a-repository` or `repository-unborn`. */
export async function findPlace(start: string): Promise<Place> {
  const found = await tryGit(
    resolve(start),
    'rev-parse',
    '--show-toplevel',
    '--path-format=absolute',
    '--git-common-dir',
  );
  if (!found.ok) {
    throw new TreadleError('not-a-repository', `${resolve(start)} is not in a git repository`, {
      remedy: 'Name one with --repo DIR, or make one: git init, then commit.',
    });
  }
  const [folder = '', gitFolder = ''] = found.stdout.split('\n');
  const dataFolder = join(gitFolder, 'treadle');
  const repository = `local/${
    basename(folder)
      .replaceAll(/[^\w.-]/g, '-')
      .replace(/^[.-]+/, '') || 'repository'
  }`;
  const bare = join(dataFolder, 'server', 'repositories', `${repository}.git`);
  const head = await tryGit(folder, 'symbolic-ref', '--quiet', '--short', 'HEAD');
  if (!head.ok) {
    throw new TreadleError('repository-unborn', `${folder} has no branch checked out`, {
      remedy: 'Check out the branch that fixes are merged into: git switch main',
    });
  }
  if (!(await tryGit(folder, 'rev-parse', '--verify', '--quiet', 'HEAD')).ok) {
    throw new TreadleError('repository-unborn', `${folder} has no commit yet`, {
      remedy: 'Commit something first: Treadle works on what is committed.',
    });
  }
  return { folder, repository, branch: head.stdout, dataFolder, bare };
}

/** Brings the server's repository what was committed in the working repository since, where it is a step forward. */
export async function bringCommits(place: Place): Promise<void> {
  const { bare, folder, branch } = place;
  const refspec = `refs/heads/${branch}:refs/heads/${branch}`;
  const brought = await tryGit(bare, 'fetch', '--quiet', '--no-tags', folder, refspec);
  if (brought.ok) return;
  const [ours, theirs] = [await git(folder, 'rev-parse', branch), await git(bare, 'rev-parse', branch)];
  if ((await tryGit(bare, 'merge-base', '--is-ancestor', ours, theirs)).ok) return;
  throw new TreadleError(
    'base-diverged',
    `${branch} has commits here that Treadle's copy lacks, and lacks merges that Treadle made`,
    { remedy: `Bring them together, then run the command again: git pull --rebase ${bare} ${branch}` },
  );
}

/**
 * Brings the working repository what happened: the state branch, and the base branch where that is a step forward and disturbs
 * nothing. Returns what was left for the person to do, or null.
 */
export async function fetchBack(
  place: Place,
  stateBranch: string,
  baseBranch: string,
): Promise<string | null> {
  const { bare, folder, branch } = place;
  const state = `+refs/heads/${stateBranch}:refs/heads/${stateBranch}`;
  if (branch !== stateBranch) await tryGit(folder, 'fetch', '--quiet', '--no-tags', bare, state);
  const base = `refs/heads/${baseBranch}`;
  if (branch !== baseBranch) {
    const fetched = await tryGit(folder, 'fetch', '--quiet', '--no-tags', bare, `${base}:${base}`);
    return fetched.ok ? null : `${baseBranch} was not updated: ${fetched.problem}`;
  }
  await git(folder, 'fetch', '--quiet', '--no-tags', bare, base);
  const isBehind = await tryGit(folder, 'merge-base', '--is-ancestor', 'FETCH_HEAD', 'HEAD');
  if (isBehind.ok) return null;
  const merged = await tryGit(folder, 'merge', '--quiet', '--ff-only', 'FETCH_HEAD');
  return merged.ok
    ? null
    : `${baseBranch} was not updated, since that would disturb your working tree. When it suits you: git pull ${bare} ${baseBranch}`;
}
