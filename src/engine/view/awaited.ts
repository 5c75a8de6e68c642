import { definitionOf, jobOf } from '../../workflow/leg.ts';
import type { Workflow } from '../../workflow/model.ts';
import { dueAt } from '../deadlines.ts';
import { runningAttempt } from '../attempt.ts';
import type { Effect } from '../effect.ts';
import type { Member } from '../config.ts';
import type { Actor } from '../event.ts';
import { definitionsOf, documentsOf, legsOf } from '../legs.ts';
import type { EscalationCause } from '../state/escalation.ts';
import type { JobDocument } from '../state/job.ts';
import type { OutboxEntry } from '../state/outbox.ts';
import type { RunState } from '../state/run.ts';
import type { AwaitedGroup } from './awaited-group.ts';
import { awaitedByRun, awaitedInGroup } from './awaited-group.ts';
import { essentialNeeds } from './outline.ts';
import { lineOf } from './phase.ts';

/** One thing that a run waits for. `job` is null where it concerns the whole run. Times are ISO 8601 in UTC. */
export type Awaited =
  /** Nothing new is started until somebody resumes the run. */
  | {
      readonly kind: 'paused';
      readonly job: null;
      readonly by: Actor;
      readonly reason: string;
      readonly since: string;
    }
  /** An agent or person who was given a turn; the attempt times out at `until`. */
  | {
      readonly kind: 'agent';
      readonly job: string;
      readonly role: string | null;
      readonly who: Member;
      readonly attempt: number;
      readonly turn: number;
      readonly dispatch: string;
      readonly since: string;
      readonly until: string | null;
      /** The workflow run that works on it, where one does. */
      readonly workflowRun?: number;
      /** The workflow run does not begin before somebody approves it on the forge. */
      readonly held?: 'approval';
    }
  /** A review, by a holder of `role`, of the pull request `pull` (null: not opened yet). */
  | {
      readonly kind: 'approval';
      readonly job: string;
      readonly role: string | null;
      readonly attempt: number;
      readonly gate: 'text' | 'code';
      readonly pull: number | null;
      readonly since: string;
      readonly until: string | null;
    }
  /** The CEO, on the CEO bead `issue` or the decision pull request `pull` (null: not opened yet). */
  | {
      readonly kind: 'escalation';
      readonly job: string;
      readonly escalation: string;
      readonly cause: EscalationCause;
      readonly reason: string;
      readonly issue: number | null;
      readonly pull: number | null;
      readonly since: string;
    }
  /** The time of the next attempt. */
  | { readonly kind: 'retry'; readonly job: string; readonly attempt: number; readonly until: string }
  /** The next hour: the repository dispatched as much as it may in this one. */
  | { readonly kind: 'hour'; readonly job: string; readonly until: string }
  /**
   * Required checks of a pull request that is to be merged; `held`: somebody must approve their runs on the forge; `unmerged`:
   * nothing is awaited of them, but a person has to merge it.
   */
  | {
      readonly kind: 'checks';
      readonly job: string;
      readonly pull: number;
      readonly state: 'unread' | 'pending' | 'held' | 'unmerged' | 'enqueued';
      readonly names: readonly string[];
      readonly since: string;
      readonly until: string | null;
    }
  /** The commit lease: `position` counts from 1 in the queue of `base`; `holder` has it now. */
  | {
      readonly kind: 'lease';
      readonly job: string;
      readonly base: string;
      readonly position: number;
      /** It conflicts: this run, which conflicted before, is reworked first. Absent where it is not so. */
      readonly behind?: string;
      readonly holder: { readonly run: string; readonly job: string; readonly until: string } | null;
    }
  /** A run that the job called, until it is over. */
  | { readonly kind: 'sub-run'; readonly job: string; readonly run: string; readonly since: string }
  /** Its turn in a concurrency group. */
  | AwaitedGroup
  /** The merge itself: the job holds the lease until `until`. */
  | {
      readonly kind: 'merge';
      readonly job: string;
      readonly pull: number | null;
      readonly until: string | null;
    }
  /** Something that Treadle has yet to do on the forge. */
  | {
      readonly kind: 'effect';
      readonly job: string | null;
      readonly effect: Effect['type'];
      readonly failures: number;
      readonly problem: string | null;
      readonly until: string;
    }
  /** Other jobs that are not completed: the direct needs that no other need implies. */
  | { readonly kind: 'needs'; readonly job: string; readonly needs: readonly string[] }
  /** Nothing but the next wake: the job may start. */
  | { readonly kind: 'wake'; readonly job: string };

/**
 * What a run waits for: first what stops the whole run, then job by job in file order, in a job what Treadle itself has yet to
 * do first. Effects that nobody waits for (the status comment, replies, closing what is answered) are named only once they
 * failed. A completed run waits for nothing.
 */
export function awaitedOf(workflow: Workflow, state: RunState): readonly Awaited[] {
  if (state.run.status === 'completed') return [];
  const { paused } = state.run;
  const stopped: readonly Awaited[] =
    paused === null
      ? []
      : [{ kind: 'paused', job: null, by: paused.by, reason: paused.reason, since: paused.at }];
  const effects = awaitedEffects(state.run.outbox);
  const held = awaitedByRun(state);
  if (held !== null) return [...stopped, held, ...effects];
  const jobs = definitionsOf(workflow, state).flatMap((job) => [
    ...effects.filter((effect) => effect.job === job.id),
    ...awaitedByJob(job.id, essentialNeeds(workflow, job), state),
  ]);
  return [
    ...stopped,
    ...effects.filter(({ job }) => job === null || definitionOf(workflow, job) === undefined),
    ...jobs,
  ];
}

