import { answerGate, findOpenGate } from './approval.ts';
import { cancelRun, closeRun } from './cancel.ts';
import type { Draft } from './draft.ts';
import type { OverrideAction, OverrideIssued } from './event.ts';
import { jobsAndLegs, matrixOf, resolveJob } from './legs.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { pauseRun, releaseRun } from './pause.ts';
import { repinRun } from './repin.ts';
import { isAtLimit } from './escalation.ts';
import { answerEscalation, letGoOn } from './review.ts';
import type { GateAnswer } from './state/gate.ts';
import type { Recorded } from './state/run.ts';
import type { Steered } from './steer.ts';
import { goToJob, reassignJob, refused, restart, retryJob, skipJob } from './steer.ts';
import type { TransitionContext } from './transition-context.ts';

/**
 * The CEO's word. Each is recorded once, also one that cannot be followed: that is answered by a reply which says why, and what it
 * could have meant.
 */
export function applyOverride(draft: Draft, event: OverrideIssued, context: TransitionContext): Outcome {
  if (draft.run.overrides.includes(event.id)) return ignored('the override was applied already');
  const steered = steer(draft, event, context);
  if (steered.kind === 'ignored') return steered;
  draft.patchRun({ overrides: [...draft.run.overrides, event.id] });
  if (steered.kind === 'applied') return steered;
  const { action } = event.override;
  draft.emit({
    type: 'reply',
    to: event.actor.login,
    text: `\`${action}\` was not done: ${steered.problem}.`,
    ...(event.issue === undefined ? {} : { issue: event.issue }),
  });
  return applied('run', `${action} refused`);
}

function steer(draft: Draft, event: OverrideIssued, context: TransitionContext): Steered {
  const { override } = event;
  if (draft.run.status === 'completed') {
    const { conclusion } = draft.run;
    return refused(`the run is completed (${conclusion ?? ''}); a new run of the bead begins it anew`);
  }
  if (draft.run.cancelled !== null && changesCourse(override)) {
    return refused('the run is being cancelled; `close` ends it at once');
  }
  switch (override.action) {
    case 'approve':
    case 'reject':
      return withJob(draft, override.job, isAsked, 'asks for an approval', (job) =>
        answer(draft, job, event),
      );
    case 'retry':
      return withJob(draft, override.job, isEscalated, 'is escalated', (job) => retryJob(draft, job, event));
    case 'reassign':
      return withJob(draft, override.job, isAtWork, 'is going on', (job) =>
        reassignJob(draft, job, override.role, event),
      );
    case 'goto':
      return withJob(draft, override.job, isAsked, '', (job) => goToJob(draft, job, event));
    case 'skip':
      return withJob(draft, override.job, isAsked, '', (job) => skipJob(draft, job, event));
    case 'pause':
      return pause(draft, event);
    case 'resume':
      return resume(draft, event);
    case 'cancel':
      return cancel(draft, event);
    case 'close':
      closeRun(draft, recordOf(draft, event));
      return applied('run', 'closed');
    case 'repin':
      return repin(draft, override, event, context);
  }
}

function changesCourse(override: OverrideAction): boolean {
  return ['retry', 'reassign', 'goto', 'pause', 'repin'].includes(override.action);
}

/** Does something with the job that is named, or with the only one that can be meant. */
function withJob(
  draft: Draft,
  named: string | null,
  canBeMeant: (draft: Draft, job: string) => boolean,
  meaning: string,
  act: (job: string) => Steered,
): Steered {
  if (named !== null) {
    const job = resolveJob(draft, named);
    if (job !== undefined) return act(job);
    return refused(`there is no job "${named}" (jobs: ${[...draft.workflow.jobs.keys()].join(', ')})`);
  }
  // Of a job with legs these are meant.
  const candidates = [...jobsAndLegs(draft)].filter(
    (job) => matrixOf(draft, job) === null && canBeMeant(draft, job),
  );
  const [only, ...others] = candidates;
  if (only === undefined) return refused(`no job ${meaning}`);
  if (others.length === 0) return act(only);
  return refused(`name the job: more than one ${meaning} (${candidates.join(', ')})`);
}

