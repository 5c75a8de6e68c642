import fc from 'fast-check';

import type { Attempt, JobDocument, Turn } from '../../../src/engine/state/job.ts';
import type { Escalation } from '../../../src/engine/state/escalation.ts';
import type { Gate } from '../../../src/engine/state/gate.ts';
import {
  version,
  count,
  name,
  id,
  oid,
  digest,
  orNull,
  time,
  text,
  outputs,
  actor,
  member,
  given,
} from './parts.ts';

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
    remote: fc.record(
      { comment: count, workflowRun: count, assigned: fc.constant(true as const), head: oid },
      { requiredKeys: [] },
    ),
    held: orNull(fc.constant('approval' as const)),
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
      'displaced',
      'skipped',
    ),
    reason: orNull(text),
    turns: fc.array(turn, { maxLength: 2 }),
    review: count,
    child: name,
    merged: count,
  },
  { requiredKeys: ['number', 'startedAt', 'endedAt', 'outcome', 'reason', 'turns'] },
);

const gate: fc.Arbitrary<Gate> = fc.record(
  {
    attempt: count,
    kind: fc.constantFrom('text', 'code'),
    question: text,
    shown: fc.dictionary(name, outputs, { maxKeys: 2 }),
    sources: fc.array(name, { minLength: 1, maxLength: 2 }),
    reporters: fc.array(count, { minLength: 1, maxLength: 2 }),
    digest,
    pull: orNull(count),
    head: orNull(oid),
    answer: orNull(
      fc.record({
        verdict: fc.constantFrom('approved' as const, 'changes_requested' as const),
        by: actor,
        review: orNull(count),
        comment: count,
        head: orNull(oid),
        body: text,
        at: time,
      }),
    ),
    voided: fc.array(text, { maxLength: 2 }),
  },
  {
    requiredKeys: ['attempt', 'kind', 'question', 'shown', 'digest', 'pull', 'head', 'answer', 'voided'],
  },
);

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
    'definition',
    'dispatches',
    'hops',
    'budget',
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
  given: orNull(given),
  merge: orNull(
    fc.record({ pull: count, head: orNull(oid), expiries: count }, { requiredKeys: ['pull', 'head'] }),
  ),
});
