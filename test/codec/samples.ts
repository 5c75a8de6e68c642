import { sha256 } from '../../src/base/digest.ts';
import type {
  CursorDocument,
  DeadlineDocument,
  DefinitionDocument,
  AnswerIndex,
  ChecksIndex,
  DispatchIndex,
  FingerprintDocument,
  FinishedIndex,
  HealingDocument,
  InboxDocument,
  IssueIndex,
  NoticeDocument,
  OutboxIndex,
  PullIndex,
  RootDocument,
  SinceIndex,
} from '../../src/codec/documents.ts';
import type { DocumentKind } from '../../src/codec/schemas.ts';
import type { Config } from '../../src/engine/config.ts';
import type { MetricsDocument } from '../../src/engine/metrics.ts';
import type { JobDocument } from '../../src/engine/state/job.ts';
import type { MeterDocument } from '../../src/engine/state/meter.ts';
import type { QueueDocument } from '../../src/engine/state/queue.ts';
import type { RunDocument } from '../../src/engine/state/run.ts';
import type { GroupDocument } from '../../src/engine/group.ts';

/** One document of every kind, with every field filled somewhere: what is on a branch in the middle of a bug's fix. */
const carol = { kind: 'user', login: 'carol', id: 1 } as const;
const bob = { login: 'bob', id: 4, kind: 'user' } as const;
const claim = { wake: 'wake-7', until: '2026-01-05T09:20:00Z' };
const head = sha256('head').slice(0, 40);
const merged = sha256('merged').slice(0, 40);

const run: RunDocument = {
  version: 1,
  id: '42-1',
  issue: 42,
  number: 1,
  title: '#42 The total is wrong',
  workflow: 'bug',
  definition: sha256('definition'),
  config: sha256('config'),
  trigger: {
    event: 'issues',
    repository: 'acme/shop',
    actor: carol,
    issue: {
      number: 42,
      title: 'The total is wrong',
      body: 'Two items of 1.10 come to 2.3.\n\nSee `src/total.js`.',
      labels: ['bug', 'P1'],
      author: carol,
    },
    inputs: { loud: true, note: 'first “try”' },
  },
  status: 'in_progress',
  conclusion: null,
  createdAt: '2026-01-05T09:00:00Z',
  updatedAt: '2026-01-05T09:10:00.250Z',
  completedAt: null,
  paused: { by: carol, reason: 'Wait for the release.', at: '2026-01-05T09:09:00Z' },
  cancelled: null,
  cycles: { 'approve.on-rejected': 1 },
  jobs: {
    triage: { status: 'completed', conclusion: 'success', result: 'success' },
    lint: { status: 'completed', conclusion: 'failure', result: 'success' },
    investigate: { status: 'in_progress', conclusion: null, result: null },
    approve: { status: 'queued', conclusion: null, result: null },
  },
  outbox: [
    {
      id: 'e1',
      effect: { type: 'dispatch', job: 'investigate', attempt: 1, turn: 2, dispatch: 'd2' },
      claim,
      failures: 1,
      problem: 'The forge answered 502.',
    },
    { id: 'e2', effect: { type: 'update_status' }, claim, failures: 0, problem: null },
  ],
  statusComment: 501,
  overrides: ['o1'],
  lastEvent: 'ev9',
  lastCommit: { event: 'ev8', oid: head },
};

