import type { Json } from '../base/canonical-json.ts';
import type { Availability } from '../expression/availability.ts';
import type { Template } from '../expression/model.ts';
import { parseTemplate } from '../expression/template.ts';
import type { DiagnosticCode } from '../workflow/codes.ts';
import { compileWorkflow } from '../workflow/compile.ts';
import { findDuplicateKeys } from '../workflow/duplicate-keys.ts';
import type { Workflow } from '../workflow/model.ts';
import { TREADLE_RUNNER } from '../workflow/roles.ts';
import { readYaml } from '../workflow/read-yaml.ts';
import { scalarText, toPlain } from '../workflow/yaml-tree.ts';
import type { Fields } from './case.ts';
import { fieldsOf, isFields, isList, pickFields } from './case.ts';

/** The role that every job is given: whoever does it, the case's script says how it ends. */
export const ANYBODY = 'anybody';

/** A workflow as GitHub Actions would read it, or all that GitHub would find wrong with it. */
export type PlainWorkflow =
  | {
      readonly ok: true;
      /** Its graph, each job with steps having one that is never run. */
      readonly workflow: Workflow;
      /** The outputs of those jobs, by id and name. */
      readonly outputs: ReadonlyMap<string, ReadonlyMap<string, Template>>;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What GitHub finds wrong as well. All other findings are Treadle's own: they matter to whoever runs the workflow. */
const githubCodes: readonly DiagnosticCode[] = [
  'invalid-yaml',
  'file-too-large',
  'too-deep',
  'merge-key',
  'duplicate-key',
  'unknown-key',
  'missing-key',
  'wrong-type',
  'invalid-value',
  'unknown-event',
  'concurrency-conflict',
  'bad-job-id',
  'duplicate-job-id',
  'unknown-need',
  'duplicate-need',
  'need-cycle',
  'no-start',
  'expression-syntax',
  'expression-unavailable',
];

/** What GitHub takes, and Treadle refuses since nobody can mean it. */
const tolerated: readonly DiagnosticCode[] = [
  'if-always-true',
  'reference-unknown-job',
  'reference-not-needed',
  'reference-not-ancestor',
  'reference-unknown-output',
  'reference-unknown-property',
  'reference-unknown-input',
];

/** Reads a workflow: YAML, or the value of it. Keys of Actions that do not change the graph are left out. */
export function readPlainWorkflow(given: Json): PlainWorkflow {
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const { root, findings } = readYaml(text);
  const problems = [...findings, ...(root === null ? [] : findDuplicateKeys(root))].map(
    ({ message }) => message,
  );
  if (root === null || problems.length > 0) {
    return { ok: false, problems: problems.length > 0 ? problems : ['The workflow is empty'] };
  }
  const plain = toPlain(root) as Json;
  const jobs = fieldsOf(fieldsOf(plain)['jobs']);
  const outputs = new Map<string, ReadonlyMap<string, Template>>();
  for (const [id, job] of Object.entries(jobs)) {
    problems.push(...findShapeProblems(id, job));
    if (isActionsJob(job)) outputs.set(id, readOutputs(fieldsOf(job['outputs']), problems));
  }
  problems.push(...compile(plain, idleOnTop, toValidated).problems);
  const simulated = compile(plain, [...idleOnTop, 'concurrency'], toSimulated);
  if (problems.length > 0) return { ok: false, problems };
  if (simulated.workflow === null) return { ok: false, problems: simulated.all };
  return { ok: true, workflow: simulated.workflow, outputs };
}

/** Keys of a workflow that GitHub has and that do not change the graph. */
const idleOnTop: readonly string[] = ['permissions', 'defaults'];

function compile(
  plain: Json,
  idle: readonly string[],
  change: (job: Json) => Json,
): {
  readonly workflow: Workflow | null;
  readonly problems: readonly string[];
  readonly all: readonly string[];
} {
  const root = fieldsOf(plain);
  const { jobs } = root;
  const kept = Object.fromEntries(Object.entries(root).filter(([key]) => !idle.includes(key)));
  const changed = isFields(jobs)
    ? Object.fromEntries(Object.entries(jobs).map(([id, job]): [string, Json] => [id, change(job)]))
    : jobs;
  const document = isFields(plain) ? { ...kept, ...(changed === undefined ? {} : { jobs: changed }) } : plain;
  const file = { path: '.github/workflows/case.yml', text: JSON.stringify(document) };
  const { workflow, diagnostics } = compileWorkflow(file, { roles: 'any', tolerated });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return {
    workflow,
    problems: errors
      .filter(({ code }) => githubCodes.some((one) => one === code))
      .map(({ message }) => message),
    all: errors.map(({ message }) => message),
  };
}

/** A job with steps, or one that calls a workflow: neither of a type of Treadle's, nor with a prompt. */
function isActionsJob(job: Json): job is Fields {
  return isFields(job) && !('type' in job) && !('prompt' in job);
}

const callerKeys = [
  'name',
  'uses',
  'with',
  'secrets',
  'strategy',
  'needs',
  'if',
  'concurrency',
  'permissions',
];

function findShapeProblems(id: string, job: Json): readonly string[] {
  if (!isActionsJob(job)) return [];
  const { uses } = job;
  if (uses === undefined) {
    return 'runs-on' in job ? [] : [`The job '${id}' lacks the required property 'runs-on', or 'uses'`];
  }
  const foreign = Object.keys(job).filter((key) => !callerKeys.includes(key));
  const problems = foreign.map(
    (key) => `Unexpected value '${key}' in the job '${id}', which calls a workflow`,
  );
  if (typeof uses === 'string' && uses.startsWith('./')) {
    problems.push(`The workflow '${uses}' that the job '${id}' calls cannot be found`);
  }
  return problems;
}

/** Keys of a job that GitHub has and that do not change the graph. */
const idleKeys = [
  'cancel-timeout-minutes',
  'container',
  'defaults',
  'environment',
  'permissions',
  'secrets',
  'services',
  'snapshot',
  'steps',
  'uses',
  'with',
];

/** The job with all that GitHub checks and Treadle knows: what is unknown stays, and is found. */
function toValidated(job: Json): Json {
  if (!isActionsJob(job)) return job;
  const kept = Object.entries(job).filter(([key]) => !idleKeys.includes(key) && key !== 'outputs');
  const runsOn = job['runs-on'];
  const isText = typeof runsOn === 'string' && runsOn !== '';
  return { ...Object.fromEntries(kept), 'runs-on': isText ? runsOn : ANYBODY, prompt: 'Work' };
}

/** The job with what decides its place in the graph. Its steps are not run: the script says how it ends. */
function toSimulated(job: Json): Json {
  if (!isActionsJob(job)) {
    const fields = fieldsOf(job);
    const isTask = typeof fields['runs-on'] === 'string' && fields['type'] === undefined;
    return isTask ? { ...fields, 'runs-on': ANYBODY } : job;
  }
  const graph = ['name', 'needs', 'if', 'strategy', 'continue-on-error', 'timeout-minutes', 'env'];
  return { ...pickFields(job, graph), 'runs-on': TREADLE_RUNNER, steps: [{ run: 'work' }] };
}

/** What the outputs of a job may use on GitHub. */
const outputAvailability: Availability = {
  contexts: [
    ...[
      'github',
      'needs',
      'strategy',
      'matrix',
      'job',
      'runner',
      'env',
      'vars',
      'steps',
      'inputs',
      'secrets',
    ],
  ],
  functions: [],
};

function readOutputs(outputs: Fields, problems: string[]): ReadonlyMap<string, Template> {
  const templates = new Map<string, Template>();
  for (const [name, value] of Object.entries(outputs)) {
    if (isList(value) || isFields(value)) {
      problems.push(`The output '${name}' is a text`);
      continue;
    }
    const parsed = parseTemplate(scalarText(value), outputAvailability);
    if (parsed.ok) templates.set(name, parsed.value);
    else problems.push(...parsed.problems.map(({ message }) => message));
  }
  return templates;
}
