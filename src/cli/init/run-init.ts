import { mkdir, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { TreadleError } from '../../base/errors.ts';
import { changedPaths, type FileStep } from './plan-init.ts';
import { prepareStateBranch, type PreparedBranch } from './prepare-state-branch.ts';
import { pushBranch, type BranchPush } from './push-branch.ts';
import { tryUserGit, userGit } from './run-git.ts';

/** A plan for a working tree: printable, and not yet done. */
export interface InitPlan {
  readonly folder: string;
  /** The branch that is checked out: what is written is committed there. */
  readonly branch: string;
  readonly remote: string | null;
  readonly steps: readonly FileStep[];
  /** What the state branch gets; null where it is left alone. */
  readonly state: { readonly branch: string; readonly path: string; readonly text: string } | null;
  readonly message: string;
}

export interface InitResult {
  /** The commit on the checked-out branch; null where nothing changed. */
  readonly commit: string | null;
  /** Null where nothing was to be pushed. */
  readonly push: BranchPush | null;
  readonly state: PreparedBranch | null;
}

/** A file of the working tree, or null. Throws what the machine refuses. */
export function readPresent(folder: string): (path: string) => string | null {
  return (path) => {
    try {
      return readFileSync(join(folder, path), 'utf8');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
      throw error;
    }
  };
}

/** The files in `.github/workflows` of a working tree, by their paths from its root, in order. */
export function listWorkflows(folder: string): readonly string[] {
  const place = '.github/workflows';
  try {
    const names = readdirSync(join(folder, place)).filter((name) => /\.ya?ml$/.test(name));
    return names.sort().map((name) => `${place}/${name}`);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/**
 * Throws where a plan cannot be carried out: `files-differ` names every file that somebody changed, `index-dirty` says that
 * changes are staged, which would get mixed up with Treadle's.
 */
export async function checkPlan({ folder, steps }: InitPlan): Promise<void> {
  const differing = steps.filter(({ action }) => action === 'refuse').map(({ path }) => path);
  if (differing.length > 0) {
    throw new TreadleError('files-differ', `not as init would write it: ${differing.join(', ')}`, {
      remedy: 'Nothing was changed. Write over what is there with --force, or move it out of the way.',
      facts: { files: differing },
    });
  }
  if (changedPaths(steps).length === 0) return;
  const staged = await userGit(folder, ['diff', '--cached', '--name-only']);
  if (staged !== '') {
    throw new TreadleError('index-dirty', 'there are staged changes, which do not belong into this commit', {
      remedy: 'Nothing was changed. Commit them, or unstage them with git reset, and run the command again.',
      facts: { files: staged.split('\n') },
    });
  }
}

/** Carries a plan out: files, their commit, and the state branch, each published where there is a remote. Repeatable. */
export async function runInit(plan: InitPlan): Promise<InitResult> {
  const { folder, branch, remote, steps, state, message } = plan;
  for (const { path, text, action } of steps) {
    if (action === 'remove') await rm(join(folder, path));
    if (action !== 'write' && action !== 'replace') continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const commit = await commitSteps(folder, steps, message);
  const toPush = commit ?? (await findOwnHead(folder, message));
  // The default branch goes first: the first branch of an empty repository on GitHub becomes its default branch.
  const push = toPush === null || remote === null ? null : await pushBranch(folder, remote, branch, toPush);
  const prepared = state === null ? null : await prepareStateBranch({ folder, remote, ...state });
  return { commit, push, state: prepared };
}

/** Commits what differs from HEAD, of what is not the user's own; null where nothing does. */
async function commitSteps(
  folder: string,
  steps: readonly FileStep[],
  message: string,
): Promise<string | null> {
  const paths: string[] = [];
  for (const { path, action } of steps) {
    if (action === 'keep') continue;
    const isNews = (await userGit(folder, ['status', '--porcelain', '--', path])) !== '';
    // What is ignored has no status; adding it then says so.
    if (isNews || action === 'write') paths.push(path);
  }
  if (paths.length === 0) return null;
  await userGit(folder, ['add', '--', ...paths]);
  if ((await userGit(folder, ['diff', '--cached', '--name-only', '--', ...paths])) === '') return null;
  await userGit(folder, ['commit', '--quiet', '--message', message, '--', ...paths]);
  return userGit(folder, ['rev-parse', 'HEAD']);
}

/** The commit of an earlier init that may not have been published, where it is the newest one. */
async function findOwnHead(folder: string, message: string): Promise<string | null> {
  const head = await tryUserGit(folder, ['log', '-1', '--format=%H%n%B']);
  if (!head.ok) return null;
  const [oid = '', ...said] = head.stdout.split('\n');
  return said.join('\n').trim() === message.trim() ? oid : null;
}