/** What one job waits for besides effects; nothing when it is completed. */
function awaitedByJob(job: string, needs: readonly string[], state: RunState): readonly Awaited[] {
  const document = state.jobs[job];
  if ((document?.matrix ?? null) !== null) return [];
  switch (lineOf(state, job).status) {
    case 'completed':
      return [];
    case 'queued':
      return [awaitedToStart(job, needs, state, document)];
    case 'pending':
      return [awaitedInGroup(state, job) ?? awaitedChecks(job, document) ?? awaitedLease(job, state)];
    case 'waiting':
      return awaitedPerson(job, state, document);
    case 'in_progress':
      return awaitedAgent(job, state, document);
  }
}

function awaitedToStart(
  job: string,
  needs: readonly string[],
  state: RunState,
  document: JobDocument | undefined,
): Awaited {
  const isBegun = document !== undefined && document.retryAt !== null;
  // A leg that did not begin waits for those that did (`max-parallel`).
  const legs = jobOf(job) === job || isBegun ? [] : legsOf(documentsOf(state), jobOf(job));
  const open = [...needs, ...legs.filter((leg) => lineOf(state, leg).status !== 'queued')].filter(
    (need) => lineOf(state, need).status !== 'completed',
  );
  if (open.length > 0) return { kind: 'needs', job, needs: open };
  // An attempt that was begun and is not dispatched is held back by the repository's limit.
  if (document?.retryAt != null && state.run.paused === null && runningAttempt(document) !== undefined)
    return { kind: 'hour', job, until: document.retryAt };
  if (document !== undefined && document.retryAt !== null)
    return { kind: 'retry', job, attempt: document.attempts.length + 1, until: document.retryAt };
  return { kind: 'wake', job };
}

function awaitedChecks(job: string, document: JobDocument | undefined): Awaited | null {
  const merge = document?.merge ?? null;
  if (merge?.checks === undefined) return null;
  return { kind: 'checks', job, pull: merge.pull, ...merge.checks, until: document?.timeoutAt ?? null };
}

function awaitedLease(job: string, state: RunState): Awaited {
  const { base, entries, lease, reworked } = state.queue;
  const index = entries.findIndex((entry) => entry.run === state.run.id && entry.job === job);
  const behind = entries[index]?.behind;
  return {
    kind: 'lease',
    job,
    base,
    position: index === -1 ? entries.length + 1 : index + 1,
    ...(behind === undefined || behind !== reworked?.run ? {} : { behind }),
    holder: lease === null ? null : { run: lease.run, job: lease.job, until: lease.until },
  };
}

function awaitedPerson(job: string, state: RunState, document: JobDocument | undefined): readonly Awaited[] {
  if (document === undefined) return [{ kind: 'wake', job }];
  const { escalation, gate } = document;
  if (escalation !== null) {
    const { id, cause, reason, issue, pull, at } = escalation;
    return [{ kind: 'escalation', job, escalation: id, cause, reason, issue, pull, since: at }];
  }
  if (gate === null) return [{ kind: 'wake', job }];
  const since = document.attempts.at(-1)?.startedAt ?? state.run.createdAt;
  const { attempt, kind, pull } = gate;
  return [
    {
      kind: 'approval',
      job,
      role: document.role,
      attempt,
      gate: kind,
      pull,
      since,
      until: dueAt(state.run, document),
    },
  ];
}

function awaitedAgent(job: string, state: RunState, document: JobDocument | undefined): readonly Awaited[] {
  const attempt = document?.attempts.at(-1);
  if (attempt?.child !== undefined) {
    return [{ kind: 'sub-run', job, run: attempt.child, since: attempt.startedAt }];
  }
  const turn = attempt?.turns.at(-1);
  if (document !== undefined && attempt !== undefined && turn?.outcome === 'open') {
    return [
      {
        kind: 'agent',
        job,
        role: document.role,
        who: turn.assignee,
        attempt: attempt.number,
        turn: turn.number,
        dispatch: turn.dispatch,
        since: turn.dispatchedAt,
        until: dueAt(state.run, document),
        ...(turn.remote?.workflowRun === undefined ? {} : { workflowRun: turn.remote.workflowRun }),
        ...((turn.held ?? null) === null ? {} : { held: 'approval' as const }),
      },
    ];
  }
  const { lease } = state.queue;
  const held = lease !== null && lease.run === state.run.id && lease.job === job;
  if (held || (document !== undefined && document.merge !== null))
    return [{ kind: 'merge', job, pull: document?.merge?.pull ?? null, until: held ? lease.until : null }];
  return [{ kind: 'wake', job }];
}

type AwaitedEffect = Extract<Awaited, { kind: 'effect' }>;

function awaitedEffects(outbox: readonly OutboxEntry[]): readonly AwaitedEffect[] {
  return outbox
    .filter(({ effect, failures }) => failures > 0 || isAwaited(effect))
    .map(({ effect, failures, problem, claim }) => ({
      kind: 'effect',
      job: 'job' in effect ? effect.job : null,
      effect: effect.type,
      failures,
      problem,
      until: claim.until,
    }));
}

/** Whether the run cannot go on before the effect was performed. */
function isAwaited(effect: Effect): boolean {
  switch (effect.type) {
    case 'dispatch':
    case 'run_steps':
    case 'open_gate':
    case 'open_escalation':
    case 'merge_pull':
      return true;
    case 'cancel_dispatch':
    case 'cancel_steps':
    case 'close_gate':
    case 'close_escalation':
    case 'remind_ceo':
    case 'leave_merge_queue':
    case 'start_workflow':
    case 'reply':
    case 'update_status':
    case 'reopen_issue':
    case 'close_issue':
      return false;
  }
}
