import type { Draft } from './draft.ts';
import { NO_OUTPUTS } from './draft.ts';
import type { Attempt, JobDocument, StepsRecord, Turn } from './state/job.ts';
import { isReached } from './time.ts';

/** The newest attempt while it is running. */
export function runningAttempt(document: JobDocument | undefined): Attempt | undefined {
  const last = document?.attempts.at(-1);
  return last?.outcome === 'running' ? last : undefined;
}

/** The turn whose answer is awaited. */
export function openTurn(document: JobDocument | undefined): Turn | undefined {
  const last = runningAttempt(document)?.turns.at(-1);
  return last?.outcome === 'open' ? last : undefined;
}

/** How many attempts count against `max-attempts`: those since the last reset. */
export function attemptsUsed(document: JobDocument): number {
  return document.attempts.length - document.budgetFrom + 1;
}

/** Begins the job's next attempt. Numbers never restart. */
export function beginAttempt(draft: Draft, job: string): number {
  const attempts = draft.document(job)?.attempts ?? [];
  const number = attempts.length + 1;
  const attempt: Attempt = {
    number,
    startedAt: draft.cause.at,
    endedAt: null,
    outcome: 'running',
    reason: null,
    turns: [],
  };
  draft.patchJob(job, { attempts: [...attempts, attempt] });
  return number;
}

/** How an attempt came to its end. */
export interface Ending {
  readonly outcome: Exclude<Attempt['outcome'], 'running'>;
  readonly reason: string | null;
  readonly review?: number;
  readonly merged?: number;
  readonly steps?: StepsRecord;
}

/** Ends the running attempt, if there is one; a turn that is still open is called off. */
export function endAttempt(draft: Draft, job: string, ending: Ending): void {
  if (runningAttempt(draft.document(job)) === undefined) return;
  const outcome = ending.outcome === 'timed_out' ? 'timed_out' : 'cancelled';
  stopTurn(draft, job, outcome, ending.reason ?? 'the attempt is over');
  callOffSteps(draft, job, ending.reason ?? 'the attempt is over');
  patchLastAttempt(draft, job, (attempt) => ({ ...attempt, endedAt: draft.cause.at, ...ending }));
}

/** Writes down an attempt that takes no time: a decision, a join, the word of a person. */
export function recordAttempt(draft: Draft, job: string, ending: Ending): void {
  beginAttempt(draft, job);
  endAttempt(draft, job, ending);
}

/** Adds a turn to the running attempt. */
export function addTurn(draft: Draft, job: string, turn: Turn): void {
  patchLastAttempt(draft, job, (attempt) => ({ ...attempt, turns: [...attempt.turns, turn] }));
}

/** Changes fields of the turn whose answer is awaited, where there is one. */
export function patchOpenTurn(draft: Draft, job: string, patch: Partial<Turn>): void {
  patchLastAttempt(draft, job, (attempt) => ({
    ...attempt,
    turns: attempt.turns.map((turn) => (turn.outcome === 'open' ? { ...turn, ...patch } : turn)),
  }));
}

/** Ends the open turn with what its answer came to. Its dispatch needs no performing any more, whether it was seen done or not. */
export function endTurn(draft: Draft, job: string, ending: Partial<Turn> & Pick<Turn, 'outcome'>): void {
  const ended = openTurn(draft.document(job))?.dispatch;
  draft.settleEffects((effect) => effect.type === 'dispatch' && effect.dispatch === ended);
  patchLastAttempt(draft, job, (attempt) => {
    const turns = attempt.turns.map((turn) =>
      turn.outcome === 'open' ? { ...turn, endedAt: draft.cause.at, ...ending } : turn,
    );
    return { ...attempt, turns };
  });
}

/** Calls the open turn off, if there is one, and has whoever works on it told. */
function stopTurn(draft: Draft, job: string, outcome: 'cancelled' | 'timed_out', reason: string): void {
  const turn = openTurn(draft.document(job));
  if (turn === undefined) return;
  endTurn(draft, job, { outcome });
  draft.emit({ type: 'cancel_dispatch', job, dispatch: turn.dispatch, reason });
}

/** Calls the steps off that Treadle runs for the job, if it does. */
function callOffSteps(draft: Draft, job: string, reason: string): void {
  const { stopAt } = draft.run;
  const force = stopAt === undefined || !isReached(stopAt, draft.cause.at) ? {} : ({ force: true } as const);
  for (const { effect } of draft.run.outbox) {
    if (effect.type !== 'run_steps' || effect.job !== job) continue;
    draft.settleEffects((one) => one === effect);
    draft.emit({ type: 'cancel_steps', job, attempt: effect.attempt, reason, ...force });
  }
}

/** The outputs reported so far in the running attempt, later turns winning. */
export function outputsSoFar(attempt: Attempt): Readonly<Record<string, string>> {
  return attempt.turns.reduce((outputs, turn) => ({ ...outputs, ...turn.outputs }), NO_OUTPUTS);
}

/** What the newest attempt with a report brought, whatever its outcome; empty where nothing was ever reported. */
export function lastReportedOutputs(document: JobDocument): Readonly<Record<string, string>> {
  const attempt = document.attempts.findLast((one) => one.turns.some((turn) => turn.report !== null));
  return attempt === undefined ? NO_OUTPUTS : outputsSoFar(attempt);
}

/** Keeps what became of the steps of an attempt that was over before they were. Returns whether it was not known yet. */
export function keepSteps(draft: Draft, job: string, number: number, steps: StepsRecord): boolean {
  const attempts = draft.document(job)?.attempts ?? [];
  const ended = attempts.find((one) => one.number === number);
  if (ended === undefined || ended.outcome === 'running' || ended.steps !== undefined) return false;
  draft.patchJob(job, { attempts: attempts.map((one) => (one === ended ? { ...one, steps } : one)) });
  return true;
}

function patchLastAttempt(draft: Draft, job: string, change: (attempt: Attempt) => Attempt): void {
  const attempts = draft.document(job)?.attempts ?? [];
  const last = attempts.at(-1);
  if (last === undefined) return;
  draft.patchJob(job, { attempts: [...attempts.slice(0, -1), change(last)] });
}
