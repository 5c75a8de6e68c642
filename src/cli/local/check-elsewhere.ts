import { existsSync } from 'node:fs';

import { TreadleError } from '../../base/errors.ts';
import { readRemote } from '../github/find-repository.ts';
import { tryGit } from './git.ts';
import type { Place } from './place.ts';

/**
 * Refuses to look at this machine for what is on GitHub: nothing was ever worked on here, and a remote has the state. Throws
 * `state-elsewhere`.
 */
export async function refuseElsewhere({ folder, bare }: Place, stateBranch: string): Promise<void> {
  if (existsSync(bare)) return;
  const own = await tryGit(folder, 'rev-parse', '--verify', '--quiet', `refs/heads/${stateBranch}`);
  if (own.ok) return;
  const remotes = await tryGit(
    folder,
    'for-each-ref',
    '--format=%(refname)',
    `refs/remotes/*/${stateBranch}`,
  );
  // A branch of that name, of the remote origin if there is one.
  const names = remotes.ok ? remotes.stdout.split('\n').filter((line) => line !== '') : [];
  const remote = names
    .map((name) => name.slice('refs/remotes/'.length, -stateBranch.length - 1))
    .sort(originFirst)[0];
  if (remote === undefined) return;
  const address = await tryGit(folder, 'remote', 'get-url', '--', remote);
  const place = address.ok ? readRemote(address.stdout) : null;
  if (place === null) return;
  const option = remote === 'origin' ? '--github' : `-R ${place.repository}`;
  throw new TreadleError(
    'state-elsewhere',
    `the state of this repository is on GitHub (${place.repository}), and not on this machine`,
    {
      remedy: `Work there: add ${option}, with your token in GITHUB_TOKEN or GH_TOKEN. To begin on this machine, apart from that: treadle run`,
    },
  );
}

function originFirst(a: string, b: string): number {
  return Number(b === 'origin') - Number(a === 'origin') || a.localeCompare(b);
}
