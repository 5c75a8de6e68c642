import type { Expression, Template } from '../expression/model.ts';
import type { Reference } from '../expression/tree.ts';
import { contributorsOf } from '../expression/tree.ts';
import { strongComponents } from './components.ts';
import { expressionsOfMatrix } from './expressions-of-matrix.ts';
import type { InputDraft, JobDraft, OutputDraft, StepDraft, TextField, WorkflowDraft } from './draft.ts';
import { itemAt } from './item-at.ts';
import type { Graph } from './model.ts';
import { scalarAt } from './yaml-tree.ts';

/**
 * What of a value was not written by those who write workflows. Nothing of it is null and empty: then the value is one of those that
 * the workflow names, a number, or true or false, or it was set by those who administer the repository.
 */
export interface Origin {
  /** Who wrote a part of it, in words that follow its name: strangers, agents, or commands. Null for none of them. */
  readonly why: string | null;
  /** The inputs of its own file that it is made of, in small letters: whoever starts or calls the workflow says what they hold. */
  readonly inputs: ReadonlySet<string>;
}

/** Where an expression stands, since `env`, `matrix` and `needs` mean something else in each job and step. */
export interface TrustPlace {
  /** Null on the top level. */
  readonly job: JobDraft | null;
  /** Null outside of `steps`. */
  readonly step: StepDraft | null;
}

/** Answers what values are made of, without evaluating anything. */
export interface Trust {
  ofReference(place: TrustPlace, reference: Reference): Origin;
  /** Of all that can be in what the expression comes to. */
  ofExpression(place: TrustPlace, expression: Expression): Origin;
  ofTemplate(place: TrustPlace, template: Template): Origin;
}

/** What is looked at. */
export interface TrustSubject {
  readonly draft: WorkflowDraft;
  /** By canonical id. */
  readonly jobs: ReadonlyMap<string, JobDraft>;
  readonly graph: Graph;
  /** What the workflow that a `uses` names hands back; null where that is not known. */
  readonly outputsOfCall: (uses: string) => { originOf(output: string): Origin } | null;
}

export const TRUSTED: Origin = { why: null, inputs: new Set() };

const ANYBODY = untrusted('may hold what anybody wrote');
const STRANGERS_OR_AGENTS = 'is made of what strangers or agents wrote';
const REPORTED = untrusted('is what another job reported');
const PRINTED = untrusted('is what a command of a step put out');
const LEFT = untrusted('is what a step before may have left in GITHUB_ENV');

/**
 * Follows values to where they come from: through `env` (a step's own, its job's, the workflow's), the vectors of a matrix, the
 * outputs of decisions and of jobs with `steps`, and calls. Untrusted are the issue and the event, outputs of agents without an
 * `enum`, and whatever commands put out, since they can pass on all they see; but a variable that an `env` names counts as what that
 * says, though a step before could set it anew. Conditions do not count: what is only asked about is not in the outcome. Linear in the size of the file, and without recursion over its jobs.
 *
 * @see https://docs.github.com/en/actions/concepts/security/script-injections
 */
