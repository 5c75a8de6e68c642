import { derivedId } from '../base/digest.ts';
import type { Json } from '../base/canonical-json.ts';
import { renderTemplate } from '../expression/evaluate.ts';
import { jobOf } from '../workflow/leg.ts';
import type { CallJob, InputDeclaration } from '../workflow/model.ts';
import { RESERVED_ROLES } from '../workflow/roles.ts';
import { beginAttempt } from './attempt.ts';
import { contextsFor, runContexts } from './contexts.ts';
import type { Draft } from './draft.ts';
import { QUEUED } from './draft.ts';
import type { Evaluated } from './evaluation.ts';
import { guard } from './evaluation.ts';
import { TREADLE } from './event.ts';
import type { Given } from './given.ts';
import { approvalsIn, giving, mergesBehind, reportersIn, withLegs } from './hand-over.ts';
import { failAttempt } from './retry.ts';
import { sourcesOf, tellsInputs } from './sources.ts';
import type { Feedback } from './state/job.ts';

/** Calls a workflow: a run of its own begins for the same bead, and the job goes on when that is over. */
export function startCall(draft: Draft, definition: CallJob): void {
  const { id: job, uses } = definition;
  const attempt = beginAttempt(draft, job);
  if (draft.document(job)?.given != null) draft.patchJob(job, { given: null });
  const called = draft.callOf(uses);
  const declared = called?.workflow.on.workflowCall?.inputs ?? null;
  if (called === undefined || declared === null) {
    const reason = `the definition of this run holds no workflow ${uses} that can be called`;
    failAttempt(draft, job, { outcome: 'failure', reason, again: false });
    return;
  }
  const inputs = inputsOf(draft, definition, declared);
  if (!inputs.ok) {
    failAttempt(draft, job, { outcome: 'failure', reason: inputs.problem, again: false });
    return;
  }
  const reserved = reservedRoleIn(draft, job, inputs.value);
  if (reserved !== null) {
    const reason = `with.${reserved}: what strangers or agents wrote cannot choose that role`;
    failAttempt(draft, job, { outcome: 'failure', reason, again: false, isDefinition: true });
    return;
  }
  const { run, cause } = draft;
  const number = draft.takeRunNumber();
  const child = `${run.issue}-${number}`;
  const attempts = draft.document(job)?.attempts ?? [];
  draft.patchJob(job, {
    attempts: attempts.map((one) => (one.number === attempt ? { ...one, child } : one)),
  });
  draft.setLine(job, { ...QUEUED, status: 'in_progress' });
  draft.tell(`run ${child}`);
  draft.send({
    version: 1,
    type: 'run_started',
    id: derivedId('run_started', cause.id, child),
    run: child,
    at: cause.at,
    actor: TREADLE,
    ground: `called by ${job} of run ${run.id}`,
    wake: cause.wake,
    number,
    workflow: called.workflow.key,
    definition: called.definition,
    config: run.config,
    trigger: run.trigger,
    ...(run.beadText === undefined ? {} : { beadText: run.beadText }),
    parent: {
      run: run.id,
      job,
      attempt,
      callers: [...(run.parent?.callers ?? []), run.id],
      outermost: run.parent?.outermost ?? { number: run.number, workflow: draft.workflow.name },
    },
    inputs: inputs.value,
    ...givenBy(draft, definition),
    ...feedbackOf(draft, job),
  });
}

/** The input by which strangers or agents would choose a role that they cannot; null where they do not. */
function reservedRoleIn(draft: Draft, job: string, inputs: Readonly<Record<string, Json>>): string | null {
  const untrusted = draft.workflow.untrustedRoles?.get(jobOf(job)) ?? [];
  const found = Object.entries(inputs).find(
    ([name, value]) =>
      untrusted.includes(name.toLowerCase()) &&
      typeof value === 'string' &&
      RESERVED_ROLES.includes(value.trim()),
  );
  return found?.[0] ?? null;
}

/** The approvals that stand behind the call, and who reported what is handed in. */
function givenBy(draft: Draft, definition: CallJob): { readonly given?: Given } {
  const { id, needs } = definition;
  const { given } = draft.run;
  const approvals = approvalsIn(draft, withLegs(draft, draft.workflow.graph.ancestors(id)));
  const reporters = reportersIn(draft, withLegs(draft, [...needs, ...sourcesOf(draft, needs)]));
  const handedIn = tellsInputs(draft, definition) ? (given?.reporters ?? []) : [];
  return giving({
    approvals: [...(given?.approvals ?? []), ...approvals],
    reporters: [...reporters, ...handedIn],
    merged: mergesBehind(draft, id),
  });
}

/** What the job was told to rework goes along: who does it is in the sub-run. */
function feedbackOf(draft: Draft, job: string): { readonly feedback?: Feedback } {
  const feedback = draft.document(job)?.feedback ?? null;
  return feedback === null ? {} : { feedback };
}

/** The inputs of a call, of the types that the called workflow declares; empty ones where nothing is given. */
function inputsOf(
  draft: Draft,
  { id, with: given }: CallJob,
  declared: readonly InputDeclaration[],
): Evaluated<Readonly<Record<string, Json>>> {
  const inputs: [string, Json][] = [];
  for (const input of declared) {
    const template = Object.entries(given).find(([name]) => equalNames(name, input.name))?.[1];
    const render =
      template !== undefined
        ? () => renderTemplate(template, contextsFor(draft, id, 'job'))
        : defaultOf(input, draft);
    if (render === null) {
      if (input.required && input.default === null) {
        return { ok: false, problem: `the called workflow needs the input ${input.name}` };
      }
      inputs.push([input.name, input.default ?? emptyOf(input)]);
      continue;
    }
    const value = guard(render);
    const place = template === undefined ? `the default of ${input.name}` : `with.${input.name}`;
    if (!value.ok) return { ok: false, problem: `${place}: ${value.problem}` };
    const typed = convert(input, value.value);
    if (typed === undefined) {
      return { ok: false, problem: `${place} is no ${input.type}: "${value.value.slice(0, 80)}"` };
    }
    inputs.push([input.name, typed]);
  }
  return { ok: true, value: Object.fromEntries(inputs) };
}

/** How the default of an input that holds expressions is read: as the caller sees things. Null where it holds none. */
function defaultOf({ computedDefault }: InputDeclaration, draft: Draft): (() => string) | null {
  return computedDefault === null ? null : () => renderTemplate(computedDefault, runContexts(draft));
}

/**
 * A text as a value of an input's type: as GitHub coerces it.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_callinputs
 */
function convert({ type }: InputDeclaration, text: string): Json | undefined {
  switch (type) {
    case 'number': {
      const number = text.trim() === '' ? 0 : Number(text);
      return Number.isFinite(number) ? number : undefined;
    }
    case 'boolean':
      return text === '' || text === 'false' ? false : text === 'true' ? true : undefined;
    case 'string':
    case 'choice':
      return text;
  }
}

function emptyOf({ type }: InputDeclaration): Json {
  return type === 'number' ? 0 : type === 'boolean' ? false : '';
}

function equalNames(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
