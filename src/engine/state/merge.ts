/** What a commit job will merge. */
export interface MergeIntent {
  readonly pull: number;
  /** The head the engineering manager saw; null: whatever the performer finds when the lease is granted, written down then. */
  readonly head: string | null;
  /** What is awaited of the required checks before the merge queues; absent once they succeeded. */
  readonly checks?: AwaitedChecks;
  /** Who made the commits that are merged, each as `Name <address>`: the merge names them. */
  readonly authors?: readonly string[];
  /** Treadle does not merge it: a person does. */
  readonly byPerson?: true;
  /** The base branch takes changes through the forge's merge queue only. */
  readonly mergeQueue?: true;
  /** How often the lease ran out before the merge was done; absent for never. */
  readonly expiries?: number;
}

/** Required checks that did not succeed yet. */
export interface AwaitedChecks {
  /**
   * `unread`: nobody looked yet. `held`: somebody must approve their workflow runs on the forge before they begin. `enqueued`: the
   * pull request is in the merge queue of the forge since that time, which checks it once more and merges it.
   */
  readonly state: 'unread' | 'pending' | 'held' | 'unmerged' | 'enqueued';
  /** Their names. */
  readonly names: readonly string[];
  readonly since: string;
}
