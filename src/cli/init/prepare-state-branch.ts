import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TreadleError } from '../../base/errors.ts';
import { tryUserGit, userGit } from './run-git.ts';
import { explainPush } from './push-branch.ts';

export interface StateBranchRequest {
  readonly folder: string;
  readonly branch: string;
  /** Where it is published; null keeps it here. */
  readonly remote: string | null;
  readonly path: string;
  readonly text: string;
}

/** What came of it; `commit` is the branch's tip. */
export interface PreparedBranch {
  readonly action: 'created' | 'updated' | 'present';
  readonly commit: string;
}

/** Treadle may push meanwhile: what was made is then made again on the new tip. */
const LIMIT_TRIES = 5;

/**
 * Sees to it that a file is on the state branch: makes the branch where there is none, adds a commit where the file differs,
 * and publishes that. Neither the working tree nor the index is touched. Identity and credentials are those of the user's git.
 *
 * Throws `git-failed`, or `push-refused` with what the remote said.
 */
export async function prepareStateBranch(request: StateBranchRequest): Promise<PreparedBranch> {
  const { folder, branch, remote, path, text } = request;
  const ref = `refs/heads/${branch}`;
  for (let attempt = 1; ; attempt += 1) {
    const tip = remote === null ? await readLocalTip(folder, ref) : await fetchTip(folder, remote, ref);
    const known = tip === null ? null : await tryUserGit(folder, ['cat-file', 'blob', `${tip}:${path}`]);
    if (tip !== null && known?.ok === true && `${known.stdout}\n` === text) {
      return { action: 'present', commit: tip };
    }
    const commit = await commitFile(folder, tip, path, text);
    const done: PreparedBranch = { action: tip === null ? 'created' : 'updated', commit };
    if (remote === null) {
      await userGit(folder, ['update-ref', '-m', 'treadle init', ref, commit, tip ?? '']);
      return done;
    }
    const pushed = await tryUserGit(folder, ['push', '--quiet', remote, `${commit}:${ref}`]);
    if (pushed.ok) return done;
    const isRace = /fetch first|non-fast-forward|stale info|cannot lock ref/.test(pushed.problem);
    if (!isRace || attempt === LIMIT_TRIES) throw explainPush(branch, remote, pushed.problem);
  }
}

/** Which commit a branch of the remote points to, and everything it needs; null where there is no such branch. */
async function fetchTip(folder: string, remote: string, ref: string): Promise<string | null> {
  const listed = await tryUserGit(folder, ['ls-remote', remote, ref]);
  if (!listed.ok) {
    throw new TreadleError('git-failed', `${remote} cannot be read: ${listed.problem}`, {
      remedy:
        'See that the remote is right and that you may read it, or keep everything here with --no-push.',
    });
  }
  const [oid] = listed.stdout.split('\t');
  if (oid === undefined || oid === '') return null;
  await userGit(folder, ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', remote, ref]);
  return oid;
}

async function readLocalTip(folder: string, ref: string): Promise<string | null> {
  const found = await tryUserGit(folder, ['rev-parse', '--verify', '--quiet', ref]);
  return found.ok ? found.stdout : null;
}

/** A commit with one file more than its parent, by way of an index of its own. */
async function commitFile(
  folder: string,
  parent: string | null,
  path: string,
  text: string,
): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'treadle-index-'));
  try {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') };
    const blob = await userGit(folder, ['hash-object', '-w', '--stdin'], { input: text });
    await userGit(folder, parent === null ? ['read-tree', '--empty'] : ['read-tree', parent], { env });
    await userGit(folder, ['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], { env });
    const tree = await userGit(folder, ['write-tree'], { env });
    const message = 'Let reviews wake Treadle\n\nA review of a decision pull request runs this file.\n';
    const parents = parent === null ? [] : ['-p', parent];
    return await userGit(folder, ['commit-tree', tree, ...parents], { input: message });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
