import type { Json } from '../base/canonical-json.ts';
import type { Sha256 } from '../base/digest.ts';
import type { Actor } from './actor.ts';
import { TREADLE } from './actor.ts';
import type { EffectResult } from './effect.ts';
import type { Given } from './given.ts';
import type { Parent } from './parent.ts';
import type { Claim } from './state/outbox.ts';
import type { Conclusion } from './state/status.ts';
import type { Feedback, StepsRecord, Usage } from './state/job.ts';
import type { Recorded, Trigger } from './state/run.ts';

export type { Actor };
export { TREADLE };

interface EventBase {
  readonly version: 1;
  /** Hash of the cause: whoever sees the same fact derives the same id. */
  readonly id: string;
  readonly run: string;
  /** max(the forge's time of the fact, time of the tip). */
  readonly at: string;
  readonly actor: Actor;
  /** Why the actor may cause this, in words, for instance `holds role ceo`, `is the assignee`, `issue author`. */
  readonly ground: string;
  /** The wake that applies the event; effects of the transition are claimed by it. */
  readonly wake: Claim;
}

/** A fact about one run, past tense. Facts are authorised before they become events. */
export type RunEvent =
  | RunStarted
  | ReportReceived
  | ReportMalformed
  | AgentCrashed
  | StepsFinished
  | WorkflowRunChanged
  | ReviewSubmitted
  | ApprovalVoided
  | DeadlinePassed
  | OverrideIssued
  | PullRequestEnqueued
  | PullRequestMerged
  | ChecksChanged
  | MergeRefused
  | MergeLost
  | QueueAdvanced
  | GroupMoved
  | SubRunCompleted
  | CallerChanged
  | OutsiderRefused
  | CommandUnread
  | IssueClosed
  | IssueEdited;

export interface RunStarted extends EventBase {
  readonly type: 'run_started';
  readonly number: number;
  readonly workflow: string;
  readonly definition: Sha256;
  readonly config: Sha256;
  readonly trigger: Trigger;
  /** Only for a sub-run: who called it, and with what. Caused by the run of the caller. */
  readonly parent?: Parent;
  readonly inputs?: Readonly<Record<string, Json>>;
  readonly given?: Given;
  /** Only for a sub-run: what its bead asks for, where that was edited since the trigger. */
  readonly beadText?: Sha256;
  /** Only for a sub-run: what the job that calls was told by a rework edge or an override. Its first jobs are told the same. */
  readonly feedback?: Feedback;
}

/** An agent's answer to a dispatch, well-formed and from somebody who is believed. */
export interface ReportReceived extends EventBase {
  readonly type: 'report_received';
  readonly dispatch: string;
  /** The job it was for, where that is known: saves a search. */
  readonly job?: string;
  readonly outcome: 'success' | 'failure' | 'continue';
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly usage: Usage | null;
  /** Where it was said, for instance `comment 123`, `command`, `workflow run 456`. */
  readonly source: string;
}

/** An answer that cannot be read. One clear reply, and it costs a turn. */
export interface ReportMalformed extends EventBase {
  readonly type: 'report_malformed';
  readonly dispatch: string;
  /** The job it was for, where that is known: saves a search. */
  readonly job?: string;
  readonly problem: string;
  readonly source: string;
}

/** A program or workflow run that ended without an answer: it crashed, or could not be started. */
export interface AgentCrashed extends EventBase {
  readonly type: 'agent_crashed';
  readonly dispatch: string;
  /** The job it was for, where that is known: saves a search. */
  readonly job?: string;
  readonly problem: string;
}

