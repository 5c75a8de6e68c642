import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { TreadleError } from '../../base/errors.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Notice, Runtime } from '../../runtime/ports.ts';
import { settingsOf } from '../../runtime/repository-config.ts';
import type { Store } from '../../store/port.ts';
import { DEFAULT_STATE_BRANCH, SETTINGS_PATH, type SettingsFile } from '../../workflow/settings.ts';
import { readBuiltInWorkflows } from '../../runtime/package-files.ts';
import { endStepsWith, endWith, type Interruption } from '../interruption.ts';
import { systemClock, systemRandomness } from '../../runtime/system.ts';
import { adapters } from '../wire.ts';
import { administer, TREADLE_LOGIN } from './accounts.ts';
import { tryGit } from './git.ts';
import { refuseElsewhere } from './check-elsewhere.ts';
import { checkFormat, checkState, placeError } from './check-state.ts';
import { bringCommits, fetchBack } from './exchange.ts';
import { findPlace, keepIdentity, readStateBranch, type Place } from './place.ts';
import { removeRunner, writeRunner } from './runner.ts';
import { connectServer } from './server.ts';

/** Everything to work with one repository on this machine, without GitHub. */
export interface Session {
  readonly place: Place;
  readonly settings: SettingsFile;
  readonly runtime: Runtime;
  readonly serverUrl: string;
  /** Treadle's own token on the local server, for its webhook. */
  readonly hookToken: string;
  /** Whether this process started the server: then it is the runner, the only one. Another one performs no effects. */
  readonly own: boolean;
  readonly interruption: Interruption;
  /** On this machine anybody who holds a role can be spoken for. */
  readonly speaker: null;
  /** The forge as a member acts on it. Throws `not-found` for somebody who holds no role. */
  forgeAs(login: string): Forge;
  /** Brings the working repository what happened. Returns what is left for the person to do. */
  bringBack(): Promise<string | null>;
  /** The same, and ends the server if it is ours. */
  close(): Promise<string | null>;
}

export interface SessionOptions {
  readonly repo: string;
  /** The command that opens it, to be named to others. */
  readonly command: string;
  readonly port?: number;
  readonly interruption: Interruption;
  readonly observe: (notice: Notice) => void;
}

const CLAIM_MINUTES = 10;
/** Commands that begin to work on this machine, wherever else a state is. */
const BEGINNERS: readonly string[] = ['run', 'serve'];

