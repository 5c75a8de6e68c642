import type { RunState } from '../engine/state.ts';
import { openDocuments } from '../store/documents.ts';
import { createDefinitions, type Definitions } from './definitions.ts';
import { applyDueDeadlines, nextDeadline } from './ingest/deadlines.ts';
import { readFacts, type Facts } from './ingest/facts.ts';
import { ingestFacts, type Intake } from './ingest/ingest.ts';
import { claimLeftovers, performOwn, type OwnEffect, type Settled } from './outbox.ts';
import type { RunningCommands } from './perform/dispatch.ts';
import type { Runtime } from './ports.ts';
import { publish } from './publish.ts';
import type { Unit } from './unit.ts';
import { addMinutes, beginWake, type Wake } from './wake.ts';

/** What a wake is asked to do besides reconciling. */
export interface AdvanceOptions {
  /** Decisions asked for by hand, for instance a start: made once, on whatever tip is current. */
  readonly requests?: readonly ((unit: Unit) => Promise<void>)[];
  /** Where runs are started from; null starts none of issues it finds. */
  readonly intake?: Intake | null;
  /** Resolves when something may have happened on the forge; asked again each time it did. */
  readonly nudge?: () => Promise<void>;
}

/** What a wake came to. */
export interface WakeReport {
  readonly wake: string;
  readonly transitions: number;
  /** Newest state of each run that was touched. */
  readonly touched: ReadonlyMap<string, RunState>;
  /** What was read and not followed, for people. */
  readonly remarks: readonly string[];
  /** When the next thing falls due; null where nothing does. */
  readonly nextDue: string | null;
}

/** The status comment waits for a quiet moment, but not longer than this. */
const STATUS_EVERY_MINUTES = 0.25;
/** What failed is tried again after this, doubled each time. */
const FIRST_BACK_OFF_MS = 250;

/**
 * One wake: reads what is new, decides what follows, publishes it, performs the effects, records them, until nothing is left
 * to do without somebody else. Whatever interrupts it, the next wake goes on from what was published.
 */
export async function advance(
  runtime: Runtime,
  options: AdvanceOptions = {},
  definitions: Definitions = createDefinitions(),
): Promise<WakeReport> {
  return new AdvanceLoop(runtime, options, definitions).run();
}

class AdvanceLoop {
  readonly #runtime: Runtime;
  readonly #options: AdvanceOptions;
  readonly #definitions: Definitions;
  readonly #wake: Wake;
  readonly #programs: RunningCommands = new Map();
  /** Effects that are being performed, by id. */
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #settled: Settled[] = [];
  readonly #crashed: unknown[] = [];
  /** Claimed by this wake and not begun. */
  readonly #waiting = new Map<string, OwnEffect>();
  readonly #takenOver = new Set<string>();
  readonly #touched = new Map<string, RunState>();
  readonly #remarks = new Set<string>();
  #transitions = 0;
  #lastStatusAt = '';
  #nextDue: string | null = null;

  constructor(runtime: Runtime, options: AdvanceOptions, definitions: Definitions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#definitions = definitions;
    this.#wake = beginWake(runtime);
  }

