/** Attempts, turns, retries, timeouts, loops, and who gets the work. */
import { describe, expect, test } from 'vitest';

import { beginStory, minute } from './story.ts';

const task = (more = ''): string =>
  `jobs:\n  fix:\n    runs-on: backend-engineer\n    prompt: Do it.\n${more
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `    ${line}\n`)
    .join('')}`;

describe('retry', () => {
  test('a failed attempt is followed by the next at once, until they are used up: then the CEO', () => {
    const story = beginStory(task());
    story.start();
    story.fail('fix', 'no idea');
    expect(story.effects()).toEqual(['dispatch fix 2.1']);
    expect(story.said()).toBe('fix (failure, attempt 1)');
    story.crash('fix', 'exit code 137');
    expect(story.effects()).toEqual(['dispatch fix 3.1']);
    story.fail('fix', 'still no idea');
    expect(story.effects()).toEqual(['open_escalation fix']);
    expect(story.said()).toBe('fix → CEO (failure, attempt 3)');
    expect(story.lines()).toEqual({ fix: 'waiting' });
    expect(story.state().run.status).toBe('waiting');
    expect(story.document('fix').escalation).toMatchObject({ cause: 'attempts', reason: 'still no idea' });
    expect(story.attempts('fix')).toEqual([
      'failure: no idea',
      'failure: exit code 137',
      'failure: still no idea',
    ]);
  });

  test('a delay doubles each time and is at most a day', () => {
    const story = beginStory(task('max-attempts: 4\nretry-delay: 8h'));
    story.start();
    const waits: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      story.fail('fix');
      const retryAt = story.document('fix').retryAt ?? '';
      waits.push((Date.parse(retryAt) - Date.parse(story.now)) / (60 * minute));
      expect(story.lines()).toEqual({ fix: 'queued' });
      expect(story.effects()).toEqual([]);
      story.pass('retry', 'fix');
      expect(story.said()).toBe('fix (goes on)');
      expect(story.effects()).toEqual([`dispatch fix ${round + 2}.1`]);
    }
    expect(waits).toEqual([8, 16, 24]);
  });

  test('a retry that is not due yet, or no more, is ignored', () => {
    const story = beginStory(task('retry-delay: 1h'));
    story.start();
    story.fail('fix');
    const at = story.document('fix').retryAt ?? '';
    const deadline = { kind: 'retry', job: 'fix', attempt: 1, at } as const;
    story.happen({ type: 'deadline_passed', deadline });
    expect(story.said()).toBe('ignored: it is not due yet');
    story.pass('retry', 'fix');
    story.happen({ type: 'deadline_passed', deadline });
    expect(story.said()).toBe('ignored: nothing falls due there any more');
    story.happen({ type: 'deadline_passed', deadline: { ...deadline, job: 'nothing' } });
    expect(story.said()).toBe('ignored: nothing falls due there any more');
  });

  test('a failure without a reason says so', () => {
    const story = beginStory(task());
    story.start();
    story.report('fix', { outcome: 'failure', summary: ' ' });
    expect(story.attempts('fix')).toEqual(['failure: reported as failed, without a reason', 'running']);
  });
});

describe('turns', () => {
  test('continue is dispatched again on the same attempt, and outputs of all turns count', () => {
    const story = beginStory(task('outputs:\n  a: { required: true }\n  b: { required: true }\n  c: {}'));
    story.start();
    story.report('fix', { outcome: 'continue', outputs: { a: '1', c: '' }, summary: 'found a' });
    expect(story.effects()).toEqual(['dispatch fix 1.2']);
    expect(story.document('fix').attempts[0]?.turns[0]).toMatchObject({
      outcome: 'continue',
      outputs: { a: '1' },
      summary: 'found a',
    });
    story.report('fix', { outputs: { b: '2' } });
    expect(story.document('fix').outputs).toEqual({ a: '1', b: '2' });
    expect(story.lines()).toEqual({ fix: 'completed success' });
  });

  test('the first member with an agent gets the work, else the first', () => {
    const story = beginStory(
      `jobs:\n  a: { runs-on: backend-engineer, prompt: x }\n  b: { runs-on: web-designer, prompt: x }\n`,
    );
    story.start();
    expect(story.document('a').assignee?.login).toBe('bot');
    expect(story.document('b').assignee?.login).toBe('wanda');
  });

  test('more turns than max-turns escalate, with the last word', () => {
    const story = beginStory(task('max-turns: 2'));
    story.start();
    story.report('fix', { outcome: 'continue', summary: 'one' });
    story.report('fix', { outcome: 'continue', summary: 'two' });
    expect(story.effects()).toEqual(['open_escalation fix']);
    expect(story.document('fix').escalation).toMatchObject({
      cause: 'turns',
      reason: 'all 2 turns were used without a result; the last said: two',
    });
  });

  test('turns that ended without a word are counted, too', () => {
    const story = beginStory(task('max-turns: 1'));
    story.start();
    story.report('fix', { outcome: 'continue' });
    expect(story.document('fix').escalation?.reason).toBe('all 1 turns were used without a result');
  });

  test('the same report three times running escalates early', () => {
    const story = beginStory(task());
    story.start();
    for (let turn = 0; turn < 3; turn += 1) {
      story.report('fix', { outcome: 'continue', summary: 'thinking' });
    }
    expect(story.document('fix').escalation?.cause).toBe('loop');
  });

  test('the same failure three times running escalates before the attempts are used up', () => {
    const story = beginStory(task('max-attempts: 5'));
    story.start();
    for (let attempt = 0; attempt < 3; attempt += 1) story.fail('fix', 'no');
    expect(story.document('fix').escalation?.cause).toBe('loop');
  });

  test('when the attempts are used up, the edge is taken, loop or not', () => {
    const story = beginStory(task('on-failure: fail'));
    story.start();
    for (let attempt = 0; attempt < 3; attempt += 1) story.fail('fix', 'no');
    expect(story.lines()).toEqual({ fix: 'completed failure' });
  });

  test('a different report in between is no loop', () => {
    const story = beginStory(task());
    story.start();
    for (const summary of ['a', 'a', 'b', 'a', 'a']) story.report('fix', { outcome: 'continue', summary });
    expect(story.document('fix').escalation).toBeNull();
  });
});

