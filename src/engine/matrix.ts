import type { Json } from '../base/canonical-json.ts';
import { isMapping } from '../expression/value-template.ts';
import type { MatrixConfig } from '../workflow/matrix.ts';
import { expandMatrix } from '../workflow/matrix.ts';
import type { Job } from '../workflow/model.ts';
import { recordAttempt } from './attempt.ts';
import { completeJob, concludeFailure, mergeOutputs } from './conclude.ts';
import type { Draft } from './draft.ts';
import { QUEUED } from './draft.ts';
import type { Evaluated } from './evaluation.ts';
import { strategyFor } from './evaluation.ts';
import { computeName, isComputedName } from './job-name.ts';
import { legOf, legsOf, matrixOf, openStatusOf, rollUp } from './legs.ts';
import { keepEqual } from './own-keys.ts';
import { cancelJob } from './withdraw.ts';
import type { MatrixLeg, MatrixPlan } from './matrix-plan.ts';

/**
 * Expands the matrix of a job that is ready: its legs are queued, and looked at next. A strategy without a value, or one that breaks
 * GitHub's rules, fails the job.
 */
export function expandJob(draft: Draft, definition: Job): void {
  const job = definition.id;
  const plan = planMatrix(draft, definition);
  if (!plan.ok) {
    recordAttempt(draft, job, { outcome: 'failure', reason: `its strategy: ${plan.problem}` });
    concludeFailure(draft, job, 'failure');
    return;
  }
  draft.patchJob(job, { matrix: plan.value });
  for (const leg of legsOf(draft, job)) draft.setLine(leg, QUEUED);
  const named = nameLegs(draft, definition, plan.value);
  draft.patchJob(job, { matrix: keepEqual(draft.documentBefore(job)?.matrix, named) });
  draft.tell(plan.value.legs.length === 1 ? `${job}.0` : `${job} ×${plan.value.legs.length}`);
  draft.visit(job);
}

/**
 * Goes on with a job that was expanded: after a failure the other legs are cancelled (`fail-fast`), and when all are completed the job
 * is. The answer names the legs that may begin now, as many as `max-parallel` allows.
 */
export function followLegs(draft: Draft, job: string): readonly string[] {
  const plan = matrixOf(draft, job);
  const legs = legsOf(draft, job);
  if (plan === null || draft.line(job).status === 'completed') return [];
  const failed = plan.failFast ? legs.find((leg) => draft.line(leg).result === 'failure') : undefined;
  if (failed !== undefined) cancelJob(draft, job, `${failed} failed (fail-fast)`);
  const lines = legs.map((leg) => draft.line(leg));
  if (openStatusOf(lines) === null) {
    const result = rollUp(lines.map((line) => line.result));
    if (result === 'success') draft.patchJob(job, { feedback: null });
    mergeOutputs(draft, job);
    completeJob(draft, job, rollUp(lines.map((line) => line.conclusion)), result);
    return [];
  }
  const waiting = legs.filter((leg) => isUntouched(draft, leg));
  const begun = lines.filter((line) => line.status !== 'completed').length - waiting.length;
  return waiting.slice(0, Math.max(0, plan.maxParallel - begun));
}

/** Whether a leg waits to begin: it was not started since it was queued. A leg that is gone does not. */
export function isUntouched(draft: Draft, leg: string): boolean {
  if (legOf(draft, leg) === undefined) return false;
  return draft.line(leg).status === 'queued' && (draft.document(leg)?.retryAt ?? null) === null;
}

function planMatrix(draft: Draft, definition: Job): Evaluated<MatrixPlan> {
  const strategy = strategyFor(draft, definition);
  if (!strategy.ok) return strategy;
  const settings = isMapping(strategy.value) ? strategy.value : { matrix: strategy.value };
  const legs = expand(settings['matrix'] ?? null, definition);
  if (!legs.ok) return legs;
  const failFast = readFailFast(settings['fail-fast'] ?? null);
  if (!failFast.ok) return failFast;
  const maxParallel = readMaxParallel(settings['max-parallel'] ?? null, legs.value.length);
  if (!maxParallel.ok) return maxParallel;
  return { ok: true, value: { failFast: failFast.value, maxParallel: maxParallel.value, legs: legs.value } };
}

function expand(matrix: Json, definition: Job): Evaluated<readonly MatrixLeg[]> {
  const name = plainNameOf(definition);
  // A strategy without a matrix has the job done once.
  if (matrix === null) return { ok: true, value: [{ name, matrix: null }] };
  const expanded = expandMatrix(matrix, name);
  if (!expanded.ok) return { ok: false, problem: expanded.problems.join('; ') };
  return {
    ok: true,
    value: expanded.configs.map(({ name: own, matrix: values }: MatrixConfig) => ({
      name: own,
      matrix: values,
    })),
  };
}

/** What the names of the legs begin with; a name with expressions is rendered for each leg instead. */
function plainNameOf(definition: Job): string {
  const text = isComputedName(definition) ? '' : (definition.name?.source.trim() ?? '');
  return text === '' ? definition.id : text;
}

/** A `name` with expressions is the whole name of each leg, as on GitHub. One without a value leaves the leg its own. */
function nameLegs(draft: Draft, definition: Job, plan: MatrixPlan): MatrixPlan {
  if (!isComputedName(definition)) return plan;
  const ids = legsOf(draft, definition.id);
  const legs = plan.legs.map((leg, index): MatrixLeg => {
    const name = computeName(draft, ids[index] ?? definition.id, definition);
    return name === null ? leg : { ...leg, name };
  });
  return { ...plan, legs };
}

function readFailFast(value: Json): Evaluated<boolean> {
  if (value === null) return { ok: true, value: true };
  if (typeof value === 'boolean') return { ok: true, value };
  if (value === 'true' || value === 'false') return { ok: true, value: value === 'true' };
  return { ok: false, problem: `fail-fast is true or false, not ${JSON.stringify(value)}` };
}

function readMaxParallel(value: Json, total: number): Evaluated<number> {
  if (value === null) return { ok: true, value: total };
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number > 0)
    return { ok: true, value: number };
  return { ok: false, problem: `max-parallel is a whole number above 0, not ${JSON.stringify(value)}` };
}
