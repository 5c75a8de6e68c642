import type { Config } from '../../engine/config.ts';
import type { EffectResult, Remote } from '../../engine/effect.ts';
import type { OutboxEntry } from '../../engine/state/outbox.ts';
import type { RunState } from '../../engine/state/run.ts';
import type { Documents } from '../../store/documents.ts';
import type { Oid } from '../../store/port.ts';
import type { Workflow } from '../../workflow/model.ts';
import type { Runtime } from '../ports.ts';
import type { AddressedHappening } from '../wake.ts';

/** An effect about to be performed, with the state it is rendered from. */
export interface Performance {
  /** Its forge sends nothing once the claim has run out. */
  readonly runtime: Runtime;
  /** The commit of the state branch that the state is read from; null where there is none. */
  readonly tip: Oid | null;
  /** The documents of that commit. */
  readonly documents: Documents;
  readonly workflow: Workflow;
  readonly config: Config;
  readonly state: RunState;
  readonly entry: OutboxEntry;
  /** A wake before this one may have got as far as the forge: what it left there is looked for first. */
  readonly doubtful: boolean;
}

/** What performing came to, and what is now known to have happened because of it. */
export interface Performed {
  /** Null where the claim ran out first, or somebody else took over: then the outbox stays as it is. */
  readonly result: EffectResult | null;
  readonly facts: readonly AddressedHappening[];
  /** Set where the forge limits the rate: nothing is decided, and it is tried again from then on. */
  readonly retryAt?: string;
}

export function done(remote: Remote = {}): Performed {
  return { result: { kind: 'done', remote }, facts: [] };
}

/** What has to be written down before the effect is performed. */
export function prepared(remote: Remote): Performed {
  return { result: { kind: 'prepared', remote }, facts: [] };
}

export function dropped(reason: string): Performed {
  return { result: { kind: 'dropped', reason }, facts: [] };
}

export function failed(problem: string): Performed {
  return { result: { kind: 'failed', problem }, facts: [] };
}

/** Nothing can be said of the effect: it stays in the outbox, for whoever holds its claim next. */
export const UNDECIDED: Performed = { result: null, facts: [] };

/** The forge wants nothing more before that time: the effect stays in the outbox, and it is no failure of it. */
export function limited(retryAt: string): Performed {
  return { ...UNDECIDED, retryAt };
}