/** Opens a session: finds the repository, starts or finds its local server, and makes the accounts that hold roles. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { repo, command, port, interruption, observe } = options;
  const place = await findPlace(repo);
  const settings = await readCommittedSettings(place);
  if (!existsSync(place.bare)) {
    if (!BEGINNERS.includes(command)) await refuseElsewhere(place, settings.stateBranch);
    await checkBranch(place.folder, settings);
  }
  await mkdir(join(place.dataFolder, 'work'), { recursive: true });
  await keepIdentity(place, settings.stateBranch);
  const server = await connectServer(place.dataFolder, port);
  try {
    if (server.own) {
      await writeRunner(place.dataFolder, { pid: process.pid, command, door: null });
      await adapters.sweepWorkspaces(join(place.dataFolder, 'work'));
    }
    const administration = administer(server, join(place.dataFolder, 'tokens.json'));
    await administration.putRepository(place.repository, place.folder, place.branch);
    await bringCommits(place);
    const tokens = new Map<string, string>();
    const ceos = settings.roles['ceo'] ?? [];
    for (const login of new Set(Object.values(settings.roles).flat())) {
      const permission = ceos.includes(login) ? 'admin' : 'write';
      tokens.set(login, await administration.ensureAccount(place.repository, login, permission));
    }
    const ownToken = await administration.ensureAccount(place.repository, TREADLE_LOGIN, 'admin');
    const runtime: Runtime = {
      store: await adapters.store(place.bare, settings.stateBranch),
      stateBranch: settings.stateBranch,
      forge: adapters.forge(server.url, place.repository, ownToken),
      clock: systemClock,
      randomness: systemRandomness,
      commands: endWith(
        adapters.commands({
          folder: join(place.dataFolder, 'work'),
          cloneUrl: `${server.url}/git/${place.repository}.git`,
          apiUrl: server.url,
          tokenOf: (login) => tokens.get(login),
        }),
        interruption,
      ),
      steps: endStepsWith(
        adapters.steps({
          folder: join(place.dataFolder, 'work'),
          source: { url: `${server.url}/git/${place.repository}.git`, token: ownToken },
          secrets: [...tokens.values()],
          logs: { folder: join(place.dataFolder, 'logs'), name: 'logs' },
        }),
        interruption,
      ),
      observe,
      claimMinutes: CLAIM_MINUTES,
      alone: server.own,
      builtInWorkflows: readBuiltInWorkflows(),
    };
    await checkFormat(runtime.store, { repository: place.bare, branch: settings.stateBranch });
    const bringBack = (): Promise<string | null> =>
      fetchBack(place, settings.stateBranch, settings.baseBranch ?? place.branch);
    return {
      place,
      settings,
      runtime,
      serverUrl: server.url,
      hookToken: ownToken,
      own: server.own,
      interruption,
      speaker: null,
      forgeAs(login) {
        const token = tokens.get(login);
        if (token === undefined) {
          throw new TreadleError('not-found', `nobody called ${login} holds a role in ${SETTINGS_PATH}`, {
            remedy: `Those who do: ${[...tokens.keys()].join(', ')}`,
          });
        }
        return adapters.forge(server.url, place.repository, token);
      },
      bringBack,
      async close() {
        const left = await bringBack();
        if (server.own) await removeRunner(place.dataFolder);
        await server.close();
        return left;
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Before a repository is taken over by the server: a branch that is not Treadle's must not be, under the name of the state. */
async function checkBranch(repository: string, { stateBranch }: SettingsFile): Promise<void> {
  await checkState(await adapters.store(repository, stateBranch), { repository, branch: stateBranch });
}

/** Reads the state of a repository, for commands that do nothing else: no server is needed. */
export async function withState<T>(repo: string, work: (store: Store) => Promise<T>): Promise<T> {
  const place = await findPlace(repo);
  const repository = existsSync(place.bare) ? place.bare : place.folder;
  const { stateBranch, problem } = await findStateBranch(place);
  const store = await adapters.store(repository, stateBranch);
  const statePlace = { repository, branch: stateBranch };
  if ((await store.read()).oid === null) {
    await refuseElsewhere(place, stateBranch);
    // Settings that cannot be read keep nobody from looking at what there is; where there is nothing, they are the answer.
    if (problem !== null) throw problem;
  }
  try {
    await checkState(store, statePlace);
    return await work(store);
  } catch (error) {
    throw placeError(error, statePlace);
  }
}

/** Where the state is: by the settings, or where they have errors, by what held when Treadle last worked here. */
async function findStateBranch(
  place: Place,
): Promise<{ readonly stateBranch: string; readonly problem: TreadleError | null }> {
  try {
    return { stateBranch: (await readCommittedSettings(place)).stateBranch, problem: null };
  } catch (error) {
    if (!(error instanceof TreadleError) || !error.code.startsWith('config-')) throw error;
    return { stateBranch: (await readStateBranch(place)) ?? DEFAULT_STATE_BRANCH, problem: error };
  }
}

/** The settings as they are committed on the default branch: what is not committed does not count. */
async function readCommittedSettings({ folder, branch }: Place): Promise<SettingsFile> {
  const shown = await tryGit(folder, 'show', `refs/heads/${branch}:${SETTINGS_PATH}`);
  if (shown.ok) return settingsOf({ path: SETTINGS_PATH, text: shown.stdout });
  const isUncommitted = existsSync(join(folder, SETTINGS_PATH));
  throw new TreadleError(
    'config-missing',
    `${SETTINGS_PATH} is ${isUncommitted ? 'not committed' : 'missing'} on ${branch} in ${folder}`,
    {
      remedy: isUncommitted
        ? `Commit it: git add ${SETTINGS_PATH} && git commit`
        : `Commit one that says who holds which role, for instance:\n\n  roles:\n    ceo: [your-login]\n    qa-engineer: [qa-bot]\n  agents:\n    qa-bot: { dispatch: command, command: [node, tools/qa.mjs] }\n`,
    },
  );
}
