import type { Deadline } from '../engine/event.ts';
import { approvalsBehind } from '../engine/hand-over.ts';
import type { RunState } from '../engine/state/run.ts';
import { formatAddress, type Address } from './address.ts';
import type { DocumentCodec } from './document-codec.ts';
import {
  deadlineCodec,
  answerIndexCodec,
  checksIndexCodec,
  dispatchIndexCodec,
  outboxIndexCodec,
  pullIndexCodec,
  type AnswerIndex,
  type ChecksIndex,
  type DeadlineDocument,
  type DispatchIndex,
  type OutboxIndex,
  type PullIndex,
  type ReviewInUse,
} from './documents.ts';
import { layout } from './layout.ts';

/** A document that follows from a run's own documents, so that it never has to be kept in step by hand. */
export type Projected =
  | { readonly address: Address; readonly codec: DocumentCodec<PullIndex>; readonly value: PullIndex }
  | { readonly address: Address; readonly codec: DocumentCodec<DispatchIndex>; readonly value: DispatchIndex }
  | { readonly address: Address; readonly codec: DocumentCodec<AnswerIndex>; readonly value: AnswerIndex }
  | { readonly address: Address; readonly codec: DocumentCodec<ChecksIndex>; readonly value: ChecksIndex }
  | {
      readonly address: Address;
      readonly codec: DocumentCodec<DeadlineDocument>;
      readonly value: DeadlineDocument;
    }
  | { readonly address: Address; readonly codec: DocumentCodec<OutboxIndex>; readonly value: OutboxIndex };

/**
 * What a run's documents put into the look-up indexes and the deadlines, by address. What comes of a job follows from its document and
 * its line alone.
 *
 * @param jobs those that matter, besides the run itself; all of them by default
 */
export function projectRun(
  state: RunState,
  deadlines: readonly Deadline[],
  jobs: readonly string[] = Object.keys(state.jobs),
): ReadonlyMap<string, Projected> {
  const all: Projected[] = [
    ...deadlines.map((deadline) => projectDeadline(state.run.id, deadline)),
    ...jobs.flatMap((job) => [
      ...projectPulls(state, job),
      ...projectDispatches(state, job),
      ...projectAnswers(state, job),
      ...projectChecks(state, job),
    ]),
    ...projectOutbox(state),
  ];
  return new Map(all.map((projected) => [formatAddress(projected.address), projected]));
}

function projectDeadline(run: string, deadline: Deadline): Projected {
  return {
    address: layout.deadline(deadline.at, run, deadline.kind, deadline.job),
    codec: deadlineCodec,
    value: { version: 1, run, ...deadline },
  };
}

function projectPulls(state: RunState, id: string): readonly Projected[] {
  const job = state.jobs[id];
  if (job === undefined || state.run.jobs[id]?.status !== 'waiting') return [];
  const run = state.run.id;
  const watch = (pull: number, kind: PullIndex['kind'], head: string | null): Projected => ({
    address: layout.pullIndex(pull, run, id),
    codec: pullIndexCodec,
    value: { version: 1, pull, run, job: id, kind, head },
  });
  if (job.escalation !== null) {
    return job.escalation.pull === null
      ? []
      : [watch(job.escalation.pull, 'escalation', job.escalation.head)];
  }
  const gate = job.gate;
  return gate === null || gate.pull === null || gate.answer !== null
    ? []
    : [watch(gate.pull, gate.kind, gate.head)];
}

function projectDispatches(state: RunState, id: string): readonly Projected[] {
  const attempt = state.jobs[id]?.attempts.at(-1);
  const turn = attempt?.turns.at(-1);
  if (attempt === undefined || turn?.outcome !== 'open') return [];
  return [
    {
      address: layout.dispatchIndex(turn.dispatch),
      codec: dispatchIndexCodec,
      value: {
        version: 1,
        dispatch: turn.dispatch,
        run: state.run.id,
        job: id,
        attempt: attempt.number,
        turn: turn.number,
      },
    },
  ];
}

/** What answers by itself: a workflow run, or a pull request. Comments are read as they come. */
function projectAnswers(state: RunState, job: string): readonly Projected[] {
  const turn = state.jobs[job]?.attempts.at(-1)?.turns.at(-1);
  if (turn?.outcome !== 'open' || turn.remote === undefined) return [];
  const { dispatch, dispatchedAt, remote } = turn;
  if (remote.workflowRun === undefined && remote.assigned === undefined) return [];
  return [
    {
      address: layout.answerIndex(dispatch),
      codec: answerIndexCodec,
      value: {
        version: 1,
        dispatch,
        run: state.run.id,
        job,
        since: dispatchedAt,
        workflowRun: remote.workflowRun ?? null,
        held: turn.held ?? null,
      },
    },
  ];
}

function projectChecks(state: RunState, job: string): readonly Projected[] {
  const { merge = null, attempts = [] } = state.jobs[job] ?? {};
  if (merge?.checks === undefined || state.run.jobs[job]?.status !== 'pending') return [];
  const { checks, pull } = merge;
  const run = state.run.id;
  return [
    {
      address: layout.checksIndex(run, job),
      codec: checksIndexCodec,
      value: {
        version: 1,
        run,
        job,
        attempt: attempts.length,
        pull,
        state: checks.state,
        since: checks.since,
        ...(merge.byPerson === undefined ? {} : { byPerson: merge.byPerson }),
        ...(checks.state === 'enqueued' ? approvalsInUse(state) : {}),
      },
    },
  ];
}

/** What an enqueued merge rests on: the forge merges it without asking us again. */
function approvalsInUse(state: RunState): Pick<ChecksIndex, 'reviews' | 'words'> {
  const approvals = approvalsBehind(state);
  const reviews = approvals.flatMap(({ pull, review, by }): ReviewInUse[] =>
    pull === null || review === null
      ? []
      : [{ pull, review, ...(by.kind === 'app' ? { isApp: true as const } : {}) }],
  );
  const words = approvals.flatMap(({ review, comment }) => (review === null ? (comment ?? []) : []));
  return { ...(reviews.length === 0 ? {} : { reviews }), ...(words.length === 0 ? {} : { words }) };
}

function projectOutbox(state: RunState): readonly Projected[] {
  const claims = state.run.outbox.map((entry) => entry.claim.until).sort();
  const until = claims.at(-1);
  if (until === undefined) return [];
  return [
    {
      address: layout.outboxIndex(state.run.id),
      codec: outboxIndexCodec,
      value: { version: 1, run: state.run.id, until },
    },
  ];
}
