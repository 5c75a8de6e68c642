import type { Assignees } from './assignees.ts';
import type { Comments } from './comments.ts';
import type { Files } from './files.ts';
import type { Issues } from './issues.ts';
import type { Account, People } from './people.ts';
import type { Pulls, ReviewedPull } from './pulls.ts';
import type { Relations } from './relations.ts';
import type { Workflows } from './workflows.ts';

/**
 * The forge port: what Treadle reads from and does on GitHub, or on the local server that speaks GitHub's protocol.
 *
 * Everything that comes back is data of strangers: decoded in shape, never trusted in content. Expected refusals are values;
 * all else is thrown as TreadleError with the codes `forge-unreachable` (no answer, or 5xx), `forge-denied` (bad credentials, or
 * none that suffice), `forge-rate-limited` (outlasts the retries; fact `retryAt` where known), `forge-refused` (any other refusal),
 * `forge-malformed` (an answer of another shape than GitHub's). After `forge-unreachable` a write may have taken place.
 */
export interface Forge {
  /** `owner/name`. */
  readonly repository: string;
  /** Where people see the repository. */
  readonly webUrl: string;
  readonly people: People;
  readonly files: Files;
  readonly issues: Issues;
  readonly relations: Relations;
  readonly comments: Comments;
  readonly pulls: Pulls;
  readonly workflows: Workflows;
  readonly assignees: Assignees;
  /**
   * What every wake asks, in one light query: whose token we hold, and how these pull requests stand. Of those that are known to
   * have changed it reads the reviews along, of fifty at most.
   */
  glance(pulls: readonly number[], changed?: readonly number[]): Promise<Glance>;
  /** The variables of the repository's Actions by name, in capital letters; undefined where this token may not read them. */
  variables(): Promise<Readonly<Record<string, string>> | undefined>;
}

export interface Glance {
  readonly viewer: Account;
  /** Unknown numbers are left out. */
  readonly pulls: readonly GlancedPull[];
  /** Those of the changed ones that were read with their reviews. */
  readonly reviewed: readonly ReviewedPull[];
}

export interface GlancedPull {
  readonly number: number;
  readonly isOpen: boolean;
  readonly head: string;
  /** The approvals and requests for changes that stand, the last one of each person. */
  readonly answers: readonly GlancedAnswer[];
}

export interface GlancedAnswer {
  readonly review: number;
  readonly state: 'approved' | 'changes_requested';
  /** The head it was given for. */
  readonly commit: string | null;
  /** Whether its author may write to the repository now. A hint: what is decided rests on `people.permission`. */
  readonly mayWrite: boolean;
}
