import { derivedId } from '../base/digest.ts';
import type { Actor, RunEvent } from '../engine/event.ts';
import type { Claim } from '../engine/state/outbox.ts';
import type { Runtime } from './ports.ts';

/** One execution of the advance loop. */
export interface Wake {
  readonly id: string;
  /** A claim that runs from now. */
  claim(): Claim;
}

export function beginWake({ clock, randomness, claimMinutes }: Runtime): Wake {
  const id = `wake-${randomness.newId()}`;
  return {
    id,
    claim: () => ({ wake: id, until: addMinutes(clock.now(), claimMinutes) }),
  };
}

export function addMinutes(time: string, minutes: number): string {
  return `${new Date(Date.parse(time) + minutes * 60_000).toISOString().slice(0, 19)}Z`;
}

type Envelope = 'version' | 'id' | 'run' | 'at' | 'actor' | 'ground' | 'wake';
type OmitEach<T> = T extends unknown ? Omit<T, Envelope> : never;

/** What happened, before it is addressed to a run. */
export type Happening = OmitEach<RunEvent>;

/** A happening with who caused it, why they may, when, and the cause that makes it the same event for every runner. */
export interface AddressedHappening {
  readonly run: string;
  readonly happening: Happening;
  readonly actor: Actor;
  readonly ground: string;
  /** The forge's time of the fact, ISO 8601. */
  readonly at: string;
  /** What the event's id is derived from, besides run and type. */
  readonly cause: readonly unknown[];
}

/** The id that an event of a cause has, whoever sees it. */
export function eventId(run: string, type: RunEvent['type'], cause: readonly unknown[]): string {
  return derivedId('event', type, run, ...cause);
}

/** Puts a happening into its envelope. Event time is never before the tip's, nor before what the unit recorded already. */
export function sealEvent(fact: AddressedHappening, wake: Wake, notBefore: string): RunEvent {
  const { run, happening, actor, ground, at, cause } = fact;
  const envelope = {
    version: 1,
    id: eventId(run, happening.type, cause),
    run,
    at: at > notBefore ? at : notBefore,
    actor,
    ground,
    wake: wake.claim(),
  } as const;
  // A happening is an event without its envelope, for each type; spread loses the pairing.
  return { ...envelope, ...happening };
}
