import fc from 'fast-check';

import type {
  AnswerIndex,
  ChecksIndex,
  CursorDocument,
  DeadlineDocument,
  DefinitionDocument,
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
} from '../../../src/codec/documents.ts';
import type { Agent, Config } from '../../../src/engine/config.ts';
import { histogramOf, type Histogram, type Scale } from '../../../src/engine/histogram.ts';
import type { JobMetrics, MetricsDocument, WorkflowMetrics } from '../../../src/engine/metrics.ts';
import type { MeterDocument } from '../../../src/engine/state/meter.ts';
import type { QueueDocument } from '../../../src/engine/state/queue.ts';
import type { GroupDocument, GroupMember } from '../../../src/engine/group.ts';
import {
  version,
  count,
  name,
  id,
  digest,
  run,
  oid,
  orNull,
  time,
  hour,
  line,
  text,
  key,
  actor,
  member,
  claim,
  recorded,
  given,
  conclusion,
} from './parts.ts';
import { parent, trigger } from './run.ts';

const queueEntry = { run, job: name, attempt: count };
export const queueDocument: fc.Arbitrary<QueueDocument> = fc.record(
  {
    version,
    base: line,
    entries: fc.array(
      fc.record(
        { ...queueEntry, since: time, behind: run },
        { requiredKeys: ['run', 'job', 'attempt', 'since'] },
      ),
      { maxLength: 4 },
    ),
    lease: orNull(fc.record({ ...queueEntry, grantedAt: time, until: time, fence: id })),
    reworked: fc.record({ run, job: name }),
  },
  { requiredKeys: ['version', 'base', 'entries', 'lease'] },
);

export const meterDocument: fc.Arbitrary<MeterDocument> = fc.record({
  version,
  hour,
  dispatches: fc.nat(),
  tripped: orNull(fc.record({ run, job: name })),
});
const groupMember: fc.Arbitrary<GroupMember> = fc.record(
  { run, job: orNull(name), since: time, displacedBy: run },
  { requiredKeys: ['run', 'job', 'since'] },
);
export const groupDocument: fc.Arbitrary<GroupDocument> = fc.record({
  version,
  name: fc.string({ minLength: 1, maxLength: 400 }),
  running: orNull(groupMember),
  pending: fc.array(groupMember, { maxLength: 3 }),
});

const agent: fc.Arbitrary<Agent> = fc.oneof(
  fc.record({ dispatch: fc.constantFrom('comment' as const, 'assign' as const) }),
  fc.record(
    {
      dispatch: fc.constant('workflow' as const),
      workflow: line,
      ref: line,
      inputs: fc.dictionary(key, text, { maxKeys: 2 }),
    },
    { requiredKeys: ['dispatch', 'workflow'] },
  ),
  fc.record({
    dispatch: fc.constant('command' as const),
    command: fc.array(line, { minLength: 1, maxLength: 3 }),
  }),
);

export const config: fc.Arbitrary<Config> = fc.record({
  version,
  roles: fc.dictionary(key, fc.array(member, { maxLength: 3 }), { maxKeys: 3 }),
  agents: fc.dictionary(key, agent, { maxKeys: 3 }),
  settings: fc.record(
    {
      baseBranch: line,
      protectedPaths: fc.array(line, { maxLength: 3 }),
      leaseMinutes: fc.double({ min: 0.1, max: 1e4, noNaN: true }),
      limits: fc.record({
        dispatchesPerHourPerRun: count,
        dispatchesPerHour: count,
        hops: count,
        tokensPerRun: orNull(count),
        costUsdPerRun: orNull(fc.double({ min: 0.1, max: 1e4, noNaN: true })),
      }),
      escalationReminderHours: fc.double({ min: 0.1, max: 1e4, noNaN: true }),
      afterMerge: fc.array(name, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['baseBranch', 'protectedPaths', 'leaseMinutes'] },
  ),
});

export const root: fc.Arbitrary<RootDocument> = fc.record({ version, repository: line, since: time });
export const definition: fc.Arbitrary<DefinitionDocument> = fc.record({
  version,
  entry: line,
  roles: fc.array(name, { maxLength: 3 }),
  files: fc.array(fc.record({ path: line, text }), { maxLength: 2 }),
});
export const cursor: fc.Arbitrary<CursorDocument> = fc.record(
  {
    version,
    since: time,
    seen: fc.dictionary(key, line, { maxKeys: 4 }),
    judged: fc.dictionary(key, line, { minKeys: 1, maxKeys: 4 }),
  },
  { requiredKeys: ['version', 'since', 'seen'] },
);
export const sinceIndex: fc.Arbitrary<SinceIndex> = fc.record({ version, since: time });
export const notice: fc.Arbitrary<NoticeDocument> = fc.record(
  { version, issue: count, text: line, comment: count, doubtful: fc.constant(true), claim },
  { requiredKeys: ['version', 'issue', 'text', 'claim'] },
);
export const issueIndex: fc.Arbitrary<IssueIndex> = fc.record(
  {
    version,
    issue: count,
    runs: fc.array(run, { maxLength: 3 }),
    active: orNull(run),
    escalation: orNull(fc.record({ run, job: name })),
    notice: digest,
  },
  { requiredKeys: ['version', 'issue', 'runs', 'active', 'escalation'] },
);
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
export const answerIndex: fc.Arbitrary<AnswerIndex> = fc.record({
  version,
  dispatch: id,
  run,
  job: name,
  since: time,
  workflowRun: orNull(count),
  held: orNull(fc.constant('approval' as const)),
});
export const checksIndex: fc.Arbitrary<ChecksIndex> = fc.record(
  {
    version,
    run,
    job: name,
    attempt: count,
    pull: count,
    state: fc.constantFrom('unread', 'pending', 'held', 'unmerged', 'enqueued'),
    since: time,
    byPerson: fc.constant(true as const),
  },
  { requiredKeys: ['version', 'run', 'job', 'attempt', 'pull', 'state', 'since'] },
);
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
  kind: fc.constantFrom('timeout', 'retry', 'lease', 'reminder'),
  job: name,
  attempt: count,
  at: time,
});

