import type { Call, Reference } from '../../expression/tree.ts';
import type { DiagnosticCode } from '../codes.ts';
import type { JobDraft } from '../draft.ts';
import type { ExpressionUse } from '../expression-uses.ts';
import { spanOfPart } from '../expression-uses.ts';
import type { Finding } from '../finding.ts';
import { finding, listNames } from '../finding.ts';
import { ownOutputs } from '../job-kinds.ts';
import { isWithoutAgent } from './job-keys.ts';
import type { RuleInput } from './rule.ts';

/**
 * Expressions name jobs, outputs and inputs that exist. `needs` holds the direct needs of the job; in its `if`, and only there, all
 * jobs before it.
 */
export function findBadReferences(input: RuleInput): readonly Finding[] {
  const findings: Finding[] = [];
  const lookUp = createLookUp(input, findings);
  for (const use of input.uses) {
    for (const reference of use.references) checkReference(lookUp, use, reference);
    for (const call of use.calls) checkStatusCall(lookUp, use, call);
  }
  return findings;
}

const strategyProperties: readonly string[] = ['fail-fast', 'job-index', 'job-total', 'max-parallel'];
const stepProperties: readonly string[] = ['outputs', 'outcome', 'conclusion'];

/** What is asked of many references is worked out once. */
interface LookUp extends RuleInput {
  readonly ids: readonly string[];
  readonly inputs: Names;
  /** The canonical ids of a job's needs. */
  needsOf(job: JobDraft): ReadonlySet<string>;
  /** The outputs of a job; null where they are not known here. */
  outputsOf(job: JobDraft): Names | null;
  /** Takes down a finding. */
  tell(code: DiagnosticCode, place: Place, message: string): void;
}

/** Names as they are written, and in small letters. */
interface Names {
  readonly written: readonly string[];
  readonly known: ReadonlySet<string>;
}

/** A part of an expression. */
interface Place {
  readonly use: ExpressionUse;
  readonly part: { readonly offset: number; readonly length: number };
}

function createLookUp(input: RuleInput, findings: Finding[]): LookUp {
  const { jobs, triggers } = input.draft;
  const inputs = [...(triggers.workflowDispatch ?? []), ...(triggers.workflowCall?.inputs ?? [])];
  return {
    ...input,
    ids: jobs.map((job) => job.id),
    inputs: namesOf(inputs.map(({ key }) => key.text)),
    needsOf: once((job) => new Set(job.needs.flatMap((need) => input.graph.resolve(need.text) ?? []))),
    outputsOf: once((job) => {
      const names = outputsOf(input, job);
      return names === null ? null : namesOf(names);
    }),
    tell(code, { use, part }, message) {
      findings.push(finding(code, { span: spanOfPart(input.text, use, part) }, message));
    },
  };
}

function namesOf(written: readonly string[]): Names {
  return { written, known: new Set(written.map((name) => name.toLowerCase())) };
}

/** Answers for each job what was worked out at the first question. */
function once<T>(work: (job: JobDraft) => T): (job: JobDraft) => T {
  const known = new Map<JobDraft, { readonly answer: T }>();
  return (job) => {
    const ready = known.get(job) ?? { answer: work(job) };
    known.set(job, ready);
    return ready.answer;
  };
}

function checkReference(lookUp: LookUp, use: ExpressionUse, reference: Reference): void {
  const { context, path } = reference;
  const place = { use, part: reference };
  const [name, property, output] = path;
  if (name === undefined) return;
  if (context === 'inputs') {
    if (lookUp.inputs.known.has(name.toLowerCase())) return;
    const message = `No input '${name}' is declared under \`on\`.${lookUp.suggest(name, lookUp.inputs.written)}`;
    lookUp.tell('reference-unknown-input', place, message);
    return;
  }
  if (context === 'strategy') {
    if (strategyProperties.includes(name.toLowerCase())) return;
    const hint = lookUp.suggest(name, strategyProperties) || ` It has: ${strategyProperties.join(', ')}.`;
    lookUp.tell('reference-unknown-property', place, `\`strategy\` has no '${name}'.${hint}`);
    return;
  }
  if (context === 'steps') {
    checkStepName(lookUp, place, path);
    return;
  }
  if (context !== 'needs' && context !== 'jobs') return;
  if (context === 'needs') checkJobName(lookUp, place, name);
  else checkExists(lookUp, place, name);
  const job = lookUp.jobs.get(lookUp.graph.resolve(name) ?? '');
  if (job === undefined || property === undefined) return;
  const kind = property.toLowerCase();
  if (kind !== 'result' && kind !== 'outputs') {
    const message = `\`${context}.${name}\` has no '${property}', only \`result\` and \`outputs\``;
    lookUp.tell('reference-unknown-property', place, message);
  } else if (kind === 'outputs' && output !== undefined) {
    checkOutput(lookUp, place, job, output);
  }
}

