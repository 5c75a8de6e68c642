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

/** What changed, oldest change first. */
export interface Changes<T> {
  readonly items: readonly T[];
  /** False where the limit of pages came first: then what changed after the last item was not read, nor all of its second. */
  readonly isComplete: boolean;
}

/** Whoever acts on the forge. The numeric id decides, the login may change. */
export interface Account {
  readonly login: string;
  readonly id: number;
  readonly kind: 'user' | 'app';
}

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export interface People {
  /** Whose token we hold. */
  viewer(): Promise<Account>;
  find(login: string): Promise<Account | undefined>;
  /** Several accounts, users in one query; by the login that was asked for. Unknown ones are left out. */
  findAll(logins: readonly string[]): Promise<ReadonlyMap<string, Account>>;
  /** The members of a team, or undefined where there is none, or this token may not read it. */
  teamMembers(organisation: string, team: string): Promise<readonly Account[] | undefined>;
  /** The live permission on this repository. */
  permission(login: string): Promise<Permission>;
}

export interface Files {
  defaultBranch(): Promise<string>;
  /** The commit a branch points to. */
  head(branch: string): Promise<string | undefined>;
  /** A text file as it is on a ref, or undefined. */
  read(path: string, ref: string): Promise<string | undefined>;
  /** Text files of the default branch in one query: those named, and those directly in a folder. By path; missing ones are left out. */
  ofDefaultBranch(wanted: { readonly files: readonly string[]; readonly folder: string }): Promise<{
    readonly branch: string;
    readonly texts: ReadonlyMap<string, string>;
  }>;
  /** Paths that changed on `to` since it parted from `from`, renames with both names; of very many the first 300. */
  changedBetween(from: string, to: string): Promise<readonly string[]>;
  /** Whether a commit is in the history of a branch; one that is not there any more is not. */
  contains(branch: string, commit: string): Promise<boolean>;
  /** Names of the files directly in a folder; empty where there is no such folder. */
  list(folder: string, ref: string): Promise<readonly string[]>;
  /**
   * Makes a branch from a commit, with one commit on it that writes one file, and returns the branch's head. A branch of that
   * name whose file has the same text is adopted.
   */
  createBranchWithFile(branch: NewBranch): Promise<string>;
  deleteBranch(branch: string): Promise<void>;
}

export interface NewBranch {
  readonly name: string;
  readonly from: string;
  readonly path: string;
  readonly text: string;
  readonly message: string;
}

export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly labels: readonly string[];
  readonly author: Account;
  /** Who closed it, where the forge says so. */
  readonly closedBy: Account | null;
  /** Null while it is open. */
  readonly closedAt: string | null;
  /** It is open, and was closed before. */
  readonly isReopened: boolean;
  /** True where the issue is a pull request. */
  readonly isPull: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** How an issue was closed. */
export interface Closing {
  /** Who closed it, or merged what closes it; null where the account is gone. */
  readonly by: Account | null;
  /** The pull requests whose merge closed it by a reference such as `Fixes #42`; empty where somebody closed it themselves. */
  readonly pulls: readonly number[];
}

export interface Issues {
  get(number: number): Promise<Issue | undefined>;
  /**
   * Issues and pull requests changed at or after `since`. Reads at most that many pages of 100, and goes on as long as all that it
   * read changed in the second of `since`: whoever asks again from the last item gets on.
   */
  changedSince(since: string, mostPages?: number): Promise<Changes<Issue>>;
  /** Issues that carry a label, open and closed, changed at or after `since`. */
  labelled(label: string, since: string): Promise<readonly Issue[]>;
  create(issue: {
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
  }): Promise<number>;
  /** How closed issues were closed last, in one query; open and unknown ones are left out. */
  closings(numbers: readonly number[]): Promise<ReadonlyMap<number, Closing>>;
  close(number: number, reason: 'completed' | 'not_planned'): Promise<void>;
  reopen(number: number): Promise<void>;
  addLabels(number: number, labels: readonly string[]): Promise<void>;
}

/** An issue with how it stands to others. Counts are null where the forge does not tell them. */
export interface BeadIssue extends Issue {
  /** The forge's id, by which relations are made; not the number. */
  readonly id: number;
  readonly openBlockers: number | null;
  readonly openSubIssues: number | null;
  /** Open and closed ones. */
  readonly blockers: number | null;
  readonly subIssues: number | null;
}

/** An issue that another one is related to, perhaps in another repository. */
export interface IssueReference {
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'closed';
}

