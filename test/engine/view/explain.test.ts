import { describe, expect, it } from 'vitest';
import { explainJob, explainRun } from '../../../src/engine/view/explain.ts';
import { renderStatusComment } from '../../../src/engine/view/status-comment.ts';
import { ESCALATED, INVESTIGATING } from './cases.ts';
import { at, attemptOf, CONFIG, documentOf, gateOf, stateOf, turnOf } from './states.ts';
import { BUG, jobOf, workflowOf } from './workflows.ts';

const GATE = workflowOf([jobOf('only', 'approval')]);

describe('an explanation', () => {
  it('finds a job in any letter case, and names the jobs there are for an unknown one', () => {
    expect(explainJob(BUG, CONFIG, INVESTIGATING.state, 'TRIAGE')).toMatch(/^triage \(task\): success/u);
    expect(explainJob(BUG, CONFIG, INVESTIGATING.state, 'x\u001B[2J')).toBe(
      'Run 42-1 has no job x\\u{001B}[2J. Its jobs: triage, investigate, approve, fix, commit, verify.',
    );
  });

  it('says that nobody holds a role', () => {
    const waiting = documentOf('only', {
      role: 'web-designer',
      gate: gateOf({ pull: null }),
      attempts: [attemptOf(1)],
    });
    const state = stateOf(GATE, { only: 'waiting' }, { jobs: [waiting] });
    expect(explainRun(GATE, CONFIG, state)).toContain('web-designer (nobody holds this role');
    expect(renderStatusComment(GATE, CONFIG, state)).toContain('`web-designer`, which nobody holds');
  });

  it('says how a role that nobody holds gets a holder, where a job waits for that', () => {
    const { state } = ESCALATED;
    const [job, document] = Object.entries(state.jobs).find(([, each]) => each.escalation !== null) ?? [];
    if (job === undefined || document?.escalation == null) return expect.fail('nothing is escalated');
    const escalation = { ...document.escalation, cause: 'nobody-in-role' as const };
    const unheld = { ...state, jobs: { ...state.jobs, [job]: { ...document, escalation } } };
    const advice = /under roles in \.github\/treadle\.yml .*`\/treadle repin bug WHY`/;
    expect(explainRun(BUG, CONFIG, unheld)).toMatch(advice);
    expect(explainRun(BUG, CONFIG, state)).not.toMatch(advice);
  });

  it('says that nobody is the CEO', () => {
    expect(explainRun(BUG, { ...CONFIG, roles: {} }, ESCALATED.state)).toContain(
      'ceo (nobody holds this role',
    );
  });

  it('tells the number of the issue once, also where the name of the run begins with it', () => {
    const { state } = INVESTIGATING;
    const named = (title: string): string | undefined =>
      explainRun(BUG, CONFIG, { ...state, run: { ...state.run, title } }).split('\n')[0];
    expect(named('#42 The total is wrong')).toMatch(/, issue #42: The total is wrong$/);
    expect(named('#421 is back')).toMatch(/, issue #42: #421 is back$/);
    expect(named('#42')).toMatch(/, issue #42: #42$/);
  });

  it('folds many jobs that wait for others', () => {
    const jobs = [
      jobOf('a', 'task'),
      ...Array.from({ length: 12 }, (_, index) => jobOf(`b${index}`, 'task', ['a'])),
    ];
    const workflow = workflowOf(jobs);
    const first = documentOf('a', { role: null, attempts: [attemptOf(1, { turns: [turnOf(1)] })] });
    const text = explainRun(workflow, CONFIG, stateOf(workflow, { a: 'in_progress' }, { jobs: [first] }));
    expect(text).toContain('b9 (after a), 2 more jobs.');
    expect(text).toContain('goes on with b0, b1, b2, b3, b4, b5 and 6 more.');
    expect(text).toContain('a is with alice since');
  });

  const condition = { source: "github.ref == 'x'", expression: { source: '', tree: {} } };
  const skipping = workflowOf([
    jobOf('a', 'task'),
    jobOf('b', 'task', ['a'], { if: condition }),
    jobOf('c', 'task', ['a']),
  ]);
  it.each([
    {
      name: 'by its if',
      job: 'b',
      lines: { a: 'success', b: 'skipped' },
      text: "Skipped, by its if: github.ref == 'x'.",
    },
    {
      name: 'by a failed need',
      job: 'c',
      lines: { a: 'failure', c: 'skipped' },
      text: 'Skipped since a did not succeed.',
    },
    {
      name: 'for both',
      job: 'b',
      lines: { a: 'failure', b: 'skipped' },
      text: 'since a did not succeed, by its if',
    },
    { name: 'not at all, failed', job: 'a', lines: { a: 'failure' }, text: '/treadle goto a WHY' },
  ] as const)('tells why a job was skipped: $name', ({ job, lines, text }) => {
    expect(explainJob(skipping, CONFIG, stateOf(skipping, lines), job)).toContain(text);
  });

  it('tells a skip by the CEO from one by a condition', () => {
    const line = { status: 'completed', conclusion: 'skipped', result: 'success' } as const;
    const state = stateOf(skipping, {}, { run: { jobs: { c: line } } });
    expect(explainJob(skipping, CONFIG, state, 'c')).toContain('Skipped by a CEO member');
    const recorded = documentOf('c', {
      attempts: [attemptOf(1, { outcome: 'skipped', reason: 'not needed' })],
    });
    const told = stateOf(skipping, {}, { run: { jobs: { c: line } }, jobs: [recorded] });
    expect(explainJob(skipping, CONFIG, told, 'c')).toMatch(/skipped: not needed$/u);
  });

  it('tells why a completed run failed', () => {
    const failed = stateOf(
      BUG,
      { triage: 'failure' },
      {
        run: { status: 'completed', conclusion: 'failure', completedAt: at('11:00') },
        jobs: [documentOf('triage')],
      },
    );
    expect(explainRun(BUG, CONFIG, failed)).toContain('triage failed: no reason given');
    expect(renderStatusComment(BUG, CONFIG, failed)).toContain('The run has failed.');
    expect(explainJob(BUG, CONFIG, failed, 'triage')).toBe('triage (task): failure.');
  });

  it('takes a completed run without a conclusion for a success', () => {
    const state = stateOf(BUG, {}, { run: { status: 'completed', conclusion: null } });
    expect(explainRun(BUG, CONFIG, state)).toContain('Completed: success.');
  });
});
