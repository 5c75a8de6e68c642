import { applyIssueClosed } from './cancel.ts';
import { applyChecks } from './checks.ts';
import { concludeRun } from './conclude.ts';
import type { Draft, InboxEvent } from './draft.ts';
import { openDraft } from './draft.ts';
import type { RunEvent, RunStarted } from './event.ts';
import { applyGroupMoved } from './group-moved.ts';
import { enterRunGroup } from './group-run.ts';
import { applyIssueEdited } from './issue-edited.ts';
import {
  applyEnqueued,
  applyMerged,
  applyMergeLost,
  applyMergeRefused,
  applyQueueAdvanced,
} from './merge.ts';
import type { Applied, Outcome } from './outcome.ts';
import { applied } from './outcome.ts';
import { applyOverride } from './override.ts';
import { giveWay } from './queue.ts';
import { settle } from './readiness.ts';
import { refuseOutsider } from './refuse-outsider.ts';
import { applyCrash, applyMalformed, applyReport, applyRunChange } from './report.ts';
import { applyReview, applyVoided } from './review.ts';
import { beginRun } from './start.ts';
import { applyCallerChanged, applySubRunCompleted } from './sub-run.ts';
import type { RunState } from './state/run.ts';
import { renewStatus } from './status-wish.ts';
import { applyStepsFinished } from './steps.ts';
import { applyDeadline } from './timer.ts';
import type { TransitionContext } from './transition-context.ts';
import { answerUnread } from './unread-command.ts';

/** What an event does to a run. */
export type Transition =
  | {
      readonly kind: 'applied';
      readonly state: RunState;
      /** Events that follow for other runs. */
      readonly inbox: readonly InboxEvent[];
      /** One line for the commit's subject, for instance `investigate → approve (success)`. */
      readonly summary: string;
    }
  /** Repeated, late without need of an answer, or not applicable: nothing changes, nothing is committed. */
  | { readonly kind: 'ignored'; readonly reason: string };

/**
 * Applies one event to one run, with all that follows at once in it. Pure: the same arguments give the same answer on any machine,
 * arguments are never changed, and documents that stay the same keep their identity. `state` is null before the run began.
 */
export function transition(context: TransitionContext, state: RunState | null, event: RunEvent): Transition {
  const problem = findMismatch(state, event);
  if (problem !== null) return { kind: 'ignored', reason: problem };
  const base = state ?? (event.type === 'run_started' ? beginRun(context, event) : null);
  if (base === null) return { kind: 'ignored', reason: 'the run did not begin yet' };
  const draft = openDraft(context, base, event);
  const outcome = applyEvent(draft, event, context);
  if (outcome.kind === 'ignored') return outcome;
  settle(draft);
  if (draft.run.status !== 'completed') concludeRun(draft);
  giveWay(draft);
  // The bead has one status comment: that of the run which nobody called.
  if (draft.run.parent === undefined) renewStatus(draft);
  draft.patchRun({ updatedAt: event.at, lastEvent: event.id });
  return { kind: 'applied', state: draft.state(), inbox: draft.inbox, summary: summarize(draft, outcome) };
}

function findMismatch(state: RunState | null, event: RunEvent): string | null {
  if (state === null) return null;
  if (event.run !== state.run.id) return `the event is about the run ${event.run}`;
  if (event.type === 'run_started') return 'the run began already';
  // Whoever still answers a dispatch of a run that is over, or gives an order, gets a word.
  const isSaid = ['report_received', 'report_malformed', 'override_issued'].includes(event.type);
  return state.run.status === 'completed' && !isSaid ? 'the run is completed' : null;
}

function startJobs(draft: Draft, { feedback }: RunStarted): Outcome {
  const first = [...draft.workflow.jobs.values()].filter(({ needs }) => needs.length === 0);
  if (feedback !== undefined) for (const { id } of first) draft.patchJob(id, { feedback });
  if (enterRunGroup(draft)) for (const { id } of first) draft.visit(id);
  return applied('start', '');
}

function applyEvent(draft: Draft, event: RunEvent, context: TransitionContext): Outcome {
  switch (event.type) {
    case 'run_started':
      return startJobs(draft, event);
    case 'report_received':
      return applyReport(draft, event);
    case 'report_malformed':
      return applyMalformed(draft, event);
    case 'agent_crashed':
      return applyCrash(draft, event);
    case 'steps_finished':
      return applyStepsFinished(draft, event);
    case 'workflow_run_changed':
      return applyRunChange(draft, event);
    case 'review_submitted':
      return applyReview(draft, event);
    case 'approval_voided':
      return applyVoided(draft, event);
    case 'deadline_passed':
      return applyDeadline(draft, event);
    case 'override_issued':
      return applyOverride(draft, event, context);
    case 'pull_request_enqueued':
      return applyEnqueued(draft, event);
    case 'pull_request_merged':
      return applyMerged(draft, event);
    case 'checks_changed':
      return applyChecks(draft, event);
    case 'merge_lost':
      return applyMergeLost(draft, event);
    case 'merge_refused':
      return applyMergeRefused(draft, event);
    case 'queue_advanced':
      return applyQueueAdvanced(draft, event);
    case 'group_moved':
      return applyGroupMoved(draft, event);
    case 'sub_run_completed':
      return applySubRunCompleted(draft, event);
    case 'caller_changed':
      return applyCallerChanged(draft, event);
    case 'outsider_refused':
      return refuseOutsider(draft, event);
    case 'command_unread':
      return answerUnread(draft, event);
    case 'issue_closed':
      return applyIssueClosed(draft, event);
    case 'issue_edited':
      return applyIssueEdited(draft, event);
  }
}

const mostTargets = 3;

function summarize(draft: Draft, { about, note }: Applied): string {
  const targets = [...draft.told].filter((target) => target !== about);
  const shown = targets.slice(0, mostTargets).join(', ');
  const more = targets.length > mostTargets ? `, ${targets.length - mostTargets} more` : '';
  const arrow = targets.length === 0 ? '' : ` → ${shown}${more}`;
  return `${about}${arrow}${note === '' ? '' : ` (${note})`}`;
}
