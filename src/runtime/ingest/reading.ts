import type { Runtime } from '../ports.ts';
import type { Forge } from '../../forge/port.ts';
import type { Documents } from '../../store/documents.ts';
import type { Definitions } from '../definitions.ts';
import type { Intake } from './intake.ts';

/** What the reading of facts has to do with. */
export interface Reading {
  readonly forge: Forge;
  readonly documents: Documents;
  readonly definitions: Definitions;
  readonly now: string;
  /** How many requests the wake may make. */
  readonly budget: number;
  /** In [0, 1): where the slice of watched pull requests begins that is looked at whether or not they are known to have changed. */
  readonly fraction: number;
  readonly intake: Intake | null;
}

/** What a wake reads with, on a tip. */
export function readingOf(
  runtime: Runtime,
  on: Pick<Reading, 'documents' | 'definitions' | 'intake'>,
): Reading {
  const { forge, clock, randomness } = runtime;
  return { ...on, forge, now: clock.now(), budget: budgetOf(runtime), fraction: randomness.fraction() };
}

/** A wake's requests where nobody said how many: a repository's GITHUB_TOKEN has 1,000 an hour. */
const DEFAULT_BUDGET = 300;

export function budgetOf({ requestBudget }: Pick<Runtime, 'requestBudget'>): number {
  return requestBudget ?? DEFAULT_BUDGET;
}
