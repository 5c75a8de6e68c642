import type { Call, Reference } from '../../expression/tree.ts';
import { callsOf, referencesOf } from '../../expression/tree.ts';
import type { JobDraft } from '../draft.ts';
import type { ExpressionUse } from '../expression-uses.ts';
import { expressionUses, spanOfPart } from '../expression-uses.ts';
import type { Finding } from '../finding.ts';
import { finding, suggestion } from '../finding.ts';
import { ownOutputs } from '../job-kinds.ts';
import type { Span } from '../yaml-tree.ts';
import { isWithoutAgent } from './job-keys.ts';
import type { RuleInput } from './rule.ts';

/**
 * Expressions name jobs, outputs and inputs that exist. `needs` holds the direct needs of the job; in its `if`, and only there, all
 * jobs before it.
 */
export function* findBadReferences(input: RuleInput): Iterable<Finding> {
  const lookUp = createLookUp(input);
  for (const use of expressionUses(input.draft)) {
    for (const reference of referencesOf(use.expression.tree)) yield* checkReference(lookUp, use, reference);
    for (const call of callsOf(use.expression.tree)) yield* checkStatusCall(lookUp, use, call);
  }
}

const strategyProperties: readonly string[] = ['fail-fast', 'job-index', 'job-total', 'max-parallel'];
const stepProperties: readonly string[] = ['outputs', 'outcome', 'conclusion'];

interface LookUp extends RuleInput {
  readonly ids: readonly string[];
  readonly inputs: readonly string[];
}

function createLookUp(input: RuleInput): LookUp {
  const { jobs, triggers } = input.draft;
  const inputs = [...(triggers.workflowDispatch ?? []), ...(triggers.workflowCall?.inputs ?? [])];
  return {
    ...input,
    ids: jobs.map((job) => job.id),
    inputs: inputs.map(({ key }) => key.text),
  };
}

function* checkReference(lookUp: LookUp, use: ExpressionUse, reference: Reference): Iterable<Finding> {
  const { context, path } = reference;
  const at = placeOf(lookUp, use, reference);
  const [name, property, output] = path;
  if (name === undefined) return;
  if (context === 'inputs') {
    const isKnown = lookUp.inputs.some((known) => known.toLowerCase() === name.toLowerCase());
    if (isKnown) return;
    const message = `No input '${name}' is declared under \`on\`.${suggestion(name, lookUp.inputs)}`;
    yield finding('reference-unknown-input', at, message);
    return;
  }
  if (context === 'strategy') {
    if (!strategyProperties.includes(name.toLowerCase())) {
      const hint = suggestion(name, strategyProperties) || ` It has: ${strategyProperties.join(', ')}.`;
      yield finding('reference-unknown-property', at, `\`strategy\` has no '${name}'.${hint}`);
    }
    return;
  }
  if (context === 'steps') {
    yield* checkStepName(use, path, at);
    return;
  }
  if (context !== 'needs' && context !== 'jobs') return;
  yield* context === 'needs' ? checkJobName(lookUp, use, name, at) : checkExists(lookUp, name, at);
  const job = lookUp.jobs.get(lookUp.graph.resolve(name) ?? '');
  if (job === undefined || property === undefined) return;
  if (!['result', 'outputs'].includes(property.toLowerCase())) {
    const message = `\`${context}.${name}\` has no '${property}', only \`result\` and \`outputs\``;
    yield finding('reference-unknown-property', at, message);
  } else if (property.toLowerCase() === 'outputs' && output !== undefined) {
    yield* checkOutput(lookUp, job, output, at);
  }
}

/** A step reads the steps before it, an output of the job all of them. */
function* checkStepName(use: ExpressionUse, path: readonly string[], at: Place): Iterable<Finding> {
  const [name = '', property] = path;
  const steps = use.job?.steps ?? [];
  const readable = use.step === null ? steps : steps.slice(0, steps.indexOf(use.step));
  const idsOf = (list: typeof steps): readonly string[] => list.flatMap(({ id }) => id?.text ?? []);
  const isNamed = (id: string): boolean => id.toLowerCase() === name.toLowerCase();
  if (!idsOf(readable).some(isNamed)) {
    const message = idsOf(steps).some(isNamed)
      ? `The step '${name}' does not come before: a step reads those before it`
      : `No step of this job has the id '${name}'.${suggestion(name, idsOf(readable))}`;
    yield finding('reference-unknown-step', at, message);
  } else if (property !== undefined && !stepProperties.includes(property.toLowerCase())) {
    const message = `\`steps.${name}\` has no '${property}', only ${stepProperties.map((one) => `\`${one}\``).join(', ')}`;
    yield finding('reference-unknown-property', at, message);
  }
}

/** A place that is worked out only when something is found there. */
interface Place {
  readonly span: Span;
}

function placeOf(
  lookUp: LookUp,
  use: ExpressionUse,
  part: { readonly offset: number; readonly length: number },
): Place {
  return {
    get span() {
      return spanOfPart(lookUp.text, use, part);
    },
  };
}

function* checkExists(lookUp: LookUp, name: string, at: Place): Iterable<Finding> {
  if (lookUp.graph.resolve(name) !== undefined) return;
  const message = `There is no job '${name}'.${suggestion(name, lookUp.ids)}`;
  yield finding('reference-unknown-job', at, message);
}

function* checkJobName(lookUp: LookUp, use: ExpressionUse, name: string, at: Place): Iterable<Finding> {
  yield* checkExists(lookUp, name, at);
  const target = lookUp.graph.resolve(name);
  if (target === undefined || use.job === null) return;
  if (use.job.needs.some((need) => lookUp.graph.resolve(need.text) === target)) return;
  if (use.key !== 'jobs.if') {
    const message = `'${target}' is not among the needs of '${use.job.id}': add it to \`needs\` to read it here`;
    yield finding('reference-not-needed', at, message);
  } else if (!lookUp.graph.ancestors(use.job.id).has(target)) {
    const message = `'${target}' does not come before '${use.job.id}': an \`if\` reads jobs that come before through \`needs\``;
    yield finding('reference-not-ancestor', at, message);
  }
}

function* checkOutput(lookUp: LookUp, job: JobDraft, output: string, at: Place): Iterable<Finding> {
  const names = outputsOf(lookUp, job);
  if (names === null || names.some((name) => name.toLowerCase() === output.toLowerCase())) return;
  const hint =
    suggestion(output, names) || (names.length > 0 ? ` It has: ${names.join(', ')}.` : ' It has no outputs.');
  const whose = job.uses === null ? `The job '${job.id}'` : `${job.uses.text}, which '${job.id}' calls,`;
  yield finding('reference-unknown-output', at, `${whose} has no output '${output}'.${hint}`);
}

/** The names of a job's outputs; null where they are not known here. */
function outputsOf({ outputsOfCall }: LookUp, job: JobDraft): readonly string[] | null {
  if (job.uses !== null) return outputsOfCall(job.uses.text)?.names ?? null;
  if (isWithoutAgent(job) && job.type !== 'steps') return null;
  return [...job.outputs.map(({ key }) => key.text), ...(ownOutputs[job.type] ?? [])];
}

/** `success('a')` and `failure('a')` ask about jobs that come before. */
function* checkStatusCall(lookUp: LookUp, use: ExpressionUse, call: Call): Iterable<Finding> {
  if ((call.name !== 'success' && call.name !== 'failure') || use.step !== null) return;
  for (const text of call.texts) {
    if (text !== null) yield* checkJobName(lookUp, use, text.text, placeOf(lookUp, use, text));
  }
}