const job: JobDocument = {
  version: 1,
  id: 'investigate',
  role: 'backend-engineer',
  reassigned: null,
  assignee: bob,
  attempts: [
    {
      number: 1,
      startedAt: '2026-01-05T09:02:00Z',
      endedAt: null,
      outcome: 'running',
      reason: null,
      turns: [
        {
          number: 1,
          dispatch: 'd1',
          assignee: bob,
          dispatchedAt: '2026-01-05T09:02:00Z',
          endedAt: '2026-01-05T09:08:00Z',
          outcome: 'continue',
          summary: 'Found the file; the line is next.',
          report: sha256('report'),
          usage: { tokens: 12_000, costUsd: 0.11 },
          outputs: { 'root-cause': 'src/total.js rounds too early.\n'.repeat(40) },
          endedBy: 'ev7',
        },
        {
          number: 2,
          dispatch: 'd2',
          assignee: bob,
          dispatchedAt: '2026-01-05T09:08:00Z',
          endedAt: null,
          outcome: 'open',
          summary: null,
          report: null,
          usage: null,
          outputs: {},
          remote: { comment: 501, workflowRun: 9001 },
          held: 'approval',
        },
      ],
    },
  ],
  budgetFrom: 1,
  outputs: {},
  timeoutAt: '2026-01-05T10:02:00Z',
  retryAt: null,
  feedback: { from: 'approve', text: 'Why would that help?' },
  gate: {
    attempt: 1,
    kind: 'text',
    question: 'Round once, at the end?',
    shown: { investigate: { proposal: 'Round once.' } },
    digest: sha256('plan'),
    pull: 101,
    head,
    answer: {
      verdict: 'changes_requested',
      by: carol,
      review: 77,
      head,
      body: 'Why would that help?',
      at: '2026-01-05T09:07:00Z',
    },
    voided: ['#101 changed.'],
  },
  escalation: {
    id: 'x1',
    cause: 'attempts',
    reason: 'investigate failed 3 times.',
    at: '2026-01-05T09:09:00Z',
    issue: 43,
    pull: 102,
    head: null,
  },
  merge: { pull: 103, head, expiries: 1 },
};

const queue: QueueDocument = {
  version: 1,
  base: 'main',
  entries: [
    { run: '42-1', job: 'commit', attempt: 1, since: '2026-01-05T09:40:00Z' },
    { run: '44-1', job: 'commit', attempt: 2, since: '2026-01-05T09:41:00Z' },
  ],
  lease: {
    run: '42-1',
    job: 'commit',
    attempt: 1,
    grantedAt: '2026-01-05T09:40:00Z',
    until: '2026-01-05T09:45:00Z',
    fence: 'ev20',
  },
};

const config: Config = {
  version: 1,
  roles: { ceo: [{ login: 'carol', id: 1, kind: 'user' }], 'backend-engineer': [bob] },
  agents: {
    bob: { dispatch: 'comment' },
    fixer: { dispatch: 'command', command: ['node', 'fix.mjs'] },
    remote: { dispatch: 'workflow', workflow: 'agent.yml', ref: 'main', inputs: { model: 'large' } },
  },
  settings: {
    baseBranch: 'main',
    protectedPaths: ['.github/**'],
    leaseMinutes: 5,
    limits: {
      dispatchesPerHourPerRun: 300,
      dispatchesPerHour: 1000,
      hops: 500,
      tokensPerRun: null,
      costUsdPerRun: 12.5,
    },
    escalationReminderHours: 24,
  },
};

const meter: MeterDocument = {
  version: 1,
  hour: '2026-01-05T09',
  dispatches: 17,
  tripped: { run: '42-1', job: 'fix' },
};

const metrics: MetricsDocument = {
  version: 1,
  month: '2026-01',
  workflows: {
    bug: {
      conclusions: { success: 2, failure: 1 },
      resolution: { count: 2, sum: 500, max: 320, buckets: { '180': 1, '900': 1 } },
      escalated: 1,
      escalations: { turns: 1 },
      cycles: { count: 3, sum: 1, max: 1, buckets: { '0': 2, '1': 1 } },
      dispatches: { count: 3, sum: 17, max: 7, buckets: { '5': 1, '10': 2 } },
      redispatch: { count: 0, sum: 0, max: 0, buckets: {} },
      usage: { tokens: 48_000, costMicroUsd: 440_000 },
      jobs: {
        investigate: {
          type: 'task',
          outcomes: { success: 3, failure: 1 },
          attempts: { count: 3, sum: 4, max: 2, buckets: { '1': 2, '2': 1 } },
          turns: { count: 4, sum: 6, max: 3, buckets: { '1': 3, '3': 1 } },
          reworks: 0,
          duration: { count: 4, sum: 1000, max: 604_801, buckets: { '300': 3, more: 1 } },
        },
      },
    },
  },
  waits: { ceo: { count: 1, sum: 240, max: 240, buckets: { '300': 1 } } },
  leases: {
    queued: { count: 1, sum: 30, max: 30, buckets: { '30': 1 } },
    held: { count: 1, sum: 2, max: 2, buckets: { '5': 1 } },
    depth: { count: 1, sum: 2, max: 2, buckets: { '2': 1 } },
  },
};

