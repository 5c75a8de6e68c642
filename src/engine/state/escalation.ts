import type { Actor } from '../actor.ts';

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

/** The CEO's answer by which an escalated job counts as done, with what it answered. */
export interface PassedEscalation extends Pick<Escalation, 'cause' | 'reason' | 'pull'> {
  readonly by: Actor;
  /** The review; null where a comment or the command line said so. */
  readonly review: number | null;
  /** The comment that did. */
  readonly comment?: number;
  /** The head that was reviewed. */
  readonly head: string | null;
}

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
