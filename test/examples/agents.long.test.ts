import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Report } from '../../src/codec/report-block.ts';
import type { TaskTurn } from '../../src/engine/view/task.ts';
import { cloneOrigin, createOrigin, dispatch, EXAMPLE, git, servePulls, taskFor } from './workbench.ts';

/** Real test runs on a machine that may be busy. */
const LONG = { timeout: 180_000 };

/** The suspects of bug 1 as a second turn reports them. */
const SUSPECTS: TaskTurn = {
  turn: 2,
  outcome: 'continue',
  summary: null,
  outputs: {
    'root-cause':
      '- test/booking.test.js › it: …\n\n- src/booking.js:9 `return …`\n- src/booking.js:8 `if …`\n',
  },
};

/** The proposal for bug 1 as a person approves it. */
async function proposalForBug1(): Promise<string> {
  const patch = await readFile(join(EXAMPLE, 'bugs', '1.patch'), 'utf8');
  const [before, after] = patch.split('\n').filter((line) => /^[-+] {2}return/.test(line));
  const fixed = patch.replace(`${before}\n${after}`, `-${after?.slice(1)}\n+${before?.slice(1)}`);
  return ['Change it.', '', '```diff', fixed.trimEnd(), '```', ''].join('\n');
}

/** Pushes a pull request of somebody's own making. */
async function pushPull(origin: string, file: string, content: string): Promise<void> {
  const clone = await cloneOrigin(origin);
  await writeFile(join(clone, file), content);
  await git(clone, 'add', '--all');
  await git(clone, 'commit', '--quiet', '-m', 'Change');
  await git(clone, 'push', '--quiet', 'origin', 'HEAD:refs/pull/1/head');
}

describe('the agents find what they know nothing of', LONG, () => {
  test.each([
    { bug: 1, file: 'src/booking.js', agent: 'backend-engineer' },
    { bug: 3, file: 'src/web/ticket.js', agent: 'web-designer' },
  ] as const)('bug $bug: $agent proposes a patch of $file in a single turn', async ({ bug, file, agent }) => {
    const origin = await createOrigin(bug);
    const found = await dispatch({ agent, origin, task: taskFor('investigate', { maxTurns: 1 }) });
    expect(found.outcome).toBe('success');
    const patch = /```diff\n([\s\S]*?)```/.exec(found.outputs['proposal'] ?? '')?.[1] ?? '';
    const clone = await cloneOrigin(origin);
    await writeFile(join(clone, 'fix.patch'), patch);
    await git(clone, 'apply', 'fix.patch');
    const healthy = await readFile(join(EXAMPLE, 'project', file), 'utf8');
    expect(await readFile(join(clone, file), 'utf8')).toBe(healthy);
  });

  test('bug 2: followed through calls over three turns, fixed, merged and verified', async () => {
    const origin = await createOrigin(2);
    const env = await servePulls(origin, { loseFirstAnswer: true });
    const turns: Report[] = [];
    for (const turn of [1, 2, 3]) {
      const earlierTurns = turns.map(({ outcome, summary, outputs }, index) => ({
        turn: index + 1,
        outcome,
        summary,
        outputs,
      }));
      const task = taskFor('investigate', { turn, earlierTurns });
      turns.push(await dispatch({ agent: 'backend-engineer', origin, task }));
    }
    expect(turns.map(({ outcome }) => outcome)).toEqual(['continue', 'continue', 'success']);
    expect(turns[0]?.summary).toContain('test/repair.test.js › missing parts put the promise off');
    expect(turns[1]?.summary).toMatch(
      /promiseDay .* → workingDaysFor .* → orderingDays .* src\/turnaround\.js/,
    );
    const needs = { investigate: turns[2]?.outputs ?? {} };

    const fix = { agent: 'backend-engineer', origin, env, task: taskFor('fix', { needs }) } as const;
    const lost = await dispatch(fix);
    expect(lost.summary).toBe('the pull request could not be opened: 502 Bad Gateway');
    const head = await git(origin, 'rev-parse', 'refs/heads/fix/7-1');
    expect(await git(origin, 'log', '-1', '--format=%an %s', head)).toBe('blake-bot Fix: It fails');
    const fixed = await dispatch(fix);
    expect(fixed).toMatchObject({ outcome: 'success', outputs: { 'pull-request': '1' } });
    expect(await git(origin, 'rev-parse', 'refs/heads/fix/7-1')).toBe(head);

    const merging = { ...needs, fix: fixed.outputs };
    const review = {
      agent: 'engineering-manager',
      origin,
      task: taskFor('commit', { needs: merging }),
    } as const;
    expect(await dispatch(review)).toMatchObject({ outcome: 'success', outputs: {} });

    const verify = { agent: 'qa-engineer', origin, task: taskFor('verify') } as const;
    const early = await dispatch(verify);
    expect(early.outcome).toBe('failure');
    expect(early.summary).toContain('a large order puts the promise off by a day more');
    await git(origin, 'update-ref', 'refs/heads/main', head);
    expect(await dispatch(verify)).toMatchObject({ outcome: 'success' });
  });
});

