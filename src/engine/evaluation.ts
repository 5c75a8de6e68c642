import { evaluate, renderTemplate } from '../expression/evaluate.ts';
import { ExpressionError } from '../expression/expression-error.ts';
import type { Contexts, Expression, StatusFunctions, Template } from '../expression/model.ts';
import type { Json } from '../base/canonical-json.ts';
import { evaluateValue } from '../expression/value-template.ts';
import type { Condition, Job } from '../workflow/model.ts';
import { contextsFor } from './contexts.ts';
import type { RunView } from './draft.ts';

/** A value, or in words why there is none: the workflow's author or an output is to blame. */
export type Evaluated<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** The text of a template of a job, outside its `if`. */
export function renderFor(view: RunView, job: string, template: Template): Evaluated<string> {
  return guard(() => renderTemplate(template, contextsFor(view, job, 'job')));
}

/** Whether a job's condition holds. */
export function testCondition(
  view: RunView,
  job: string,
  condition: Condition,
  status: StatusFunctions,
): Evaluated<boolean> {
  const { expression } = condition;
  return guard(() => evaluate(expression, contextsFor(view, job, 'if', expression), status).truthy);
}

/** The minutes of `timeout-minutes`: a finite number above 0. */
export function minutesFor(view: RunView, job: string, minutes: number | Expression): Evaluated<number> {
  if (typeof minutes === 'number') return { ok: true, value: minutes };
  const evaluated = guard(() => evaluate(minutes, contextsFor(view, job, 'job')));
  if (!evaluated.ok) return evaluated;
  const { text } = evaluated.value;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number) && number > 0) return { ok: true, value: number };
  return { ok: false, problem: `timeout-minutes gives "${text}", which is no number of minutes` };
}

/** Whether a failure of the job counts as success (`continue-on-error`); what cannot be evaluated does not. */
export function continuesOnError(view: RunView, job: string, value: boolean | Expression): boolean {
  if (typeof value === 'boolean') return value;
  const evaluated = guard(() => evaluate(value, contextsFor(view, job, 'job')).truthy);
  return evaluated.ok && evaluated.value;
}

/** What the `strategy` of a job comes to. */
export function strategyFor(view: RunView, { id, strategy }: Job): Evaluated<Json> {
  if (strategy === null) return { ok: true, value: null };
  return guard(() => evaluateValue(strategy, contextsFor(view, id, 'job')));
}

/** Whether a boolean of a job, or an expression for one, is true. */
export function truthFor(view: RunView, job: string, value: boolean | Expression): Evaluated<boolean> {
  return truthIn(value, () => contextsFor(view, job, 'job'));
}

/** The same, where the contexts are others. */
export function truthIn(value: boolean | Expression, contexts: () => Contexts): Evaluated<boolean> {
  return typeof value === 'boolean' ? { ok: true, value } : guard(() => evaluate(value, contexts()).truthy);
}

/** The number of the pull request that a template names: `12`, `#12`, or the address of its page. */
export function pullRequestFor(view: RunView, job: string, template: Template): Evaluated<number> {
  const rendered = renderFor(view, job, template);
  if (!rendered.ok) return rendered;
  const text = rendered.value.trim();
  const [, digits] = /^(?:#|https?:\/\/\S+\/pulls?\/)?([1-9]\d{0,14})(?:[/?#]\S*)?$/.exec(text) ?? [];
  if (digits !== undefined) return { ok: true, value: Number(digits) };
  return {
    ok: false,
    problem: `"${text}" names no pull request: a number, #number or its address is needed`,
  };
}

/** Reads a value, or says in words why there is none. */
export function guard<T>(read: () => T): Evaluated<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof ExpressionError) return { ok: false, problem: error.message };
    throw error;
  }
}
