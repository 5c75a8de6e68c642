import type { Intake } from '../runtime/ingest/intake.ts';
import type { Notice, Runtime } from '../runtime/ports.ts';
import { remoteRuntime } from '../runtime/remote-runtime.ts';
import { readRepositoryConfig, type RepositoryConfig } from '../runtime/repository-config.ts';
import type { ActionInputs } from './inputs.ts';
import type { Step } from './step.ts';
import type { Surroundings } from './surroundings.ts';
import { adapters } from './wire.ts';

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
  const cloneUrl = `${serverUrl}/${repository}.git`;
  const runtime = remoteRuntime({
    store: await adapters.store(cloneUrl, stateBranch, token),
    stateBranch,
    settingsPath: inputs.config,
    forge,
    steps: adapters.steps({
      folder: around.tempFolder,
      source: { url: cloneUrl, token },
      secrets: [],
      logs: null,
      page: { url: around.runUrl, print: step.say },
    }),
    observe,
    paused,
  });
  // A wake decides on one state of the default branch.
  let read: Promise<RepositoryConfig> | null = null;
  const config = (): Promise<RepositoryConfig> =>
    (read ??= readRepositoryConfig(forge, runtime.builtInWorkflows, vars, inputs.config));
  return { runtime, intake: { repository, config, maxNewRuns } };
}
