import { parse } from 'yaml';

/** What may be wrong with a workflow or a composite action of ours, a line each. */
export function lintWorkflow(path: string, text: string): readonly string[] {
  const file = parse(text) as Workflow;
  return [
    ...lintPins(text),
    ...(file.runs === undefined
      ? [...lintTriggers(file), ...lintJobs(file)]
      : lintSteps('runs', file.runs.steps ?? [])),
  ].map((problem) => `${path}: ${problem}`);
}

interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
  readonly runs?: { readonly using: string; readonly steps?: readonly Step[] };
}

interface Job {
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: unknown;
  readonly steps?: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions */
function lintPins(text: string): readonly string[] {
  return [...text.matchAll(/^\s*(?:- )?uses: *(.*)$/gm)].flatMap(([, uses = '']) => {
    const isOurs = /^(?:\.\/[\w./-]*|TREADLE_ACTION(?:\/report)?)$/.test(uses);
    const isPinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(uses);
    return isOurs || isPinned ? [] : [`${uses} is not pinned to a commit with its version as a comment`];
  });
}

function lintTriggers({ on, permissions }: Workflow): readonly string[] {
  const events = typeof on === 'object' && on !== null ? (Array.isArray(on) ? on : Object.keys(on)) : [on];
  return [
    ...(events.includes('pull_request_target') ? ['pull_request_target is not used'] : []),
    ...(JSON.stringify(permissions) === '{}' ? [] : ['permissions: {} stands at the top']),
  ];
}

function lintJobs({ jobs = {} }: Workflow): readonly string[] {
  return Object.entries(jobs).flatMap(([id, job]) => [
    ...(isPlainPermissions(job.permissions) ? [] : [`${id} names its permissions one by one`]),
    ...(typeof job['timeout-minutes'] === 'number' ? [] : [`${id} has timeout-minutes`]),
    ...lintSteps(id, job.steps ?? []),
  ]);
}

function isPlainPermissions(permissions: unknown): boolean {
  return typeof permissions === 'object' && permissions !== null;
}

function lintSteps(place: string, steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => {
    const problems: string[] = [];
    // What an expression brings becomes part of the script. Values come by the environment.
    if (step.run?.includes('${{') === true) problems.push(`${place}: an expression within a script`);
    if (/\$\{\{[^}]*github\.(event|head_ref)/.test(JSON.stringify(step.with ?? {})))
      problems.push(`${place}: an event's text handed to an action`);
    const isCheckout = step.uses?.startsWith('actions/checkout@') === true;
    if (isCheckout && step.with?.['persist-credentials'] !== false)
      problems.push(`${place}: a checkout that leaves credentials behind`);
    return problems;
  });
}
