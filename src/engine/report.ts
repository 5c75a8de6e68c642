import { countUsage } from './budget.ts';
import { endTurn, openTurn, outputsSoFar, patchOpenTurn, runningAttempt } from './attempt.ts';
import { concludeSuccess } from './conclude.ts';
import { nextTurn } from './dispatch.ts';
import type { Draft } from './draft.ts';
import { NO_OUTPUTS } from './draft.ts';
import type { AgentCrashed, ReportMalformed, ReportReceived, WorkflowRunChanged } from './event.ts';
import { digestReport } from './loop-detector.ts';
import { agreeToMerge } from './merge.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { findSizeProblem } from './output-limits.ts';
import { dropEmpty, findOutputProblem } from './outputs.ts';
import type { AgentJob } from './retry.ts';
import { failAttempt, isAgentJob } from './retry.ts';
import type { Attempt, JobDocument, Turn } from './state/job.ts';

/** An agent's answer: the job is done, goes on with another turn, or failed. */
export function applyReport(draft: Draft, event: ReportReceived): Outcome {
  const found = findTurn(draft, event);
  if (found === undefined) return ignored('no such dispatch in this run');
  const { definition, attempt, turn } = found;
  if (definition === undefined || openTurn(draft.document(found.job)) !== turn) {
    return refuseLate(draft, found, event);
  }
  countUsage(draft, event.usage);
  const outputs = dropEmpty(event.outputs);
  const all = { ...outputsSoFar(attempt), ...outputs };
  const isSuccess = event.outcome === 'success';
  const problem = findOutputProblem(definition.declaredOutputs, isSuccess ? all : outputs, isSuccess);
  if (problem !== null && event.outcome !== 'failure') {
    return applyBadAnswer(draft, definition, turn, problem, event.id);
  }
  const tooLarge = isSuccess ? findSizeProblem(draft, definition.id, all) : null;
  endTurn(draft, definition.id, {
    outcome: event.outcome,
    summary: event.summary,
    report: digestReport(event),
    usage: event.usage,
    outputs: problem === null && tooLarge === null ? outputs : NO_OUTPUTS,
    endedBy: event.id,
    ...(event.actor.id === turn.assignee.id ? {} : { reportedBy: event.actor.id }),
  });
  if (tooLarge !== null) {
    failAttempt(draft, definition.id, { outcome: 'failure', reason: tooLarge, again: false });
    return applied(definition.id, `failure, attempt ${attempt.number}`);
  }
  switch (event.outcome) {
    case 'success':
      if (definition.type === 'commit') agreeToMerge(draft, definition, all, turn.remote?.head ?? null);
      else concludeSuccess(draft, definition.id, all);
      return applied(definition.id, 'success');
    case 'continue':
      nextTurn(draft, definition);
      return applied(definition.id, `continue, turn ${turn.number}`);
    case 'failure': {
      const reason = event.summary.trim() === '' ? 'reported as failed, without a reason' : event.summary;
      failAttempt(draft, definition.id, { outcome: 'failure', reason, again: true });
      return applied(definition.id, `failure, attempt ${attempt.number}`);
    }
  }
}

/** An answer that cannot be read: one clear reply, and it costs a turn. */
export function applyMalformed(draft: Draft, event: ReportMalformed): Outcome {
  const found = findTurn(draft, event);
  if (found === undefined) return ignored('no such dispatch in this run');
  const { definition, turn } = found;
  if (definition === undefined || openTurn(draft.document(found.job)) !== turn) {
    return refuseLate(draft, found, event);
  }
  return applyBadAnswer(draft, definition, turn, event.problem, event.id);
}

/** An agent that ended without an answer: its attempt failed. */
export function applyCrash(draft: Draft, event: AgentCrashed): Outcome {
  const found = findTurn(draft, event);
  if (found === undefined) return ignored('no such dispatch in this run');
  const { job, attempt, turn } = found;
  if (openTurn(draft.document(job)) !== turn) return ignored('its turn is over');
  endTurn(draft, job, { outcome: 'crashed', summary: event.problem, endedBy: event.id });
  failAttempt(draft, job, { outcome: 'failure', reason: event.problem, again: true });
  return applied(job, `crashed, attempt ${attempt.number}`);
}