export function createTrust(subject: TrustSubject): Trust {
  const { draft, jobs, graph } = subject;
  let passedOn: ReadonlyMap<OutputDraft | TextField, Origin> | null = null;
  const outputs = indexOnce((job: JobDraft) => job.outputs.map((one) => [one.key.text, one] as const));
  const inputs = indexInputs(draft);
  const variables = indexOnce((env: Readonly<Record<string, TextField>>) => Object.entries(env));
  const ofVariable = remember((field: TextField, place: TrustPlace) => ofTemplate(place, field.readable));
  const ofMatrices = new WeakMap<JobDraft, Map<string | undefined, Origin>>();

  const ofTemplate: Trust['ofTemplate'] = (place, { parts }) =>
    union(parts.map((part) => (typeof part === 'string' ? TRUSTED : ofExpression(place, part))));

  const ofExpression: Trust['ofExpression'] = (place, { tree }) =>
    union(contributorsOf(tree).map((reference) => ofReference(place, reference)));

  const ofReference: Trust['ofReference'] = (place, reference) => {
    const [first, second, third] = reference.path.map((name) => name.toLowerCase());
    switch (reference.context) {
      case 'github':
        return ofGithub(reference);
      case 'bead':
        if (first === 'number' || first === 'priority') return TRUSTED;
        return untrusted('is what anybody wrote in the issue');
      case 'run':
        return first === undefined || first === 'title' ? ANYBODY : TRUSTED;
      case 'inputs':
        return first === undefined ? union([...inputs.keys()].map(ofInput)) : ofInput(first);
      case 'needs':
      case 'jobs':
        return second === 'result' ? TRUSTED : ofNeed(first, third);
      case 'steps':
        return second === 'outcome' || second === 'conclusion' ? TRUSTED : PRINTED;
      case 'matrix':
        return ofMatrix(place, first);
      case 'env':
        return ofEnv(place, first);
      default:
        return TRUSTED;
    }
  };

  const ofInput = (name: string): Origin =>
    union(
      (inputs.get(name) ?? []).map((input) => {
        const type = scalarAt(input.node, 'type')?.text ?? 'string';
        if (type !== 'string') return TRUSTED;
        const { why } =
          input.computed === null ? TRUSTED : ofTemplate({ job: null, step: null }, input.computed.readable);
        return { why, inputs: new Set([name]) };
      }),
    );

  /** An agent's output is as trustworthy as its `enum` is closed, any other as what it is made of. */
  const ofNeed = (id: string | undefined, name: string | undefined): Origin => {
    const producer = id === undefined ? undefined : jobs.get(graph.resolve(id) ?? '');
    if (producer === undefined) return REPORTED;
    if (producer.uses !== null) return ofCall(producer, producer.uses.text, name);
    if (name === undefined) return REPORTED;
    if (
      (producer.type === 'approval' && name === 'verdict') ||
      (producer.type === 'commit' && name === 'sha')
    )
      return TRUSTED;
    const output = outputs(producer).get(name);
    if (output?.kind === 'declared') return output.enum.length > 0 ? TRUSTED : REPORTED;
    if (output === undefined) return REPORTED;
    return ofPassedOn(output);
  };

  /** Of inputs that the called workflow passes back, what they were given here. */
  const ofCall = (caller: JobDraft, uses: string, name: string | undefined): Origin => {
    const origin = name === undefined ? undefined : subject.outputsOfCall(uses)?.originOf(name);
    if (origin === undefined) return untrusted('is what another workflow handed back');
    const given = [...origin.inputs].flatMap((input) => variables(caller.with).get(input) ?? []);
    return union([{ why: origin.why, inputs: TRUSTED.inputs }, ...given.map(ofPassedOn)]);
  };

  /** Of an output that is an expression, or an input of a call. What goes in a circle, an error anyway, counts as reported. */
  const ofPassedOn = (part: OutputDraft | TextField): Origin => {
    if (passedOn === null) {
      const origins = new Map<OutputDraft | TextField, Origin>();
      // What is asked meanwhile finds what is worked out so far.
      passedOn = origins;
      for (const job of inOrder(draft, graph)) {
        const place = { job, step: null };
        for (const output of job.outputs) {
          if (output.kind !== 'expression') continue;
          const { why, inputs: from } = ofTemplate(place, output.field.readable);
          origins.set(output, { why: why === null ? null : REPORTED.why, inputs: from });
        }
        for (const field of Object.values(job.with)) origins.set(field, ofTemplate(place, field.readable));
      }
    }
    return passedOn.get(part) ?? REPORTED;
  };

  const ofMatrix = ({ job }: TrustPlace, name: string | undefined): Origin =>
    union(
      (job === null ? draft.jobs : [job]).map((one) => {
        const byName = ofMatrices.get(one) ?? new Map<string | undefined, Origin>();
        ofMatrices.set(one, byName);
        let origin = byName.get(name);
        if (origin === undefined) {
          const parts = one.strategy === null ? [] : expressionsOfMatrix(one.strategy.value, name);
          origin = madeOf(union(parts.map((part) => ofExpression({ job: one, step: null }, part))));
          byName.set(name, origin);
        }
        return origin;
      }),
    );

  /** The nearest layer that has the name counts; an `env` reads the layers around it. */
  const ofEnv = ({ job, step }: TrustPlace, name: string | undefined): Origin => {
    const layers = [
      { env: step?.env ?? {}, place: { job, step: null } },
      { env: job?.env ?? {}, place: { job, step: null } },
      { env: draft.env, place: { job: null, step: null } },
    ];
    // The variables of a step do not see each other, those of a job and of a workflow no variables at all.
    const steps = job?.steps ?? [];
    const isFirst = steps.length === 0 || (step !== null && step === steps[0]);
    const rest = isFirst ? TRUSTED : LEFT;
    if (name === undefined) {
      const all = layers.flatMap(({ env, place }) =>
        Object.values(env).map((field) => ofVariable(field, place)),
      );
      return madeOf(union([...all, rest]));
    }
    for (const { env, place } of layers) {
      const field = variables(env).get(name);
      if (field !== undefined) return madeOf(ofVariable(field, place));
    }
    return rest;
  };

  return { ofReference, ofExpression, ofTemplate };
}

