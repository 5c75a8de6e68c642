/** What an escalation says where a limit was reached, and what its reminders say. */
import { describe, expect, it } from 'vitest';
import { emptyMetrics } from '../../../src/engine/metrics.ts';
import { histogramOf } from '../../../src/engine/histogram.ts';
import type { EscalationCause } from '../../../src/engine/state/escalation.ts';
import type { JobDocument } from '../../../src/engine/state/job.ts';
import { renderEscalation, renderReminder } from '../../../src/engine/view/escalation.ts';
import { explainRun } from '../../../src/engine/view/explain.ts';
import { metricsTable } from '../../../src/engine/view/metrics-table.ts';
import { causeInBrief } from '../../../src/engine/view/phase.ts';
import { attemptOf, CONFIG, documentOf, escalationOf, failedAttempt, stateOf, turnOf } from './states.ts';
import { BUG } from './workflows.ts';

const worked = (id: string, turns: number): JobDocument =>
  documentOf(id, {
    attempts: [attemptOf(1, { turns: Array.from({ length: turns }, (_, index) => turnOf(index + 1)) })],
  });

const escalatedBy = (cause: EscalationCause, others: readonly JobDocument[] = []) =>
  stateOf(
    BUG,
    { fix: 'waiting' },
    { jobs: [documentOf('fix', { escalation: escalationOf({ cause }) }), ...others] },
  );

describe('an escalation at a limit', () => {
  it.each([
    {
      cause: 'dispatches',
      brief: 'too many dispatches in an hour',
      keys: '`dispatches-per-hour-per-run` or `dispatches-per-hour`',
    },
    { cause: 'hops', brief: 'the hop limit is reached', keys: '`hops`' },
    { cause: 'budget', brief: 'the budget is used up', keys: '`tokens-per-run` or `cost-usd-per-run`' },
  ] as const)('of $cause names the limit, and to approve lets the run go on', ({ cause, brief, keys }) => {
    const state = escalatedBy(cause);
    const { title, body, decision } = renderEscalation(BUG, CONFIG, state, 'fix');
    expect(title).toBe(`[CEO] Totals are wrong: ${brief}`);
    expect(body).toContain(`The limit is ${keys} of \`limits\` in \`.github/treadle.yml\``);
    expect(body).toContain('`fix` goes on where it stands, and the limits count from nothing again.');
    expect(body).toContain('- Comment `/treadle resume WHY`: the same as to approve.');
    expect(body).not.toContain('Most of it went to');
    expect(decision.body).toContain('the run is no longer paused');
    expect(explainRun(BUG, CONFIG, state)).toContain(
      '(the run is no longer paused, and counting begins anew)',
    );
  });

  it('tells which three jobs had most turns, most first', () => {
    const others = [worked('triage', 1), worked('investigate', 4), worked('commit', 2), worked('verify', 3)];
    const { body } = renderEscalation(BUG, CONFIG, escalatedBy('budget', others), 'fix');
    expect(body).toContain(
      'Most of it went to `investigate` 4 turns, `verify` 3 turns and `commit` 2 turns.',
    );
  });

  it('does not take open turns for silence', () => {
    const fix = { ...worked('fix', 2), escalation: escalationOf({ cause: 'hops' }) };
    const state = stateOf(BUG, { fix: 'waiting' }, { jobs: [fix] });
    expect(renderEscalation(BUG, CONFIG, state, 'fix').body).not.toContain('Nothing was ever reported');
  });
});

