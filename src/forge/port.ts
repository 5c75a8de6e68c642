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
  readonly people: People;
  readonly files: Files;
  readonly issues: Issues;
  readonly comments: Comments;
  readonly pulls: Pulls;
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
  /** The live permission on this repository. */
  permission(login: string): Promise<Permission>;
}

export interface Files {
  defaultBranch(): Promise<string>;
  /** The commit a branch points to. */
  head(branch: string): Promise<string | undefined>;
  /** A text file as it is on a ref, or undefined. */
  read(path: string, ref: string): Promise<string | undefined>;
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
  /** True where the issue is a pull request. */
  readonly isPull: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Issues {
  get(number: number): Promise<Issue | undefined>;
  /** Issues and pull requests changed at or after `since`, oldest change first. */
  changedSince(since: string): Promise<readonly Issue[]>;
  /** Issues that carry a label, open and closed, changed at or after `since`. */
  labelled(label: string, since: string): Promise<readonly Issue[]>;
  create(issue: {
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
  }): Promise<number>;
  close(number: number, reason: 'completed' | 'not_planned'): Promise<void>;
  reopen(number: number): Promise<void>;
  addLabels(number: number, labels: readonly string[]): Promise<void>;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly body: string;
  readonly author: Account;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Comments {
  /** Comments on any issue changed at or after `since`, oldest change first. */
  changedSince(since: string): Promise<readonly Comment[]>;
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
  close(number: number): Promise<void>;
  /** Asks for reviews; those the forge does not let be asked (the author, strangers) are left out silently. */
  requestReviewers(number: number, logins: readonly string[]): Promise<void>;
  review(
    number: number,
    review: { readonly verdict: 'approve' | 'request_changes'; readonly body: string; readonly head: string },
  ): Promise<
    | { readonly kind: 'submitted'; readonly id: number }
    | { readonly kind: 'refused'; readonly problem: string }
  >;
  /** Merges exactly the expected head, or says why not. Never merges another head. */
  merge(
    number: number,
    merge: { readonly head: string; readonly title: string; readonly message: string },
  ): Promise<MergeOutcome>;
}

export type MergeOutcome =
  | { readonly kind: 'merged'; readonly commit: string }
  | {
      readonly kind: 'refused';
      readonly cause: 'conflict' | 'head-moved' | 'closed' | 'checks' | 'not-permitted';
      readonly problem: string;
    };
