import { TreadleError } from '../../base/errors.ts';
import { createBranchStore } from '../branch-store.ts';
import type { Store } from '../port.ts';
import { openObjectFiles } from './object-files.ts';
import { openRefFile } from './ref-file.ts';
import { openRepository } from './repository.ts';

export interface GitStoreOptions {
  /** A `.git` folder, a bare repository, a working tree, or a worktree's `.git` file. */
  readonly repository: string;
  /** The branch, without `refs/heads/`. */
  readonly branch: string;
  /** How long a ref lock that somebody else holds is waited for; 10 seconds unless told. */
  readonly lockTimeoutMs?: number;
}

/**
 * The store over a repository on this machine, without a git binary. Safe with git and other Treadle processes at work in the
 * same repository; a kill at any moment leaves it valid.
 *
 * @throws {TreadleError} `not-a-repository`, `repository-unsupported`, `branch-invalid`.
 */
export async function openGitStore({
  repository,
  branch,
  lockTimeoutMs = 10_000,
}: GitStoreOptions): Promise<Store> {
  if (!isBranchName(branch)) {
    throw new TreadleError('branch-invalid', `${JSON.stringify(branch)} is not a name for a branch`, {
      remedy: 'See `git help check-ref-format` for the rules.',
      facts: { branch },
    });
  }
  const found = await openRepository(repository);
  const objectFiles = openObjectFiles(found);
  const refFile = openRefFile({
    commonFolder: found.commonFolder,
    ref: `refs/heads/${branch}`,
    lockTimeoutMs,
  });
  return createBranchStore({
    read: (oid) => objectFiles.read(oid),
    readRef: () => refFile.read(),
    async publish(objects, expected, next) {
      await objectFiles.writeAll(objects.values());
      return refFile.compareAndSwap(expected, next);
    },
    shallowCommits: () => objectFiles.shallowCommits(),
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
