import type { Job, StepsJob } from '../workflow/model.ts';
import { attemptsUsed, endAttempt } from './attempt.ts';
import { concludeFailure } from './conclude.ts';
import type { Draft } from './draft.ts';
import { QUEUED } from './draft.ts';
import { continuesOnError } from './evaluation.ts';
import { escalate } from './escalation.ts';
import { closeGate } from './gate.ts';
import { repeatsItself } from './loop-detector.ts';
import { leaveQueue } from './queue.ts';
import { takeEdge } from './rework.ts';
import type { JobDocument, StepsRecord } from './state/job.ts';
import { addMs } from './time.ts';
import { startUnconditionally } from './withdraw.ts';

const longestDelayMs = 24 * 60 * 60 * 1000;

/** How an attempt failed. */
export interface Failure {
  readonly outcome: 'failure' | 'timed_out';
  readonly reason: string;
  /** False where trying the same again cannot help: the edge is taken at once. */
  readonly again: boolean;
  /** The definition lacks a value, so that it takes another definition. */
  readonly isDefinition?: true;
  /** What the steps came to, where they failed. */
  readonly steps?: StepsRecord;
}

/** An agent's job, or a job whose attempts one dispatches for. */
export type AgentJob = Extract<Job, { readonly type: 'task' | 'verify' | 'commit' }>;

/** Tells whether agents are dispatched for a job. */
export function isAgentJob(job: Job): job is AgentJob {
  return job.type === 'task' || job.type === 'verify' || job.type === 'commit';
}

/** A job that is tried again before its edge is taken. */
type RetriedJob = AgentJob | StepsJob;

function isRetriedJob(job: Job): job is RetriedJob {
  return isAgentJob(job) || job.type === 'steps';
}

/**
 * Ends the running attempt as failed and does what follows: another attempt while there are any, at once or after the delay; else
 * `continue-on-error`, else the edge.
 */
export function failAttempt(draft: Draft, job: string, failure: Failure): void {
  const { outcome, reason, again, steps } = failure;
  endAttempt(draft, job, { outcome, reason, ...(steps === undefined ? {} : { steps }) });
  closeGate(draft, job, reason);
  leaveQueue(draft, job);
  draft.patchJob(job, { timeoutAt: null, merge: null });
  const definition = draft.definition(job);
  const document = draft.document(job);
  if (definition === undefined || document === undefined) return;
  if (!isRetriedJob(definition)) {
    defeatOther(draft, definition, failure);
  } else if (again && attemptsUsed(document) < definition.maxAttempts) {
    retry(draft, definition, document, reason);
  } else {
    defeatRetriedJob(draft, definition, document, failure);
  }
}

function retry(draft: Draft, definition: RetriedJob, document: JobDocument, reason: string): void {
  const job = definition.id;
  if (repeatsItself(document)) {
    escalate(draft, job, 'loop', `the same report came three times running: ${reason}`);
    return;
  }
  const delay = Math.min(definition.retryDelayMs * 2 ** (attemptsUsed(document) - 1), longestDelayMs);
  if (delay === 0) {
    startUnconditionally(draft, job);
    return;
  }
  draft.setLine(job, QUEUED);
  draft.patchJob(job, { retryAt: addMs(draft.cause.at, delay) });
}

function defeatRetriedJob(
  draft: Draft,
  definition: RetriedJob,
  document: JobDocument,
  failure: Failure,
): void {
  const { id: job } = definition;
  if (failure.outcome === 'timed_out') {
    const { onTimeout: target } = definition;
    takeEdge(draft, job, { edge: 'on-timeout', target, reason: failure.reason, cause: 'timeout' });
    return;
  }
  if (continuesOnError(draft, job, definition.continueOnError)) {
    concludeFailure(draft, job, 'failure');
    return;
  }
  const isUsedUp = attemptsUsed(document) >= definition.maxAttempts;
  const { onFailure: target } = definition;
  const cause =
    failure.isDefinition === true ? 'definition' : failure.again && isUsedUp ? 'attempts' : 'failure';
  takeEdge(draft, job, { edge: 'on-failure', target, reason: failure.reason, cause });
}

function defeatOther(draft: Draft, definition: Job, failure: Failure): void {
  if (definition.type === 'call' && !continuesOnError(draft, definition.id, definition.continueOnError)) {
    const { id: job, onFailure: target } = definition;
    takeEdge(draft, job, { edge: 'on-failure', target, reason: failure.reason, cause: 'failure' });
    return;
  }
  if (definition.type === 'approval' && failure.outcome === 'timed_out') {
    const { id: job, onTimeout: target } = definition;
    takeEdge(draft, job, { edge: 'on-timeout', target, reason: failure.reason, cause: 'timeout' });
  } else {
    concludeFailure(draft, definition.id, 'failure');
  }
}
