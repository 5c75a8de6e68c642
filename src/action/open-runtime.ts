import type { Intake } from '../runtime/ingest/intake.ts';
import { readBuiltInWorkflows } from '../runtime/package-files.ts';
import type { CommandRunner, Notice, Runtime } from '../runtime/ports.ts';
import { readRepositoryConfig, type RepositoryConfig } from '../runtime/repository-config.ts';
import { systemClock, systemRandomness } from '../runtime/system.ts';
import type { ActionInputs } from './inputs.ts';
import type { Step } from './step.ts';
import type { Surroundings } from './surroundings.ts';
import { adapters } from './wire.ts';

/** How long a wake may act on what it claims: longer than a wake's work takes, shorter than people like to wait after a crash. */
const CLAIM_MINUTES = 5;

/** What a wake on GitHub works with. */
export interface ActionRuntime {
  readonly runtime: Runtime;
  readonly intake: Intake;
}

/** Opens the store over git's own protocol and the forge, under the step's token. */
export async function openRuntime(
  step: Step,
  inputs: ActionInputs,
  around: Surroundings,
  observe: (notice: Notice) => void,
): Promise<ActionRuntime> {
  const { token, stateBranch, maxNewRuns, vars } = inputs;
  const { apiUrl, serverUrl, repository, paused } = around;
  const forge = adapters.forge(apiUrl, repository, token, step.say);
  const runtime: Runtime = {
    store: await adapters.store(`${serverUrl}/${repository}.git`, stateBranch, token),
    stateBranch,
    forge,
    clock: systemClock,
    randomness: systemRandomness,
    commands: NO_COMMANDS,
    steps: adapters.steps({
      folder: around.tempFolder,
      source: { url: `${serverUrl}/${repository}.git`, token },
      secrets: [],
      logs: null,
    }),
    observe,
    claimMinutes: CLAIM_MINUTES,
    alone: false,
    paused,
    builtInWorkflows: readBuiltInWorkflows(),
  };
  const config = (): Promise<RepositoryConfig> => readRepositoryConfig(forge, runtime.builtInWorkflows, vars);
  return { runtime, intake: { repository, config, maxNewRuns } };
}

/** Programs of `command` agents run where the repository's owner does, never beside a token that may write to it. */
const NO_COMMANDS: CommandRunner = {
  start: () => ({
    ended: Promise.resolve({
      kind: 'not-started',
      problem:
        'agents with `dispatch: command` work on one machine only (treadle run); on GitHub give the agent another dispatch',
    }),
    stop: () => undefined,
  }),
};
