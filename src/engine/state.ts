import type { Sha256 } from '../base/digest.ts';
import type { Json } from '../base/canonical-json.ts';
import type { Member } from './config.ts';
import type { Effect } from './effect.ts';
import type { Actor } from './actor.ts';
import type { MatrixPlan } from './matrix-plan.ts';
import type { GroupDocument } from './group.ts';
import type { Given } from './given.ts';
import type { Parent } from './parent.ts';

/**
 * queued: not started (needs not done, or waiting for a retry) · pending: in a queue for something exclusive (the commit lease, a concurrency group)
 * · waiting: for a person (a gate, an escalation) · in_progress: dispatched · completed.
 */
export type Status = 'queued' | 'pending' | 'waiting' | 'in_progress' | 'completed';
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

/** Everything a transition of one run reads and writes. Times are ISO 8601 in UTC throughout. */
export interface RunState {
  readonly run: RunDocument;
  /** Jobs and legs that have something to tell beyond their line: started once, or concluded by somebody's word. */
  readonly jobs: Readonly<Record<string, JobDocument>>;
  /** The commit queue of the run's base branch; the empty queue where the branch has no document. */
  readonly queue: QueueDocument;
  /** What the whole repository dispatches; left out where nothing was dispatched yet. */
  readonly meter?: MeterDocument;
  /** By key, the concurrency groups that the run has a place in, and those that a transition changed. Absent for none. */
  readonly groups?: Readonly<Record<string, GroupDocument>>;
}

export interface RunDocument {
  readonly version: 1;
  /** `<issue>-<number>`. */
  readonly id: string;
  readonly issue: number;
  /** Counts the runs of this bead from 1. */
  readonly number: number;
  /** The run's name as people see it: `run-name`, or the issue's title. */
  readonly title: string;
  /** The workflow's key. */
  readonly workflow: string;
  readonly definition: Sha256;
  readonly config: Sha256;
  readonly trigger: Trigger;
  /** Who called it; absent for a run that nobody called. */
  readonly parent?: Parent;
  /** What it was called with: its `inputs`. Absent for a run that nobody called, whose inputs are those of its trigger. */
  readonly inputs?: Readonly<Record<string, Json>>;
  /** Sub-runs only: what comes from its callers, apart from the inputs. Absent where nothing does. */
  readonly given?: Given;
  readonly status: Status;
  readonly conclusion: Conclusion | null;
  readonly createdAt: string;
  /** Time of the last transition. */
  readonly updatedAt: string;
  readonly completedAt: string | null;
  readonly paused: Recorded | null;
  /** Set once by a cancel: from then on `cancelled()` is true. */
  readonly cancelled: Recorded | null;
  /** Sub-runs only: the CEO closed it, so that its callers are closed when it is over. */
  readonly closed?: Recorded;
  /** When whatever is still open of a cancelled run is ended. Absent in one that was not cancelled. */
  readonly stopAt?: string;
  /** Rework edge (`verify.on-failure`) → how often taken since it was last forgiven by the CEO. */
  readonly cycles: Readonly<Record<string, number>>;
  /** Places in concurrency groups: id of a job or leg, or `*` for the run itself → the group's name. */
  readonly groups?: Readonly<Record<string, string>>;
  /**
   * One line for every job of the definition, in file order of the definition when shown, and for every leg of those that were
   * expanded. The line of such a job follows from its legs.
   */
  readonly jobs: Readonly<Record<string, JobLine>>;
  /** The size in bytes, in UTF-16, of the outputs that its jobs and legs have. Left out where they never had any. */
  readonly outputBytes?: number;
  /** What the limits of a run count; left out before the first dispatch. */
  readonly spent?: Spent;
  readonly outbox: readonly OutboxEntry[];
  /** The bead's status comment, learnt when an `update_status` effect was recorded (`remote.comment`). */
  readonly statusComment: number | null;
  /** Digest of what the status comment was last made to tell. */
  readonly statusText?: Sha256;
  /** Ids of overrides, voided approvals and refusals of outsiders that were applied: a repeated one changes nothing. */
  readonly overrides: readonly string[];
  /** Id of the last event that was applied to the run. */
  readonly lastEvent: string;
  /** The commit of a transition, written down by the next `effects_recorded`; exact while `event` is `lastEvent`. */
  readonly lastCommit: { readonly event: string; readonly oid: string } | null;
  /** What metrics count and the other documents forget. Left out until there is something to count. */
  readonly tally?: RunTally;
}

