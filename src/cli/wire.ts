import { connectForge } from '../forge/github/connect.ts';
import { connectSettings } from '../forge/github/settings.ts';
import type { Forge } from '../forge/port.ts';
import type { RepositorySettings } from '../forge/settings-port.ts';
import { createCommandRunner } from '../runtime/commands/command-runner.ts';
import { sweepWorkspaces } from '../runtime/commands/sweep-workspaces.ts';
import type { CommandRunner, StepsRunner } from '../runtime/ports.ts';
import type { WorkspaceOptions } from '../runtime/commands/workspace.ts';
import { createStepsRunner, type StepsRunnerOptions } from '../runtime/steps/steps-runner.ts';
import { openGitStore } from '../store/git/git-store.ts';
import type { Store } from '../store/port.ts';

/** The adapters that the command line works with; the one place here that names them. */
export const adapters = {
  store: (repository: string, branch: string): Promise<Store> => openGitStore({ repository, branch }),
  forge: (apiUrl: string, repository: string, token: string): Forge =>
    connectForge({ apiUrl, repository, token }),
  settings: (apiUrl: string, repository: string, token: string): RepositorySettings =>
    connectSettings({ apiUrl, repository, token }),
  commands: (options: WorkspaceOptions): CommandRunner => createCommandRunner(options),
  steps: (options: StepsRunnerOptions): StepsRunner => createStepsRunner(options),
  sweepWorkspaces,
};
