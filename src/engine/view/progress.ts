import type { Workflow } from '../../workflow/model.ts';
import type { JobDocument } from '../state/job.ts';
import type { RunState } from '../state/run.ts';
import { elapsedMs } from './duration.ts';
import { plural } from './outline.ts';
import { jobPhases } from './phase.ts';

/** How far a run is, in counts and times. */
export interface Progress {
  readonly jobs: {
    readonly total: number;
    readonly done: number;
    readonly success: number;
    readonly failure: number;
    readonly cancelled: number;
    readonly skipped: number;
  };
  /** Attempts of all jobs, gates included. */
  readonly attempts: number;
  /** Turns handed to agents and people; each is one dispatch. */
  readonly dispatches: number;
  /** Dispatches that were answered, timed out or were cancelled. */
  readonly turns: number;
  /** Returns along rework edges since the CEO last forgave them. */
  readonly cycles: number;
  /** From the run's creation to its completion, or to its last transition. */
  readonly elapsedMs: number;
  /** Time in ended turns: agents and people at work. */
  readonly workMs: number;
  /** Time in ended gates: waiting for an approval. */
  readonly gateMs: number;
}

/** Counts a run. */
export function progressOf(workflow: Workflow, state: RunState): Progress {
  const phases = jobPhases(workflow, state);
  const count = (phase: (typeof phases)[number]): number => phases.filter((each) => each === phase).length;
  const [success, failure, cancelled, skipped] = [
    count('success'),
    count('failure'),
    count('cancelled'),
    count('skipped'),
  ];
  const documents = Object.values(state.jobs);
  const attempts = documents.flatMap((document) => document.attempts);
  const turns = attempts.flatMap((attempt) => attempt.turns);
  const gates = documents
    .filter((document) => document.gate !== null)
    .flatMap((document) => document.attempts);
  return {
    jobs: {
      total: phases.length,
      done: success + failure + cancelled + skipped,
      success,
      failure,
      cancelled,
      skipped,
    },
    attempts: attempts.length,
    dispatches: turns.length,
    turns: turns.filter((turn) => turn.endedAt !== null).length,
    cycles: sum(Object.values(state.run.cycles)),
    elapsedMs: elapsedMs(state.run.createdAt, state.run.completedAt ?? state.run.updatedAt),
    workMs: sum(
      turns.map((turn) => (turn.endedAt === null ? 0 : elapsedMs(turn.dispatchedAt, turn.endedAt))),
    ),
    gateMs: sum(gates.map((gate) => (gate.endedAt === null ? 0 : elapsedMs(gate.startedAt, gate.endedAt)))),
  };
}

/** One line: `2 of 6 jobs done · 5 dispatches · 1 cycle`. */
export function progressLine(progress: Progress): string {
  return [
    `${progress.jobs.done} of ${plural(progress.jobs.total, 'job')} done`,
    plural(progress.dispatches, 'dispatch', 'dispatches'),
    ...(progress.cycles > 0 ? [plural(progress.cycles, 'cycle')] : []),
  ].join(' · ');
}

/** From a job's first start to its last end, or to `at` while it runs; null when it never started. */
export function jobDurationMs(document: JobDocument | undefined, at: string): number | null {
  const first = document?.attempts[0];
  const last = document?.attempts.at(-1);
  return first === undefined ? null : elapsedMs(first.startedAt, last?.endedAt ?? at);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
