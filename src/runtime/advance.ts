import type { RecordedEffect } from '../engine/event.ts';
import type { OutboxEntry } from '../engine/state/outbox.ts';
import type { RunState } from '../engine/state/run.ts';
import { openDocuments } from '../store/documents.ts';
import type { Oid, Snapshot } from '../store/port.ts';
import { createDefinitions, type Definitions } from './definitions.ts';
import { applyAwaitedChecks, NO_CHECKS } from './ingest/checks.ts';
import { applyDueDeadlines, nextDeadline } from './ingest/deadlines.ts';
import { readFacts, type Facts } from './ingest/facts.ts';
import { ingestFacts, type Ingested } from './ingest/ingest.ts';
import type { Intake } from './ingest/intake.ts';
import { budgetOf, readingOf } from './ingest/reading.ts';
import { readMergesInDoubt } from './ingest/leases.ts';
import {
  claimLeftovers,
  haltReason,
  isHalted,
  performOwn,
  type Leftovers,
  type OwnEffect,
  type Settled,
} from './outbox.ts';
import type { RunningCommands } from './perform/run-command.ts';
import { guardVerification } from './merge-check.ts';
import { removeCopies } from './perform/remove-copies.ts';
import type { Runtime } from './ports.ts';
import { publish } from './publish.ts';
import { loadRun } from './run-documents.ts';
import { sayNotices } from './say-notices.ts';
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
  /** The newest tip of the state branch that the wake knows. */
  readonly tip: Oid | null;
}

