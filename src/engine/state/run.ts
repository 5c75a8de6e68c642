import type { Json } from '../../base/canonical-json.ts';
import type { Sha256 } from '../../base/digest.ts';
import type { Actor } from '../actor.ts';
import type { Given } from '../given.ts';
import type { GroupDocument } from '../group.ts';
import type { Parent } from '../parent.ts';
import type { EscalationCause } from './escalation.ts';
import type { JobDocument } from './job.ts';
import type { MeterDocument } from './meter.ts';
import type { OutboxEntry } from './outbox.ts';
import type { QueueDocument } from './queue.ts';
import type { Conclusion, Status } from './status.ts';

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
  /** Digest of the bead's title and text as they were last read; left out while they are those of the trigger. */
  readonly beadText?: Sha256;
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
  /** Ids of overrides, voided approvals, edits of the bead and refusals of outsiders that were applied: a repeated one changes nothing. */
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