/** The workflow run of an open turn must be approved before it begins, or was. */
export function applyRunChange(draft: Draft, event: WorkflowRunChanged): Outcome {
  const { job, dispatch, held } = event;
  const turn = openTurn(draft.document(job));
  if (turn?.dispatch !== dispatch) return ignored('its turn is over');
  if ((turn.held ?? null) === held) return ignored('that is known already');
  patchOpenTurn(draft, job, { held });
  return applied(job, held === null ? 'workflow run goes on' : 'workflow run waits for approval');
}

interface FoundTurn {
  readonly job: string;
  /** Undefined where the definition that the run is pinned to now has no such job of an agent. */
  readonly definition: AgentJob | undefined;
  readonly attempt: Attempt;
  readonly turn: Turn;
}

/** A dispatch's turn, in the job that the event names or else in any. */
function findTurn(
  draft: Draft,
  event: { readonly dispatch: string; readonly job?: string },
): FoundTurn | undefined {
  const named = event.job === undefined ? undefined : draft.document(event.job);
  return (
    findTurnIn(draft, named === undefined ? [] : [named], event.dispatch) ??
    findTurnIn(draft, draft.documentsBefore(), event.dispatch)
  );
}

function findTurnIn(
  draft: Draft,
  documents: readonly JobDocument[],
  dispatch: string,
): FoundTurn | undefined {
  // The newest attempt first: history is searched only for what came late.
  for (const { id, attempts } of documents) {
    const attempt = attempts[attempts.length - 1];
    const turn = attempt?.turns[attempt.turns.length - 1];
    if (attempt !== undefined && turn?.dispatch === dispatch) return foundTurn(draft, id, attempt, turn);
  }
  for (const { id, attempts } of documents) {
    for (const attempt of attempts) {
      const turn = attempt.turns.find((one) => one.dispatch === dispatch);
      if (turn !== undefined) return foundTurn(draft, id, attempt, turn);
    }
  }
  return undefined;
}

function foundTurn(draft: Draft, job: string, attempt: Attempt, turn: Turn): FoundTurn {
  const definition = draft.definition(job);
  return {
    job,
    definition: definition !== undefined && isAgentJob(definition) ? definition : undefined,
    attempt,
    turn,
  };
}

function applyBadAnswer(
  draft: Draft,
  definition: AgentJob,
  turn: Turn,
  problem: string,
  event: string,
): Outcome {
  const job = definition.id;
  const attempt = runningAttempt(draft.document(job))?.number ?? 0;
  endTurn(draft, job, { outcome: 'malformed', summary: problem, endedBy: event });
  const text =
    `The answer for ${job} (attempt ${attempt}, turn ${turn.number}) could not be used: ${problem}. ` +
    'It cost a turn; please answer the next dispatch in the form that it describes.';
  draft.emit({ type: 'reply', to: turn.assignee.login, text });
  nextTurn(draft, definition);
  return applied(job, `malformed, turn ${turn.number}`);
}

/** An answer to a dispatch that is over is refused once, politely; the same answer again is none. */
function refuseLate(draft: Draft, found: FoundTurn, event: ReportReceived | ReportMalformed): Outcome {
  const { job, attempt, turn } = found;
  if (turn.endedBy === event.id) return ignored('the same report was counted already');
  if (turn.refused === true) return ignored('its dispatch is over, which was said already');
  if (event.type === 'report_received' && turn.report === digestReport(event)) {
    return ignored('the same report was counted already');
  }
  const document = draft.document(job);
  draft.patchJob(job, {
    attempts: (document?.attempts ?? []).map((one) =>
      one.number === attempt.number
        ? { ...one, turns: one.turns.map((t) => (t === turn ? { ...t, refused: true as const } : t)) }
        : one,
    ),
  });
  const why = attempt.reason === null ? '' : ` (${attempt.reason})`;
  const text =
    `Thank you, but attempt ${attempt.number}, turn ${turn.number} of ${job} is over${why}, ` +
    'so this answer does not count. Nothing more is needed for that dispatch.';
  draft.emit({ type: 'reply', to: turn.assignee.login, text });
  return applied(job, 'late report refused');
}
