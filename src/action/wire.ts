import { connectForge } from '../forge/github/connect.ts';
import type { Forge } from '../forge/port/forge.ts';
import type { StepsRunner } from '../runtime/ports.ts';
import { createStepsRunner, type StepsRunnerOptions } from '../runtime/steps/steps-runner.ts';
import type { WorkRepository } from '../runtime/work/publish-work.ts';
import { openWorkRepository, type WorkRepositoryOptions } from '../runtime/work/work-repository.ts';
import type { Store } from '../store/port.ts';
import { openHttpStore } from '../store/http/http-store.ts';

/** The adapters that the Action works with; the one place here that names them. */
export const adapters = {
  store: (url: string, branch: string, token: string): Promise<Store> =>
    openHttpStore({ url, branch, token }),
  forge: (apiUrl: string, repository: string, token: string, log: (line: string) => void): Forge =>
    connectForge({ apiUrl, repository, token, log }),
  steps: (options: StepsRunnerOptions): StepsRunner => createStepsRunner(options),
  work: (options: WorkRepositoryOptions): Promise<WorkRepository> => openWorkRepository(options),
};