/** The jobs, each after those that it needs. */
function inOrder({ jobs }: WorkflowDraft, graph: Graph): readonly JobDraft[] {
  const indexOf = new Map(jobs.map(({ id }, index) => [id, index]));
  const needs = jobs.map((job) =>
    job.needs.flatMap((need) => indexOf.get(graph.resolve(need.text) ?? '') ?? []),
  );
  return strongComponents(needs)
    .flat()
    .map((index) => itemAt(jobs, index));
}

/**
 * What agents and strangers wrote stands in the event; who acts, where and in which run does not. What the forge itself numbers is a
 * number everywhere but among the inputs of the event, which have the names that the workflow gives them.
 */
function ofGithub({ path, isExact }: Reference): Origin {
  const [first, ...rest] = path.map((name) => name.toLowerCase());
  const last = rest.at(-1) ?? first;
  const isInput = first === 'event' && rest[0] === 'inputs';
  if (isExact && !isInput && (last === 'number' || last === 'id')) return TRUSTED;
  return first === undefined || first === 'event' || first === 'head_ref' ? ANYBODY : TRUSTED;
}

function untrusted(why: string): Origin {
  return { why, inputs: TRUSTED.inputs };
}

function union(origins: readonly Origin[]): Origin {
  const [only] = origins;
  if (only === undefined) return TRUSTED;
  if (origins.length === 1) return only;
  const why = origins.find((origin) => origin.why !== null)?.why ?? null;
  return { why, inputs: new Set(origins.flatMap(({ inputs }) => [...inputs])) };
}

/** The origin of what is made of something. */
function madeOf({ why, inputs }: Origin): Origin {
  return { why: why === null ? null : STRANGERS_OR_AGENTS, inputs };
}

/** The inputs of all events by their name in small letters; one name may stand for several. */
function indexInputs({ triggers }: WorkflowDraft): ReadonlyMap<string, readonly InputDraft[]> {
  const byName = new Map<string, InputDraft[]>();
  for (const input of [...(triggers.workflowDispatch ?? []), ...(triggers.workflowCall?.inputs ?? [])]) {
    const name = input.key.text.toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), input]);
  }
  return byName;
}

/** What an object holds, by names in small letters, the first of equal ones; each object is looked through once. */
function indexOnce<Whole extends object, Part>(
  partsOf: (whole: Whole) => readonly (readonly [string, Part])[],
): (whole: Whole) => ReadonlyMap<string, Part> {
  return remember(
    (whole) =>
      new Map(
        partsOf(whole)
          .toReversed()
          .map(([name, part]) => [name.toLowerCase(), part]),
      ),
  );
}

/** Answers once for each object; whatever else is given must follow from it. */
function remember<Key extends object, Rest extends readonly unknown[], Answer>(
  find: (key: Key, ...rest: Rest) => Answer,
): (key: Key, ...rest: Rest) => Answer {
  const known = new WeakMap<Key, { readonly answer: Answer }>();
  return (key, ...rest) => {
    const before = known.get(key);
    if (before !== undefined) return before.answer;
    const answer = find(key, ...rest);
    known.set(key, { answer });
    return answer;
  };
}
