import fc from 'fast-check';

import { canonicalJsonLine } from '../../src/base/canonical-json.ts';
import { deadlinesOf } from '../../src/engine/deadlines.ts';
import type { InboxEvent } from '../../src/engine/draft.ts';
import type { EffectResult } from '../../src/engine/effect.ts';
import type { OverrideAction, RunEvent } from '../../src/engine/event.ts';
import { TREADLE } from '../../src/engine/event.ts';
import { claimEffects, recordEffects } from '../../src/engine/record.ts';
import type { QueueDocument, RunState, Turn } from '../../src/engine/state.ts';
import { addMs, laterOf } from '../../src/engine/time.ts';
import type { Transition } from '../../src/engine/transition.ts';
import { transition } from '../../src/engine/transition.ts';
import type { TransitionContext } from '../../src/engine/transition-context.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import { checkInvariants, checkStep } from './invariants.ts';
import type { BareEvent } from './story.ts';
import { ceo, config, deepFreeze, epoch, minute } from './story.ts';

/** One thing that may happen, as numbers: what they mean depends on how things stand. */
export interface Step {
  readonly run: 0 | 1;
  readonly kind: string;
  readonly pick: number;
  readonly choice: number;
}

const kinds = [
  ...Array<string>(8).fill('report'),
  'stale report',
  'malformed',
  'crash',
  ...Array<string>(3).fill('review'),
  'void',
  ...Array<string>(3).fill('deadline'),
  ...Array<string>(3).fill('override'),
  'repin',
  ...Array<string>(2).fill('merge'),
  'refuse',
  'queue',
  'close',
  ...Array<string>(3).fill('perform'),
  'claim',
  ...Array<string>(2).fill('repeat'),
  'inbox',
  'nonsense',
];

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    run: fc.constantFrom(0 as const, 1 as const),
    kind: fc.constantFrom(...kinds),
    pick: fc.nat(1000),
    choice: fc.nat(1000),
  }),
  { maxLength: 40 },
);

/** Two runs of one workflow that share a commit queue, and everything that can happen to them. */
export interface World {
  readonly runs: readonly RunState[];
  take(step: Step): void;
  /** Drives both runs to their end as kindly as possible; throws when they cannot get there. */
  finish(): void;
}

