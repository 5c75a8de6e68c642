import type { Agent, Config } from '../engine/config.ts';

type WorkflowAgent = Extract<Agent, { dispatch: 'workflow' }>;

/** Path of the file of an agent's workflow. */
export function workflowPath({ workflow }: WorkflowAgent): string {
  return `.github/workflows/${workflow}`;
}

/** The branch or tag that an agent's workflow runs on. */
export function workflowRef({ ref }: WorkflowAgent, config: Config): string {
  return ref ?? config.settings.baseBranch;
}