function isEscalated(draft: Draft, job: string): boolean {
  return (draft.document(job)?.escalation ?? null) !== null;
}

function isAsked(draft: Draft, job: string): boolean {
  return isEscalated(draft, job) || findOpenGate(draft, job) !== undefined;
}

function isAtWork(draft: Draft, job: string): boolean {
  const { status } = draft.line(job);
  return status === 'waiting' || status === 'in_progress';
}

function answer(draft: Draft, job: string, event: OverrideIssued): Steered {
  const verdict = event.override.action === 'approve' ? 'approved' : 'changes_requested';
  const word = {
    verdict,
    by: event.actor,
    review: null,
    ...(event.comment === undefined ? {} : { comment: event.comment }),
    body: event.reason,
  } as const;
  if (isEscalated(draft, job)) return answerEscalation(draft, job, { ...word, head: null });
  const open = findOpenGate(draft, job);
  if (open === undefined)
    return refused(`${job} asks for no approval now; ${insteadOf(draft, job, verdict)}`);
  answerGate(draft, open.definition, open.gate, {
    ...word,
    head: open.gate.head,
    at: draft.cause.at,
  });
  return applied(job, verdict === 'approved' ? 'approved' : 'changes requested');
}

/** What whoever answers a question that is not asked may have meant. */
function insteadOf(draft: Draft, job: string, verdict: GateAnswer['verdict']): string {
  if (draft.line(job).status === 'completed') return `\`retry ${job}\` redoes it`;
  return verdict === 'approved' ? `\`skip ${job}\` goes on without it` : `\`goto ${job}\` begins it anew`;
}

function pause(draft: Draft, event: OverrideIssued): Steered {
  if (draft.run.paused !== null) return refused('the run is paused already; `resume` goes on');
  return pauseRun(draft, event);
}

function cancel(draft: Draft, event: OverrideIssued): Steered {
  if (draft.run.cancelled !== null) {
    return refused('the run is being cancelled already; `close` ends it at once');
  }
  cancelRun(draft, recordOf(draft, event));
  return applied('run', 'cancelled');
}

/** Goes on with a paused run. At a limit that is the answer to its escalation: counting begins anew. */
function resume(draft: Draft, event: OverrideIssued): Steered {
  if (draft.run.paused === null)
    return refused('the run is not paused; what it waits for stands in its status comment');
  const stopped = [...jobsAndLegs(draft)].find((job) => isAtLimit(draft.document(job)?.escalation ?? null));
  if (stopped === undefined) releaseRun(draft);
  else letGoOn(draft, stopped, `@${event.actor.login} resumed the run: ${event.reason}`);
  return applied('run', 'resumed');
}

function repin(
  draft: Draft,
  {
    definition,
    config: wanted = draft.run.config,
    problem,
  }: Extract<OverrideAction, { readonly action: 'repin' }>,
  event: OverrideIssued,
  context: TransitionContext,
): Steered {
  if (problem !== undefined) return refused(problem);
  if (definition === draft.run.definition && wanted === draft.run.config) {
    return refused(
      'the run goes by that definition and these settings already; commit others to the default branch first',
    );
  }
  const workflow = definition === draft.run.definition ? draft.workflow : context.definitionOf?.(definition);
  if (workflow === undefined) return refused(`the definition ${definition} is not known`);
  const config = wanted === draft.run.config ? draft.config : context.configOf?.(wanted);
  if (config === undefined) return refused(`the settings ${wanted} are not known`);
  draft.replaceConfig(config);
  draft.patchRun({ config: wanted });
  const outcome = repinRun(draft, definition, workflow);
  // What waits for the CEO goes by the new definition, too; a limit is none of its matters.
  for (const job of [...jobsAndLegs(draft)]) {
    if (isEscalated(draft, job) && !isAtLimit(draft.document(job)?.escalation ?? null)) {
      restart(draft, job, event, 'another definition');
    }
  }
  return outcome;
}

function recordOf(draft: Draft, event: OverrideIssued): Recorded {
  return { by: event.actor, reason: event.reason, at: draft.cause.at };
}
