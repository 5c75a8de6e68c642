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