/** A step reads the steps before it, an output of the job all of them. */
function checkStepName(lookUp: LookUp, place: Place, path: readonly string[]): void {
  const { use } = place;
  const [name = '', property] = path;
  const steps = use.job?.steps ?? [];
  const readable = use.step === null ? steps : steps.slice(0, steps.indexOf(use.step));
  const idsOf = (list: typeof steps): readonly string[] => list.flatMap(({ id }) => id?.text ?? []);
  const isNamed = (id: string): boolean => id.toLowerCase() === name.toLowerCase();
  if (!idsOf(readable).some(isNamed)) {
    const message = idsOf(steps).some(isNamed)
      ? `The step '${name}' does not come before: a step reads those before it`
      : `No step of this job has the id '${name}'.${lookUp.suggest(name, idsOf(readable))}`;
    lookUp.tell('reference-unknown-step', place, message);
  } else if (property !== undefined && !stepProperties.includes(property.toLowerCase())) {
    const message = `\`steps.${name}\` has no '${property}', only ${stepProperties.map((one) => `\`${one}\``).join(', ')}`;
    lookUp.tell('reference-unknown-property', place, message);
  }
}

function checkExists(lookUp: LookUp, place: Place, name: string): void {
  if (lookUp.graph.resolve(name) !== undefined) return;
  lookUp.tell(
    'reference-unknown-job',
    place,
    `There is no job '${name}'.${lookUp.suggest(name, lookUp.ids)}`,
  );
}

function checkJobName(lookUp: LookUp, place: Place, name: string): void {
  checkExists(lookUp, place, name);
  const { job, key } = place.use;
  const target = lookUp.graph.resolve(name);
  if (target === undefined || job === null || lookUp.needsOf(job).has(target)) return;
  if (key !== 'jobs.if') {
    const message = `'${target}' is not among the needs of '${job.id}': add it to \`needs\` to read it here`;
    lookUp.tell('reference-not-needed', place, message);
  } else if (!lookUp.graph.ancestors(job.id).has(target)) {
    const message = `'${target}' does not come before '${job.id}': an \`if\` reads jobs that come before through \`needs\``;
    lookUp.tell('reference-not-ancestor', place, message);
  }
}

function checkOutput(lookUp: LookUp, place: Place, job: JobDraft, output: string): void {
  const names = lookUp.outputsOf(job);
  if (names === null || names.known.has(output.toLowerCase())) return;
  const { written } = names;
  const otherwise = written.length > 0 ? ` It has: ${listNames(written)}.` : ' It has no outputs.';
  const whose = job.uses === null ? `The job '${job.id}'` : `${job.uses.text}, which '${job.id}' calls,`;
  const message = `${whose} has no output '${output}'.${lookUp.suggest(output, written) || otherwise}`;
  lookUp.tell('reference-unknown-output', place, message);
}

/** The names of a job's outputs; null where they are not known here. */
function outputsOf({ outputsOfCall }: RuleInput, job: JobDraft): readonly string[] | null {
  if (job.uses !== null) return outputsOfCall(job.uses.text)?.names ?? null;
  if (isWithoutAgent(job) && job.type !== 'steps') return null;
  return [...job.outputs.map(({ key }) => key.text), ...(ownOutputs[job.type] ?? [])];
}

/** `success('a')` and `failure('a')` ask about jobs that come before. */
function checkStatusCall(lookUp: LookUp, use: ExpressionUse, call: Call): void {
  if ((call.name !== 'success' && call.name !== 'failure') || use.step !== null) return;
  for (const text of call.texts) if (text !== null) checkJobName(lookUp, { use, part: text }, text.text);
}
