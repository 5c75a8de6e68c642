import type { Changes } from './changes.ts';
import type { Account } from './people.ts';

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

export type IssueText = Pick<Issue, 'title' | 'body'>;

/** How an issue was closed. */
export interface Closing {
  /** Who closed it, or merged what closes it; null where the account is gone. */
  readonly by: Account | null;
  /** Whether a commit or a pull request closed it by a reference such as `Fixes #42`; false where somebody closed it by hand. */
  readonly isByReference: boolean;
  /** The pull requests whose merge did; none where it was another commit, or the forge does not know yet where the commit is from. */
  readonly pulls: readonly number[];
}

export interface Issues {
  get(number: number): Promise<Issue | undefined>;
  /** What an issue asks for; one query together with whatever else is asked at the same time. */
  text(number: number): Promise<IssueText | undefined>;
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
