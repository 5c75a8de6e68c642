import type { Effect } from '../effect.ts';

export interface OutboxEntry {
  readonly id: string;
  readonly effect: Effect;
  /** Only this wake may perform it, and only before `until`. */
  readonly claim: Claim;
  /** How often performing it failed. */
  readonly failures: number;
  readonly problem: string | null;
}

export interface Claim {
  readonly wake: string;
  readonly until: string;
}
