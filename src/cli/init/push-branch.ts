import { TreadleError } from '../../base/errors.ts';
import { tryUserGit } from './run-git.ts';

/** Whether the checked-out branch was published, or why that is left to the person. */
export type BranchPush = { readonly pushed: true } | { readonly pushed: false; readonly note: string };

/**
 * Publishes the checked-out branch where nothing of it but `ownCommit` is unpublished, or where the remote is empty: what else
 * a person has not pushed is theirs to push. Throws `push-refused` with what the remote said.
 */
export async function pushBranch(
  folder: string,
  remote: string,
  branch: string,
  ownCommit: string,
): Promise<BranchPush> {
  const byHand = `push it yourself: git push ${remote} ${branch}`;
  const ref = `refs/heads/${branch}`;
  const heads = await tryUserGit(folder, ['ls-remote', '--heads', remote]);
  if (!heads.ok) throw explainPush(branch, remote, heads.problem);
  const there = heads.stdout.split('\n').find((line) => line.endsWith(`\t${ref}`));
  if (there === undefined && heads.stdout !== '') {
    return { pushed: false, note: `${branch} is not on ${remote} yet: ${byHand}` };
  }
  const [tip = ''] = there?.split('\t') ?? [];
  if (tip === ownCommit) return { pushed: true };
  const parent = await tryUserGit(folder, ['rev-parse', '--verify', '--quiet', `${ownCommit}^`]);
  if (there !== undefined && (!parent.ok || parent.stdout !== tip)) {
    return {
      pushed: false,
      note: `${branch} and ${remote}/${branch} differ by more than this commit: ${byHand}`,
    };
  }
  const pushed = await tryUserGit(folder, ['push', '--quiet', remote, `${ownCommit}:${ref}`]);
  if (!pushed.ok) throw explainPush(branch, remote, pushed.problem);
  return { pushed: true };
}

/** A refused push, with what can be done about it where git's words tell. */
export function explainPush(branch: string, remote: string, problem: string): TreadleError {
  const remedy = /workflow`? scope|`workflows` permission/.test(problem)
    ? 'Your credentials may not write workflow files: give the token the scope "workflow", or push over SSH.'
    : /protected branch|rule violations|GH006|GH013/i.test(problem)
      ? `${branch} is protected: commit on a branch of your own (git switch -c treadle), run this again, and open a pull request.`
      : 'Mend what git says and run the command again: what is in place already is left as it is.';
  return new TreadleError('push-refused', `${branch} could not be pushed to ${remote}: ${problem}`, {
    remedy,
  });
}