/** The commands of a job with `steps` came to their end. */
export interface StepsFinished extends EventBase {
  readonly type: 'steps_finished';
  readonly job: string;
  readonly attempt: number;
  readonly outcome: 'success' | 'failure';
  /** In plain words; null for a success. */
  readonly reason: string | null;
  /** The outputs of the job. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: StepsRecord;
}

/** The forge holds the workflow run of a dispatch back until somebody approves it, or does so no more. */
export interface WorkflowRunChanged extends EventBase {
  readonly type: 'workflow_run_changed';
  readonly dispatch: string;
  readonly job: string;
  /** What it waits for; null: it goes on. */
  readonly held: 'approval' | null;
}

/** A counting review of an open gate, or of an escalation's decision pull request. */
export interface ReviewSubmitted extends EventBase {
  readonly type: 'review_submitted';
  readonly job: string;
  readonly pull: number;
  readonly review: number;
  readonly verdict: 'approved' | 'changes_requested';
  readonly head: string;
  readonly body: string;
}

/** What was approved changed, or the review was dismissed: the answer no longer counts. */
export interface ApprovalVoided extends EventBase {
  readonly type: 'approval_voided';
  readonly job: string;
  readonly reason: string;
  /** The head that must be reviewed now. */
  readonly head: string | null;
  /** The decision pull request cannot be answered any more: the question is put in a new one. */
  readonly again?: true;
}

export interface DeadlinePassed extends EventBase {
  readonly type: 'deadline_passed';
  readonly deadline: Deadline;
}

/** Something in a run that falls due. Derived from the documents, so it can be indexed and found again. */
export interface Deadline {
  readonly kind: 'timeout' | 'retry' | 'lease' | 'reminder' | 'stop';
  /** Of what concerns the whole run: `run`. */
  readonly job: string;
  readonly attempt: number;
  readonly at: string;
}

export type OverrideAction =
  | { readonly action: 'approve' | 'reject'; readonly job: string | null }
  | { readonly action: 'retry'; readonly job: string | null }
  | { readonly action: 'goto' | 'skip'; readonly job: string }
  | { readonly action: 'reassign'; readonly job: string | null; readonly role: string }
  | { readonly action: 'pause' | 'resume' | 'cancel' | 'close' }
  /** `config`: the roles and settings that hold from now on; left out: those that hold. */
  | {
      readonly action: 'repin';
      readonly definition: Sha256;
      readonly config?: Sha256;
      /** Why there is none to go on by; `definition` is its name then. */
      readonly problem?: string;
    };

/** The CEO's word. `job: null` means the one job it can mean: the open gate, or the escalated job. */
export interface OverrideIssued extends EventBase {
  readonly type: 'override_issued';
  readonly override: OverrideAction;
  readonly reason: string;
  /** The comment that says so. */
  readonly comment?: number;
  /** Where it was said, if not on the bead: what is answered belongs there. */
  readonly issue?: number;
}

/** The required checks of a pull request that is to be merged were read, and stand otherwise than is known. */
export interface ChecksChanged extends EventBase {
  readonly type: 'checks_changed';
  readonly job: string;
  readonly attempt: number;
  readonly pull: number;
  /**
   * `behind`: the head must be brought up to date with the base branch first; `unmerged`: a person has to merge it, and did not;
   * `enqueued`: the forge's merge queue has it; `ejected`: that queue put it out unmerged.
   */
  readonly verdict: 'passed' | 'pending' | 'held' | 'failed' | 'behind' | 'unmerged' | 'enqueued' | 'ejected';
  /** The checks that it is about; of an ejected one the forge's reason. */
  readonly names: readonly string[];
  /** Where they passed: the base branch takes changes through the forge's merge queue only. */
  readonly mergeQueue?: true;
  /** Where they passed: who made the commits, each as `Name <address>`. */
  readonly authors?: readonly string[];
}

/** The pull request was put into the forge's merge queue, which checks it once more and merges it in its turn. */
export interface PullRequestEnqueued extends EventBase {
  readonly type: 'pull_request_enqueued';
  readonly job: string;
  readonly attempt: number;
  readonly pull: number;
  /** When, by the forge's clock: what it tells of earlier times is about an earlier try. */
  readonly enqueuedAt: string;
}

export interface PullRequestMerged extends EventBase {
  readonly type: 'pull_request_merged';
  readonly job: string;
  readonly attempt: number;
  readonly pull: number;
  readonly commit: string;
}

export interface MergeRefused extends EventBase {
  readonly type: 'merge_refused';
  readonly job: string;
  readonly attempt: number;
  readonly pull: number;
  readonly cause:
    | 'conflict'
    | 'checks'
    | 'behind'
    | 'head-moved'
    | 'closed'
    | 'not-permitted'
    | 'approval-void'
    | 'protected-path';
  /** For the one who reworks it: what conflicted, which check failed. */
  readonly detail: string;
}

/** The base branch does not contain what a job is to verify, or says that it verified: the branch was moved since the merge. */
export interface MergeLost extends EventBase {
  readonly type: 'merge_lost';
  /** The job that verifies. */
  readonly job: string;
  readonly attempt: number;
  /** What was merged. */
  readonly commit: string;
}

/** The commit queue's lease became free and this run's commit is its head. Caused by another run. */
export interface QueueAdvanced extends EventBase {
  readonly type: 'queue_advanced';
  readonly base: string;
}

/** A place of this run in a concurrency group changed: its turn came, or a newcomer took it. Caused by another run. */
export interface GroupMoved extends EventBase {
  readonly type: 'group_moved';
  /** The group's name. */
  readonly group: string;
  /** The run that caused it. */
  readonly by: string;
}

/** A run that this one called is over. Caused by it. */
export interface SubRunCompleted extends EventBase {
  readonly type: 'sub_run_completed';
  readonly job: string;
  /** The sub-run. */
  readonly child: string;
  readonly conclusion: Conclusion;
  /** What the called workflow hands out. */
  readonly outputs: Readonly<Record<string, string>>;
  /** In words; null for a success. */
  readonly reason: string | null;
  /** Which approvals it rested on, and who reported; left out for none. */
  readonly given?: Given;
  /** The CEO closed it, and with it the bead: whoever called it is closed, too, instead of taking an edge. */
  readonly closed?: Recorded;
}

/** The run that called this one was steered, and what it called goes with it. Caused by it. */
export interface CallerChanged extends EventBase {
  readonly type: 'caller_changed';
  readonly change: 'cancelled' | 'paused' | 'resumed';
  readonly word: Recorded;
}

/** Somebody reported or gave an order who is not believed in this run. They are told so, once: the cause is who they are. */
export interface OutsiderRefused extends EventBase {
  readonly type: 'outsider_refused';
  readonly word: 'report' | 'override';
  /** Where, if not on the bead. */
  readonly issue?: number;
}

/** Somebody who is believed gave a command that cannot be followed as it is written. They are told so, once. */
export interface CommandUnread extends EventBase {
  readonly type: 'command_unread';
  /** In plain words. */
  readonly problem: string;
  /** Where, if not on the bead. */
  readonly issue?: number;
}

/** The bead was closed while its run was going on. */
export interface IssueClosed extends EventBase {
  readonly type: 'issue_closed';
  /** The pull request of this run whose merge closed it by a reference; absent: somebody closed it themselves. */
  readonly merged?: number;
}

/** The title or the text of the bead was edited by somebody. */
export interface IssueEdited extends EventBase {
  readonly type: 'issue_edited';
  /** Digest of both as they are now. */
  readonly text: Sha256;
}

/** Facts about our own doing, over any number of runs; at most one commit of each a push. */
export type BookkeepingEvent = EffectsRecorded | EffectsClaimed;

export interface EffectsRecorded {
  readonly version: 1;
  readonly type: 'effects_recorded';
  readonly id: string;
  readonly at: string;
  readonly results: readonly RecordedEffect[];
  /** The commit of each touched run's last transition, as far as this wake made it. */
  readonly commits: Readonly<Record<string, { readonly event: string; readonly oid: string }>>;
  /** The wake that records; effects that follow (an escalation, a pull request to close that came too late) are claimed by it. */
  readonly wake: Claim;
}

export interface RecordedEffect {
  readonly run: string;
  readonly effect: string;
  readonly result: EffectResult;
}

/** A wake takes over effects whose claim ran out or whose claimant is known to be gone. */
export interface EffectsClaimed {
  readonly version: 1;
  readonly type: 'effects_claimed';
  readonly id: string;
  readonly at: string;
  readonly effects: readonly { readonly run: string; readonly effect: string }[];
  readonly claim: Claim;
  readonly ground: string;
}
