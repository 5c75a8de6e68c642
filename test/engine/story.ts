import { sha256 } from '../../src/base/digest.ts';
import type { OwnResult } from '../../src/engine/record.ts';
import { recordEffects } from '../../src/engine/record.ts';
import type { Config } from '../../src/engine/config.ts';
import type { InboxEvent } from '../../src/engine/draft.ts';
import { deadlinesOf } from '../../src/engine/deadlines.ts';
import type { Effect, EffectResult } from '../../src/engine/effect.ts';
import type {
  Actor,
  ChecksChanged,
  Deadline,
  MergeRefused,
  OverrideAction,
  ReportReceived,
  ReviewSubmitted,
  RunEvent,
} from '../../src/engine/event.ts';
import { TREADLE } from '../../src/engine/event.ts';
import type { Parent } from '../../src/engine/parent.ts';
import type { JobDocument } from '../../src/engine/state/job.ts';
import type { MeterDocument } from '../../src/engine/state/meter.ts';
import type { QueueDocument } from '../../src/engine/state/queue.ts';
import type { RunState } from '../../src/engine/state/run.ts';
import { addMs } from '../../src/engine/time.ts';
import type { Transition } from '../../src/engine/transition.ts';
import { transition } from '../../src/engine/transition.ts';
import type { TransitionContext } from '../../src/engine/transition-context.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import { formatEffect } from './format-effect.ts';

export const ceo: Actor = { kind: 'user', login: 'carol', id: 1 };
export const epoch = '2026-01-05T09:00:00.000Z';
export const minute = 60_000;

/** Two backend engineers, of whom the second has an agent; nobody holds product-manager. */
export const config: Config = {
  version: 1,
  roles: {
    ceo: [{ login: 'carol', id: 1, kind: 'user' }],
    'qa-engineer': [{ login: 'quinn', id: 2, kind: 'user' }],
    'engineering-manager': [{ login: 'emma', id: 3, kind: 'user' }],
    'backend-engineer': [
      { login: 'bob', id: 4, kind: 'user' },
      { login: 'bot', id: 5, kind: 'app' },
    ],
    'web-designer': [{ login: 'wanda', id: 6, kind: 'user' }],
    'product-manager': [],
  },
  agents: { bot: { dispatch: 'command', command: ['fix-it'] } },
  settings: { baseBranch: 'main', protectedPaths: [], leaseMinutes: 5 },
};

const compiled = new Map<string, Workflow>();

/** Compiles a workflow of a test, once; `on` may be left out. A diagnostic that is an error fails the test. */
export function workflowOf(yaml: string): Workflow {
  const known = compiled.get(yaml);
  if (known !== undefined) return known;
  const text = /^on:/m.test(yaml) ? yaml : `on: workflow_dispatch\n${yaml}`;
  const { workflow, diagnostics } = compileWorkflow({ path: '.github/treadle/workflows/test.yml', text });
  if (workflow === null) throw new Error(diagnostics.map((one) => one.message).join('\n'));
  compiled.set(yaml, workflow);
  return workflow;
}

/** Makes a value and all it holds unchangeable, so that a transition that changes its arguments throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

type Bare<T> = T extends RunEvent
  ? Omit<T, 'version' | 'run' | 'at' | 'wake' | 'id' | 'actor' | 'ground'>
  : never;
export type BareEvent = Bare<RunEvent>;

export interface Options {
  readonly title?: string;
  readonly labels?: readonly string[];
  readonly openedAt?: string;
  /** Who called it; nobody unless told. */
  readonly parent?: Parent;
  readonly configs?: Readonly<Record<string, Config>>;
  readonly inputs?: Readonly<Record<string, string | boolean | number>>;
  readonly queue?: QueueDocument;
  readonly meter?: MeterDocument;
  readonly run?: string;
  /** The required checks of a commit are the test's to tell; else they have succeeded. */
  readonly awaitsChecks?: boolean;
  readonly definitions?: Readonly<Record<string, Workflow>>;
  /** What the run is pinned to, where that is not what its text compiles to. */
  readonly workflow?: Workflow;
  readonly config?: Config;
  /** The time of several runs that are told together. */
  readonly clock?: { now: string };
  readonly callOf?: TransitionContext['callOf'];
  readonly nextRun?: () => number;
  /** What the run causes for others. */
  readonly deliver?: (events: readonly InboxEvent[]) => void;
}

export type Story = ReturnType<typeof beginStory>;

