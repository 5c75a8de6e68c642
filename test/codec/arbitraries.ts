import fc from 'fast-check';

import type { Json } from '../../src/base/canonical-json.ts';
import { sha256 } from '../../src/base/digest.ts';
import type {
  CursorDocument,
  DeadlineDocument,
  DefinitionDocument,
  DispatchIndex,
  FinishedIndex,
  InboxDocument,
  IssueIndex,
  OutboxIndex,
  PullIndex,
  RootDocument,
} from '../../src/codec/documents.ts';
import type { Actor } from '../../src/engine/actor.ts';
import type { Agent, Config, Member } from '../../src/engine/config.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type {
  Attempt,
  Claim,
  Escalation,
  Gate,
  JobDocument,
  JobLine,
  QueueDocument,
  Recorded,
  RunDocument,
  Trigger,
  Turn,
} from '../../src/engine/state.ts';

const version = fc.constant(1 as const);
const count = fc.integer({ min: 1, max: 2 ** 40 });
const name = fc.stringMatching(/^[A-Za-z_][\w-]{0,30}$/);
const id = fc.stringMatching(/^[0-9a-f]{24}$/);
const run = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 99 }))
  .map((n) => n.join('-'));
const oid = fc.stringMatching(/^[0-9a-f]{40}$/);
export const digest = fc.string({ maxLength: 5 }).map(sha256);
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });

/** Times as events have them: with milliseconds or without. */
export const time = fc
  .tuple(
    fc.date({ min: new Date('2020-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }),
    fc.boolean(),
  )
  .map(([date, whole]) => (whole ? `${date.toISOString().slice(0, 19)}Z` : date.toISOString()));

/** A line of text as people and agents write it, hostile ones among them. */
const line = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '{"blob":1}',
    'a\ud800b',
    '\u0000',
    '\u2028',
    'Treadle-Run: 9-9',
    '}\n',
    '${{ secrets.X }}',
  ),
  digest,
);

/** Texts on both sides of the limit beyond which they are kept apart. */
export const text = fc.oneof(
  { weight: 4, arbitrary: line },
  {
    weight: 1,
    arbitrary: fc.tuple(line, fc.integer({ min: 1, max: 60 })).map(([s, n]) => `${s}…`.repeat(n * 5)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'x'.repeat(1024),
      'x'.repeat(1025),
      'é'.repeat(513),
      `${'y'.repeat(2000)}\udc00`,
    ),
  },
);

/** Names that meet something in JavaScript or in the stored form. */
const key = fc.oneof(name, fc.constantFrom('__proto__', 'constructor', 'toString', 'blob', 'length', '0'));
const outputs = fc.dictionary(key, text, { maxKeys: 4 });

const actor: fc.Arbitrary<Actor> = fc.record({
  kind: fc.constantFrom('user', 'app', 'treadle'),
  login: name,
  id: fc.nat(),
});
const member: fc.Arbitrary<Member> = fc.record({
  login: name,
  id: fc.nat(),
  kind: fc.constantFrom('user', 'app'),
});
const claim: fc.Arbitrary<Claim> = fc.record({ wake: name, until: time });
const recorded: fc.Arbitrary<Recorded> = fc.record({ by: actor, reason: text, at: time });

const status = fc.constantFrom('queued', 'pending', 'waiting', 'in_progress', 'completed');
const conclusion = fc.constantFrom('success', 'failure', 'cancelled', 'skipped');

export const jobLine: fc.Arbitrary<JobLine> = fc.oneof(
  fc.record({
    status: fc.constantFrom('queued', 'pending', 'waiting', 'in_progress'),
    conclusion: fc.constant(null),
    result: fc.constant(null),
  }),
  fc.record({ status: fc.constant('completed' as const), conclusion, result: conclusion }),
);

export const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc.record({
    type: fc.constant('dispatch' as const),
    job: name,
    attempt: count,
    turn: count,
    dispatch: id,
  }),
  fc.record({ type: fc.constant('cancel_dispatch' as const), job: name, dispatch: id, reason: text }),
  fc.record({ type: fc.constant('open_gate' as const), job: name, attempt: count }),
  fc.record({
    type: fc.constant('close_gate' as const),
    job: name,
    attempt: count,
    pull: count,
    reason: text,
  }),
  fc.record({ type: fc.constant('open_escalation' as const), job: name, escalation: id }),
  fc.record({
    type: fc.constant('close_escalation' as const),
    escalation: id,
    issue: count,
    pull: orNull(count),
    answer: text,
  }),
  fc.record({
    type: fc.constant('merge_pull' as const),
    job: name,
    attempt: count,
    pull: count,
    head: orNull(oid),
    fence: id,
  }),
  fc.record({ type: fc.constant('reply' as const), to: name, text }),
  fc.record({ type: fc.constant('update_status' as const) }),
  fc.record({
    type: fc.constant('close_issue' as const),
    reason: fc.constantFrom('completed' as const, 'not_planned' as const),
  }),
);

