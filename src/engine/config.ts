import type { Limits } from '../workflow/limits.ts';

/** Who is who, and how things are set, as a run is pinned to it. Decoded from `.github/treadle.yml` with logins resolved to ids. */
export interface Config {
  readonly version: 1;
  /** Role → who holds it, in the order of preference for dispatch. */
  readonly roles: Readonly<Record<string, readonly Member[]>>;
  /** By login. A member without an entry is a person or agent reached by comment. */
  readonly agents: Readonly<Record<string, Agent>>;
  readonly settings: Settings;
  /** The variables that the workflow uses, as they stood when the run began: the context `vars`. Left out where there are none. */
  readonly vars?: Readonly<Record<string, string>>;
}

/** A holder of a role. The numeric id decides, the login is for people to read. */
export interface Member {
  readonly login: string;
  readonly id: number;
  readonly kind: 'user' | 'app';
}

/** How a member is reached. */
export type Agent =
  | { readonly dispatch: 'comment' }
  /** The bead is assigned to the account. */
  | { readonly dispatch: 'assign' }
  /** A workflow of the repository, started by `workflow_dispatch`. */
  | {
      readonly dispatch: 'workflow';
      /** The name of its file in `.github/workflows`. */
      readonly workflow: string;
      /** The branch or tag it runs on; left out: the base branch. */
      readonly ref?: string;
      /** Inputs it is given besides those that name the task. */
      readonly inputs?: Readonly<Record<string, string>>;
    }
  /** A program and its arguments, run where Treadle runs, in the repository's folder. */
  | { readonly dispatch: 'command'; readonly command: readonly string[] };

export interface Settings {
  readonly baseBranch: string;
  /** Paths whose change always needs a code approval. */
  readonly protectedPaths: readonly string[];
  /** How long a commit lease covers one merge. */
  readonly leaseMinutes: number;
  /** What stops a runaway run; the defaults hold where it is left out. */
  readonly limits?: Limits;
  /** How long the CEO may leave an escalation before they are reminded; a day where it is left out. */
  readonly escalationReminderHours?: number;
  /** Files in `.github/workflows` that are started after a merge which starts none by itself; left out where there are none. */
  readonly afterMerge?: readonly string[];
  /** Apps whose reviews count, where they hold the role. Left out where there are none. */
  readonly approvingApps?: readonly Member[];
}