/** A run told event by event: each call is one event, a minute after the last, and answers with what the engine made of it. */
export function beginStory(yaml: string, options: Options = {}) {
  const run = options.run ?? '42-1';
  let workflow = options.workflow ?? workflowOf(yaml);
  let state: RunState | null = null;
  const clock = options.clock ?? { now: epoch };
  let count = 0;
  let pulls = 100;
  let last: Transition = { kind: 'ignored', reason: 'nothing yet' };
  let lastEvent: RunEvent | null = null;
  let before: ReadonlySet<string> = new Set();

  const context = (): TransitionContext => ({
    workflow,
    config: options.config ?? config,
    definitionOf: (sha) => options.definitions?.[sha],
    configOf: (sha) => options.configs?.[sha],
    ...(options.queue === undefined ? {} : { queue: options.queue }),
    ...(options.meter === undefined ? {} : { meter: options.meter }),
    ...(options.callOf === undefined ? {} : { callOf: options.callOf }),
    ...(options.nextRun === undefined ? {} : { nextRun: options.nextRun() }),
  });
  const apply = (event: RunEvent): Transition => {
    before = new Set(state?.run.outbox.map((entry) => entry.id));
    lastEvent = event;
    last = transition(context(), state, event);
    if (last.kind === 'applied') {
      state = deepFreeze(last.state);
      const pinned = options.definitions?.[state.run.definition];
      if (pinned !== undefined) workflow = pinned;
      const result = last;
      options.deliver?.(result.inbox);
      return result;
    }
    return last;
  };
  const happen = (bare: BareEvent, actor: Actor = TREADLE, id = `event-${++count}`): Transition => {
    clock.now = addMs(clock.now, minute);
    const claim = { wake: 'wake', until: addMs(clock.now, 10 * minute) };
    return apply({ version: 1, id, run, at: clock.now, actor, ground: 'test', wake: claim, ...bare });
  };
  const current = (): RunState => {
    if (state === null) throw new Error('the run did not start');
    return state;
  };
  const document = (job: string): JobDocument => {
    const found = current().jobs[job];
    if (found === undefined) throw new Error(`${job} has no document`);
    return found;
  };
  const dispatchOf = (job: string): string =>
    document(job).attempts.at(-1)?.turns.at(-1)?.dispatch ?? 'no dispatch';

  const done = (effect: Effect): EffectResult => {
    const opensPull = effect.type === 'open_gate' || effect.type === 'open_escalation';
    if (opensPull) pulls += 1;
    return {
      kind: 'done',
      remote: opensPull ? { pull: pulls, head: `head-${pulls}`, issue: pulls + 1000 } : {},
    };
  };

  return {
    id: run,
    happen,
    apply,
    document,
    dispatchOf,
    context,
    state: current,
    get now() {
      return clock.now;
    },
    get last() {
      return last;
    },
    get lastEvent() {
      if (lastEvent === null) throw new Error('nothing happened');
      return lastEvent;
    },
    /** The summary of the last event, or why it was ignored. */
    said: (): string => (last.kind === 'applied' ? last.summary : `ignored: ${last.reason}`),
    start: () =>
      happen({
        type: 'run_started',
        number: 1,
        workflow: workflow.key,
        definition: sha256('definition'),
        config: sha256('config'),
        trigger: {
          event: 'workflow_dispatch',
          repository: 'acme/shop',
          actor: ceo,
          issue: {
            number: 42,
            title: options.title ?? 'It is broken',
            body: 'Please fix.',
            labels: options.labels ?? ['bug', 'P1'],
            author: ceo,
            ...(options.openedAt === undefined ? {} : { openedAt: options.openedAt }),
          },
          inputs: options.inputs ?? {},
        },
        ...(options.parent === undefined ? {} : { parent: options.parent, inputs: {} }),
      }),
    report: (job: string, report: Partial<ReportReceived> = {}) => {
      const outcome = happen({
        type: 'report_received',
        dispatch: dispatchOf(job),
        outcome: 'success',
        outputs: {},
        summary: '',
        usage: null,
        source: 'comment 1',
        ...report,
      });
      const { merge = null, attempts = [] } = state?.jobs[job] ?? {};
      if (options.awaitsChecks === true || merge?.checks === undefined) return outcome;
      const { pull } = merge;
      const attempt = attempts.length;
      clock.now = addMs(clock.now, -minute);
      return happen({ type: 'checks_changed', job, attempt, pull, verdict: 'passed', names: [] });
    },
    fail: (job: string, summary = `${job} failed`) =>
      happen({
        type: 'report_received',
        dispatch: dispatchOf(job),
        outcome: 'failure',
        outputs: {},
        // Two equal reports are a loop; tests of that give the summary.
        summary: summary === `${job} failed` ? `${summary} at ${clock.now}` : summary,
        usage: null,
        source: 'comment 1',
      }),
    malformed: (job: string, problem = 'no report block') =>
      happen({ type: 'report_malformed', dispatch: dispatchOf(job), problem, source: 'comment 1' }),
    crash: (job: string, problem = 'exit code 1') =>
      happen({ type: 'agent_crashed', dispatch: dispatchOf(job), problem }),
    review: (
      job: string,
      verdict: 'approved' | 'changes_requested',
      body = '',
      more: Partial<ReviewSubmitted> = {},
    ) => {
      const found = document(job);
      const asked = found.escalation ?? found.gate;
      const pull = asked?.pull ?? 0;
      const head = asked?.head ?? 'unknown';
      return happen(
        { type: 'review_submitted', job, pull, review: ++count, verdict, head, body, ...more },
        ceo,
      );
    },
    override: (override: OverrideAction, reason = 'because') =>
      happen({ type: 'override_issued', override, reason }, ceo),
    /** Lets the job's deadline of that kind pass, exactly when it falls due. */
    pass: (kind: Deadline['kind'], job: string) => {
      const deadline = deadlinesOf(current()).find((one) => one.kind === kind && one.job === job);
      if (deadline === undefined) throw new Error(`no ${kind} of ${job}`);
      clock.now = addMs(deadline.at, -minute);
      return happen({ type: 'deadline_passed', deadline });
    },
    /** The required checks were read. */
    checks: (verdict: ChecksChanged['verdict'] = 'passed', names: readonly string[] = [], job = 'commit') => {
      const attempt = document(job).attempts.length;
      const pull = document(job).merge?.pull ?? 0;
      return happen({ type: 'checks_changed', job, attempt, pull, verdict, names });
    },
    merged: (job = 'commit', commit = 'c0ffee') => {
      const attempt = document(job).attempts.length;
      return happen({
        type: 'pull_request_merged',
        job,
        attempt,
        pull: document(job).merge?.pull ?? 0,
        commit,
      });
    },
    refuse: (cause: MergeRefused['cause'], detail = `refused: ${cause}`, job = 'commit') => {
      const attempt = document(job).attempts.length;
      const pull = document(job).merge?.pull ?? 0;
      return happen({ type: 'merge_refused', job, attempt, pull, cause, detail });
    },
    /** Performs what is in the outbox (of some type, or all) and records what `perform` says of it; done by default. */
    perform: (type?: Effect['type'], perform: (effect: Effect) => EffectResult | null = done) => {
      const results: OwnResult[] = [];
      for (const { id, effect } of current().run.outbox) {
        if (type !== undefined && effect.type !== type) continue;
        const result = perform(effect);
        if (result !== null) results.push({ effect: id, result });
      }
      clock.now = addMs(clock.now, minute);
      before = new Set(current().run.outbox.map((entry) => entry.id));
      const wake = { wake: 'recorder', until: addMs(clock.now, 10 * minute) };
      const event = {
        version: 1,
        type: 'effects_recorded',
        id: `recorded-${++count}`,
        at: clock.now,
        results: [],
        commits: {},
        wake,
      } as const;
      const recorded = recordEffects(context(), current(), results, event);
      state = deepFreeze(recorded);
      return recorded;
    },
    /** Replaces the commit queue, as another run's transition would. */
    setQueue: (queue: QueueDocument) => {
      state = deepFreeze({ ...current(), queue });
    },
    /** Job → how it stands, for instance `completed failure as success`. */
    lines: (): Record<string, string> =>
      Object.fromEntries(
        Object.entries(current().run.jobs).map(([job, { status, conclusion, result }]) => [
          job,
          [status, conclusion, result === conclusion ? null : `as ${result ?? 'nothing'}`]
            .filter((part) => part !== null)
            .join(' '),
        ]),
      ),
    /** Attempts of a job as `outcome: reason`. */
    attempts: (job: string): string[] =>
      document(job).attempts.map(({ outcome, reason }) =>
        reason === null ? outcome : `${outcome}: ${reason}`,
      ),
    /** What the last event wished, without the status comment. */
    effects: (): string[] =>
      current()
        .run.outbox.filter((entry) => !before.has(entry.id) && entry.effect.type !== 'update_status')
        .map((entry) => formatEffect(entry.effect)),
  };
}
