/** A place of a workflow file that takes expressions. */
export type AvailabilityKey =
  | 'run-name'
  | 'concurrency'
  | 'env'
  | 'on.issues.if'
  | 'on.workflow_call.inputs.default'
  | 'on.workflow_call.outputs'
  | 'jobs.if'
  | 'jobs.strategy'
  | 'jobs.name'
  | 'jobs.runs-on'
  | 'jobs.timeout-minutes'
  | 'jobs.continue-on-error'
  | 'jobs.concurrency'
  | 'jobs.env'
  | 'jobs.with'
  | 'jobs.prompt'
  | 'jobs.pull-request'
  | 'jobs.outputs'
  | 'jobs.steps.outputs'
  | 'jobs.defaults.run'
  | 'steps.if'
  | 'steps.name'
  | 'steps.run'
  | 'steps.env'
  | 'steps.working-directory'
  | 'steps.continue-on-error'
  | 'steps.timeout-minutes';

/** What an expression may name there. Names in small letters; those of contexts and functions ignore case. */
export interface Availability {
  readonly contexts: readonly string[];
  /** Beyond the general ones ({@link generalFunctions}), with the number of arguments each takes. */
  readonly functions: readonly FunctionSignature[];
}

export interface FunctionSignature {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number;
}

/** The functions that every place has, as they are written. */
export const generalFunctions = [
  'contains',
  'startsWith',
  'endsWith',
  'format',
  'join',
  'toJSON',
  'fromJSON',
  'case',
] as const;

/** The functions only an `if` of a job has. Any number of job ids, unlike in steps: GitHub's own schema says so. */
const statusFunctions: readonly FunctionSignature[] = [
  { name: 'success', minArgs: 0, maxArgs: 255 },
  { name: 'failure', minArgs: 0, maxArgs: 255 },
  { name: 'always', minArgs: 0, maxArgs: 0 },
  { name: 'cancelled', minArgs: 0, maxArgs: 0 },
];

/** Our own contexts: the issue that is worked, and this run. They are wherever `github` is. */
const own = ['bead', 'run'] as const;

const workflowLevel: Availability = { contexts: ['github', 'inputs', 'vars', ...own], functions: [] };
const jobLevel: Availability = {
  contexts: ['github', 'needs', 'strategy', 'matrix', 'vars', 'inputs', ...own],
  functions: [],
};
/** Within a job with `steps`. `secrets` and `hashFiles` are left out: Treadle hands none, and reads no files for an expression. */
const stepLevel: Availability = {
  contexts: [...jobLevel.contexts, 'job', 'runner', 'env', 'steps'],
  functions: [],
};
/** Steps ask about the steps before them: no job ids. */
const stepStatusFunctions: readonly FunctionSignature[] = statusFunctions.map(({ name }) => ({
  name,
  minArgs: 0,
  maxArgs: 0,
}));

/** Keys that GitHub does not have: what an agent is told may also use `env`. */
const agentLevel: Availability = { contexts: [...jobLevel.contexts, 'env'], functions: [] };

const table: Readonly<Record<AvailabilityKey, Availability>> = {
  'run-name': workflowLevel,
  concurrency: workflowLevel,
  env: workflowLevel,
  // Asked before there is a run.
  'on.issues.if': { contexts: ['github', 'vars', 'bead'], functions: [] },
  'on.workflow_call.inputs.default': workflowLevel,
  'on.workflow_call.outputs': { contexts: ['github', 'jobs', 'vars', 'inputs', ...own], functions: [] },
  'jobs.if': { contexts: ['github', 'needs', 'vars', 'inputs', ...own], functions: statusFunctions },
  'jobs.strategy': { contexts: ['github', 'needs', 'vars', 'inputs', ...own], functions: [] },
  'jobs.name': jobLevel,
  'jobs.runs-on': jobLevel,
  'jobs.timeout-minutes': jobLevel,
  'jobs.continue-on-error': jobLevel,
  'jobs.concurrency': jobLevel,
  'jobs.env': jobLevel,
  'jobs.with': jobLevel,
  'jobs.prompt': agentLevel,
  'jobs.pull-request': agentLevel,
  'jobs.outputs': agentLevel,
  'jobs.steps.outputs': stepLevel,
  'jobs.defaults.run': { contexts: [...jobLevel.contexts, 'env'], functions: [] },
  'steps.if': { ...stepLevel, functions: stepStatusFunctions },
  'steps.name': stepLevel,
  'steps.run': stepLevel,
  'steps.env': stepLevel,
  'steps.working-directory': stepLevel,
  'steps.continue-on-error': stepLevel,
  'steps.timeout-minutes': stepLevel,
};

/**
 * Which contexts and functions an expression at this key may use.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability
 */
export function availabilityOf(key: AvailabilityKey): Availability {
  return table[key];
}

/** Every context some key has, and those of GitHub that Treadle does not have; for messages that say where a name belongs. */
export function knownContexts(): readonly string[] {
  const names = new Set(Object.values(table).flatMap((availability) => availability.contexts));
  return [...names, 'secrets'];
}
