import { TreadleError } from '../../base/errors.ts';
import { git, tryGit } from './git.ts';
import type { Place } from './place.ts';

/** Brings the server's repository what was committed in the working repository since, where it is a step forward. */
export async function bringCommits(place: Place): Promise<void> {
  const { bare, folder, branch } = place;
  const ref = `refs/heads/${branch}`;
  const brought = await tryGit(bare, 'fetch', '--quiet', '--no-tags', folder, `${ref}:${ref}`);
  if (brought.ok) return;
  const [ours, theirs] = [await git(folder, 'rev-parse', ref), await git(bare, 'rev-parse', ref)];
  if ((await tryGit(bare, 'merge-base', '--is-ancestor', ours, theirs)).ok) return;
  throw new TreadleError(
    'base-diverged',
    `${branch} has commits here that Treadle's copy lacks, and lacks merges that Treadle made`,
    { remedy: `Bring them together, then run the command again: git pull --rebase ${bare} ${branch}` },
  );
}

/**
 * Brings the working repository what happened: the state branch, and the base branch where that is a step forward and disturbs
 * nothing. Returns what was left for the person to do, or null; never throws over what git refuses.
 */
export async function fetchBack(
  { bare, folder, checkedOut }: Place,
  stateBranch: string,
  baseBranch: string,
): Promise<string | null> {
  const fetch = (...refspec: readonly string[]): ReturnType<typeof tryGit> =>
    tryGit(folder, 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head', bare, ...refspec);
  const state = `refs/heads/${stateBranch}`;
  if (checkedOut !== stateBranch && (await tryGit(bare, 'rev-parse', '--verify', '--quiet', state)).ok) {
    const fetched = await fetch(`+${state}:${state}`);
    if (!fetched.ok) return `${stateBranch} was not updated here: ${fetched.problem}`;
  }
  const base = `refs/heads/${baseBranch}`;
  if (checkedOut !== baseBranch) {
    const fetched = await fetch(`${base}:${base}`);
    return fetched.ok ? null : `${baseBranch} was not updated: ${fetched.problem}`;
  }
  const tip = await tryGit(bare, 'rev-parse', '--verify', '--quiet', base);
  if (!tip.ok) return `${baseBranch} was not updated: Treadle's copy has no such branch`;
  const fetched = await fetch(base);
  if (!fetched.ok) return `${baseBranch} was not updated: ${fetched.problem}`;
  if ((await tryGit(folder, 'merge-base', '--is-ancestor', tip.stdout, 'HEAD')).ok) return null;
  const merged = await tryGit(folder, 'merge', '--quiet', '--ff-only', tip.stdout);
  return merged.ok
    ? null
    : `${baseBranch} was not updated, since that would disturb your working tree. When it suits you: git pull ${bare} ${baseBranch}`;
}
