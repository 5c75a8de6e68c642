import { refuseBranchName } from '../branch-name.ts';
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
  refuseBranchName(branch);
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
      // Somebody else's commit is seen here before anything is written; the compare-and-swap below decides.
      if ((await refFile.read()) !== expected) return false;
      await objectFiles.writeAll(objects.values());
      return refFile.compareAndSwap(expected, next);
    },
    shallowCommits: () => objectFiles.shallowCommits(),
  });
}
