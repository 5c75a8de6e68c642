import type { Template } from '../../../src/expression/model.ts';
import { createGraph } from '../../../src/workflow/graph.ts';
import type { EdgeTarget, Job, JobType, Workflow } from '../../../src/workflow/model.ts';

/** A template without expressions. */
export function literal(text: string): Template {
  return { source: text, parts: [text] };
}

export const to = (job: string): EdgeTarget => ({ kind: 'job', job });
const ESCALATE: EdgeTarget = { kind: 'escalate' };
export const FAIL: EdgeTarget = { kind: 'fail' };

type Overrides = Readonly<Record<string, unknown>>;

/** A job of any type with the language's defaults; `overrides` are its fields. */
export function jobOf(
  id: string,
  type: JobType,
  needs: readonly string[] = [],
  overrides: Overrides = {},
): Job {
  const base = {
    id,
    name: null,
    needs,
    if: null,
    timeoutMinutes: null,
    continueOnError: false,
    env: {},
    concurrency: null,
    strategy: null,
    position: { line: 1, column: 1 },
  };
  return { ...base, ...fieldsOf(type), ...overrides, type } as Job;
}

function fieldsOf(type: JobType): Overrides {
  const agent = {
    runsOn: literal('backend-engineer'),
    prompt: null,
    maxAttempts: 3,
    retryDelayMs: 0,
    maxTurns: 20,
    declaredOutputs: [],
    onFailure: ESCALATE,
    onTimeout: ESCALATE,
  };
  switch (type) {
    case 'task':
    case 'verify':
      return agent;
    case 'steps':
      return {
        steps: [],
        pullRequest: null,
        outputs: {},
        maxAttempts: 1,
        retryDelayMs: 0,
        onFailure: FAIL,
        onTimeout: FAIL,
      };
    case 'commit':
      return { ...agent, pullRequest: literal('1') };
    case 'approval':
      return {
        runsOn: literal('ceo'),
        prompt: null,
        pullRequest: null,
        onRejected: FAIL,
        onTimeout: ESCALATE,
      };
    case 'decision':
      return { outputs: {} };
    case 'merge':
      return { wait: 'all' };
  }
}

/** A workflow of the given jobs, in the order given. */
export function workflowOf(jobs: readonly Job[], overrides: Partial<Workflow> = {}): Workflow {
  return {
    path: '.github/treadle/workflows/bug.yml',
    key: 'bug',
    name: 'Bug fix',
    runName: null,
    on: { issues: null, workflowDispatch: null, workflowCall: null },
    concurrency: null,
    maxCycles: 3,
    env: {},
    jobs: new Map(jobs.map((job) => [job.id, job])),
    graph: createGraph(jobs),
    ...overrides,
  };
}

/** The flow of DESIGN §3: triage → investigate → approve → fix → commit → verify. */
export const BUG: Workflow = workflowOf([
  jobOf('triage', 'task', [], {
    declaredOutputs: [
      {
        name: 'specialist',
        description: 'the role that should investigate',
        required: true,
        enum: ['backend-engineer', 'web-designer'],
      },
    ],
  }),
  jobOf('investigate', 'task', ['triage'], {
    maxTurns: 5,
    declaredOutputs: [
      { name: 'root-cause', description: '', required: true, enum: [] },
      { name: 'proposal', description: 'what to change', required: false, enum: [] },
    ],
  }),
  jobOf('approve', 'approval', ['investigate'], { onRejected: to('investigate') }),
  jobOf('fix', 'task', ['triage', 'investigate', 'approve']),
  jobOf('commit', 'commit', ['fix'], { onFailure: to('fix'), maxTurns: 1 }),
  jobOf('verify', 'verify', ['commit'], { onFailure: to('fix') }),
]);

/** Three jobs side by side between a start and a join, and a decision that needs more than the level above it. */
export const WIDE: Workflow = workflowOf(
  [
    jobOf('plan', 'task', [], { name: literal('Plan the work') }),
    jobOf('backend', 'task', ['plan']),
    jobOf('frontend', 'task', ['plan']),
    jobOf('docs', 'task', ['plan']),
    jobOf('join', 'merge', ['backend', 'frontend']),
    jobOf('route', 'decision', ['join', 'docs']),
  ],
  { key: 'feature', name: 'Feature', path: 'workflows/feature.yml' },
);

/** A chain of `count` jobs. */
export function chainOf(count: number): Workflow {
  return workflowOf(
    Array.from({ length: count }, (_, index) =>
      jobOf(`job-${index}`, 'task', index === 0 ? [] : [`job-${index - 1}`]),
    ),
  );
}
