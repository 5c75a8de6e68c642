import { layout } from '../codec/layout.ts';
import type { EffectResult } from '../engine/effect.ts';
import type { Config } from '../engine/config.ts';
import type { RecordedEffect } from '../engine/event.ts';
import { recordEffects } from '../engine/record.ts';
import type { Claim, OutboxEntry } from '../engine/state/outbox.ts';
import type { RunState } from '../engine/state/run.ts';
import type { Workflow } from '../workflow/model.ts';
import type { Definitions } from './definitions.ts';
import { perform } from './perform/perform.ts';
import type { RunningCommands } from './perform/run-command.ts';
import type { Runtime } from './ports.ts';
import { loadRun } from './run-documents.ts';
import type { Unit } from './unit.ts';
import { addMinutes, type AddressedHappening, type Wake } from './wake.ts';
import { openDocuments } from '../store/documents.ts';
import type { Snapshot } from '../store/port.ts';

/** An effect of this wake. */
export interface OwnEffect {
  readonly run: string;
  readonly entry: OutboxEntry;
  readonly doubtful: boolean;
  /** What other effects of the run came to, where that is not published yet: it is seen as if it were. */
  readonly earlier: readonly RecordedEffect[];
}

/** An effect that was performed, or that must be decided on anew because its claim ran out. */
export interface Settled {
  readonly run: string;
  readonly entry: OutboxEntry;
  /** Null where there is nothing to record: the outbox stays as it is. */
  readonly result: EffectResult | null;
  readonly facts: readonly AddressedHappening[];
  /** Set where the forge limits the rate: when it may be tried again. */
  readonly retryAt?: string;
}

/** What is to be known of the effects that wait, besides what was claimed of them. */
export interface Leftovers {
  /** Ids of what was taken over: it may have been performed already. */
  readonly takenOver: ReadonlySet<string>;
  /** When the first claim on what nobody is performing runs out, so that somebody may take over; null where there is none. */
  readonly nextExpiry: string | null;
}

/**
 * Takes over effects that nobody performs any more: their claim ran out or, where this runner is alone, their wake is not this
 * one. Effects of this wake that take long are claimed anew before their time is up.
 *
 * @param busy ids of effects this wake is performing
 * @param limited ids of effects that the forge's rate limit holds up, until when
 */
export async function claimLeftovers(
  unit: Unit,
  wake: Wake,
  runtime: Pick<Runtime, 'clock' | 'claimMinutes' | 'alone' | 'paused' | 'withoutSteps'>,
  busy: ReadonlySet<string>,
  limited: ReadonlyMap<string, string> = new Map(),
): Promise<Leftovers> {
  const now = runtime.clock.now();
  const renewalDue = addMinutes(now, runtime.claimMinutes / 2);
  const abandoned: { run: string; effect: string }[] = [];
  const renewed: { run: string; effect: string }[] = [];
  const expiries: string[] = [];
  for (const run of await runsWithEffects(unit)) {
    for (const entry of (await unit.load(run))?.state.run.outbox ?? []) {
      if (isHalted(runtime, entry)) continue;
      const { id, claim } = entry;
      const isOwn = claim.wake === wake.id;
      if (busy.has(id) && isOwn) {
        if (claim.until <= renewalDue) renewed.push({ run, effect: id });
      } else if (claim.until <= now || (!isOwn && runtime.alone)) abandoned.push({ run, effect: id });
      else expiries.push(nextTry(claim.until, limited.get(id), runtime.alone));
    }
  }
  const ground =
    abandoned.length > 0 ? 'their wake is gone or its time ran out' : 'they take longer than a claim lasts';
  await unit.claim([...abandoned, ...renewed], ground);
  return {
    takenOver: new Set(abandoned.map((one) => one.effect)),
    nextExpiry: expiries.sort()[0] ?? null,
  };
}

/**
 * Whether an effect waits until the stop of the whole repository is lifted (what sets others to work, or changes the code), or for
 * a wake that runs steps.
 */
export function isHalted(
  { paused = false, withoutSteps = false }: Pick<Runtime, 'paused' | 'withoutSteps'>,
  { effect }: OutboxEntry,
): boolean {
  if (withoutSteps && effect.type === 'run_steps') return true;
  return paused && ['dispatch', 'run_steps', 'merge_pull', 'start_workflow'].includes(effect.type);
}

/** Why effects that are halted are, in words. */
export function haltReason({ paused = false }: Pick<Runtime, 'paused'>): string {
  return paused ? 'TREADLE_PAUSED is set' : 'no steps are run here';
}

/** Whoever is alone takes over at once; others wait for the claim's end. Before the limit's end nobody gets on. */
function nextTry(claimUntil: string, retryAt: string | undefined, alone: boolean): string {
  if (retryAt === undefined) return claimUntil;
  return alone || retryAt > claimUntil ? retryAt : claimUntil;
}

async function runsWithEffects(unit: Unit): Promise<readonly string[]> {
  const runs: string[] = [];
  for await (const name of unit.documents().list(layout.outboxes)) runs.push(name.replace(/\.json$/, ''));
  return runs;
}

/**
 * Performs one effect, rendered from the run as it stands at the newest published tip that the wake knows: until its claim runs
 * out, nobody else performs it.
 */
export async function performOwn(
  runtime: Runtime,
  definitions: Definitions,
  tip: Snapshot,
  { run, entry, doubtful, earlier }: OwnEffect,
  running: RunningCommands,
): Promise<Settled> {
  const documents = openDocuments(tip);
  const loaded = await loadRun(documents, run);
  const current = loaded?.state.run.outbox.find(({ id }) => id === entry.id);
  if (loaded === undefined || current?.claim.wake !== entry.claim.wake) {
    // It was settled, or another wake took it over and will say what came of it.
    return { run, entry, result: null, facts: [] };
  }
  const { config } = loaded;
  const workflow = await definitions.load(documents, loaded.state.run.definition);
  const performance = {
    runtime,
    tip: tip.oid,
    documents,
    workflow,
    config,
    state: withResults({ workflow, config }, loaded.state, earlier, runtime.clock.now(), entry.claim),
    entry: current,
    doubtful: doubtful || current.failures > 0,
  };
  const performed = await perform(performance, running);
  const { result, retryAt } = performed;
  if (result?.kind === 'failed') runtime.observe({ type: 'problem', run, message: result.problem });
  if (retryAt !== undefined) {
    const message = `the forge limits the rate: ${entry.effect.type} waits until ${retryAt}`;
    runtime.observe({ type: 'problem', run, message });
  }
  return { run, entry: current, ...performed };
}

/** The state as it will be once these results are recorded. */
function withResults(
  context: { readonly workflow: Workflow; readonly config: Config },
  state: RunState,
  results: readonly RecordedEffect[],
  at: string,
  wake: Claim,
): RunState {
  if (results.length === 0) return state;
  const id = 'unpublished';
  return recordEffects(context, state, results, {
    version: 1,
    type: 'effects_recorded',
    id,
    at,
    results,
    commits: {},
    wake,
  });
}
