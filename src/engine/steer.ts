import { recordAttempt, runningAttempt } from './attempt.ts';
import { completeJob } from './conclude.ts';
import { fixedRoles, holderOf } from './dispatch.ts';
import type { Draft } from './draft.ts';
import type { OverrideIssued } from './event.ts';
import { matrixOf } from './legs.ts';
import type { Outcome } from './outcome.ts';
import { applied } from './outcome.ts';
import { lookup } from './own-keys.ts';
import { forgiveCycles } from './rework.ts';
import { isAgentJob } from './retry.ts';
import { resetFrom, startUnconditionally, withdrawJob } from './withdraw.ts';

/** What an override came to, or in words why it cannot be done. */
export type Steered = Outcome | { readonly kind: 'refused'; readonly problem: string };

export function refused(problem: string): Steered {
  return { kind: 'refused', problem };
}

/** Has a job that ran before done again, with a fresh budget and the reason as feedback; what followed from it is reset. */
export function retryJob(draft: Draft, job: string, event: OverrideIssued): Steered {
  const wasStarted = (draft.document(job)?.attempts.length ?? 0) > 0 || matrixOf(draft, job) !== null;
  if (!wasStarted || !areNeedsDone(draft, job)) {
    return refused(`${job} cannot be tried again before it was reached; \`goto ${job}\` starts it anyway`);
  }
  restart(draft, job, event, 'another try');
  return applied(job, 'retry');
}

/**
 * Goes on at any job: it and its descendants are reset and it starts regardless of its `if`. What lies before it counts as done:
 * unfinished ancestors are skipped, and the result of all of them is success from now on, so that what follows can follow.
 */
export function goToJob(draft: Draft, job: string, event: OverrideIssued): Steered {
  const reason = `@${event.actor.login} went on at ${job}: ${event.reason}`;
  for (const ancestor of draft.workflow.graph.ancestors(job)) {
    const line = draft.line(ancestor);
    if (line.status !== 'completed') skipOpen(draft, ancestor, reason);
    else draft.setLine(ancestor, { ...line, result: 'success' });
  }
  restart(draft, job, event, `to go on at ${job}`);
  return applied(job, 'goto');
}

/** Leaves a job out. Its result is success, so that its dependents go on. */
export function skipJob(draft: Draft, job: string, event: OverrideIssued): Steered {
  if (draft.line(job).status === 'completed')
    return refused(`${job} is completed already; \`retry ${job}\` redoes it`);
  skipOpen(draft, job, `skipped by @${event.actor.login}: ${event.reason}`);
  return applied(job, 'skipped');
}

/** Gives a job to another role; one that is going on starts anew there, with a fresh budget. */
export function reassignJob(draft: Draft, job: string, role: string, event: OverrideIssued): Steered {
  const definition = draft.definition(job);
  if (definition === undefined || (!isAgentJob(definition) && definition.type !== 'approval')) {
    return refused(`${job} is done by nobody, so it has no role; \`retry ${job}\` redoes it`);
  }
  const fixed = lookup(fixedRoles, definition.type);
  if (fixed !== undefined && fixed !== role) {
    return refused(`a ${definition.type} job is for ${fixed} only; \`skip ${job}\` goes on without it`);
  }
  if (holderOf(draft.config, role) === null) {
    const held = Object.keys(draft.config.roles).filter((one) => holderOf(draft.config, one) !== null);
    return refused(`nobody holds the role ${role} (held: ${held.join(', ')})`);
  }
  if (draft.line(job).status === 'completed')
    return refused(`${job} is completed; \`retry ${job}\` redoes it`);
  const hasBegun = draft.line(job).status !== 'queued' || (draft.document(job)?.retryAt ?? null) !== null;
  draft.patchJob(job, { reassigned: role });
  if (hasBegun) restart(draft, job, event, `reassigned to ${role}`);
  return applied(job, `reassigned to ${role}`);
}

/** Has a job done anew with a fresh budget, and what followed from it; the CEO's reason is its feedback. */
export function restart(draft: Draft, job: string, event: OverrideIssued, what: string): void {
  forgiveCycles(draft, job);
  resetFrom(draft, job, `@${event.actor.login} asked for it (${what}): ${event.reason}`);
  draft.patchJob(job, { feedback: { from: 'ceo', text: event.reason } });
  startUnconditionally(draft, job);
}

function skipOpen(draft: Draft, job: string, reason: string): void {
  const isRunning = runningAttempt(draft.document(job)) !== undefined;
  withdrawJob(draft, job, reason, 'skipped');
  if (!isRunning) recordAttempt(draft, job, { outcome: 'skipped', reason });
  completeJob(draft, job, 'skipped', 'success');
}

function areNeedsDone(draft: Draft, job: string): boolean {
  const needs = draft.definition(job)?.needs ?? [];
  return needs.every((need) => draft.line(need).status === 'completed');
}