/** What happened in a run that its documents do not keep, for the roll-up of its metrics. Oldest first. */
export interface RunTally {
  /** `seconds`: how long it waited for the CEO; null while it waits. */
  readonly escalations: readonly {
    readonly job: string;
    readonly cause: EscalationCause;
    readonly seconds: number | null;
  }[];
  /** Rework edge → how often taken, the forgiven times included. */
  readonly reworks: Readonly<Record<string, number>>;
  /** `queued` and `held` in seconds; `held` null until the lease ended. `depth`: commits in the queue when it was granted. */
  readonly leases: readonly {
    readonly job: string;
    readonly grantedAt: string;
    readonly queued: number;
    readonly depth: number;
    readonly held: number | null;
  }[];
  /** What became of the merges that were tried; left out until one was. `authored`: those that name who made the change. */
  readonly merges?: {
    readonly merged: number;
    readonly authored: number;
    /** Cause → how often a merge was refused, by the forge or before it was asked. */
    readonly refusals: Readonly<Record<string, number>>;
  };
}

export interface JobLine {
  readonly status: Status;
  readonly conclusion: Conclusion | null;
  /** What `needs.<id>.result` and the status functions see: the conclusion after continue-on-error and overrides. */
  readonly result: Conclusion | null;
}

/** What a run cost since it began, or since the CEO let it go on at a limit. */
export interface Spent {
  /** Dispatches: the hop limit counts them. */
  readonly dispatches: number;
  /** The clock hour in UTC that `inHour` counts, for instance `2026-11-22T16`. */
  readonly hour: string;
  readonly inHour: number;
  /** As agents reported them. */
  readonly tokens: number;
  readonly costUsd: number;
}

/** An act of a person, as it is kept. */
export interface Recorded {
  readonly by: Actor;
  readonly reason: string;
  readonly at: string;
}

/** What the run was started by; becomes the contexts `github.event`, `bead` and `inputs`. */
export interface Trigger {
  readonly event: 'issues' | 'workflow_dispatch';
  readonly repository: string;
  readonly actor: Actor;
  readonly issue: {
    readonly number: number;
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
    readonly author: Actor;
    /** When it was opened; left out where that is not known. */
    readonly openedAt?: string;
  };
  readonly inputs: Readonly<Record<string, Json>>;
}

export interface JobDocument {
  readonly version: 1;
  readonly id: string;
  /** What a `name` with expressions came to when the job last began. Absent where it holds none, and before. */
  readonly name?: string;
  /** The role it was dispatched to; null before the first start and for jobs nobody does. */
  readonly role: string | null;
  /** Set by `reassign`: beats `runs-on`. */
  readonly reassigned: string | null;
  readonly assignee: Member | null;
  /** Oldest first; numbers never restart. */
  readonly attempts: readonly Attempt[];
  /** The first attempt that counts against `max-attempts`; moved forward by every reset. */
  readonly budgetFrom: number;
  readonly outputs: Readonly<Record<string, string>>;
  /** When the running attempt, gate or escalation falls due; null where nothing does. */
  readonly timeoutAt: string | null;
  /**
   * When the job goes on, whatever its `if`: the next attempt, or the next turn of a running attempt. Null unless a retry is being
   * waited for, or a pause holds a start back.
   */
  readonly retryAt: string | null;
  /** What the job is told by a rework edge, a retry or an override; cleared when it succeeds. */
  readonly feedback: Feedback | null;
  /** Approvals only: the newest gate. */
  readonly gate: Gate | null;
  readonly escalation: Escalation | null;
  /** Commits only: what is to be merged, once the engineering manager has agreed. */
  readonly merge: MergeIntent | null;
  /** Callers only: what the sub-run left behind besides its outputs. Null after a reset. */
  readonly given?: Given | null;
  /** Jobs with a matrix only: the legs, once it was expanded. */
  readonly matrix?: MatrixPlan | null;
}

