import { connectForge } from '../forge/github/connect.ts';
import { connectSettings } from '../forge/github/settings.ts';
import type { Forge } from '../forge/port/forge.ts';
import type { RepositorySettings } from '../forge/port/settings.ts';
import { createCommandRunner } from '../runtime/commands/command-runner.ts';
import { sweepWorkspaces } from '../runtime/commands/sweep-workspaces.ts';
import type { CommandRunner, StepsRunner } from '../runtime/ports.ts';
import type { WorkspaceOptions } from '../runtime/commands/workspace.ts';
import { createStepsRunner, type StepsRunnerOptions } from '../runtime/steps/steps-runner.ts';
import { openGitStore } from '../store/git/git-store.ts';
import { openHttpStore } from '../store/http/http-store.ts';
import type { Store } from '../store/port.ts';

/** How a forge is spoken to, where it matters. */
export interface ForgeManner {
  /** Hears of waits, one line at a time. */
  readonly log?: (line: string) => void;
  /** The longest wait that a rate limit may ask for; a minute unless told. */
  readonly longestWaitMs?: number;
}

/** The adapters that the command line works with; the one place here that names them. */
export const adapters = {
  store: (repository: string, branch: string): Promise<Store> => openGitStore({ repository, branch }),
  /** The state branch on a server, without a clone. */
  remoteStore: (url: string, branch: string, token: string): Promise<Store> =>
    openHttpStore({ url, branch, token }),
  forge: (apiUrl: string, repository: string, token: string, manner: ForgeManner = {}): Forge =>
    connectForge({
      apiUrl,
      repository,
      token,
      ...(manner.log === undefined ? {} : { log: manner.log }),
      ...(manner.longestWaitMs === undefined ? {} : { patience: { longestWaitMs: manner.longestWaitMs } }),
    }),
  settings: (apiUrl: string, repository: string, token: string): RepositorySettings =>
    connectSettings({ apiUrl, repository, token }),
  commands: (options: WorkspaceOptions): CommandRunner => createCommandRunner(options),
  steps: (options: StepsRunnerOptions): StepsRunner => createStepsRunner(options),
  sweepWorkspaces,
};
