import type { Runtime } from '../ports.ts';
import type { Forge } from '../../forge/port/forge.ts';
import { openDocuments, type Documents } from '../../store/documents.ts';
import type { Snapshot, Store } from '../../store/port.ts';
import type { Definitions } from '../definitions.ts';
import type { Intake } from './intake.ts';

/** What the reading of facts has to do with. */
export interface Reading {
  readonly forge: Forge;
  readonly store: Pick<Store, 'log'>;
  /** Where the settings are; left out: where they are by default. */
  readonly settingsPath?: string;
  /** The branch as it stands. */
  readonly tip: Snapshot;
  /** The documents of that tip. */
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
export function readingOf(runtime: Runtime, on: Pick<Reading, 'tip' | 'definitions' | 'intake'>): Reading {
  const { forge, store, clock, randomness } = runtime;
  const documents = openDocuments(on.tip);
  const [now, budget, fraction] = [clock.now(), budgetOf(runtime), randomness.fraction()];
  const path = runtime.settingsPath === undefined ? {} : { settingsPath: runtime.settingsPath };
  return { ...on, ...path, documents, forge, store, now, budget, fraction };
}

/** A wake's requests where nobody said how many: a repository's GITHUB_TOKEN has 1,000 an hour. */
const DEFAULT_BUDGET = 300;

export function budgetOf({ requestBudget }: Pick<Runtime, 'requestBudget'>): number {
  return requestBudget ?? DEFAULT_BUDGET;
}