const trigger: fc.Arbitrary<Trigger> = fc.record({
  event: fc.constantFrom('issues', 'workflow_dispatch'),
  repository: name,
  actor,
  issue: fc.record({
    number: count,
    title: text,
    body: text,
    labels: fc.array(line, { maxLength: 3 }),
    author: actor,
  }),
  inputs: fc.dictionary(key, fc.oneof(text, fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>), {
    maxKeys: 3,
  }),
});

export const runDocument: fc.Arbitrary<RunDocument> = fc.record({
  version,
  id: run,
  issue: count,
  number: count,
  title: text,
  workflow: name,
  definition: digest,
  config: digest,
  trigger,
  status,
  conclusion: orNull(conclusion),
  createdAt: time,
  updatedAt: time,
  completedAt: orNull(time),
  paused: orNull(recorded),
  cancelled: orNull(recorded),
  cycles: fc.dictionary(name, fc.nat(), { maxKeys: 3 }),
  jobs: fc.dictionary(key, jobLine, { maxKeys: 6 }),
  outbox: fc.array(fc.record({ id, effect, claim, failures: fc.nat(), problem: orNull(text) }), {
    maxLength: 4,
  }),
  statusComment: orNull(count),
  overrides: fc.array(id, { maxLength: 3 }),
  lastEvent: id,
  lastCommit: orNull(fc.record({ event: id, oid })),
});

const turn: fc.Arbitrary<Turn> = fc.record(
  {
    number: count,
    dispatch: id,
    assignee: member,
    dispatchedAt: time,
    endedAt: orNull(time),
    outcome: fc.constantFrom(
      'open',
      'success',
      'failure',
      'continue',
      'malformed',
      'crashed',
      'timed_out',
      'cancelled',
    ),
    summary: orNull(text),
    report: orNull(digest),
    usage: orNull(
      fc.record({
        tokens: orNull(fc.nat()),
        costUsd: orNull(fc.double({ min: 0, max: 1e6, noNaN: true })),
      }),
    ),
    outputs,
    endedBy: id,
    refused: fc.constant(true as const),
  },
  {
    requiredKeys: [
      'number',
      'dispatch',
      'assignee',
      'dispatchedAt',
      'endedAt',
      'outcome',
      'summary',
      'report',
      'usage',
      'outputs',
    ],
  },
);

const attempt: fc.Arbitrary<Attempt> = fc.record(
  {
    number: count,
    startedAt: time,
    endedAt: orNull(time),
    outcome: fc.constantFrom(
      'running',
      'success',
      'failure',
      'timed_out',
      'rejected',
      'cancelled',
      'skipped',
    ),
    reason: orNull(text),
    turns: fc.array(turn, { maxLength: 2 }),
    review: count,
  },
  { requiredKeys: ['number', 'startedAt', 'endedAt', 'outcome', 'reason', 'turns'] },
);

const gate: fc.Arbitrary<Gate> = fc.record({
  attempt: count,
  kind: fc.constantFrom('text', 'code'),
  question: text,
  shown: fc.dictionary(name, outputs, { maxKeys: 2 }),
  digest,
  pull: orNull(count),
  head: orNull(oid),
  answer: orNull(
    fc.record({
      verdict: fc.constantFrom('approved' as const, 'changes_requested' as const),
      by: actor,
      review: orNull(count),
      head: orNull(oid),
      body: text,
      at: time,
    }),
  ),
  voided: fc.array(text, { maxLength: 2 }),
});

