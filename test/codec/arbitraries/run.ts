import fc from 'fast-check';

import type { Json } from '../../../src/base/canonical-json.ts';
import type { Effect } from '../../../src/engine/effect.ts';
import type { JobLine, RunDocument, RunTally, Trigger } from '../../../src/engine/state/run.ts';
import type { Parent } from '../../../src/engine/parent.ts';
import {
  version,
  count,
  name,
  id,
  run,
  oid,
  digest,
  orNull,
  time,
  hour,
  line,
  text,
  key,
  actor,
  claim,
  recorded,
  given,
  status,
  conclusion,
} from './parts.ts';

export const jobLine: fc.Arbitrary<JobLine> = fc.oneof(
  fc.record({
    status: fc.constantFrom('queued', 'pending', 'waiting', 'in_progress'),
    conclusion: fc.constant(null),
    result: fc.constant(null),
  }),
  fc.record({ status: fc.constant('completed' as const), conclusion, result: conclusion }),
);

const effect: fc.Arbitrary<Effect> = fc.oneof(
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
    job: id,
    escalation: id,
    issue: count,
    pull: orNull(count),
    answer: text,
  }),
  fc.record({
    type: fc.constant('remind_ceo' as const),
    job: name,
    escalation: id,
    issue: count,
    number: count,
  }),
  fc.record({
    type: fc.constant('merge_pull' as const),
    job: name,
    attempt: count,
    pull: count,
    head: orNull(oid),
    fence: id,
  }),
  fc.record({ type: fc.constant('leave_merge_queue' as const), job: name, pull: count }),
  fc.record({ type: fc.constant('start_workflow' as const), job: name, workflow: name, commit: oid }),
  fc.record({ type: fc.constant('reopen_issue' as const), pull: count }),
  fc.record({ type: fc.constant('reply' as const), to: name, text }),
  fc.record({ type: fc.constant('update_status' as const) }),
  fc.record({
    type: fc.constant('close_issue' as const),
    reason: fc.constantFrom('completed' as const, 'not_planned' as const),
  }),
);

export const trigger: fc.Arbitrary<Trigger> = fc.record({
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

const tally: fc.Arbitrary<RunTally> = fc.record({
  escalations: fc.array(
    fc.record({ job: name, cause: fc.constantFrom('attempts', 'loop'), seconds: orNull(fc.nat()) }),
    { maxLength: 2 },
  ),
  reworks: fc.dictionary(name, fc.nat(), { maxKeys: 2 }),
  leases: fc.array(
    fc.record({ job: name, grantedAt: time, queued: fc.nat(), depth: fc.nat(), held: orNull(fc.nat()) }),
    { maxLength: 2 },
  ),
});

export const parent: fc.Arbitrary<Parent> = fc.record({
  run,
  job: name,
  attempt: count,
  callers: fc.array(run, { minLength: 1, maxLength: 3 }),
  outermost: fc.record({ number: count, workflow: line }),
});

export const runDocument: fc.Arbitrary<RunDocument> = fc.record(
  {
    version,
    id: run,
    issue: count,
    number: count,
    title: text,
    workflow: name,
    definition: digest,
    config: digest,
    trigger,
    parent,
    inputs: fc.dictionary(key, fc.oneof(text, fc.boolean()), { maxKeys: 2 }),
    given,
    groups: fc.dictionary(name, name, { maxKeys: 2 }),
    status,
    conclusion: orNull(conclusion),
    createdAt: time,
    updatedAt: time,
    completedAt: orNull(time),
    paused: orNull(recorded),
    cancelled: orNull(recorded),
    cycles: fc.dictionary(name, fc.nat(), { maxKeys: 3 }),
    jobs: fc.dictionary(key, jobLine, { maxKeys: 6 }),
    spent: fc.record({
      dispatches: fc.nat(),
      hour,
      inHour: fc.nat(),
      tokens: fc.nat(),
      costUsd: fc.double({ min: 0, max: 1e6, noNaN: true, noDefaultInfinity: true }),
    }),
    outbox: fc.array(fc.record({ id, effect, claim, failures: fc.nat(), problem: orNull(text) }), {
      maxLength: 4,
    }),
    statusComment: orNull(count),
    statusText: digest,
    overrides: fc.array(id, { maxLength: 3 }),
    lastEvent: id,
    lastCommit: orNull(fc.record({ event: id, oid })),
    tally,
  },
  {
    requiredKeys: [
      'version',
      'id',
      'issue',
      'number',
      'title',
      'workflow',
      'definition',
      'config',
      'trigger',
      'status',
      'conclusion',
      'createdAt',
      'updatedAt',
      'completedAt',
      'paused',
      'cancelled',
      'cycles',
      'jobs',
      'outbox',
      'statusComment',
      'overrides',
      'lastEvent',
      'lastCommit',
    ],
  },
);
