import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { TreadleError } from '../../base/errors.ts';
import { tryGit } from './git.ts';

/** A repository of the user's, and where Treadle keeps what belongs to it. */
export interface Place {
  /** The working tree. */
  readonly folder: string;
  /** `local/<name>`, its name on the local server. */
  readonly repository: string;
  /** The server's default branch: the one that was checked out when Treadle first worked here. */
  readonly branch: string;
  /** The branch that is checked out now; null where none is. */
  readonly checkedOut: string | null;
  /** Below the git folder, so that no clone and no `git clean` touches it. */
  readonly dataFolder: string;
  /** The bare repository that the local server serves. */
  readonly bare: string;
}

/** What must not change when a folder is renamed or another branch is checked out. */
interface Identity {
  readonly repository: string;
  readonly branch: string;
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
  if (!found.ok) throw notARepository(resolve(start), found.problem);
  const [folder = '', gitFolder = ''] = found.stdout.split('\n');
  const dataFolder = join(gitFolder, 'treadle');
  const head = await tryGit(folder, 'symbolic-ref', '--quiet', '--short', 'HEAD');
  const checkedOut = head.ok ? head.stdout : null;
  const { repository, branch } = (await readIdentity(dataFolder)) ?? (await findIdentity(folder, checkedOut));
  const bare = join(dataFolder, 'server', 'repositories', `${repository}.git`);
  return { folder, repository, branch, checkedOut, dataFolder, bare };
}

/** Keeps a place's name and default branch, from the first time Treadle works there, and which branch holds the state. */
export async function keepIdentity(
  { dataFolder, repository, branch }: Place,
  stateBranch: string,
): Promise<void> {
  const path = join(dataFolder, 'repository.json');
  const text = `${JSON.stringify({ version: 1, repository, branch, stateBranch }, null, 2)}\n`;
  if ((await readFile(path, 'utf8').catch(() => null)) === text) return;
  await writeFile(`${path}.${process.pid}`, text);
  await rename(`${path}.${process.pid}`, path);
}

/** The state branch when Treadle last worked in a place; null where it never did. */
export async function readStateBranch({ dataFolder }: Place): Promise<string | null> {
  try {
    const text = await readFile(join(dataFolder, 'repository.json'), 'utf8');
    const { stateBranch } = JSON.parse(text) as Record<string, unknown>;
    return typeof stateBranch === 'string' ? stateBranch : null;
  } catch {
    return null;
  }
}

async function readIdentity(dataFolder: string): Promise<Identity | null> {
  try {
    const text = await readFile(join(dataFolder, 'repository.json'), 'utf8');
    const { repository, branch } = JSON.parse(text) as Record<string, unknown>;
    return typeof repository === 'string' && typeof branch === 'string' ? { repository, branch } : null;
  } catch {
    return null;
  }
}

async function findIdentity(folder: string, checkedOut: string | null): Promise<Identity> {
  if (checkedOut === null) {
    throw new TreadleError('repository-unborn', `${folder} has no branch checked out`, {
      remedy: 'Check out the branch that fixes are merged into: git switch main',
    });
  }
  if (!(await tryGit(folder, 'rev-parse', '--verify', '--quiet', 'HEAD')).ok) {
    throw new TreadleError('repository-unborn', `${folder} has no commit yet`, {
      remedy: 'Commit something first: Treadle works on what is committed.',
    });
  }
  const name = basename(folder)
    .replaceAll(/[^\w.-]/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 100);
  return { repository: `local/${name || 'repository'}`, branch: checkedOut };
}

function notARepository(folder: string, problem: string): TreadleError {
  if (/No such file or directory|Not a directory/.test(problem)) {
    const shown = existsSync(folder) ? `${folder} is no folder` : `there is no folder ${folder}`;
    return new TreadleError('not-a-repository', shown, {
      remedy: 'Name the folder of a git repository: --repo DIR',
    });
  }
  const isBare = problem.includes('must be run in a work tree');
  const isOther = !isBare && !/not a git repository/.test(problem);
  return new TreadleError(
    'not-a-repository',
    isBare
      ? `${folder} is a bare repository: Treadle needs one with a working tree`
      : `${folder} is not in a git repository${isOther ? `, says git: ${problem}` : ''}`,
    { remedy: 'Name one with --repo DIR, or make one: git init, then commit.' },
  );
}