describe('the bound of the search', LONG, () => {
  test('too small a budget ends in an honest failure, and feedback widens it', async () => {
    const origin = await createOrigin(1);
    const task = taskFor('investigate', { turn: 3, earlierTurns: [SUSPECTS] });
    const env = { AGENT_BUDGET: '2' };
    const failed = await dispatch({ agent: 'backend-engineer', origin, env, task });
    expect(failed.outcome).toBe('failure');
    expect(failed.summary).toMatch(/tried 2 of \d+ small changes in 2 suspect lines \(the budget is 2\)/);

    const feedback = { from: 'ceo', text: 'search wider: budget 200' };
    const wider = await dispatch({ agent: 'backend-engineer', origin, env, task: { ...task, feedback } });
    expect(wider).toMatchObject({ outcome: 'success', summary: 'src/booking.js:9: <= should be <' });
  });

  test.each([
    { name: 'a line that is pointed at comes first', text: 'look at src/booking.js:9', outcome: 'success' },
    { name: 'a file outside is not looked at', text: 'look at ../../etc/x.js:1', outcome: 'failure' },
  ])('$name', async ({ text, outcome }) => {
    const origin = await createOrigin(1);
    const outputs = { 'root-cause': '- test/booking.test.js › it: …\n- src/pricing.js:14 `…`\n' };
    const task = taskFor('investigate', {
      turn: 3,
      earlierTurns: [{ ...SUSPECTS, outputs }],
      feedback: { from: 'approve', text },
    });
    const report = await dispatch({ agent: 'backend-engineer', origin, env: { AGENT_BUDGET: '3' }, task });
    expect(report.outcome).toBe(outcome);
  });

  test('a rejection that asks for other fixes is answered with what else was tried', async () => {
    const origin = await createOrigin(1);
    const feedback = { from: 'approve', text: 'Is this the only one? Within a budget of 6.' };
    const task = taskFor('investigate', { turn: 3, earlierTurns: [SUSPECTS], feedback });
    const report = await dispatch({ agent: 'backend-engineer', origin, task });
    expect(report.outputs['proposal']).toContain('**In answer to approve.** 6 small changes were tried');
    expect(report.outputs['proposal']).toContain('Of these, only this one makes all tests pass.');
  });
});

describe('what an agent cannot do, it says', LONG, () => {
  test.each([
    { name: 'no JSON', agent: 'qa-engineer', task: 'make it so', reason: 'not JSON' },
    {
      name: 'JSON of another kind',
      agent: 'backend-engineer',
      task: '{"schema":"other/v9"}',
      reason: 'other/v9',
    },
    {
      name: 'a task without an issue',
      agent: 'web-designer',
      task: JSON.stringify({ ...taskFor('fix'), issue: null }),
      reason: 'the task has no issue',
    },
    {
      name: 'a job of somebody else',
      agent: 'engineering-manager',
      task: taskFor('triage'),
      reason: 'asked for the job triage, but does only: commit',
    },
    {
      name: 'nothing was proposed',
      agent: 'backend-engineer',
      task: taskFor('fix'),
      reason: 'holds no patch',
    },
    {
      name: 'the patch does not apply',
      agent: 'backend-engineer',
      task: taskFor('fix', {
        needs: {
          investigate: { proposal: '```diff\n--- a/src/x.js\n+++ b/src/x.js\n@@ -1 +1 @@\n-a\n+b\n```\n' },
        },
      }),
      reason: 'does not apply to main',
    },
    {
      name: 'no pull request',
      agent: 'engineering-manager',
      task: taskFor('commit'),
      reason: 'no earlier job',
    },
  ] as const)('$name', async ({ agent, task, reason }) => {
    const report = await dispatch({ agent, origin: await createOrigin(0), task });
    expect(report.outcome).toBe('failure');
    expect(report.summary).toContain(reason);
  });

  test.each([
    {
      name: 'agents',
      file: '.github/agents/settings.json',
      reason: 'more than sources: .github/agents/settings.json',
    },
    { name: 'tests', file: 'test/booking.test.js', reason: 'more than sources: test/booking.test.js' },
    { name: 'other code', file: 'src/pricing.js', reason: 'not the patch that was approved' },
  ])('the engineering manager refuses a pull request that changes $name', async ({ file, reason }) => {
    const origin = await createOrigin(1);
    await pushPull(origin, file, '{}\n');
    const needs = { investigate: { proposal: await proposalForBug1() }, fix: { 'pull-request': '1' } };
    const report = await dispatch({
      agent: 'engineering-manager',
      origin,
      task: taskFor('commit', { needs }),
    });
    expect(report.outcome).toBe('failure');
    expect(report.summary).toContain(reason);
  });

  test('the engineering manager refuses a pull request with which tests fail', async () => {
    const origin = await createOrigin(0);
    await pushPull(origin, 'src/web/money.js', 'export const formatCents = () => "";\n');
    const needs = { fix: { 'pull-request': '#1' } };
    const report = await dispatch({
      agent: 'engineering-manager',
      origin,
      task: taskFor('commit', { needs }),
    });
    expect(report.outcome).toBe('failure');
    expect(report.summary).toContain('money has two decimal places');
  });
});
