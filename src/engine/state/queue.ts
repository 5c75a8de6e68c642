/** The commit queue of one base branch: first in, first out, one lease. */
export interface QueueDocument {
  readonly version: 1;
  readonly base: string;
  readonly entries: readonly QueueEntry[];
  readonly lease: Lease | null;
}

export interface QueueEntry {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly since: string;
}

export interface Lease {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly grantedAt: string;
  readonly until: string;
  /** The event that granted it: a merge under another fence is refused. */
  readonly fence: string;
}
