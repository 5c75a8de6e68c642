import type { Account } from './people.ts';

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
