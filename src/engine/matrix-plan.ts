import type { Json } from '../base/canonical-json.ts';

/** What the `strategy` of a job came to when the job was reached: fixed from then on, until the job is reset. */
export interface MatrixPlan {
  readonly failFast: boolean;
  /** How many legs may be begun and not completed at a time. */
  readonly maxParallel: number;
  /** By `strategy.job-index`; at least one. */
  readonly legs: readonly MatrixLeg[];
}

export interface MatrixLeg {
  /** What people see. */
  readonly name: string;
  /** The context `matrix`; null where excludes left nothing. */
  readonly matrix: Readonly<Record<string, Json>> | null;
}
