/** The plain records that the server keeps. Times are ISO 8601 with a resolution of one second, ids numeric and global. */

/** What kind of account a user is. */
export type UserType = 'User' | 'Bot';

/** An account. */
export interface UserRecord {
  readonly id: number;
  readonly login: string;
  readonly type: UserType;
  readonly createdAt: string;
}

/** `user`: a personal token; `app`: an App's; `default`: the GITHUB_TOKEN of a workflow run. */
export type TokenKind = 'user' | 'app' | 'default';

/** A token, kept under the SHA-256 of its text only. */
export interface TokenRecord {
  readonly userId: number;
  readonly kind: TokenKind;
  readonly createdAt: string;
}

/** What an account may do in a repository, least first. */
export const permissions = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Permission = (typeof permissions)[number];

/** Why an issue is in its state. */
export type StateReason = 'completed' | 'not_planned' | 'duplicate' | 'reopened';

/** What an issue has in addition when it is a pull request. */
export interface PullRecord {
  readonly id: number;
  readonly headRef: string;
  /** Stays when the branch is deleted. */
  readonly headSha: string;
  readonly baseRef: string;
  /** The base branch's tip when last seen while the pull request was open. */
  readonly baseSha: string;
  readonly draft: boolean;
  /** When it left draft last; left out where it never did. */
  readonly readyAt?: string;
  readonly mergedAt: string | null;
  readonly mergedById: number | null;
  /** The merge commit once merged. */
  readonly mergeCommitSha: string | null;
  readonly requestedReviewerIds: readonly number[];
  /** The newest thing that happened to it in a merge queue; left out where nothing did. */
  readonly queueing?: { readonly at: string; readonly removed: string | null };
}

/** What came into the default branch and closes issues by a keyword in its text. */
export type Closer = { readonly pull: number } | { readonly commit: string };

/** An issue that is to be closed by a reference, once the server is told to go on with that. */
export interface HeldClosing {
  readonly number: number;
  readonly closer: Closer;
  readonly actorId: number;
}

/** An issue or, when `pull` is there, a pull request: both share one sequence of numbers. */
export interface IssueRecord {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly stateReason: StateReason | null;
  readonly authorId: number;
  readonly assigneeIds: readonly number[];
  readonly labelIds: readonly number[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  readonly closedById: number | null;
  /** What closed it by a reference in its text; null or left out where somebody closed it themselves. */
  readonly closer?: Closer | null;
  readonly pull: PullRecord | null;
  /** Number of the issue that this one is a sub-issue of. */
  readonly parent?: number | null;
  /** Numbers of the issues that this one waits for. */
  readonly blockedBy?: readonly number[];
}

/** An issue that is a pull request. */
export type PullIssue = IssueRecord & { readonly pull: PullRecord };

/** A comment on an issue or a pull request's conversation. */
export interface CommentRecord {
  readonly id: number;
  readonly issueNumber: number;
  readonly authorId: number;
  readonly body: string;
  /** Who edited it last; `null` while nobody has. */
  readonly editorId: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The states of a review. */
export type ReviewState = 'PENDING' | 'COMMENTED' | 'APPROVED' | 'CHANGES_REQUESTED' | 'DISMISSED';

/** A review of a pull request. */
export interface ReviewRecord {
  readonly id: number;
  readonly pullNumber: number;
  readonly authorId: number;
  readonly body: string;
  readonly state: ReviewState;
  readonly commitId: string;
  /** `null` while pending. */
  readonly submittedAt: string | null;
  readonly updatedAt: string;
}

/** A label of a repository. */
export interface LabelRecord {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
  readonly default: boolean;
}

/** A commit status. */
export interface StatusRecord {
  readonly id: number;
  readonly sha: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creatorId: number;
  readonly createdAt: string;
}

/** A check run. */
export interface CheckRunRecord {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: Conclusion | null;
  readonly externalId: string | null;
  readonly detailsUrl: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly text: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
}

/** How a check or a workflow run ended. */
export const conclusions = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
] as const;
export type Conclusion = (typeof conclusions)[number];

/** A workflow file that has been seen. */
export interface WorkflowRecord {
  readonly id: number;
  /** Left out while it is active. */
  readonly disabled?: 'manually' | 'inactivity';
  readonly path: string;
  readonly name: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The statuses of a workflow run. `waiting`: for the reviewers of an environment. */
export const runStatuses = ['queued', 'in_progress', 'waiting', 'completed'] as const;

/** One run of a workflow. Its jobs are executed by nobody here: a runner outside completes it. */
export interface WorkflowRunRecord {
  readonly id: number;
  readonly workflowId: number;
  readonly path: string;
  readonly name: string;
  readonly displayTitle: string;
  readonly runNumber: number;
  readonly runAttempt: number;
  readonly event: string;
  readonly status: (typeof runStatuses)[number];
  readonly conclusion: Conclusion | null;
  readonly headBranch: string | null;
  readonly headSha: string;
  readonly actorId: number;
  readonly pullNumbers: readonly number[];
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The event's payload, for a runner. */
  readonly payload: unknown;
  /** How many `workflow_run` events led here: 0 when none did. */
  readonly chain: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a run left behind: text files by name. */
export interface ArtifactRecord {
  readonly id: number;
  readonly runId: number;
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

/** A variable of a repository's Actions. */
export interface VariableRecord {
  readonly name: string;
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A webhook of a repository. */
export interface HookRecord {
  readonly id: number;
  readonly url: string;
  readonly contentType: 'json' | 'form';
  readonly secret: string | null;
  readonly events: readonly string[];
  readonly active: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastStatus: number | null;
}

/** What a repository lets Actions do. */
export interface ActionsSettings {
  readonly enabled: boolean;
  readonly allowedActions: 'all' | 'local_only' | 'selected';
  readonly shaPinningRequired: boolean;
  readonly defaultPermissions: 'read' | 'write';
  readonly mayApprovePulls: boolean;
}

/** Rules for branches, and who may bypass them. Those of kinds that the server does not know are kept and told of alone. */
export interface RulesetRecord {
  readonly id: number;
  readonly name: string;
  readonly enforcement: 'active' | 'disabled' | 'evaluate';
  /** Patterns of refs, `~ALL` and `~DEFAULT_BRANCH`. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rules: readonly Readonly<Record<string, unknown>>[];
  readonly bypassActors: readonly Readonly<Record<string, unknown>>[];
  readonly createdAt: string;
}

/** A pull request in the merge queue of its base branch, with the commit that would become the base branch's. */
export interface QueuedPull {
  readonly number: number;
  readonly baseRef: string;
  readonly headSha: string;
  readonly enqueuedAt: string;
  readonly actorId: number;
  readonly tokenKind: TokenKind;
  /** The base that the group's commit is built on: the branch's tip, or the commit of the entry before. */
  readonly groupBase: string;
  readonly groupRef: string;
  readonly groupSha: string;
}

/** A repository's own facts. */
export interface RepositoryRecord {
  /** Left out while nobody changed them. */
  readonly actions?: ActionsSettings;
  readonly rulesets?: readonly RulesetRecord[];
  /** First in, first out for each base branch; left out while nothing was ever queued. */
  readonly mergeQueue?: readonly QueuedPull[];
  /** Closings by reference that wait; null or left out while none is made to. */
  readonly heldClosings?: readonly HeldClosing[] | null;
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly description: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly pushedAt: string;
}
