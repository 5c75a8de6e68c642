import type { Account } from '../forge/port/people.ts';
import type { Forge } from '../forge/port/forge.ts';
import type { Clock } from '../runtime/ports.ts';
import type { Store } from '../store/port.ts';
import type { FoundRun } from './find-run.ts';

/** Who can say something. */
export interface Speakers {
  /** Whose word it is, whoever is asked: the token's owner on GitHub. Null on this machine, which has everybody's word. */
  readonly speaker: Account | null;
  /** The forge as somebody acts on it. Throws `not-found` or `usage` for those who cannot be spoken for here. */
  readonly forgeAs: (login: string) => Forge;
}

/** What somebody's word is said with, and what follows it. */
export interface Speech extends Speakers {
  readonly store: Store;
  readonly clock: Clock;
  /** Goes on after a word: here by driving the run on, on GitHub by leaving it to the next wake, which it wakes. */
  goOn(said: Said): Promise<void>;
}

/** A word that was said. */
export interface Said {
  readonly run: string;
  /** What was done, for people: `approved`. */
  readonly what: string;
  /** Whose word it is. */
  readonly login: string;
  /** Where it stands: the number of an issue or a pull request. */
  readonly at: number;
  /** Whether the state shows that it was followed. */
  isFollowed(found: FoundRun): boolean;
}