export interface Attempt {
  readonly number: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** displaced: a newcomer took its place in a concurrency group. */
  readonly outcome:
    'running' | 'success' | 'failure' | 'timed_out' | 'rejected' | 'cancelled' | 'displaced' | 'skipped';
  /** In plain words; null while running and for a success that needs none. */
  readonly reason: string | null;
  /** Oldest first; empty for gates and jobs nobody is dispatched for. */
  readonly turns: readonly Turn[];
  /** Callers only: the sub-run. */
  readonly child?: string;
  /** Commits only: the pull request that was merged. */
  readonly merged?: number;
  /** Approvals only: the review that answered. A review answers one gate, never a later one. */
  readonly review?: number;
  /** Jobs with `steps` only: what became of them. */
  readonly steps?: StepsRecord;
}

/** What the steps of an attempt came to. */
export interface StepsRecord {
  /** In the order of the file, as far as it got. */
  readonly steps: readonly StepLine[];
  /** The end of what they printed, at most 16 KiB, without secrets of Treadle's. */
  readonly log: string;
  /** The whole log: a file below Treadle's folder of this machine. Absent where none is kept. */
  readonly file?: string;
  /** Where the whole log can be read: the page of the workflow run that ran them. Absent where there is none. */
  readonly url?: string;
  /** What they wrote to GITHUB_STEP_SUMMARY, at most 16 KiB; absent for nothing. */
  readonly summary?: string;
  /** The commit they worked on; absent where they did not get that far. */
  readonly commit?: string;
}

/** What one step came to. */
export interface StepLine {
  readonly name: string;
  /** Before `continue-on-error`. */
  readonly outcome: Conclusion;
  /** After it. */
  readonly conclusion: Conclusion;
  /** In plain words; null where there is nothing to say. */
  readonly reason: string | null;
  /** Whole seconds. */
  readonly seconds: number;
}

/** One dispatch within an attempt. */
export interface Turn {
  readonly number: number;
  /** The dispatch's id, by which its report is matched. */
  readonly dispatch: string;
  readonly assignee: Member;
  readonly dispatchedAt: string;
  readonly endedAt: string | null;
  readonly outcome:
    'open' | 'success' | 'failure' | 'continue' | 'malformed' | 'crashed' | 'timed_out' | 'cancelled';
  readonly summary: string | null;
  /** Digest of the report, for the loop detector. */
  readonly report: Sha256 | null;
  readonly usage: Usage | null;
  /** Outputs of this turn's report, kept so that a later turn is told what was found so far. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The event whose answer ended the turn: the same answer again is no second answer. */
  readonly endedBy?: string;
  /** Numeric id of whoever reported, where that is not the assignee: nobody approves what they reported. */
  readonly reportedBy?: number;
  /** A late answer was refused, which happens once. */
  readonly refused?: true;
  /** Where the dispatch went, learnt when its effect was recorded. */
  readonly remote?: TurnRemote;
  /** What its workflow run waits for before it begins: somebody who approves it on the forge. Null: it went on. */
  readonly held?: 'approval' | null;
}

/** What a dispatch is called on the forge. */
export interface TurnRemote {
  /** The dispatch's comment on the bead, which is the record. */
  readonly comment?: number;
  /** The workflow run that works on it: only its report counts. */
  readonly workflowRun?: number;
  /** The bead was assigned to the agent, whose pull request is the answer. */
  readonly assigned?: true;
  /** When it was recorded that it went there. */
  readonly sentAt?: string;
  /** Commits only: the head that the engineering manager is shown. Only that head may be merged. */
  readonly head?: string;
}

export interface Usage {
  readonly tokens: number | null;
  readonly costUsd: number | null;
}

export interface Feedback {
  /** The job (or `ceo`) it comes from. */
  readonly from: string;
  readonly text: string;
}

/** A pause for a person, and what their answer is bound to. */
export interface Gate {
  readonly attempt: number;
  readonly kind: 'text' | 'code';
  readonly question: string;
  /** What was shown besides the question: outputs of the direct needs, by job. */
  readonly shown: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Jobs whose outputs came to be shown by way of others, which pass on what they are given; absent where there are none. */
  readonly sources?: readonly string[];
  /** Numeric ids of those who reported, in the runs that called this one, what is shown of its inputs; absent where there are none. */
  readonly reporters?: readonly number[];
  /** Text: digest over definition, run, question and `shown`. Code: digest over the pull request's number. */
  readonly digest: Sha256;
  /** The pull request whose review answers; null until it was opened. */
  readonly pull: number | null;
  /** The head the reviewer must have seen; null until known. */
  readonly head: string | null;
  readonly answer: GateAnswer | null;
  /** Why earlier answers or heads stopped counting, oldest first. */
  readonly voided: readonly string[];
}