/** The status comment waits for a quiet moment, but not longer than this. */
const STATUS_EVERY_MINUTES = 0.25;
/** What failed is tried again after this, doubled each time. */
const FIRST_BACK_OFF_MS = 250;
/** What failed this often is tried once a wake from then on, by the wakes that find its claim run out. */
const LIMIT_FAILURES = 5;

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
  /** Those of them that run a program: nobody knows for how long. */
  readonly #long = new Set<string>();
  #programBegins: () => void = () => undefined;
  readonly #settled: Settled[] = [];
  readonly #crashed: unknown[] = [];
  /** Claimed by this wake and not begun. */
  readonly #waiting = new Map<string, OwnEffect>();
  readonly #takenOver = new Set<string>();
  /** Begun by this wake at some time. */
  readonly #tried = new Set<string>();
  /** Effects that the forge's rate limit holds up, until when. */
  readonly #limited = new Map<string, string>();
  /** Runs whose status comment is being written. */
  readonly #writesStatus = new Set<string>();
  readonly #touched = new Map<string, RunState>();
  readonly #remarks = new Set<string>();
  /** The newest published tip that this wake knows. */
  #tip: Snapshot | null = null;
  #transitions = 0;
  #lastStatusAt = '';
  #nextDue: string | null = null;
  #nextExpiry: string | null = null;
  /** Facts are left that the next wake can follow at once. */
  #isBehind = false;

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
        if (this.#crashed.length > 0) throw this.#crashed[0];
        this.#begin();
        await this.#gather();
        if (this.#settled.length > 0) continue;
        if (this.#inFlight.size === 0) break;
        nudged ??= this.#options.nudge?.().then(() => 'nudged' as const) ?? null;
        if ((await this.#somethingHappens(nudged)) === 'nudged') {
          nudged = null;
          facts = await this.#readFacts();
        } else {
          await this.#gather();
          await this.#finishWithStatus();
        }
      }
    } finally {
      for (const program of this.#programs.values()) program.stop();
      await Promise.all(this.#inFlight.values());
    }
    this.#tip = await sayNotices(this.#runtime, this.#definitions, this.#wake, await this.#knownTip());
    return {
      wake: this.#wake.id,
      transitions: this.#transitions,
      touched: this.#touched,
      remarks: [...this.#remarks],
      nextDue: this.#isBehind ? this.#runtime.clock.now() : this.#soonest(),
      tip: this.#tip.oid,
    };
  }

  #soonest(): string | null {
    return [this.#nextDue, this.#nextExpiry].filter((time) => time !== null).sort()[0] ?? null;
  }

  async #knownTip(): Promise<Snapshot> {
    return (this.#tip ??= await this.#runtime.store.read());
  }

  async #readFacts(): Promise<Facts> {
    const tip = await this.#runtime.store.read();
    this.#tip = tip;
    const intake = this.#options.intake ?? null;
    return readFacts(readingOf(this.#runtime, { tip, definitions: this.#definitions, intake }));
  }

  async #publish(facts: Facts | null, requests: readonly ((unit: Unit) => Promise<void>)[]): Promise<void> {
    const { forge, clock } = this.#runtime;
    const settled = this.#settled.splice(0);
    for (const { entry, retryAt } of settled) if (retryAt !== undefined) this.#limited.set(entry.id, retryAt);
    const known = await this.#knownTip();
    const merged = await readMergesInDoubt(forge, openDocuments(known), clock.now());
    const busy = new Set([...this.#inFlight.keys(), ...this.#waiting.keys()]);
    let ingested: Ingested = { remarks: [], isBehind: false };
    let leftovers: Leftovers = { takenOver: new Set(), nextExpiry: null };
    let orphans: readonly Settled[] = [];
    const decide = async (open: Unit): Promise<void> => {
      const unit = guardVerification(open, forge, this.#definitions);
      if (facts !== null) ingested = await ingestFacts(unit, facts, budgetOf(this.#runtime));
      for (const request of requests) await request(unit);
      orphans = await this.#findOrphans(unit, settled);
      for (const fact of [...settled.flatMap((one) => one.facts), ...merged]) await unit.apply(fact);
      await applyDueDeadlines(unit, clock.now());
      await applyAwaitedChecks(unit, forge, clock.now(), facts?.checks ?? NO_CHECKS);
      await unit.record(resultsOf(settled));
      leftovers = await claimLeftovers(unit, this.#wake, this.#runtime, busy, this.#limited);
      this.#nextDue = await nextDeadline(unit.documents(), clock.now());
    };
    const published = await publish(this.#runtime, this.#definitions, this.#wake, decide, known);
    this.#tip = published.tip;
    this.#transitions += published.applied.length;
    this.#nextExpiry = leftovers.nextExpiry;
    if (facts !== null) this.#isBehind = ingested.isBehind;
    this.#remark([...published.remarks, ...ingested.remarks]);
    for (const effect of leftovers.takenOver) this.#takenOver.add(effect);
    for (const [run, state] of published.touched) this.#adopt(run, state);
    for (const orphan of orphans) await this.#clearUp(orphan);
  }

  /** Effects that this wake performed, but that somebody else had taken over or settled by then. */
  async #findOrphans(unit: Unit, settled: readonly Settled[]): Promise<readonly Settled[]> {
    const orphans: Settled[] = [];
    for (const one of settled) {
      if (one.result?.kind !== 'done') continue;
      const entry = (await unit.load(one.run))?.state.run.outbox.find(({ id }) => id === one.entry.id);
      if (entry?.claim.wake !== this.#wake.id) orphans.push(one);
    }
    return orphans;
  }

  async #clearUp({ run, entry, result }: Settled): Promise<void> {
    const { forge } = this.#runtime;
    const loaded = await loadRun(openDocuments(await this.#knownTip()), run);
    if (loaded === undefined || result?.kind !== 'done') return;
    await removeCopies(forge, loaded.state, entry, result.remote);
  }

  #remark(remarks: readonly string[]): void {
    for (const remark of remarks) {
      if (!this.#remarks.has(remark)) this.#runtime.observe({ type: 'problem', run: null, message: remark });
      this.#remarks.add(remark);
    }
  }

  /** Takes note of a run's newest state: its outbox is what there is to do. */
  #adopt(run: string, state: RunState): void {
    this.#touched.set(run, state);
    for (const [id, own] of this.#waiting) if (own.run === run) this.#waiting.delete(id);
    // What ended while the push was on its way is recorded by the next one.
    const busy = new Set([...this.#inFlight.keys(), ...this.#settled.map((one) => one.entry.id)]);
    for (const entry of state.run.outbox) {
      if (entry.claim.wake !== this.#wake.id || busy.has(entry.id) || !this.#mayTry(entry)) continue;
      if (isHalted(this.#runtime, entry)) {
        this.#remark([`${haltReason(this.#runtime)}: ${run} waits with ${entry.effect.type}`]);
        continue;
      }
      // What a rate limit ended may have been done in part.
      const doubtful = this.#takenOver.has(entry.id) || this.#limited.has(entry.id);
      this.#waiting.set(entry.id, { run, entry, doubtful, earlier: [] });
    }
  }

  #mayTry({ id, failures }: OutboxEntry): boolean {
    if ((this.#limited.get(id) ?? '') > this.#runtime.clock.now()) return false;
    return failures < LIMIT_FAILURES || !this.#tried.has(id);
  }

  /** Begins what can be begun. Status comments wait until nothing else is going on, or for a while at most. */
  #begin(): void {
    const isStatus = ({ entry }: OwnEffect): boolean => entry.effect.type === 'update_status';
    for (const own of [...this.#waiting.values()]) if (!isStatus(own)) this.#start(own);
    const now = this.#runtime.clock.now();
    if (this.#lastStatusAt === '') this.#lastStatusAt = now;
    const isOverdue = now >= addMinutes(this.#lastStatusAt, STATUS_EVERY_MINUTES);
    if (this.#inFlight.size > 0 && !isOverdue) return;
    this.#lastStatusAt = now;
    for (const own of [...this.#waiting.values()]) if (!this.#writesStatus.has(own.run)) this.#start(own);
  }

  /** Whether what has settled is only to be written down: nothing follows from it but what the state says already. */
  #isPlain(): boolean {
    return this.#settled.every(({ facts, result }) => facts.length === 0 && result?.kind === 'done');
  }

  /** Where results are only to be written down, those of effects that are soon done are awaited: one push records them all. */
  async #gather(): Promise<void> {
    const { clock } = this.#runtime;
    const until = addMinutes(clock.now(), STATUS_EVERY_MINUTES);
    while (this.#settled.length > 0 && this.#isPlain() && clock.now() < until) {
      const brief = [...this.#inFlight].filter(([id]) => !this.#long.has(id)).map(([, work]) => work);
      if (brief.length === 0) return;
      const program = new Promise<void>((resolve) => {
        this.#programBegins = resolve;
      });
      const timer = new AbortController();
      await Promise.race([...brief, program, clock.waitUntil(until, timer.signal)]);
      timer.abort();
    }
  }

  /** The runtime as an effect sees it: a program takes its time, and nothing waits for it. */
  #runtimeFor(effect: string): Runtime {
    const { commands } = this.#runtime;
    const start: Runtime['commands']['start'] = (order) => {
      this.#long.add(effect);
      this.#programBegins();
      return commands.start(order);
    };
    return { ...this.#runtime, commands: { start } };
  }

  /**
   * Where only status comments are left to write, they are written before the results of the other effects are published: with
   * these results in view, and so that one push records them all.
   */
  async #finishWithStatus(): Promise<void> {
    if (this.#settled.length === 0 || !this.#isPlain() || this.#inFlight.size > 0) return;
    for (const own of [...this.#waiting.values()]) this.#start(own);
    await Promise.all(this.#inFlight.values());
  }

  #start(own: OwnEffect): void {
    const { entry, run } = own;
    const isStatus = entry.effect.type === 'update_status';
    this.#waiting.delete(entry.id);
    this.#tried.add(entry.id);
    if (isStatus) this.#writesStatus.add(run);
    this.#runtime.observe({ type: 'performing', run, what: entry.effect.type });
    const earlier = isStatus ? resultsOf(this.#settled).filter((one) => one.run === run) : [];
    const backOffMs =
      entry.failures === 0 ? 0 : FIRST_BACK_OFF_MS * 2 ** Math.min(entry.failures, LIMIT_FAILURES);
    const work = this.#runtime.clock
      .pause(backOffMs)
      .then(() => this.#knownTip())
      .then((tip) =>
        performOwn(this.#runtimeFor(entry.id), this.#definitions, tip, { ...own, earlier }, this.#programs),
      )
      .then((settled) => void this.#settled.push(settled))
      .catch((error: unknown) => void this.#crashed.push(error))
      .finally(() => {
        this.#inFlight.delete(entry.id);
        if (isStatus) this.#writesStatus.delete(run);
      });
    this.#inFlight.set(entry.id, work);
  }

  /** Waits until an effect is done, the forge nudges, a deadline comes, or a claim must be renewed. */
  async #somethingHappens(nudged: Promise<'nudged'> | null): Promise<'nudged' | 'other'> {
    const { clock, claimMinutes } = this.#runtime;
    const renewal = addMinutes(clock.now(), claimMinutes / 3);
    const status = this.#waiting.size > 0 ? addMinutes(clock.now(), STATUS_EVERY_MINUTES) : renewal;
    const soonest = [renewal, status, this.#nextDue ?? renewal].sort()[0] ?? renewal;
    const timer = new AbortController();
    try {
      return await Promise.race([
        ...[...this.#inFlight.values()].map((work) => work.then(() => 'other' as const)),
        clock.waitUntil(soonest, timer.signal).then(() => 'other' as const),
        ...(nudged === null ? [] : [nudged]),
      ]);
    } finally {
      timer.abort();
    }
  }
}

function resultsOf(settled: readonly Settled[]): readonly RecordedEffect[] {
  return settled.flatMap(({ run, entry, result }) =>
    result === null ? [] : [{ run, effect: entry.id, result }],
  );
}
