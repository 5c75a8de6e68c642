import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isPauseOn, remoteRuntime } from '../../runtime/remote-runtime.ts';
import type { Runtime } from '../../runtime/ports.ts';
import { endStepsWith, watchInterruption, type Interruption } from '../interruption.ts';
import { showProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { adapters } from '../wire.ts';
import { stateMissing, withRemote, type Remote, type RemoteOptions } from './open-remote.ts';

/** What a wake works with that is executed here, for a repository on GitHub. */
export interface RemoteWake {
  readonly remote: Remote;
  readonly runtime: Runtime;
  readonly interruption: Interruption;
}

interface RemoteWakeOptions extends RemoteOptions {
  /** Whether the commands of jobs with `steps` may be run on this machine. */
  readonly steps?: boolean;
}

/** Works on a repository on GitHub as the Action does, with the token that is given here. */
export function withRemoteRuntime<T>(
  terminal: Terminal,
  options: RemoteWakeOptions,
  work: (wake: RemoteWake) => Promise<T>,
): Promise<T> {
  return withRemote(terminal, options, async (remote) => {
    const { store, stateBranch, forge, cloneUrl, token } = remote;
    if ((await store.read()).oid === null) throw stateMissing(remote);
    const interruption = watchInterruption();
    const folder = await mkdtemp(join(tmpdir(), 'treadle-steps-'));
    try {
      const runtime = remoteRuntime({
        store,
        stateBranch,
        forge,
        steps: endStepsWith(
          adapters.steps({ folder, source: { url: cloneUrl, token }, secrets: [token], logs: null }),
          interruption,
        ),
        observe: showProgress(terminal),
        paused: await isPaused(terminal, remote),
      });
      return await work({
        remote,
        runtime: { ...runtime, withoutSteps: options.steps !== true },
        interruption,
      });
    } finally {
      interruption.release();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Whether the repository's variable TREADLE_PAUSED is set. Where this token may not read it, it counts as set. */
async function isPaused(terminal: Terminal, { address, token }: Remote): Promise<boolean> {
  const said = process.env['TREADLE_PAUSED'];
  if (said !== undefined) return isPauseOn(said);
  const looked = await adapters
    .settings(address.apiUrl, address.repository, token)
    .variable('TREADLE_PAUSED');
  if (looked.kind === 'seen') return isPauseOn(looked.value);
  terminal.note(
    'note: this token may not read the variable TREADLE_PAUSED, so nothing is given to anybody and nothing is merged. If it is not set, say so: TREADLE_PAUSED=false treadle advance --github',
  );
  return true;
}