describe('an escalation for another cause', () => {
  it.each<{ cause: EscalationCause; says: string }>([
    { cause: 'attempts', says: 'all attempts are used up' },
    { cause: 'cycles', says: 'sent back too often' },
    { cause: 'turns', says: 'all turns are used up' },
    { cause: 'timeout', says: 'timed out' },
    { cause: 'nobody-in-role', says: 'nobody holds the role' },
    { cause: 'loop', says: 'going round in circles' },
    { cause: 'effect-failed', says: 'Treadle could not do its part' },
    { cause: 'failure', says: 'the job failed' },
    { cause: 'definition', says: 'the definition lacks a value' },
  ])('$cause: to approve takes the job for done', ({ cause, says }) => {
    const { title, body } = renderEscalation(BUG, CONFIG, escalatedBy(cause), 'fix');
    expect(causeInBrief(cause)).toBe(says);
    expect(title).toContain(says);
    expect(body).toContain('`fix` counts as done by your word');
    expect(body).not.toContain('/treadle resume');
  });

  it('a definition without a value is to be mended', () => {
    const { body } = renderEscalation(BUG, CONFIG, escalatedBy('definition'), 'fix');
    expect(body).toContain(
      'Mend `.github/treadle/workflows/bug.yml` on the default branch, then `/treadle repin',
    );
  });

  it('what was tried is cut to what fits, the oldest first', () => {
    const attempts = Array.from({ length: 99 }, (_, index) =>
      failedAttempt(index + 1, 'x'.repeat(2_000), { startedAt: '2026-01-05T10:00:00.000Z' }),
    );
    const fix = documentOf('fix', { attempts, escalation: escalationOf() });
    const { body } = renderEscalation(BUG, CONFIG, stateOf(BUG, { fix: 'waiting' }, { jobs: [fix] }), 'fix');
    expect(body).toContain('99 attempts, 99 turns, newest first.');
    expect(body).toMatch(/- \d+ older attempts left out/u);
    expect(body).toContain('## What you can do');
  });
});

describe('a reminder', () => {
  const state = (pull: number | null) =>
    stateOf(BUG, { fix: 'waiting' }, { jobs: [documentOf('fix', { escalation: escalationOf({ pull }) })] });
  it.each([
    { pull: 51, number: 1, where: 'a review of #51, or a comment here', left: 'there will be one more' },
    { pull: null, number: 2, where: 'before your answer: a comment here', left: 'there will be no other' },
  ])('number $number, pull request $pull', ({ pull, number, where, left }) => {
    const text = renderReminder(CONFIG, state(pull), 'fix', number);
    expect(text).toMatch(/^@carla: `fix` of issue #42 waits for you since /u);
    expect(text).toContain('(all attempts are used up)');
    expect(text).toContain(where);
    expect(text).toContain(`This is reminder ${number}; ${left}.`);
  });

  it.each([
    { name: 'nobody in the role', roles: { ceo: [] } },
    { name: 'no such role', roles: {} },
  ])('calls the role by name where there is $name', ({ roles }) => {
    expect(renderReminder({ ...CONFIG, roles }, state(51), 'fix', 1)).toMatch(/^CEO: `fix` /u);
  });

  it.each(['triage', 'nobody'])('of %s, which is not escalated, is a bug', (job) => {
    expect(() => renderReminder(CONFIG, state(51), job, 1)).toThrow(/not escalated/u);
  });
});

describe('the table of metrics', () => {
  const none = histogramOf('times', []);
  const unmeasured = {
    ...{ conclusions: {}, resolution: none, escalated: 0, escalations: {}, cycles: none, dispatches: none },
    ...{ redispatch: none, usage: { tokens: 0, costMicroUsd: 0 } },
    jobs: { ask: { type: 'task', outcomes: {}, attempts: none, turns: none, reworks: 0, duration: none } },
  };
  const metrics = {
    ...emptyMetrics('2026-12'),
    workflows: { idle: unmeasured },
    waits: { ceo: none },
    leases: { queued: none, held: none, depth: histogramOf('times', [2]) },
  };
  it.each([
    ['a workflow', /^ {2}idle +0 +- +- +- +- +- +0 +0\.00$/mu],
    ['a job', /^ {2}idle +ask +task +- +- +- +- +- +0 +-$/mu],
    ['a role', /^ {2}ceo +0 +- +- +-$/mu],
    ['a lease', /^ {2}holding it +0 +- +- +-$/mu],
    ['a queue', /^ {2}commits in the queue +1 +≤ 2 +≤ 2 +2$/mu],
  ])('has a dash for what was not measured of %s', (_name, row) => {
    expect(metricsTable(metrics)).toMatch(row);
  });
});
