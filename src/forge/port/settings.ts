/**
 * How a repository and the token are set up, as far as Treadle depends on it. Nothing here is changed, and nothing a wake does
 * needs it: it is what `treadle doctor` looks at.
 *
 * What the token may not read is a value, not an error. Thrown are `forge-unreachable`, `forge-rate-limited`, `forge-malformed`,
 * and `forge-denied` for a token that is not accepted at all.
 */
export interface RepositorySettings {
  repository(): Promise<Look<RepositoryFacts>>;
  /** The workflows of the default branch. */
  workflows(): Promise<Look<readonly WorkflowFacts[]>>;
  actions(): Promise<Look<ActionsFacts>>;
  /** What the default token of workflows may do. */
  defaultToken(): Promise<Look<DefaultTokenFacts>>;
  /** The rules that hold for a branch, whoever pushes to it. */
  branchRules(branch: string): Promise<Look<readonly BranchRule[]>>;
  /** Whether the token's account may bypass a ruleset. */
  bypass(ruleset: number): Promise<Look<'always' | 'pull_requests_only' | 'never' | 'exempt'>>;
  /** A variable of the repository's Actions; null where there is none. */
  variable(name: string): Promise<Look<string | null>>;
  /** A text file of any repository that the token may read; null where there is none. */
  file(place: FilePlace): Promise<Look<string | null>>;
}

/** What was seen, or why the token does not see it. */
export type Look<T> =
  { readonly kind: 'seen'; readonly value: T } | { readonly kind: 'hidden'; readonly problem: string };

export interface RepositoryFacts {
  readonly defaultBranch: string;
  readonly archived: boolean;
  readonly hasIssues: boolean;
  readonly private: boolean;
  /** What the token may do; null where the forge does not say. */
  readonly permission: 'admin' | 'maintain' | 'write' | 'triage' | 'read' | null;
  /** Scopes of a classic token; null for other kinds. */
  readonly scopes: readonly string[] | null;
  /** When the forge answered, ISO 8601; null where it does not say. */
  readonly answeredAt: string | null;
}

export interface WorkflowFacts {
  readonly path: string;
  readonly name: string;
  /** `active`, or how it was disabled: `disabled_inactivity`, `disabled_manually`, … */
  readonly state: string;
}

export interface ActionsFacts {
  readonly enabled: boolean;
  readonly allowed: 'all' | 'local_only' | 'selected';
  /** Whether actions must be pinned to a commit. */
  readonly mustBePinned: boolean;
}

export interface DefaultTokenFacts {
  readonly mayWrite: boolean;
  /** Whether Actions may create and approve pull requests. */
  readonly mayOpenPulls: boolean;
}

export interface BranchRule {
  /** GitHub's name of the rule: `deletion`, `pull_request`, … */
  readonly type: string;
  /** The ruleset it stands in. */
  readonly ruleset: number | null;
}

export interface FilePlace {
  /** `owner/name` */
  readonly repository: string;
  readonly path: string;
  readonly ref: string;
}