/** Sub-issues, and issues that wait for issues; and what importing them needs. */
export interface Relations {
  /** All issues, oldest first; no pull requests. */
  beads(state: 'open' | 'all'): Promise<readonly BeadIssue[]>;
  subIssues(number: number): Promise<readonly IssueReference[]>;
  /** What an issue waits for, open and closed. */
  blockers(number: number): Promise<readonly IssueReference[]>;
  /** Puts an issue below another, away from any it was below. False where the forge refuses it, for instance a circle. */
  addSubIssue(parent: number, child: Pick<BeadIssue, 'id' | 'number'>): Promise<boolean>;
  /** Lets an issue wait for another. False where the forge refuses it: it does so already, or in a circle. */
  addBlocker(number: number, blocker: Pick<BeadIssue, 'id' | 'number'>): Promise<boolean>;
  /** Gives an issue another text and other labels. */
  edit(
    number: number,
    text: { readonly title: string; readonly body: string; readonly labels: readonly string[] },
  ): Promise<void>;
}

export interface Comment {
  readonly id: number;
  /** Its global id, by which GraphQL knows it. */
  readonly node: string;
  readonly issue: number;
  readonly body: string;
  readonly author: Account;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface CommentEdit {
  /** Whoever edited it last, null where that account is gone; undefined where nobody did. */
  readonly editor: Account | null | undefined;
  /** The text that this is said of. */
  readonly body: string;
}

export interface Comments {
  /** Comments on any issue changed at or after `since`, in pages as those of issues. */
  changedSince(since: string, mostPages?: number): Promise<Changes<Comment>>;
  /** Who edited comments last, by the comment's id; comments that are gone are left out. */
  lastEdits(comments: readonly Comment[]): Promise<ReadonlyMap<number, CommentEdit>>;
  /** A comment, or undefined where it is gone. */
  get(id: number): Promise<Comment | undefined>;
  /** Comments of one issue, oldest first. */
  on(issue: number): Promise<readonly Comment[]>;
  create(issue: number, body: string): Promise<number>;
  update(id: number, body: string): Promise<'updated' | 'gone'>;
  remove(id: number): Promise<void>;
}

export interface Pull {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly merged: boolean;
  readonly mergeCommit: string | null;
  readonly draft: boolean;
  /** `branch` is `owner:branch` where it belongs to a fork, so that it is never mistaken for one of the repository. */
  readonly head: { readonly branch: string; readonly oid: string };
  readonly base: string;
  readonly author: Account | null;
}

/** A pull request and what reviewers said of it, oldest review first. */
export interface ReviewedPull extends Pull {
  readonly reviews: readonly Review[];
  /** Who made its commits, as far as the forge links them to accounts. */
  readonly commitAuthors: readonly Account[];
}

export interface Review {
  readonly id: number;
  readonly author: Account | null;
  readonly state: 'approved' | 'changes_requested' | 'commented' | 'dismissed' | 'pending';
  readonly body: string;
  /** The head it was given for. */
  readonly commit: string | null;
  readonly submittedAt: string | null;
  /** Whether its author may write to the repository now. Of an App it says nothing. */
  readonly mayWrite: boolean;
}

/** How a pull request stands to the checks that its base branch requires. */
export interface MergeReadiness {
  readonly number: number;
  readonly isOpen: boolean;
  /** A rule of the base branch wants the head up to date, which it is not. */
  readonly isBehind: boolean;
  /** Workflow runs of the head do not begin before somebody approves them on the forge. */
  readonly isHeld: boolean;
  /** How it stands to the merge queue of its base branch; null where that has none. */
  readonly mergeQueue: {
    /** When it was put there; null while it is not. */
    readonly enqueuedAt: string | null;
    /** That it was put out, if that is the newest thing that happened to it there; `reason` in the forge's words. */
    readonly removal: { readonly at: string; readonly reason: string } | null;
  } | null;
  /** By name; one that nothing reported yet is pending. */
  readonly checks: readonly RequiredCheck[];
  /** Who made its commits, co-authors included, each address once: names that whoever pushed wrote there. */
  readonly authors: readonly { readonly name: string; readonly email: string }[];
}

export interface RequiredCheck {
  readonly name: string;
  readonly state: 'passed' | 'pending' | 'held' | 'failed';
}

export interface Pulls {
  get(number: number): Promise<Pull | undefined>;
  /** The pull request from a branch, the newest where there are several, open or closed. */
  fromBranch(branch: string): Promise<Pull | undefined>;
  /** Several pull requests with their reviews, in one query. Unknown numbers are left out. */
  reviewed(numbers: readonly number[]): Promise<readonly ReviewedPull[]>;
  /** Paths the pull request changes, of a rename the old and the new one. Throws where the forge does not list them all. */
  changedPaths(number: number): Promise<readonly string[]>;
  open(pull: {
    readonly branch: string;
    readonly base: string;
    readonly title: string;
    readonly body: string;
  }): Promise<
    | { readonly kind: 'opened'; readonly number: number; readonly head: string }
    | { readonly kind: 'refused'; readonly problem: string }
  >;
  /** Closes a pull request unless it is closed or merged, and tells what it is; undefined where there is none. */
  close(number: number): Promise<Pull | undefined>;
  /** Asks for reviews; those the forge does not let be asked (the author, strangers) are left out silently. */
  requestReviewers(number: number, logins: readonly string[]): Promise<void>;
  review(
    number: number,
    review: { readonly verdict: 'approve' | 'request_changes'; readonly body: string; readonly head: string },
  ): Promise<
    | { readonly kind: 'submitted'; readonly id: number }
    | { readonly kind: 'refused'; readonly problem: string }
  >;
  /** How pull requests stand to the checks that are required of them, in one query. Unknown numbers are left out. */
  readiness(numbers: readonly number[]): Promise<readonly MergeReadiness[]>;
  /** Merges exactly the expected head, or says why not. Never merges another head. */
  merge(
    number: number,
    merge: { readonly head: string; readonly title: string; readonly message: string },
  ): Promise<MergeOutcome>;
  /** Puts exactly the expected head into the merge queue of the base branch, or finds it there, or says why not. */
  enqueue(number: number, head: string): Promise<EnqueueOutcome>;
  /** Takes a pull request out of the merge queue; one that is not there stays as it is. */
  dequeue(number: number): Promise<void>;
}

export type EnqueueOutcome =
  /** `at` by the forge's clock. */
  { readonly kind: 'enqueued'; readonly at: string } | Extract<MergeOutcome, { readonly kind: 'refused' }>;

export type MergeOutcome =
  | { readonly kind: 'merged'; readonly commit: string }
  | {
      readonly kind: 'refused';
      readonly cause:
        'conflict' | 'head-moved' | 'closed' | 'checks' | 'behind' | 'merge-queue' | 'not-permitted';
      readonly problem: string;
    };

/** A run of a GitHub Actions workflow. */
export interface WorkflowRun {
  readonly id: number;
  /** From 1: somebody who runs it again raises it. */
  readonly attempt: number;
  /** What started it, for instance `workflow_dispatch`. */
  readonly event: string;
  /** Path of the workflow's file. */
  readonly path: string;
  /** Name of the branch or tag it runs on. */
  readonly branch: string | null;
  /** The commit it runs on. */
  readonly head: string;
  /** Its `run-name`, filled in. */
  readonly title: string;
  /** Numeric id of whoever started it. */
  readonly actor: number | null;
  /** `held`: somebody must approve it on the forge before it begins or goes on. */
  readonly state: 'running' | 'held' | 'completed';
  readonly conclusion: string | null;
  /** Where people read it. */
  readonly url: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The one file of an artifact that a run left. */
export type Artifact =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unusable'; readonly problem: string };

export interface Workflows {
  /**
   * Starts a workflow by `workflow_dispatch`. `run` is null where the forge does not tell which run it started. Never sent twice:
   * after an error it may have been started.
   */
  start(wanted: {
    /** Name of its file in `.github/workflows`. */
    readonly workflow: string;
    /** A branch or tag. */
    readonly ref: string;
    readonly inputs: Readonly<Record<string, string>>;
  }): Promise<
    | { readonly kind: 'started'; readonly run: number | null }
    | { readonly kind: 'refused'; readonly problem: string }
  >;
  run(id: number): Promise<WorkflowRun | undefined>;
  /** How runs stand, in one query; those that the forge cannot find that way are left out, and may be there all the same. */
  states(ids: readonly number[]): Promise<ReadonlyMap<number, WorkflowRun['state']>>;
  /** Runs that a `workflow_dispatch` started at or after `since`, newest first; the newest thousand at most. */
  dispatchedSince(since: string): Promise<readonly WorkflowRun[]>;
  /** Runs on a branch that concluded with failure, made at or after `since`, newest first; the newest hundred at most. */
  failedOn(branch: string, since: string): Promise<readonly WorkflowRun[]>;
  /** A text that a run left as an artifact of one file, of bounded size. */
  artifact(run: number, name: string): Promise<Artifact>;
  /** Cancels a run; one that is completed or gone stays as it is. */
  cancel(run: number): Promise<void>;
}

/** A pull request that closes an issue. */
export interface LinkedPull {
  readonly number: number;
  readonly state: 'open' | 'closed' | 'merged';
  readonly draft: boolean;
  readonly base: string;
  /** Numeric id of whoever opened it. */
  readonly author: number | null;
  /** When it left draft last, or was opened. */
  readonly readyAt: string;
}

export interface Assignees {
  /** Assigns an issue to an account, besides whoever has it. */
  add(
    issue: number,
    account: Account,
  ): Promise<{ readonly kind: 'assigned' } | { readonly kind: 'refused'; readonly problem: string }>;
  remove(issue: number, account: Account): Promise<void>;
  /** The pull requests that are linked to issues as closing them, in one query. */
  linkedPulls(issues: readonly number[]): Promise<ReadonlyMap<number, readonly LinkedPull[]>>;
}
