import type { RunState } from '../../../src/engine/state/run.ts';
import type { Workflow } from '../../../src/workflow/model.ts';
import {
  ALICE,
  at,
  attemptOf,
  BOT,
  CARLA,
  documentOf,
  escalationOf,
  failedAttempt,
  gateOf,
  outboxOf,
  stateOf,
  turnOf,
} from './states.ts';
import { BUG, WIDE } from './workflows.ts';

export interface Case {
  readonly name: string;
  readonly workflow: Workflow;
  readonly state: RunState;
}

const TRIAGED = documentOf('triage', {
  role: 'qa-engineer',
  outputs: { specialist: 'backend-engineer' },
  attempts: [
    attemptOf(1, {
      startedAt: at('10:01'),
      endedAt: at('10:04'),
      outcome: 'success',
      turns: [
        turnOf(1, {
          dispatch: 'd-triage',
          endedAt: at('10:04'),
          outcome: 'success',
          summary: 'a backend bug',
          dispatchedAt: at('10:01'),
        }),
      ],
    }),
  ],
});

const INVESTIGATED = documentOf('investigate', {
  outputs: { 'root-cause': 'The loop ends one too early.', proposal: 'Line 3:\n- i < n - 1\n+ i < n' },
  attempts: [
    attemptOf(1, {
      endedAt: at('10:10'),
      outcome: 'success',
      turns: [
        turnOf(1, { endedAt: at('10:08'), outcome: 'continue', summary: 'found the failing test' }),
        turnOf(2, {
          dispatchedAt: at('10:08'),
          endedAt: at('10:10'),
          outcome: 'success',
          summary: 'found the loop',
        }),
      ],
    }),
  ],
});

const APPROVED = documentOf('approve', {
  role: 'ceo',
  assignee: null,
  attempts: [attemptOf(1, { startedAt: at('10:10'), endedAt: at('10:15'), outcome: 'success' })],
  gate: gateOf({
    answer: { verdict: 'approved', by: CARLA, review: 7, head: 'b'.repeat(40), body: '', at: at('10:15') },
  }),
});

/** The turns and feedback of an investigation that is done again. */
export const INVESTIGATING: Case = {
  name: 'investigating',
  workflow: BUG,
  state: stateOf(
    BUG,
    { triage: 'success', investigate: 'in_progress' },
    {
      run: { cycles: { 'approve.on-rejected': 1 } },
      jobs: [
        TRIAGED,
        documentOf('investigate', {
          budgetFrom: 2,
          timeoutAt: at('11:20'),
          feedback: {
            from: 'approve',
            text: 'Please look at the rounding too.\nThe loop alone does not explain it.',
          },
          attempts: [
            ...INVESTIGATED.attempts,
            failedAttempt(2, 'could not build'),
            attemptOf(3, {
              startedAt: at('10:20'),
              turns: [
                turnOf(1, {
                  dispatch: 'd-3-1',
                  dispatchedAt: at('10:20'),
                  endedAt: at('10:25'),
                  outcome: 'continue',
                  summary: 'rounding is suspect',
                  outputs: { 'root-cause': 'rounding in sum.js', proposal: 'round once,\nat the end' },
                }),
                turnOf(2, { dispatch: 'd-3-2', dispatchedAt: at('10:25') }),
              ],
            }),
          ],
        }),
      ],
    },
  ),
};

export const APPROVING: Case = {
  name: 'approving',
  workflow: BUG,
  state: stateOf(
    BUG,
    { triage: 'success', investigate: 'success', approve: 'waiting' },
    {
      jobs: [
        TRIAGED,
        INVESTIGATED,
        documentOf('approve', {
          role: 'ceo',
          assignee: null,
          timeoutAt: at('23:00'),
          attempts: [attemptOf(1, { startedAt: at('10:10') })],
          gate: gateOf({ voided: ['The file changed after it was approved.'] }),
        }),
      ],
    },
  ),
};

