/** A bead as Beads (https://github.com/steveyegge/beads) exports it, one JSON object a line. */
export interface Bead {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly design: string;
  readonly acceptanceCriteria: string;
  readonly notes: string;
  readonly status: string;
  /** 0 (most urgent) to 4 (backlog). */
  readonly priority: number;
  readonly issueType: string;
  readonly labels: readonly string[];
  readonly dependencies: readonly BeadDependency[];
  /** Everything else the line held, kept as it is. */
  readonly others: Readonly<Record<string, unknown>>;
  /** Line in the file, from 1. */
  readonly line: number;
}

/** What a bead depends on, and how. */
export interface BeadDependency {
  readonly on: string;
  /** `blocks`, `parent-child`, `related`, `discovered-from`, or what later versions add. */
  readonly type: string;
}
