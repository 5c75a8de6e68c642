import type { JobType } from './model.ts';

/** The node types that `type` may name, in the order in which documents name them. */
export const jobTypes = [
  'task',
  'approval',
  'decision',
  'merge',
  'commit',
  'verify',
] as const satisfies readonly JobType[];

const everyJob = ['type', 'name', 'needs', 'if', 'env', 'continue-on-error', 'concurrency'];
const agentJob = [
  ...everyJob,
  'runs-on',
  'prompt',
  'timeout-minutes',
  'max-attempts',
  'retry-delay',
  'max-turns',
  'outputs',
  'on-failure',
  'on-timeout',
];

/** What a job is called in messages, by what it is. */
export const kindNames: Readonly<Record<JobType, string>> = {
  task: 'task',
  steps: 'a job with `steps`',
  approval: 'approval',
  decision: 'decision',
  merge: 'merge',
  commit: 'commit',
  verify: 'verify',
};

/** Which keys a job of each type may have. A job with `steps` is a type of its own, though `type` does not name it. */
export const keysOfType: Readonly<Record<JobType, readonly string[]>> = {
  task: [...agentJob, 'strategy', 'uses', 'with', 'secrets'],
  steps: [
    ...everyJob,
    'strategy',
    'runs-on',
    'steps',
    'defaults',
    'pull-request',
    'timeout-minutes',
    'max-attempts',
    'retry-delay',
    'outputs',
    'on-failure',
    'on-timeout',
  ],
  approval: [
    ...everyJob,
    'strategy',
    'runs-on',
    'prompt',
    'timeout-minutes',
    'pull-request',
    'on-rejected',
    'on-timeout',
  ],
  decision: [...everyJob, 'strategy', 'outputs'],
  merge: [...everyJob, 'wait'],
  commit: [...agentJob, 'pull-request', 'merged-by'],
  verify: [...agentJob, 'strategy'],
};

/** Outputs that a job of a type has without declaring them. */
export const ownOutputs: Readonly<Partial<Record<JobType, readonly string[]>>> = {
  approval: ['verdict', 'comment'],
  commit: ['sha'],
};

/**
 * Which keys a job may have that calls a workflow: GitHub's, and a rework edge.
 *
 * @see https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#supported-keywords-for-jobs-that-call-a-reusable-workflow
 */
export const callerKeys: readonly string[] = [
  'name',
  'uses',
  'with',
  'secrets',
  'strategy',
  'needs',
  'if',
  'concurrency',
  'permissions',
  'on-failure',
];

/** Keys that GitHub Actions has and a later version will: what each is for. */
export const laterKeys: Readonly<Record<string, string>> = {
  secrets: 'calling another workflow',
};

/** Keys that GitHub Actions has and that mean nothing here: why. */
export const foreignKeys: Readonly<Record<string, string>> = {
  permissions: 'Treadle works with the permissions of the Action that runs it',
  container: 'agents and people bring their own machine',
  services: 'agents and people bring their own machine',
  environment: 'use a job of `type: approval` as a gate',
  'cancel-timeout-minutes': 'what is cancelled has five minutes to end',
  snapshot: 'agents and people bring their own machine',
};
