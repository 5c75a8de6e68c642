import { appendFile, chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { TreadleError } from '../../base/errors.ts';
import { preReceiveHook, postReceiveHook } from './hooks.ts';
import { git, tryGit } from './run-git.ts';

/**
 * GitHub serves any object that a ref reaches, refs/pull for reading only, and takes forced pushes. Of the filters it takes
 * `blob:none`, `blob:limit` and `tree:0`; it refuses deeper trees, combined filters and all others.
 */
const settings = `[http]
	receivepack = true
[uploadpack]
	allowFilter = true
	allowTipSHA1InWant = true
	allowReachableSHA1InWant = true
[uploadpackfilter]
	allow = false
[uploadpackfilter "blob:none"]
	allow = true
[uploadpackfilter "blob:limit"]
	allow = true
[uploadpackfilter "tree"]
	allow = true
	maxDepth = 0
[receive]
	hideRefs = refs/pull
	autogc = false
[gc]
	auto = 0
[core]
	logAllRefUpdates = false
`;

/**
 * Makes the bare repository at `path`: empty, or a copy of the repository at `source`.
 *
 * @returns the default branch: the one wished for, or else the source's, or else `main`.
 * @throws {TreadleError} `import-failed` when the source cannot be copied.
 */
export async function createBare(
  path: string,
  options: { readonly source?: string; readonly defaultBranch?: string },
): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  // A directory without a record is what a crash left behind.
  await rm(path, { recursive: true, force: true });
  if (options.source === undefined) {
    await git(path, ['init', '-q', '--bare', '--template=', path]);
  } else {
    const copied = await tryGit(path, [
      'clone',
      '-q',
      '--bare',
      '--no-hardlinks',
      '--template=',
      '--',
      options.source,
      path,
    ]);
    if (copied.code !== 0) {
      throw new TreadleError('import-failed', `cannot copy ${options.source}: ${copied.stderr.trim()}`, {
        remedy: 'Give the path of a git repository.',
      });
    }
    await tryGit(path, ['config', '--remove-section', 'remote.origin']);
  }
  const branch = options.defaultBranch ?? (options.source === undefined ? 'main' : await headBranch(path));
  await git(path, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  await appendFile(join(path, 'config'), settings);
  await installHook(path, 'pre-receive', preReceiveHook);
  await installHook(path, 'post-receive', postReceiveHook);
  return branch;
}

async function headBranch(path: string): Promise<string> {
  const result = await tryGit(path, ['symbolic-ref', '--short', 'HEAD']);
  return result.code === 0 ? result.stdout.toString('utf8').trim() : 'main';
}

async function installHook(path: string, name: string, text: string): Promise<void> {
  await mkdir(join(path, 'hooks'), { recursive: true });
  const file = join(path, 'hooks', name);
  await writeFile(file, text);
  await chmod(file, 0o755);
}
