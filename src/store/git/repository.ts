import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { TreadleError } from '../../base/errors.ts';

/** A repository on disk, checked to be of a kind that the adapter can write. */
export interface Repository {
  /** Where refs, objects and config are, also for a worktree. */
  readonly commonFolder: string;
  /** Folders that hold `objects`: the repository's own first, then those it borrows from (alternates). */
  readonly objectHomes: readonly string[];
}

/**
 * Finds the repository at a path: a `.git` folder, a bare repository, a working tree, or the `.git` file of a worktree.
 *
 * @throws {TreadleError} `not-a-repository`, `repository-unsupported` (SHA-256 objects, reftable refs, a newer format).
 */
export async function openRepository(path: string): Promise<Repository> {
  const folder = await findGitFolder(resolve(path));
  const common = await readText(join(folder, 'commondir'));
  const commonFolder = common === undefined ? folder : resolve(folder, common.trim());
  const isComplete =
    (await isFolderAt(join(commonFolder, 'objects'))) && (await isFolderAt(join(commonFolder, 'refs')));
  if (!isComplete) throw notARepository(path);
  refuseUnsupported(path, parseConfig((await readText(join(commonFolder, 'config'))) ?? ''));
  return { commonFolder, objectHomes: await findObjectHomes(commonFolder) };
}

async function findGitFolder(path: string): Promise<string> {
  for (const candidate of [join(path, '.git'), path]) {
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile() === true) {
      const link = /^gitdir: (.+)$/m.exec((await readText(candidate)) ?? '');
      if (link?.[1] !== undefined) return resolve(dirname(candidate), link[1].trim());
    }
    if (found?.isDirectory() === true && (await readText(join(candidate, 'HEAD'))) !== undefined)
      return candidate;
  }
  throw notARepository(path);
}

/** Source: https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-objectsinfoalternates */
async function findObjectHomes(commonFolder: string): Promise<readonly string[]> {
  const homes = new Set([commonFolder]);
  // A set grows while it is walked, so this follows alternates of alternates and ends at circles.
  for (const home of homes) {
    const alternates = (await readText(join(home, 'objects', 'info', 'alternates'))) ?? '';
    for (const line of alternates.split('\n')) {
      if (line !== '' && !line.startsWith('#')) homes.add(dirname(resolve(join(home, 'objects'), line)));
    }
  }
  return [...homes];
}

/** The settings of a git config by `section.key` in lower case; sections with a name in quotes are passed over. */
function parseConfig(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  let section: string | undefined;
  for (const line of text.split('\n')) {
    const header = /^\s*\[\s*([\w.-]+)\s*("[^\n]*")?\s*\]/.exec(line);
    const rest = header === null ? line : line.slice(header[0].length);
    if (header !== null) section = header[2] === undefined ? header[1]?.toLowerCase() : undefined;
    const [, key, value] = /^\s*([A-Za-z][\w-]*)\s*=\s*([^#;]*)/.exec(rest) ?? [];
    if (section !== undefined && key !== undefined && value !== undefined) {
      settings.set(
        `${section}.${key.toLowerCase()}`,
        value
          .trim()
          .replace(/^"(.*)"$/, '$1')
          .toLowerCase(),
      );
    }
  }
  return settings;
}

/** Source: https://git-scm.com/docs/repository-version */
function refuseUnsupported(path: string, config: ReadonlyMap<string, string>): void {
  const version = config.get('core.repositoryformatversion') ?? '0';
  const objectFormat = config.get('extensions.objectformat') ?? 'sha1';
  const refStorage = config.get('extensions.refstorage') ?? 'files';
  if (objectFormat !== 'sha1') {
    throw unsupported(
      path,
      `its objects are ${objectFormat}`,
      'Use a repository made with `git init --object-format=sha1`.',
    );
  }
  if (refStorage !== 'files') {
    throw unsupported(
      path,
      `its refs are stored as ${refStorage}`,
      'Run `git refs migrate --ref-format=files` in it.',
    );
  }
  if (!['0', '1'].includes(version)) {
    throw unsupported(path, `its format version is ${version}`, 'Use a newer version of Treadle.');
  }
}

function unsupported(path: string, reason: string, remedy: string): TreadleError {
  return new TreadleError('repository-unsupported', `the repository ${path} cannot hold state: ${reason}`, {
    remedy,
    facts: { path },
  });
}

function notARepository(path: string): TreadleError {
  return new TreadleError('not-a-repository', `there is no git repository at ${path}`, {
    remedy: 'Name a folder with a `.git` in it, or a bare repository; `git init` makes one.',
    facts: { path },
  });
}

async function isFolderAt(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
