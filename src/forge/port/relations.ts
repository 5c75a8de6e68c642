import type { Issue } from './issues.ts';

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
