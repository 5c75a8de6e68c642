import type { Config, Member } from '../../../src/engine/config.ts';
import type { Effect } from '../../../src/engine/effect.ts';
import type { Actor } from '../../../src/engine/event.ts';
import type { Attempt, JobDocument, Turn } from '../../../src/engine/state/job.ts';
import type { Escalation } from '../../../src/engine/state/escalation.ts';
import type { Gate } from '../../../src/engine/state/gate.ts';
import type { JobLine, RunDocument, RunState } from '../../../src/engine/state/run.ts';
import type { OutboxEntry } from '../../../src/engine/state/outbox.ts';
import type { QueueDocument } from '../../../src/engine/state/queue.ts';
import type { Workflow } from '../../../src/workflow/model.ts';

export const ALICE: Member = { login: 'alice', id: 11, kind: 'user' };
export const BOT: Member = { login: 'fixer[bot]', id: 12, kind: 'app' };
export const CARLA: Actor = { kind: 'user', login: 'carla', id: 13 };

export const CONFIG: Config = {
  version: 1,
  roles: {
    'qa-engineer': [{ login: 'quinn', id: 10, kind: 'user' }],
    'backend-engineer': [ALICE, BOT],
    'web-designer': [],
    ceo: [{ login: 'carla', id: 13, kind: 'user' }],
  },
  agents: {
    alice: { dispatch: 'comment' },
    'fixer[bot]': { dispatch: 'command', command: ['node', 'fixer.mjs'] },
  },
  settings: { baseBranch: 'main', protectedPaths: [], leaseMinutes: 5 },
};

/** A time on the day of all tests. */
export const at = (clock: string): string => `2026-01-05T${clock}:00.000Z`;

const LINES = {
  queued: { status: 'queued', conclusion: null, result: null },
  pending: { status: 'pending', conclusion: null, result: null },
  waiting: { status: 'waiting', conclusion: null, result: null },
  in_progress: { status: 'in_progress', conclusion: null, result: null },
  success: { status: 'completed', conclusion: 'success', result: 'success' },
  failure: { status: 'completed', conclusion: 'failure', result: 'failure' },
  cancelled: { status: 'completed', conclusion: 'cancelled', result: 'cancelled' },
  skipped: { status: 'completed', conclusion: 'skipped', result: 'skipped' },
} as const satisfies Record<string, JobLine>;

type LineName = keyof typeof LINES;

export const EMPTY_QUEUE: QueueDocument = { version: 1, base: 'main', entries: [], lease: null };

interface StateParts {
  readonly run?: Partial<RunDocument>;
  readonly jobs?: readonly JobDocument[];
  readonly queue?: QueueDocument;
}

/** A run of a workflow whose jobs stand as named, the others queued. */
export function stateOf(
  workflow: Workflow,
  lines: Readonly<Record<string, LineName>>,
  { run = {}, jobs = [], queue = EMPTY_QUEUE }: StateParts = {},
): RunState {
  const ids = [...workflow.jobs.keys()];
  return {
    run: {
      version: 1,
      id: '42-1',
      issue: 42,
      number: 1,
      title: 'Totals are wrong',
      workflow: workflow.key,
      definition: 'd'.repeat(64),
      config: 'c'.repeat(64),
      trigger: {
        event: 'issues',
        repository: 'acme/shop',
        actor: CARLA,
        issue: {
          number: 42,
          title: 'Totals are wrong',
          body: 'The sum is off by one.',
          labels: ['bug'],
          author: CARLA,
        },
        inputs: {},
      },
      status: 'in_progress',
      conclusion: null,
      createdAt: at('10:00'),
      updatedAt: at('10:30'),
      completedAt: null,
      paused: null,
      cancelled: null,
      cycles: {},
      jobs: Object.fromEntries(ids.map((id) => [id, LINES[lines[id] ?? 'queued']])),
      outbox: [],
      statusComment: null,
      overrides: [],
      lastEvent: 'event',
      lastCommit: null,
      ...run,
    },
    jobs: Object.fromEntries(jobs.map((job) => [job.id, job])),
    queue,
  };
}

export function documentOf(id: string, overrides: Partial<JobDocument> = {}): JobDocument {
  return {
    version: 1,
    id,
    role: 'backend-engineer',
    reassigned: null,
    assignee: ALICE,
    attempts: [],
    budgetFrom: 1,
    outputs: {},
    timeoutAt: null,
    retryAt: null,
    feedback: null,
    gate: null,
    escalation: null,
    merge: null,
    ...overrides,
  };
}

export function attemptOf(number: number, overrides: Partial<Attempt> = {}): Attempt {
  return {
    number,
    startedAt: at('10:05'),
    endedAt: null,
    outcome: 'running',
    reason: null,
    turns: [],
    ...overrides,
  };
}

export function failedAttempt(
  number: number,
  reason: string | null,
  overrides: Partial<Attempt> = {},
): Attempt {
  return attemptOf(number, {
    startedAt: at(`10:${String(number).padStart(2, '0')}`),
    endedAt: at(`10:${String(number + 1).padStart(2, '0')}`),
    outcome: 'failure',
    reason,
    turns: [turnOf(1, { endedAt: at('10:10'), outcome: 'failure', summary: reason })],
    ...overrides,
  });
}

export function turnOf(number: number, overrides: Partial<Turn> = {}): Turn {
  return {
    number,
    dispatch: `dispatch-${number}`,
    assignee: ALICE,
    dispatchedAt: at('10:05'),
    endedAt: null,
    outcome: 'open',
    summary: null,
    report: null,
    usage: null,
    outputs: {},
    ...overrides,
  };
}

export function gateOf(overrides: Partial<Gate> = {}): Gate {
  return {
    attempt: 1,
    kind: 'text',
    question: 'May the off-by-one be fixed in `sum.js`?',
    shown: {
      investigate: {
        'root-cause': 'The loop ends one too early.',
        proposal: 'Line 3:\n- i < n - 1\n+ i < n',
      },
    },
    digest: 'a'.repeat(64),
    pull: 43,
    head: 'b'.repeat(40),
    answer: null,
    voided: [],
    ...overrides,
  };
}

export function escalationOf(overrides: Partial<Escalation> = {}): Escalation {
  return {
    id: 'e5ca1a7e0123456789abcdef',
    cause: 'attempts',
    reason: 'The job failed three times.',
    at: at('10:20'),
    issue: 50,
    pull: 51,
    head: 'f'.repeat(40),
    ...overrides,
  };
}

export function outboxOf(effect: Effect, overrides: Partial<OutboxEntry> = {}): OutboxEntry {
  const claim = { wake: 'wake-1', until: at('10:35') };
  return { id: 'effect', effect, claim, failures: 0, problem: null, ...overrides };
}
