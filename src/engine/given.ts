import type { Actor } from './actor.ts';

/** What a run brings along from others of its bead: a called run what its callers had, a caller what the called run leaves behind. */
export interface Given {
  /** Approvals that a merge rests on, though the run that asked for them may be gone. */
  readonly approvals: readonly GivenApproval[];
  /** Numeric ids of those who reported what was handed over, sorted: none of them approves it. */
  readonly reporters: readonly number[];
  /** Commits of the base branch that are merges of the called run; left out for none. */
  readonly merged?: readonly string[];
}

/** An approval with all that it takes to look at it again. */
export interface GivenApproval {
  /** The job that asks for it anew: of the run that carries it, or of one that called it. */
  readonly holder: { readonly run: string; readonly job: string };
  /** The gate, or the escalated job, that it answered. */
  readonly asked: { readonly run: string; readonly job: string };
  /** The role whose holders could answer. */
  readonly role: string;
  /** `escalation`: the CEO had an escalated job count as done. */
  readonly kind: 'text' | 'code' | 'escalation';
  readonly pull: number | null;
  /** The head that was reviewed. */
  readonly head: string | null;
  readonly by: Actor;
  /** The review; null where the CEO's word answered. */
  readonly review: number | null;
  /** The comment by which the CEO's word was given; absent for a review. */
  readonly comment?: number;
  /** Numeric ids of those who reported what was shown, sorted. */
  readonly reporters: readonly number[];
}
