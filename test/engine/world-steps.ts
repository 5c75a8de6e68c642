import fc from 'fast-check';

import { sha256 } from '../../src/base/digest.ts';
import { deadlinesOf } from '../../src/engine/deadlines.ts';
import type { EffectResult } from '../../src/engine/effect.ts';
import type { OverrideAction } from '../../src/engine/event.ts';
import { claimEffects } from '../../src/engine/record.ts';
import type { RunState } from '../../src/engine/state/run.ts';
import type { Turn } from '../../src/engine/state/job.ts';
import { checkInvariants, checkLimits } from './invariants.ts';
import { limits, type World } from './world.ts';

/** One thing that may happen, as numbers: what they mean depends on how things stand. */
export interface Step {
  readonly run: 0 | 1;
  readonly kind: string;
  readonly pick: number;
  readonly choice: number;
}

type Taker = (world: World, step: Step, state: RunState) => void;

const takers: Readonly<Record<string, Taker>> = {
  report: (world, step, state) => {
    const open = turnsOf(state).filter((turn) => turn.outcome === 'open');
    report(world, step, choose(open, step.pick));
  },
  'stale report': (world, step, state) => report(world, step, choose(turnsOf(state), step.pick)),
  malformed: (world, { run, pick }, state) => {
    const dispatch = choose(turnsOf(state), pick)?.dispatch ?? 'none';
    world.happen(run, { type: 'report_malformed', dispatch, problem: 'unreadable', source: 'comment 1' });
  },
  crash: (world, { run, pick }, state) => {
    const dispatch = choose(turnsOf(state), pick)?.dispatch ?? 'none';
    world.happen(run, { type: 'agent_crashed', dispatch, problem: 'exit code 1' });
  },
  review: (world, { run, pick, choice }, state) => {
    const asked = choose(askedOf(state), pick);
    if (asked === undefined) return;
    const { job, pull } = asked;
    const verdict = choice % 3 === 0 ? 'changes_requested' : 'approved';
    const head = choice % 7 === 0 ? 'another head' : (asked.head ?? 'unknown');
    world.happen(run, {
      type: 'review_submitted',
      job,
      pull,
      review: world.count(),
      verdict,
      head,
      body: '',
    });
  },
  void: (world, { run, pick }, state) => {
    const job = choose(Object.keys(state.run.jobs), pick) ?? '';
    world.happen(run, { type: 'approval_voided', job, reason: 'the head moved', head: 'new' });
  },
  deadline: (world, { run, pick, choice }, state) => {
    const deadline = choose(deadlinesOf(state), pick);
    if (deadline === undefined) return;
    if (choice % 5 > 0) world.moveTo(deadline.at);
    world.happen(run, { type: 'deadline_passed', deadline });
  },
  override: (world, step, state) => {
    const override = overrideOf(step, choose(Object.keys(state.run.jobs), step.pick) ?? '');
    world.happen(step.run, { type: 'override_issued', override, reason: 'so be it' });
  },
  repin: (world, { run, choice }) => {
    const definition = ['first', 'second', 'unknown'][choice % 3] ?? '';
    const override = { action: 'repin', definition } as const;
    world.happen(run, { type: 'override_issued', override, reason: 'better' });
  },
  merge: (world, { run }, state) => {
    for (const { job, attempt, pull } of mergesOf(state)) {
      world.happen(run, { type: 'pull_request_merged', job, attempt, pull, commit: 'c0ffee' });
    }
  },
  checks: (world, { run, choice }, state) => {
    const verdicts = ['passed', 'passed', 'pending', 'held', 'failed', 'behind'] as const;
    const verdict = verdicts[choice % verdicts.length] ?? 'passed';
    for (const merge of mergesOf(state)) {
      world.happen(run, { type: 'checks_changed', ...merge, verdict, names: ['build'] });
    }
  },
  refuse: (world, { run, choice }, state) => {
    const causes = ['conflict', 'checks', 'head-moved', 'closed', 'not-permitted', 'approval-void'] as const;
    const cause = causes[choice % causes.length] ?? 'conflict';
    for (const { job, attempt, pull } of mergesOf(state)) {
      world.happen(run, { type: 'merge_refused', job, attempt, pull, cause, detail: cause });
    }
  },
  queue: (world, { run }) => {
    world.happen(run, { type: 'queue_advanced', base: 'main' });
  },
  close: (world, { run, choice }) => {
    if (choice % 4 === 0) world.happen(run, { type: 'issue_closed' });
  },
  edit: (world, { run, choice }) => {
    const texts = ['Say it otherwise.', 'Say more.'];
    world.happen(run, { type: 'issue_edited', text: sha256(texts[choice % 2] ?? '') });
  },
  perform: (world, { run, choice }) => {
    world.recordAll(run, (n) => {
      if ((n + choice) % 5 === 0) return { kind: 'failed', problem: 'the forge is down' };
      return (n + choice) % 7 === 0 ? { kind: 'dropped', reason: 'too late' } : done(world, n);
    });
  },
  claim: (world, { run }, state) => {
    const effects = state.run.outbox.map((entry) => entry.id).slice(0, 1);
    const base = { version: 1, type: 'effects_claimed', id: 'x', at: world.now(), effects: [] } as const;
    const claim = { wake: 'other', until: world.now() };
    world.keep(run, claimEffects(state, effects, { ...base, claim, ground: 'it is gone' }));
  },
  repeat: (world, { run, pick }) => {
    const own = world.past.filter((event) => event.run === `${run + 1}-1`);
    const event = choose(own, pick);
    if (event === undefined) return;
    const result = world.apply(run, event);
    if (result.kind === 'applied' && !mayFollow.has(event.type)) {
      throw new Error(`a ${event.type} that came again changed something: ${result.summary}`);
    }
  },
  inbox: (world) => world.deliver(),
  nonsense: (world, { run }) => {
    const review = { type: 'review_submitted', pull: 1, review: 1, head: '', body: '' } as const;
    world.happen(run, { ...emptyReport, dispatch: 'never' });
    world.happen(run, { ...review, job: 'constructor', verdict: 'approved' });
    world.happen(run, {
      type: 'override_issued',
      override: { action: 'goto', job: '__proto__' },
      reason: '',
    });
    world.happen(run, { type: 'pull_request_merged', job: 'toString', attempt: 1, pull: 1, commit: '' });
  },
};

