import type { Sha256 } from '../../base/digest.ts';
import type { Actor } from '../actor.ts';

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
  /** Text: what the bead asked for, where it was edited since the run began: see `beadText` of the run. */
  readonly beadText?: Sha256;
  /** Text: digest over definition, run, question, `shown` and `beadText`. Code: digest over the pull request's number. */
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
