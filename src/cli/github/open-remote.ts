import { TreadleError } from '../../base/errors.ts';
import type { Forge } from '../../forge/port/forge.ts';
import { settingsOf, WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import type { Store } from '../../store/port.ts';
import { DEFAULT_STATE_BRANCH, SETTINGS_PATH } from '../../workflow/settings.ts';
import type { PlaceOptions } from '../command-context.ts';
import { checkState, placeError } from '../local/check-state.ts';
import type { Terminal } from '../terminal.ts';
import { adapters, type ForgeManner } from '../wire.ts';
import { findRepository, findToken, type RepositoryAddress } from './find-repository.ts';

/** A repository on GitHub, as the holder of one token works with it. */
export interface Remote {
  readonly address: RepositoryAddress;
  readonly token: string;
  /** Where git reads and writes it. */
  readonly cloneUrl: string;
  readonly stateBranch: string;
  readonly forge: Forge;
  /** The state branch, read and written without a clone. */
  readonly store: Store;
}

/** Where a repository on GitHub is found. */
export type RemoteOptions = Pick<PlaceOptions, 'repo' | 'repository'>;

/**
 * Works with a repository on GitHub. Throws `usage` where no repository or token is told, `state-missing` where nobody set Treadle
 * up there, and what forge and store throw.
 */
export async function withRemote<T>(
  terminal: Terminal,
  options: RemoteOptions,
  work: (remote: Remote) => Promise<T>,
  manner: ForgeManner = {},
): Promise<T> {
  const remote = await openRemote(options, { log: (line) => terminal.note(`note: ${line}`), ...manner });
  const place = { repository: remote.forge.webUrl, branch: remote.stateBranch, isOnGitHub: true } as const;
  try {
    return await work(remote);
  } catch (error) {
    throw placeError(error, place);
  }
}

/** The same for commands that only read the state: they see it as it stands at the beginning. */
export function withRemoteState<T>(
  terminal: Terminal,
  options: RemoteOptions,
  work: (remote: Remote) => Promise<T>,
): Promise<T> {
  return withRemote(terminal, options, async (remote) => {
    const { store, stateBranch, forge } = remote;
    const snapshot = await store.read();
    if (snapshot.oid === null) throw stateMissing(remote);
    const still = { ...store, read: () => Promise.resolve(snapshot) };
    await checkState(still, { repository: forge.webUrl, branch: stateBranch });
    return work({ ...remote, store: still });
  });
}

/** Nobody set Treadle up in a repository. */
export function stateMissing({ forge, stateBranch }: Pick<Remote, 'forge' | 'stateBranch'>): TreadleError {
  return new TreadleError(
    'state-missing',
    `${forge.repository} has no branch ${stateBranch}: Treadle is not set up there`,
    {
      remedy:
        "Set it up in a clone of it: treadle init. Where the state is on another branch, 'state-branch' in .github/treadle.yml of the default branch names it.",
    },
  );
}

async function openRemote(options: RemoteOptions, manner: ForgeManner): Promise<Remote> {
  const address = await findRepository({ remote: 'origin', ...options }, process.env);
  const token = findToken(address, process.env);
  const forge = readingOnce(adapters.forge(address.apiUrl, address.repository, token, manner));
  const stateBranch = await findStateBranch(forge);
  const cloneUrl = `${address.serverUrl}/${address.repository}.git`;
  return {
    address,
    token,
    cloneUrl,
    stateBranch,
    forge,
    store: await adapters.remoteStore(cloneUrl, stateBranch, token),
  };
}

/** Where the state is. Settings that cannot be read keep nobody from looking at what there is. */
async function findStateBranch(forge: Forge): Promise<string> {
  const { texts } = await forge.files.ofDefaultBranch({ files: [SETTINGS_PATH], folder: WORKFLOWS_FOLDER });
  const text = texts.get(SETTINGS_PATH);
  if (text === undefined) return DEFAULT_STATE_BRANCH;
  try {
    return settingsOf({ path: SETTINGS_PATH, text }).stateBranch;
  } catch (error) {
    if (error instanceof TreadleError && error.code === 'config-invalid') return DEFAULT_STATE_BRANCH;
    throw error;
  }
}

/** A command looks at the default branch once: what it decides, it decides on one state of it. */
function readingOnce(forge: Forge): Forge {
  const known = new Map<string, ReturnType<Forge['files']['ofDefaultBranch']>>();
  const ofDefaultBranch: Forge['files']['ofDefaultBranch'] = (wanted) => {
    const key = JSON.stringify([wanted.files, wanted.folder]);
    const answer = known.get(key) ?? forge.files.ofDefaultBranch(wanted);
    known.set(key, answer);
    return answer;
  };
  return { ...forge, files: { ...forge.files, ofDefaultBranch } };
}