/**
 * Facts that may rightly be applied later than they were first seen, when they were ignored: a deadline that was not due or a pause
 * held back, and a late report whose one refusal is still to be sent.
 */
const mayFollow = new Set([
  'queue_advanced',
  'deadline_passed',
  'override_issued',
  'issue_closed',
  'report_received',
  'report_malformed',
]);

/** The steps that come more often than once in a while. */
const weights: Readonly<Record<string, number>> = {
  report: 8,
  review: 3,
  deadline: 3,
  override: 3,
  perform: 3,
  merge: 2,
  checks: 3,
  repeat: 2,
};

/** Up to 40 steps of either run. */
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    run: fc.constantFrom(0 as const, 1 as const),
    kind: fc.constantFrom(
      ...Object.keys(takers).flatMap((kind) => Array<string>(weights[kind] ?? 1).fill(kind)),
    ),
    pick: fc.nat(1000),
    choice: fc.nat(1000),
  }),
  { maxLength: 40 },
);

/** Takes a step and checks that everything which must hold still does. */
export function takeStep(world: World, step: Step): void {
  takers[step.kind]?.(world, step, world.stateOf(step.run));
  checkWorld(world);
}

/** Drives both runs to their end as kindly as possible; throws when they cannot get there. */
export function finishWorld(world: World): void {
  for (let round = 0; round < 400; round += 1) {
    world.deliver();
    const moved = [finishOne(world, 0), finishOne(world, 1)];
    checkWorld(world);
    if (moved.every((one) => !one)) return;
  }
  throw new Error('the runs do not come to an end');
}

function finishOne(world: World, run: 0 | 1): boolean {
  const { status, paused } = world.stateOf(run).run;
  if (status === 'completed') return false;
  const override = (action: OverrideAction) =>
    void world.happen(run, { type: 'override_issued', override: action, reason: 'fine' });
  if (paused !== null) {
    override({ action: 'resume' });
    return true;
  }
  world.recordAll(run, (n) => done(world, n));
  const state = world.stateOf(run);
  const turn = turnsOf(state).find((one) => one.outcome === 'open');
  const [asked] = askedOf(state);
  const deadline = deadlinesOf(state).find((one) => one.kind !== 'timeout');
  if (turn !== undefined) {
    world.happen(run, { ...emptyReport, dispatch: turn.dispatch, summary: `end ${world.count()}` });
  } else if (asked !== undefined) {
    override({ action: 'approve', job: asked.job });
  } else if (mergesOf(state).length > 0) {
    takers['merge']?.(world, { run, kind: 'merge', pick: 0, choice: 0 }, state);
  } else if (deadline !== undefined) {
    world.moveTo(deadline.at);
    world.happen(run, { type: 'deadline_passed', deadline });
  } else {
    throw new Error(`run ${run} is stuck: ${JSON.stringify(state.run.jobs)}`);
  }
  return true;
}

function checkWorld(world: World): void {
  for (const run of [0, 1]) {
    const state = world.stateOf(run);
    const wasRepinned = world.past.some(
      (event) =>
        event.run === state.run.id && event.type === 'override_issued' && event.override.action === 'repin',
    );
    checkInvariants(world.contextOf(state).workflow, state, !wasRepinned);
    checkLimits(state, limits);
  }
}

const emptyReport = {
  type: 'report_received',
  outcome: 'success',
  outputs: {},
  summary: '',
  usage: null,
  source: 'comment 1',
} as const;

function report(world: World, { run, choice }: Step, turn: Turn | undefined): void {
  if (turn === undefined) return;
  const outcome = (['success', 'success', 'failure', 'continue'] as const)[choice % 4] ?? 'success';
  const outputs: Record<string, string> = choice % 11 === 0 ? { unknown: 'x' } : {};
  const summary = choice % 3 === 0 ? 'the same' : `report ${world.count()}`;
  const usage = choice % 5 === 0 ? { tokens: choice, costUsd: choice / 100 } : null;
  world.happen(run, { ...emptyReport, dispatch: turn.dispatch, outcome, outputs, summary, usage });
}

function overrideOf({ pick, choice }: Step, job: string): OverrideAction {
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
  return choose(overrides, pick + choice) ?? { action: 'resume' };
}

function done(world: World, n: number): EffectResult {
  const number = 1000 + world.count() * 50 + n;
  return { kind: 'done', remote: { pull: number, issue: number + 1, head: `head-${n}` } };
}

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

function mergesOf(state: RunState): readonly { job: string; attempt: number; pull: number }[] {
  return Object.values(state.jobs).flatMap(({ id, merge, attempts }) =>
    merge === null ? [] : [{ job: id, attempt: attempts.length, pull: merge.pull }],
  );
}
