import { canonicalJsonLine } from '../../src/base/canonical-json.ts';
import type { InboxEvent } from '../../src/engine/draft.ts';
import type { EffectResult } from '../../src/engine/effect.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import { TREADLE } from '../../src/engine/event.ts';
import { recordEffects } from '../../src/engine/record.ts';
import type { MeterDocument } from '../../src/engine/state/meter.ts';
import type { QueueDocument } from '../../src/engine/state/queue.ts';
import type { RunState } from '../../src/engine/state/run.ts';
import { addMs, laterOf } from '../../src/engine/time.ts';
import type { Transition } from '../../src/engine/transition.ts';
import { transition } from '../../src/engine/transition.ts';
import type { TransitionContext } from '../../src/engine/transition-context.ts';
import type { Limits } from '../../src/workflow/limits.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import { checkStep } from './invariants.ts';
import type { BareEvent } from './story.ts';
import { ceo, config as people, deepFreeze, epoch, minute } from './story.ts';

/** Low enough to be reached in some of the worlds. */
export const limits: Limits = {
  dispatchesPerHourPerRun: 12,
  dispatchesPerHour: 18,
  hops: 16,
  tokensPerRun: 4_000,
  costUsdPerRun: null,
};

/** Two runs of one workflow that share a commit queue: what happens to one may lead to events for the other. */
export interface World {
  /** What happened so far, oldest first. */
  readonly past: readonly RunEvent[];
  /** A number that is new each time. */
  count(): number;
  now(): string;
  /** Lets time pass, never back. */
  moveTo(at: string): void;
  stateOf(run: number): RunState;
  contextOf(state: RunState | null): TransitionContext;
  /** Makes an event of what happened and applies it, checking what holds of every transition. */
  happen(run: number, bare: BareEvent): Transition;
  /** Applies an event as it is. */
  apply(run: number, event: RunEvent): Transition;
  /** Applies what runs caused for each other. */
  deliver(): void;
  /** Records a result for everything in a run's outbox. */
  recordAll(run: number, resultOf: (n: number) => EffectResult): void;
  /** Replaces the state of a run by one that bookkeeping made. */
  keep(run: number, state: RunState): void;
}

/** Begins both runs. `other` is the definition that a repin may choose. */
export function createWorld(workflow: Workflow, other: Workflow): World {
  const definitions: Record<string, Workflow> = { first: workflow, second: other };
  let queue: QueueDocument = { version: 1, base: 'main', entries: [], lease: null };
  let meter: MeterDocument | undefined;
  const config = { ...people, settings: { ...people.settings, limits } };
  const runs: RunState[] = [];
  let inbox: InboxEvent[] = [];
  const past: RunEvent[] = [];
  let now = epoch;
  let count = 0;

  const shared = (): { readonly meter?: MeterDocument } => (meter === undefined ? {} : { meter });
  const contextOf = (state: RunState | null): TransitionContext => {
    const pinned = definitions[state?.run.definition ?? 'first'] ?? workflow;
    return { workflow: pinned, config, definitionOf: (sha) => definitions[sha], queue, ...shared() };
  };
  const keep = (index: number, state: RunState): void => {
    runs[index] = deepFreeze(state);
    queue = state.queue;
    meter = state.meter;
  };
  const find = (index: number): RunState | null => {
    const state = runs[index];
    return state === undefined ? null : { ...state, queue, ...shared() };
  };
  const stateOf = (index: number): RunState => {
    const state = find(index);
    if (state === null) throw new Error(`run ${index} did not begin`);
    return state;
  };
  const apply = (index: number, event: RunEvent): Transition => {
    const before = find(index);
    const context = contextOf(before);
    const result = transition(context, before, deepFreeze(event));
    if (canonicalJsonLine(transition(context, before, event)) !== canonicalJsonLine(result)) {
      throw new Error('the same transition gave something else');
    }
    if (result.kind === 'ignored') return result;
    keep(index, result.state);
    inbox.push(...result.inbox);
    checkStep(before, result.state, contextOf(result.state).workflow);
    const again = transition(contextOf(result.state), result.state, event);
    if (again.kind !== 'ignored') throw new Error(`a repeated ${event.type} changed something`);
    return result;
  };
  const happen = (index: number, bare: BareEvent): Transition => {
    now = addMs(now, minute);
    const wake = { wake: 'wake', until: addMs(now, minute) };
    const base = { version: 1, id: `event-${++count}`, run: `${index + 1}-1`, at: now, ground: 'test', wake };
    const event = { ...base, actor: bare.type === 'override_issued' ? ceo : TREADLE, ...bare } as RunEvent;
    past.push(event);
    return apply(index, event);
  };
  const deliver = (): void => {
    const waiting = inbox;
    inbox = [];
    for (const event of waiting) apply(Number(event.run.charAt(0)) - 1, { ...event, at: now });
  };
  const recordAll = (index: number, resultOf: (n: number) => EffectResult): void => {
    const state = stateOf(index);
    const results = state.run.outbox.map((entry, n) => ({ effect: entry.id, result: resultOf(n) }));
    const event = {
      version: 1,
      type: 'effects_recorded',
      id: `event-${++count}`,
      at: now,
      results: [],
      commits: {},
      wake: { wake: 'recorder', until: now },
    } as const;
    const recorded = recordEffects(contextOf(state), state, results, event);
    const isDone = results.every(({ result }) => result.kind === 'done');
    if (isDone && recordEffects(contextOf(state), recorded, results, event) !== recorded) {
      throw new Error('results recorded twice changed something');
    }
    keep(index, recorded);
  };
  const world: World = {
    past,
    count: () => ++count,
    now: () => now,
    moveTo: (at) => (now = laterOf(now, at)),
    stateOf,
    contextOf,
    happen,
    apply,
    deliver,
    recordAll,
    keep,
  };
  for (const index of [0, 1]) happen(index, started(index));
  return world;
}

function started(index: number): BareEvent {
  return {
    type: 'run_started',
    number: 1,
    workflow: 'test',
    definition: 'first',
    config: 'config',
    trigger: {
      event: 'issues',
      repository: 'acme/shop',
      actor: ceo,
      issue: { number: index + 1, title: 'Broken', body: '', labels: [], author: ceo },
      inputs: {},
    },
  };
}
