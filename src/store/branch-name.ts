import { TreadleError } from '../base/errors.ts';

/**
 * Refuses what git takes for no name of a branch (without `refs/heads/`).
 *
 * @throws {TreadleError} `branch-invalid`.
 */
export function refuseBranchName(branch: string): void {
  if (isBranchName(branch)) return;
  throw new TreadleError('branch-invalid', `${JSON.stringify(branch)} is not a name for a branch`, {
    remedy: 'See `git help check-ref-format` for the rules.',
    facts: { branch },
  });
}

/** Source: https://git-scm.com/docs/git-check-ref-format */
function isBranchName(name: string): boolean {
  const isFaulty =
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\.$|^-/.test(name) ||
    name.split('/').some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock'));
  return !isFaulty && name !== '@' && name !== 'HEAD';
}
