import type { DecisionJob, MergeJob } from '../workflow/model.ts';
import { beginAttempt } from './attempt.ts';
import { concludeSuccess } from './conclude.ts';
import type { Draft } from './draft.ts';
import { NO_OUTPUTS } from './draft.ts';
import { renderFor } from './evaluation.ts';
import { findSizeProblem } from './output-limits.ts';
import { failAttempt } from './retry.ts';
import { cancelJob } from './withdraw.ts';

/** Decides: the outputs are evaluated, and the job is done. An output without a value fails it. Empty ones are left out. */
export function decide(draft: Draft, definition: DecisionJob): void {
  const job = definition.id;
  beginAttempt(draft, job);
  const outputs: [string, string][] = [];
  for (const [name, template] of Object.entries(definition.outputs)) {
    const rendered = renderFor(draft, job, template);
    if (!rendered.ok) {
      const reason = `output ${name}: ${rendered.problem}`;
      failAttempt(draft, job, { outcome: 'failure', reason, again: false });
      return;
    }
    if (rendered.value !== '') outputs.push([name, rendered.value]);
  }
  const given = Object.fromEntries(outputs);
  const reason = findSizeProblem(draft, job, given);
  if (reason === null) concludeSuccess(draft, job, given);
  else failAttempt(draft, job, { outcome: 'failure', reason, again: false });
}

/** Joins: the job is done, and with `wait: any` the needs that are still open have lost. */
export function join(draft: Draft, definition: MergeJob): void {
  concludeSuccess(draft, definition.id, NO_OUTPUTS);
  if (definition.wait === 'any') cancelLosers(draft, definition);
}

/** Ends a join whose needs are all completed without a success. */
export function failJoin(draft: Draft, definition: MergeJob): void {
  beginAttempt(draft, definition.id);
  const reason = `none of ${definition.needs.join(', ')} succeeded`;
  failAttempt(draft, definition.id, { outcome: 'failure', reason, again: false });
}

/**
 * Cancels the open needs of a join that has its success, and then whatever those waited for, as far as nobody else waits for it:
 * an open ancestor all of whose dependents are completed.
 */
function cancelLosers(draft: Draft, definition: MergeJob): void {
  const needs = new Set(definition.needs);
  const candidates = [...definition.needs];
  // Grows while it is walked.
  for (const job of candidates) {
    if (draft.line(job).status === 'completed') continue;
    const dependents = draft.workflow.graph.dependents(job);
    const isAwaited = dependents.some((dependent) => draft.line(dependent).status !== 'completed');
    if (isAwaited && !needs.has(job)) continue;
    cancelJob(draft, job, `${definition.id} went on with another branch`);
    candidates.push(...(draft.workflow.jobs.get(job)?.needs ?? []));
  }
}
