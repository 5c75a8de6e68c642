import type { EnqueueOutcome, MergeOutcome, MergeReadiness } from './merging.ts';
import type { Account } from './people.ts';

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