export function createWorld(workflow: Workflow, other: Workflow): World {
  const definitions: Record<string, Workflow> = { first: workflow, second: other };
  let queue: QueueDocument = { version: 1, base: 'main', entries: [], lease: null };
  const runs: RunState[] = [];
  let inbox: InboxEvent[] = [];
  const past: RunEvent[] = [];
  const repinned = new Set<number>();
  let now = epoch;
  let count = 0;

  const contextOf = (state: RunState | null): TransitionContext => {
    const pinned = definitions[state?.run.definition ?? 'first'] ?? workflow;
    return { workflow: pinned, config, definitionOf: (sha) => definitions[sha], queue };
  };
  const keep = (index: number, state: RunState): void => {
    runs[index] = deepFreeze(state);
    queue = state.queue;
  };
  const stateOf = (index: number): RunState | null => {
    const state = runs[index];
    return state === undefined ? null : { ...state, queue };
  };
  const apply = (index: number, event: RunEvent): Transition => {
    const before = stateOf(index);
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
    if (state === null) return;
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
  const done = (n: number): EffectResult => ({
    kind: 'done',
    remote: { pull: 1000 + count * 50 + n, issue: 5000 + count * 50 + n, head: `head-${n}` },
  });

  const takers: Record<string, (index: number, state: RunState, step: Step) => void> = {
    report: (index, state, { pick, choice }) => {
      const turn = choose(
        turnsOf(state).filter((one) => one.outcome === 'open'),
        pick,
      );
      if (turn !== undefined) report(index, turn, choice);
    },
    'stale report': (index, state, { pick, choice }) => {
      const turn = choose(turnsOf(state), pick);
      if (turn !== undefined) report(index, turn, choice);
    },
    malformed: (index, state, { pick }) => {
      const dispatch = choose(turnsOf(state), pick)?.dispatch ?? 'none';
      happen(index, { type: 'report_malformed', dispatch, problem: 'unreadable', source: 'comment 1' });
    },
    crash: (index, state, { pick }) => {
      const dispatch = choose(turnsOf(state), pick)?.dispatch ?? 'none';
      happen(index, { type: 'agent_crashed', dispatch, problem: 'exit code 1' });
    },
    review: (index, state, { pick, choice }) => {
      const asked = choose(askedOf(state), pick);
      if (asked === undefined) return;
      const verdict = choice % 3 === 0 ? 'changes_requested' : 'approved';
      const head = choice % 7 === 0 ? 'another head' : (asked.head ?? 'unknown');
      const { job, pull } = asked;
      happen(index, { type: 'review_submitted', job, pull, review: count, verdict, head, body: '' });
    },
    void: (index, state, { pick }) => {
      const job = choose(Object.keys(state.run.jobs), pick) ?? '';
      happen(index, { type: 'approval_voided', job, reason: 'the head moved', head: 'new' });
    },
    deadline: (index, state, { pick, choice }) => {
      const deadline = choose(deadlinesOf(state), pick);
      if (deadline === undefined) return;
      if (choice % 5 > 0) now = laterOf(now, deadline.at);
      happen(index, { type: 'deadline_passed', deadline });
    },
    override: (index, state, { pick, choice }) => {
      const job = choose(Object.keys(state.run.jobs), pick) ?? '';
      const maybe = choice % 3 === 0 ? null : job;
      const role = choice % 2 === 0 ? 'backend-engineer' : 'web-designer';
      const overrides: readonly OverrideAction[] = [
        { action: 'approve', job: maybe },
        { action: 'reject', job: maybe },
        { action: 'retry', job: maybe },
        { action: 'reassign', job: maybe, role },
        { action: 'goto', job },
        { action: 'skip', job },
        { action: 'pause' },
        { action: 'pause' },
        { action: 'resume' },
        { action: 'resume' },
        { action: 'cancel' },
        { action: 'close' },
      ];
      const override = choose(overrides, pick + choice);
      if (override !== undefined) happen(index, { type: 'override_issued', override, reason: 'so be it' });
    },
    repin: (index, _, { choice }) => {
      repinned.add(index);
      const definition = ['first', 'second', 'unknown'][choice % 3] ?? '';
      happen(index, { type: 'override_issued', override: { action: 'repin', definition }, reason: 'better' });
    },
    merge: (index, state) => {
      for (const { id: job, merge, attempts } of Object.values(state.jobs)) {
        if (merge === null) continue;
        const { pull } = merge;
        happen(index, { type: 'pull_request_merged', job, attempt: attempts.length, pull, commit: 'c0ffee' });
      }
    },
    refuse: (index, state, { choice }) => {
      for (const { id: job, merge, attempts } of Object.values(state.jobs)) {
        if (merge === null) continue;
        const causes = [
          'conflict',
          'checks',
          'head-moved',
          'closed',
          'not-permitted',
          'approval-void',
        ] as const;
        const cause = causes[choice % causes.length] ?? 'conflict';
        const { pull } = merge;
        happen(index, { type: 'merge_refused', job, attempt: attempts.length, pull, cause, detail: cause });
      }
    },
    queue: (index) => void happen(index, { type: 'queue_advanced', base: 'main' }),
    close: (index, _, { choice }) => {
      if (choice % 4 === 0) happen(index, { type: 'issue_closed' });
    },
    perform: (index, _, { choice }) => {
      recordAll(index, (n) => {
        if ((n + choice) % 5 === 0) return { kind: 'failed', problem: 'the forge is down' };
        return (n + choice) % 7 === 0 ? { kind: 'dropped', reason: 'too late' } : done(n);
      });
    },
    claim: (index) => {
      const state = stateOf(index);
      if (state === null) return;
      const effects = state.run.outbox.map((entry) => entry.id).slice(0, 1);
      const claim = { wake: 'other', until: now };
      const event = {
        version: 1,
        type: 'effects_claimed',
        id: 'x',
        at: now,
        effects: [],
        claim,
        ground: '',
      } as const;
      keep(index, claimEffects(state, effects, event));
    },
    repeat: (index, _, { pick }) => {
      const event = choose(
        past.filter((one) => one.run === `${index + 1}-1`),
        pick,
      );
      // Seen again at a later wake, whose time counts.
      if (event === undefined) return;
      const before = stateOf(index);
      const isRefusal = event.type === 'report_received' || event.type === 'report_malformed';
      const result = apply(index, event);
      if (result.kind === 'applied' && before !== null && !isRefusal && !mayFollow.has(event.type)) {
        throw new Error(`a ${event.type} that came again changed something: ${result.summary}`);
      }
    },
    inbox: () => {
      deliver();
    },
    nonsense: (index) => {
      happen(index, { type: 'report_received', dispatch: 'never', ...emptyReport });
      happen(index, {
        type: 'review_submitted',
        job: 'constructor',
        pull: 1,
        review: 1,
        verdict: 'approved',
        head: '',
        body: '',
      });
      happen(index, { type: 'override_issued', override: { action: 'goto', job: '__proto__' }, reason: '' });
      happen(index, { type: 'pull_request_merged', job: 'toString', attempt: 1, pull: 1, commit: '' });
    },
  };

  const report = (index: number, turn: Turn, choice: number): void => {
    const outcome = (['success', 'success', 'failure', 'continue'] as const)[choice % 4] ?? 'success';
    const outputs: Record<string, string> = choice % 11 === 0 ? { unknown: 'x' } : {};
    const summary = choice % 3 === 0 ? 'the same' : `report ${count}`;
    happen(index, {
      type: 'report_received',
      dispatch: turn.dispatch,
      ...emptyReport,
      outcome,
      outputs,
      summary,
    });
  };

  const finishOne = (index: number): boolean => {
    const state = stateOf(index);
    if (state === null || state.run.status === 'completed') return false;
    if (state.run.paused !== null) {
      happen(index, { type: 'override_issued', override: { action: 'resume' }, reason: 'on' });
      return true;
    }
    recordAll(index, done);
    const turn = turnsOf(state).find((one) => one.outcome === 'open');
    const asked = askedOf(stateOf(index) ?? state)[0];
    const deadline = deadlinesOf(state).find((one) => one.kind !== 'timeout');
    if (turn !== undefined) {
      happen(index, {
        type: 'report_received',
        dispatch: turn.dispatch,
        ...emptyReport,
        summary: `end ${count}`,
      });
    } else if (asked !== undefined) {
      const { job } = asked;
      happen(index, { type: 'override_issued', override: { action: 'approve', job }, reason: 'fine' });
    } else if (Object.values(state.jobs).some((job) => job.merge !== null)) {
      takers['merge']?.(index, state, { run: 0, kind: 'merge', pick: 0, choice: 0 });
    } else if (deadline !== undefined) {
      now = laterOf(now, deadline.at);
      happen(index, { type: 'deadline_passed', deadline });
    } else {
      throw new Error(`run ${index} is stuck: ${JSON.stringify(state.run.jobs)}`);
    }
    return true;
  };

  const begin = (index: number): void => {
    happen(index, {
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
    });
  };
  begin(0);
  begin(1);
  const check = (): void =>
    runs.forEach((_, index) => {
      const state = stateOf(index);
      if (state !== null) checkInvariants(contextOf(state).workflow, state, !repinned.has(index));
    });

  return {
    runs,
    take: (step) => {
      const state = stateOf(step.run);
      if (state !== null) takers[step.kind]?.(step.run, state, step);
      check();
    },
    finish: () => {
      for (let round = 0; round < 400; round += 1) {
        deliver();
        const moved = [0, 1].map(finishOne);
        check();
        if (moved.every((one) => !one)) return;
      }
      throw new Error('the runs do not come to an end');
    },
  };
}

const emptyReport = {
  outcome: 'success',
  outputs: {},
  summary: '',
  usage: null,
  source: 'comment 1',
} as const;

/** Facts that may rightly be applied later than they were first seen and ignored. */
const mayFollow = new Set(['queue_advanced', 'deadline_passed', 'override_issued', 'issue_closed']);

function choose<T>(from: readonly T[], pick: number): T | undefined {
  return from[pick % Math.max(1, from.length)];
}

function turnsOf(state: RunState): readonly Turn[] {
  return Object.values(state.jobs).flatMap((job) => job.attempts.flatMap((attempt) => attempt.turns));
}

function askedOf(state: RunState): readonly { job: string; pull: number; head: string | null }[] {
  return Object.values(state.jobs).flatMap(({ id, gate, escalation }) => {
    if (state.run.jobs[id]?.status !== 'waiting') return [];
    const asked = escalation ?? gate;
    return asked === null ? [] : [{ job: id, pull: asked.pull ?? 0, head: asked.head }];
  });
}
