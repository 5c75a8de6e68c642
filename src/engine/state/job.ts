import type { Sha256 } from '../../base/digest.ts';
import type { Member } from '../config.ts';
import type { Given } from '../given.ts';
import type { MatrixPlan } from '../matrix-plan.ts';
import type { Escalation, PassedEscalation } from './escalation.ts';
import type { Gate } from './gate.ts';
import type { MergeIntent } from './merge.ts';
import type { Conclusion } from './status.ts';

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
  /** Set where the CEO had it count as done. Null after a reset; left out where that never was. */
  readonly passed?: PassedEscalation | null;
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