  async run(): Promise<WakeReport> {
    let requests = this.#options.requests ?? [];
    let facts: Facts | null = await this.#readFacts();
    let nudged: Promise<'nudged'> | null = null;
    try {
      for (;;) {
        await this.#publish(facts, requests);
        requests = [];
        facts = null;
        this.#begin();
        if (this.#settled.length > 0) continue;
        if (this.#inFlight.size === 0) break;
        nudged ??= this.#options.nudge?.().then(() => 'nudged' as const) ?? null;
        if ((await this.#somethingHappens(nudged)) === 'nudged') {
          nudged = null;
          facts = await this.#readFacts();
        }
      }
    } finally {
      for (const program of this.#programs.values()) program.stop();
      await Promise.all(this.#inFlight.values());
    }
    return {
      wake: this.#wake.id,
      transitions: this.#transitions,
      touched: this.#touched,
      remarks: [...this.#remarks],
      nextDue: this.#nextDue,
    };
  }

  async #readFacts(): Promise<Facts> {
    const { store, forge, clock } = this.#runtime;
    return readFacts(forge, openDocuments(await store.read()), clock.now());
  }

  async #publish(facts: Facts | null, requests: readonly ((unit: Unit) => Promise<void>)[]): Promise<void> {
    const settled = this.#settled.splice(0);
    let remarks: readonly string[] = [];
    let takenOver: ReadonlySet<string> = new Set();
    let nextDue: string | null = null;
    const busy = new Set([...this.#inFlight.keys(), ...this.#waiting.keys()]);
    const published = await publish(this.#runtime, this.#definitions, this.#wake, async (unit) => {
      remarks = facts === null ? [] : await ingestFacts(unit, facts, this.#options.intake ?? null);
      for (const request of requests) await request(unit);
      for (const fact of settled.flatMap((one) => one.facts)) await unit.apply(fact);
      await applyDueDeadlines(unit, this.#runtime.clock.now());
      await unit.record(settled.map((one) => one.recorded));
      takenOver = await claimLeftovers(unit, this.#wake, this.#runtime, busy);
      nextDue = (await nextDeadline(unit.documents()))?.at ?? null;
    });
    this.#transitions += published.applied.length;
    this.#nextDue = nextDue;
    for (const remark of remarks) {
      if (!this.#remarks.has(remark)) this.#runtime.observe({ type: 'problem', run: null, message: remark });
      this.#remarks.add(remark);
    }
    for (const effect of takenOver) this.#takenOver.add(effect);
    for (const [run, state] of published.touched) this.#adopt(run, state);
  }

  /** Takes note of a run's newest state: its outbox is what there is to do. */
  #adopt(run: string, state: RunState): void {
    this.#touched.set(run, state);
    for (const [id, own] of this.#waiting) if (own.run === run) this.#waiting.delete(id);
    for (const entry of state.run.outbox) {
      if (entry.claim.wake !== this.#wake.id || this.#inFlight.has(entry.id)) continue;
      this.#waiting.set(entry.id, { run, entry, doubtful: this.#takenOver.has(entry.id) });
    }
  }

  /** Begins what can be begun. Status comments wait until nothing else is going on, or for a while at most. */
  #begin(): void {
    const eager = [...this.#waiting.values()].filter(({ entry }) => entry.effect.type !== 'update_status');
    for (const own of eager) this.#start(own);
    const now = this.#runtime.clock.now();
    const isOverdue =
      this.#lastStatusAt !== '' && now >= addMinutes(this.#lastStatusAt, STATUS_EVERY_MINUTES);
    if (this.#lastStatusAt === '') this.#lastStatusAt = now;
    if (this.#inFlight.size > 0 && !isOverdue) return;
    this.#lastStatusAt = now;
    for (const own of [...this.#waiting.values()]) this.#start(own);
  }

  #start(own: OwnEffect): void {
    const { entry, run } = own;
    this.#waiting.delete(entry.id);
    this.#runtime.observe({ type: 'performing', run, what: entry.effect.type });
    const backOffMs = entry.failures === 0 ? 0 : FIRST_BACK_OFF_MS * 2 ** entry.failures;
    const work = this.#runtime.clock
      .pause(backOffMs)
      .then(() => performOwn(this.#runtime, this.#definitions, own, this.#programs))
      .then((settled) => void this.#settled.push(settled))
      .catch((error: unknown) => void this.#crashed.push(error))
      .finally(() => this.#inFlight.delete(entry.id));
    this.#inFlight.set(entry.id, work);
  }

  /** Waits until an effect is done, the forge nudges, a deadline comes, or a claim must be renewed. */
  async #somethingHappens(nudged: Promise<'nudged'> | null): Promise<'nudged' | 'other'> {
    const { clock, claimMinutes } = this.#runtime;
    const renewal = addMinutes(clock.now(), claimMinutes / 3);
    const status = this.#waiting.size > 0 ? addMinutes(clock.now(), STATUS_EVERY_MINUTES) : renewal;
    const soonest = [renewal, status, this.#nextDue ?? renewal].sort()[0] ?? renewal;
    const timer = new AbortController();
    const first = await Promise.race([
      ...[...this.#inFlight.values()].map((work) => work.then(() => 'other' as const)),
      clock.waitUntil(soonest, timer.signal).then(() => 'other' as const),
      ...(nudged === null ? [] : [nudged]),
    ]);
    timer.abort();
    if (this.#crashed.length > 0) throw this.#crashed[0];
    return first;
  }
}