export const ESCALATED: Case = {
  name: 'escalated',
  workflow: BUG,
  state: stateOf(
    BUG,
    { triage: 'success', investigate: 'success', approve: 'success', fix: 'waiting' },
    {
      jobs: [
        TRIAGED,
        INVESTIGATED,
        APPROVED,
        documentOf('fix', {
          attempts: [
            failedAttempt(1, 'the tests fail'),
            failedAttempt(2, 'the tests fail'),
            failedAttempt(3, 'the tests fail'),
          ],
          escalation: escalationOf(),
        }),
      ],
    },
  ),
};

export const QUEUED: Case = {
  name: 'in-commit-queue',
  workflow: BUG,
  state: stateOf(
    BUG,
    { triage: 'success', investigate: 'success', approve: 'success', fix: 'success', commit: 'pending' },
    {
      jobs: [TRIAGED, INVESTIGATED, APPROVED, documentOf('commit', { merge: { pull: 44, head: null } })],
      queue: {
        version: 1,
        base: 'main',
        entries: [
          { run: '41-1', job: 'commit', attempt: 1, since: at('10:00') },
          { run: '42-1', job: 'commit', attempt: 1, since: at('10:02') },
        ],
        lease: {
          run: '41-1',
          job: 'commit',
          attempt: 1,
          grantedAt: at('10:29'),
          until: at('10:34'),
          fence: 'f',
        },
      },
    },
  ),
};

export const PAUSED: Case = {
  name: 'paused-wide',
  workflow: WIDE,
  state: stateOf(
    WIDE,
    { plan: 'success', backend: 'in_progress', frontend: 'queued', docs: 'failure' },
    {
      run: {
        paused: { by: CARLA, reason: 'the freeze before the release', at: at('10:22') },
        outbox: [
          outboxOf(
            { type: 'dispatch', job: 'backend', attempt: 1, turn: 1, dispatch: 'd1' },
            { failures: 2, problem: 'HTTP 502' },
          ),
          outboxOf({ type: 'update_status' }),
          outboxOf({ type: 'reply', to: 'x', text: 'y' }, { failures: 1 }),
        ],
      },
      jobs: [
        documentOf('backend', {
          assignee: BOT,
          attempts: [attemptOf(1, { turns: [turnOf(1, { assignee: BOT })] })],
        }),
        documentOf('docs', { attempts: [failedAttempt(1, 'no time')] }),
      ],
    },
  ),
};

export const RETRYING: Case = {
  name: 'retrying',
  workflow: BUG,
  state: stateOf(
    BUG,
    { triage: 'queued' },
    {
      jobs: [
        documentOf('triage', { retryAt: at('10:40'), attempts: [failedAttempt(1, 'the agent crashed')] }),
      ],
    },
  ),
};

export const DONE: Case = {
  name: 'done',
  workflow: BUG,
  state: stateOf(
    BUG,
    {
      triage: 'success',
      investigate: 'success',
      approve: 'success',
      fix: 'success',
      commit: 'success',
      verify: 'success',
    },
    {
      run: {
        status: 'completed',
        conclusion: 'success',
        completedAt: at('11:00'),
        cycles: { 'verify.on-failure': 1 },
      },
      jobs: [
        TRIAGED,
        INVESTIGATED,
        APPROVED,
        documentOf('verify', { assignee: ALICE, attempts: [failedAttempt(1, 'still off by one')] }),
      ],
    },
  ),
};

export const FAILED: Case = {
  name: 'failed',
  workflow: WIDE,
  state: stateOf(
    WIDE,
    {
      plan: 'success',
      backend: 'failure',
      frontend: 'success',
      docs: 'cancelled',
      join: 'skipped',
      route: 'skipped',
    },
    {
      run: {
        status: 'completed',
        conclusion: 'cancelled',
        completedAt: at('11:00'),
        cancelled: { by: CARLA, reason: 'not needed any more', at: at('11:00') },
      },
      jobs: [documentOf('backend', { attempts: [failedAttempt(1, 'no idea')] })],
    },
  ),
};

export const CASES: readonly Case[] = [
  INVESTIGATING,
  APPROVING,
  ESCALATED,
  QUEUED,
  PAUSED,
  RETRYING,
  DONE,
  FAILED,
];