describe('timeouts', () => {
  test('the default is six hours; attempts first, then the CEO', () => {
    const story = beginStory(task('max-attempts: 2'));
    story.start();
    const at = Date.parse(story.document('fix').timeoutAt ?? '');
    expect(at - Date.parse(story.now)).toBe(360 * minute);
    story.pass('timeout', 'fix');
    expect(story.effects()).toEqual(['cancel_dispatch fix', 'dispatch fix 2.1']);
    expect(story.said()).toBe('fix (timed out, attempt 1)');
    story.pass('timeout', 'fix');
    expect(story.effects()).toEqual(['cancel_dispatch fix', 'open_escalation fix']);
    expect(story.document('fix').escalation?.cause).toBe('timeout');
    expect(story.document('fix').timeoutAt).toBeNull();
    expect(story.document('fix').attempts.map((attempt) => attempt.turns[0]?.outcome)).toEqual([
      'timed_out',
      'timed_out',
    ]);
  });

  test('on-timeout: fail concludes cancelled, as on GitHub, and the run with it', () => {
    const story = beginStory(
      `jobs:
  slow: { runs-on: web-designer, prompt: x, timeout-minutes: 10, max-attempts: 1, on-timeout: fail }
  failed: { needs: slow, if: failure(), runs-on: web-designer, prompt: x }
  after: { needs: slow, if: "always() && needs.slow.result == 'cancelled'", runs-on: web-designer, prompt: x }
`,
    );
    story.start();
    story.pass('timeout', 'slow');
    expect(story.lines()).toEqual({
      slow: 'completed cancelled',
      failed: 'completed skipped',
      after: 'in_progress',
    });
    story.report('after');
    expect(story.state().run.conclusion).toBe('cancelled');
  });

  test('timeout-minutes may be an expression, and one that is no number fails the job', () => {
    const yaml = task('timeout-minutes: ${{ fromJSON(inputs.minutes) }}');
    const on = 'on:\n  workflow_dispatch:\n    inputs:\n      minutes: { type: string }\n';
    const good = beginStory(on + yaml, { inputs: { minutes: '5' } });
    good.start();
    expect(Date.parse(good.document('fix').timeoutAt ?? '') - Date.parse(good.now)).toBe(5 * minute);
    for (const minutes of ['"soon"', '0', '""', '{']) {
      const story = beginStory(on + yaml, { inputs: { minutes } });
      story.start();
      expect(story.document('fix').escalation?.cause).toBe('definition');
      expect(story.attempts('fix')).toHaveLength(1);
    }
  });
});

describe('roles and prompts', () => {
  test('a role that nobody holds escalates', () => {
    const story = beginStory(`jobs:\n  plan: { runs-on: product-manager, prompt: x }\n`);
    story.start();
    expect(story.document('plan').escalation).toMatchObject({
      cause: 'nobody-in-role',
      reason: 'nobody holds the role product-manager',
    });
  });

  test('a role from an output is matched exactly, and never found among what objects inherit', () => {
    const story = beginStory(
      `jobs:
  triage: { runs-on: qa-engineer, prompt: x, outputs: { who: { enum: [backend-engineer, web-designer] } } }
  work: { needs: triage, runs-on: "\${{ needs.triage.outputs.who }}", prompt: x }
`,
    );
    story.start();
    story.report('triage', { outputs: { who: 'web-designer' } });
    expect(story.document('work')).toMatchObject({ role: 'web-designer', assignee: { login: 'wanda' } });
    const lost = beginStory(
      `jobs:
  triage: { runs-on: qa-engineer, prompt: x, outputs: { who: { enum: [backend-engineer, web-designer] } } }
  work: { needs: triage, runs-on: "\${{ needs.triage.outputs.who }}", prompt: x }
`,
    );
    lost.start();
    lost.report('triage');
    expect(lost.document('work').escalation?.reason).toBe('runs-on gives no role');
  });

  test('a prompt without a value fails the job at once: trying again cannot help', () => {
    const story = beginStory(
      `jobs:\n  fix: { runs-on: web-designer, prompt: "\${{ fromJSON(github.event.issue.title) }}" }\n`,
    );
    story.start();
    expect(story.attempts('fix')).toEqual([expect.stringMatching(/^failure: /)]);
    expect(story.document('fix').escalation?.cause).toBe('definition');
  });
});