const envelope = { version, id, run, at: time, actor, ground: line, wake: claim };
export const inboxDocument: fc.Arbitrary<InboxDocument> = fc.record({
  version,
  event: fc.oneof(
    fc.record({ ...envelope, type: fc.constant('queue_advanced' as const), base: line }),
    fc.record({
      ...envelope,
      type: fc.constant('group_moved' as const),
      group: fc.string({ minLength: 1, maxLength: 400 }),
      by: run,
    }),
    fc.record({
      ...envelope,
      type: fc.constant('run_started' as const),
      number: count,
      workflow: name,
      definition: digest,
      config: digest,
      trigger,
      parent,
      inputs: fc.dictionary(key, fc.oneof(text, fc.boolean()), { maxKeys: 2 }),
      given,
    }),
    fc.record({
      ...envelope,
      type: fc.constant('sub_run_completed' as const),
      job: name,
      child: run,
      conclusion,
      outputs: fc.dictionary(key, text, { maxKeys: 2 }),
      reason: orNull(text),
      given,
    }),
    fc.record({
      ...envelope,
      type: fc.constant('caller_changed' as const),
      change: fc.constantFrom('cancelled' as const, 'paused' as const, 'resumed' as const),
      word: recorded,
    }),
  ),
});

const counts = fc.dictionary(name, fc.nat(), { maxKeys: 3 });
const histogram: fc.Arbitrary<Histogram> = fc
  .tuple(fc.constantFrom<Scale>('seconds', 'times'), fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 4 }))
  .map(([scale, values]) => histogramOf(scale, values));
const jobMetrics: fc.Arbitrary<JobMetrics> = fc.record({
  type: fc.constantFrom('task', 'verify'),
  outcomes: counts,
  attempts: histogram,
  turns: histogram,
  reworks: fc.nat(),
  duration: histogram,
});
const workflowMetrics: fc.Arbitrary<WorkflowMetrics> = fc.record({
  conclusions: counts,
  resolution: histogram,
  escalated: fc.nat(),
  escalations: counts,
  cycles: histogram,
  dispatches: histogram,
  redispatch: histogram,
  usage: fc.record({ tokens: fc.nat(), costMicroUsd: fc.nat() }),
  jobs: fc.dictionary(name, jobMetrics, { maxKeys: 2 }),
});
export const metrics: fc.Arbitrary<MetricsDocument> = fc.record({
  version,
  month: fc.constantFrom('2026-01', '2026-12'),
  workflows: fc.dictionary(name, workflowMetrics, { maxKeys: 2 }),
  waits: fc.dictionary(name, histogram, { maxKeys: 2 }),
  leases: fc.record({ queued: histogram, held: histogram, depth: histogram }),
});

const shortText = fc.string({ maxLength: 100 });
export const fingerprint: fc.Arbitrary<FingerprintDocument> = fc.record({
  version,
  fingerprint: digest,
  title: shortText,
  source: shortText,
  errorType: shortText,
  severity: fc.constantFrom('critical', 'high', 'medium', 'low'),
  message: shortText,
  stack: shortText,
  context: fc.dictionary(name, shortText, { maxKeys: 3 }),
  issue: orNull(count),
  count,
  firstSeen: time,
  lastSeen: time,
  writtenAt: orNull(time),
  occurrences: fc.array(shortText, { maxLength: 3 }),
  regressions: fc.nat(),
  wish: orNull(fc.constantFrom('file', 'update', 'reopen')),
});
export const healing: fc.Arbitrary<HealingDocument> = fc.record({
  version,
  pending: fc.array(fc.record({ fingerprint: digest, claim }), { maxLength: 2 }),
  filedAt: fc.array(time, { maxLength: 2 }),
});