const escalation: fc.Arbitrary<Escalation> = fc.record({
  id,
  cause: fc.constantFrom(
    'attempts',
    'cycles',
    'turns',
    'timeout',
    'nobody-in-role',
    'loop',
    'effect-failed',
    'failure',
  ),
  reason: text,
  at: time,
  issue: orNull(count),
  pull: orNull(count),
  head: orNull(oid),
});

export const jobDocument: fc.Arbitrary<JobDocument> = fc.record({
  version,
  id: name,
  role: orNull(name),
  reassigned: orNull(name),
  assignee: orNull(member),
  attempts: fc.array(attempt, { maxLength: 3 }),
  budgetFrom: count,
  outputs,
  timeoutAt: orNull(time),
  retryAt: orNull(time),
  feedback: orNull(fc.record({ from: name, text })),
  gate: orNull(gate),
  escalation: orNull(escalation),
  merge: orNull(
    fc.record({ pull: count, head: orNull(oid), expiries: count }, { requiredKeys: ['pull', 'head'] }),
  ),
});

const queueEntry = { run, job: name, attempt: count };
export const queueDocument: fc.Arbitrary<QueueDocument> = fc.record({
  version,
  base: line,
  entries: fc.array(fc.record({ ...queueEntry, since: time }), { maxLength: 4 }),
  lease: orNull(fc.record({ ...queueEntry, grantedAt: time, until: time, fence: id })),
});

const agent: fc.Arbitrary<Agent> = fc.oneof(
  fc.record({ dispatch: fc.constantFrom('comment' as const, 'assign' as const) }),
  fc.record({ dispatch: fc.constant('workflow' as const), workflow: line }),
  fc.record({
    dispatch: fc.constant('command' as const),
    command: fc.array(line, { minLength: 1, maxLength: 3 }),
  }),
);

export const config: fc.Arbitrary<Config> = fc.record({
  version,
  roles: fc.dictionary(key, fc.array(member, { maxLength: 3 }), { maxKeys: 3 }),
  agents: fc.dictionary(key, agent, { maxKeys: 3 }),
  settings: fc.record({
    baseBranch: line,
    protectedPaths: fc.array(line, { maxLength: 3 }),
    leaseMinutes: fc.double({ min: 0.1, max: 1e4, noNaN: true }),
  }),
});

export const root: fc.Arbitrary<RootDocument> = fc.record({ version, repository: line, since: time });
export const definition: fc.Arbitrary<DefinitionDocument> = fc.record({
  version,
  entry: line,
  roles: fc.array(name, { maxLength: 3 }),
  files: fc.array(fc.record({ path: line, text }), { maxLength: 2 }),
});
export const cursor: fc.Arbitrary<CursorDocument> = fc.record({
  version,
  since: time,
  seen: fc.dictionary(key, line, { maxKeys: 4 }),
});
export const issueIndex: fc.Arbitrary<IssueIndex> = fc.record({
  version,
  issue: count,
  runs: fc.array(run, { maxLength: 3 }),
  active: orNull(run),
  escalation: orNull(fc.record({ run, job: name })),
});
export const pullIndex: fc.Arbitrary<PullIndex> = fc.record({
  version,
  pull: count,
  run,
  job: name,
  kind: fc.constantFrom('text', 'code', 'escalation'),
  head: orNull(oid),
});
export const dispatchIndex: fc.Arbitrary<DispatchIndex> = fc.record({
  version,
  dispatch: id,
  run,
  job: name,
  attempt: count,
  turn: count,
});
export const outboxIndex: fc.Arbitrary<OutboxIndex> = fc.record({ version, run, until: time });
export const finishedIndex: fc.Arbitrary<FinishedIndex> = fc.record({
  version,
  run,
  issue: count,
  workflow: name,
  title: line,
  conclusion,
  completedAt: time,
  commit: oid,
  lastCommit: orNull(oid),
});
export const deadlineDocument: fc.Arbitrary<DeadlineDocument> = fc.record({
  version,
  run,
  kind: fc.constantFrom('timeout', 'retry', 'lease'),
  job: name,
  attempt: count,
  at: time,
});
export const inboxDocument: fc.Arbitrary<InboxDocument> = fc.record({
  version,
  event: fc.record({
    version,
    type: fc.constant('queue_advanced' as const),
    id,
    run,
    at: time,
    actor,
    ground: line,
    wake: claim,
    base: line,
  }),
});