const group: GroupDocument = {
  version: 1,
  name: 'Deploy',
  running: { run: '42-1', job: 'deploy', since: '2026-01-05T09:40:00Z', displacedBy: '44-1' },
  pending: [{ run: '44-1', job: null, since: '2026-01-05T09:41:00Z' }],
};

export const samples: Readonly<Record<DocumentKind, unknown>> = {
  run,
  job,
  queue,
  meter,
  group,
  config,
  root: { version: 1, repository: 'acme/shop', since: '2026-01-05T08:00:00Z' } satisfies RootDocument,
  definition: {
    version: 1,
    entry: '.github/treadle/workflows/bug.yml',
    roles: ['backend-engineer', 'ceo'],
    files: [{ path: '.github/treadle/workflows/bug.yml', text: 'name: Bug fix\non: workflow_dispatch\n' }],
  } satisfies DefinitionDocument,
  cursor: {
    version: 1,
    since: '2026-01-05T09:00:00Z',
    seen: { 'comment 12': '2026-01-05T09:01:00Z' },
  } satisfies CursorDocument,
  notice: {
    version: 1,
    issue: 43,
    text: '**Nothing was started.** No workflow wants it.\n',
    claim,
  } satisfies NoticeDocument,
  'since-index': { version: 1, since: '2026-01-05T09:00:00Z' } satisfies SinceIndex,
  'issue-index': {
    version: 1,
    issue: 42,
    runs: ['42-1'],
    active: '42-1',
    escalation: { run: '41-1', job: 'fix' },
  } satisfies IssueIndex,
  'pull-index': {
    version: 1,
    pull: 101,
    run: '42-1',
    job: 'approve',
    kind: 'text',
    head,
  } satisfies PullIndex,
  'dispatch-index': {
    version: 1,
    dispatch: 'd2',
    run: '42-1',
    job: 'investigate',
    attempt: 1,
    turn: 2,
  } satisfies DispatchIndex,
  'answer-index': {
    version: 1,
    dispatch: 'd2',
    run: '42-1',
    job: 'investigate',
    since: '2026-01-05T09:08:00Z',
    workflowRun: 9001,
    held: null,
  } satisfies AnswerIndex,
  'checks-index': {
    version: 1,
    run: '42-1',
    job: 'commit',
    attempt: 1,
    pull: 12,
    state: 'pending',
    since: '2026-01-05T09:30:00Z',
  } satisfies ChecksIndex,
  'outbox-index': { version: 1, run: '42-1', until: '2026-01-05T09:20:00Z' } satisfies OutboxIndex,
  metrics,
  fingerprint: {
    version: 1,
    fingerprint: sha256('failure'),
    title: 'The total is wrong',
    source: 'api',
    errorType: 'TypeError',
    severity: 'high',
    message: 'Cannot read properties of undefined',
    stack: '    at total (src/total.js:7:3)',
    context: { path: '/cart' },
    issue: 42,
    count: 3,
    firstSeen: '2026-01-05T08:00:00Z',
    lastSeen: '2026-01-05T09:00:00Z',
    writtenAt: '2026-01-05T09:00:00Z',
    occurrences: ['workflow run 12'],
    regressions: 1,
    wish: 'update',
  } satisfies FingerprintDocument,
  healing: {
    version: 1,
    pending: [{ fingerprint: sha256('failure'), claim }],
    filedAt: ['2026-01-05T08:00:00Z'],
  } satisfies HealingDocument,
  'finished-index': {
    version: 1,
    run: '41-1',
    issue: 41,
    workflow: 'bug',
    title: '#41 The page is blank',
    conclusion: 'success',
    completedAt: '2026-01-04T17:00:00Z',
    commit: merged,
    lastCommit: head,
  } satisfies FinishedIndex,
  deadline: {
    version: 1,
    run: '42-1',
    kind: 'timeout',
    job: 'investigate',
    attempt: 1,
    at: '2026-01-05T10:02:00Z',
  } satisfies DeadlineDocument,
  inbox: {
    version: 1,
    event: {
      version: 1,
      type: 'queue_advanced',
      id: 'ev30',
      run: '44-1',
      at: '2026-01-05T09:44:00Z',
      actor: { kind: 'treadle', login: 'treadle', id: 0 },
      ground: 'the commit of 42-1 is done',
      wake: claim,
      base: 'main',
    },
  } satisfies InboxDocument,
};
