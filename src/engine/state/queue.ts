/** The commit queue of one base branch: first in, first out, one lease. */
export interface QueueDocument {
  readonly version: 1;
  readonly base: string;
  readonly entries: readonly QueueEntry[];
  readonly lease: Lease | null;
  /**
   * The run that a conflict sent back last: others that conflict wait until it merged, since they would have to be reworked on top of
   * it. Absent where there is none, or it waits for a person.
   */
  readonly reworked?: { readonly run: string; readonly job: string };
}

export interface QueueEntry {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly since: string;
  /** It conflicts, and waits for that run, which conflicted before, as long as that is the one that is reworked. */
  readonly behind?: string;
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