export interface GateAnswer {
  readonly verdict: 'approved' | 'changes_requested';
  readonly by: Actor;
  /** The review's id on the forge; null when given by an override. */
  readonly review: number | null;
  /** The comment of such an override. */
  readonly comment?: number;
  readonly head: string | null;
  readonly body: string;
  readonly at: string;
}

export type EscalationCause =
  | 'attempts'
  | 'cycles'
  | 'turns'
  | 'timeout'
  | 'nobody-in-role'
  | 'loop'
  | 'effect-failed'
  | 'failure'
  /** The definition has no value where one is needed, so that trying again cannot help. */
  | 'definition'
  | LimitCause;

/** A limit of the whole run, or of the repository: the run is paused, and the job waits where it stood. */
export type LimitCause = 'dispatches' | 'hops' | 'budget';

/** A job that waits for the CEO. One CEO bead each. */
export interface Escalation {
  readonly id: string;
  readonly cause: EscalationCause;
  /** In plain words, for the CEO. */
  readonly reason: string;
  readonly at: string;
  /** The CEO bead and the decision pull request; null until opened. */
  readonly issue: number | null;
  readonly pull: number | null;
  readonly head: string | null;
  /** When the CEO is reminded; left out once they were as often as they may be. */
  readonly remindAt?: string;
  /** How often the CEO was reminded; left out for never. */
  readonly reminders?: number;
}

/** What a commit job will merge. */
export interface MergeIntent {
  readonly pull: number;
  /** The head the engineering manager saw; null: whatever the performer finds when the lease is granted, written down then. */
  readonly head: string | null;
  /** What is awaited of the required checks before the merge queues; absent once they succeeded. */
  readonly checks?: AwaitedChecks;
  /** Who made the commits that are merged, each as `Name <address>`: the merge names them. */
  readonly authors?: readonly string[];
  /** Treadle does not merge it: a person does. */
  readonly byPerson?: true;
  /** The base branch takes changes through the forge's merge queue only. */
  readonly mergeQueue?: true;
  /** How often the lease ran out before the merge was done; absent for never. */
  readonly expiries?: number;
}

/** Required checks that did not succeed yet. */
export interface AwaitedChecks {
  /**
   * `unread`: nobody looked yet. `held`: somebody must approve their workflow runs on the forge before they begin. `enqueued`: the
   * pull request is in the merge queue of the forge since that time, which checks it once more and merges it.
   */
  readonly state: 'unread' | 'pending' | 'held' | 'unmerged' | 'enqueued';
  /** Their names. */
  readonly names: readonly string[];
  readonly since: string;
}

export interface OutboxEntry {
  readonly id: string;
  readonly effect: Effect;
  /** Only this wake may perform it, and only before `until`. */
  readonly claim: Claim;
  /** How often performing it failed. */
  readonly failures: number;
  readonly problem: string | null;
}

export interface Claim {
  readonly wake: string;
  readonly until: string;
}

/** The commit queue of one base branch: first in, first out, one lease. */
export interface QueueDocument {
  readonly version: 1;
  readonly base: string;
  readonly entries: readonly QueueEntry[];
  readonly lease: Lease | null;
}

export interface QueueEntry {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly since: string;
}

export interface Lease {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly grantedAt: string;
  readonly until: string;
  /** The event that granted it: a merge under another fence is refused. */
  readonly fence: string;
}

/** How much the whole repository dispatches. */
export interface MeterDocument {
  readonly version: 1;
  /** The clock hour in UTC that is counted, for instance `2026-11-22T16`. */
  readonly hour: string;
  readonly dispatches: number;
  /** The job that was handed to the CEO because of it; the others wait for the next hour. */
  readonly tripped: { readonly run: string; readonly job: string } | null;
}
