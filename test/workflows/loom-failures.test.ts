/** Where Loom fails, one test each: what happened there must not happen here. On the built-in bug workflow unless it says so. */
import { expect, test } from 'vitest';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import { beginStory, ceo } from '../engine/story.ts';
import { BUILT_IN, everybody, textOf } from './built-in.ts';
import { beginPlay, playSteps } from './play.ts';

const someone = { kind: 'user', login: 'sam', id: 99 } as const;

test.each(BUILT_IN)('%s can finish: there it was that no default workflow could', (key) => {
  const play = beginPlay(key);
  play.finish();
  expect(play.story.state().run).toMatchObject({ status: 'completed', conclusion: 'success' });
});

test('success at a job does not pass the approval after it', () => {
  const { story } = playSteps('bug', 'triage investigate');
  story.report('investigate', { outputs: { 'root-cause': 'x', proposal: 'y' } });
  expect(story.said()).toBe('investigate (late report refused)');
  expect(story.lines()).toMatchObject({ approve: 'waiting', fix: 'queued' });
});

test('a verification that fails does not pass as success, however often it says so', () => {
  const { story } = playSteps('bug', 'triage investigate approve fix commit verify:failure');
  expect(story.lines()['verify']).toBe('in_progress');
  expect(story.state().run.status).not.toBe('completed');
});

test('one failed fix and one refusal of QA are no loop: cycles are counted per edge', () => {
  const { story } = playSteps(
    'bug',
    'triage investigate approve fix:failure fix commit verify:failure verify:failure fix commit verify',
  );
  expect(story.state().run).toMatchObject({ conclusion: 'success', cycles: { 'verify.on-failure': 1 } });
});

test('a repeated event moves nothing a second time', () => {
  const { story } = playSteps('bug', 'triage investigate approve fix');
  const { lastEvent } = story;
  const before = story.state();
  expect(story.apply(lastEvent)).toMatchObject({ kind: 'ignored' });
  expect(story.state()).toBe(before);
});

test('an answer that is not awaited leaves no trace in the history', () => {
  const { story } = playSteps('bug', 'triage investigate');
  const before = story.state();
  story.review('investigate', 'approved');
  story.happen({ type: 'report_received', dispatch: 'nobody', ...report });
  expect(story.state()).toBe(before);
});
const report = { outcome: 'success', outputs: {}, summary: '', usage: null, source: 'comment 1' } as const;

test.each(BUILT_IN)('%s: nothing stalls, for whatever is awaited has a deadline', (key) => {
  const play = beginPlay(key);
  for (let steps = 0; play.story.state().run.status !== 'completed'; steps += 1) {
    const [next] = play.awaited();
    if (next?.job === undefined || next.job === null || steps > 50) throw new Error('nothing is awaited');
    expect(next.story.document(next.job).timeoutAt, next.label).not.toBeNull();
    play.step(next.label);
  }
});

test('a timeout does not wait for a dispatch: it is a deadline of the state, at the first job as well', () => {
  const { story } = playSteps('bug', 'triage:timeout triage:timeout triage:timeout');
  expect(story.effects()).toEqual(['cancel_dispatch triage', 'open_escalation triage']);
});

test('an escalation has exactly one CEO bead, is answered, and the run goes on', () => {
  const play = playSteps('bug', 'triage:failure triage:failure triage:failure');
  const { outbox } = play.story.state().run;
  expect(outbox.filter(({ effect }) => effect.type === 'open_escalation')).toHaveLength(1);
  play.step('triage:retry');
  play.finish();
  expect(play.story.state().run.conclusion).toBe('success');
});

test.each([
  { body: 'Do not approve this.', verdict: 'changes_requested', goesOnAt: 'investigate' },
  { body: 'I would reject it, but well.', verdict: 'approved', goesOnAt: 'fix' },
] as const)('the state of a review counts, not its words: "$body"', ({ body, verdict, goesOnAt }) => {
  const play = playSteps('bug', 'triage investigate');
  const { story } = play;
  play.awaited();
  story.review('approve', verdict, body);
  expect(story.lines()[goesOnAt]).toBe('in_progress');
});

test('an agent’s report is no approval', () => {
  const play = playSteps('bug', 'triage investigate');
  const { story } = play;
  expect(play.awaited()).toMatchObject([{ kind: 'approval', job: 'approve', role: 'ceo' }]);
  expect(story.document('approve').attempts.at(-1)?.turns).toEqual([]);
});

test('a reported failure is a failure', () => {
  const { story } = playSteps('bug', 'triage:failure');
  expect(story.attempts('triage')).toEqual([expect.stringMatching(/^failure: triage failed/), 'running']);
});

test('an approval and the success of an agent do not skip the job between them', () => {
  const { story } = playSteps('bug', 'triage investigate approve');
  story.report('investigate', { outputs: { 'root-cause': 'x', proposal: 'y' } });
  expect(story.lines()).toMatchObject({ fix: 'in_progress', commit: 'queued' });
});

test.each(['director', 'equipment', 'qa', 'QA Engineer', 'ceo '])(
  'the role "%s" is not taken for one that it resembles',
  (role) => {
    const yaml = `on: workflow_dispatch\njobs: { a: { runs-on: "${role}", prompt: x } }\n`;
    const { diagnostics } = compileWorkflow({ path: 'w.yml', text: yaml });
    expect(diagnostics.map(({ code }) => code)).toContain('unknown-role');
  },
);

test('the commit lease is in the state, and another run cannot merge meanwhile', () => {
  const other = { run: '7-1', job: 'commit', attempt: 1 };
  const since = '2026-01-05T09:00:00.000Z';
  const play = playSteps('bug', 'triage investigate approve fix');
  play.story.setQueue({
    version: 1,
    base: 'main',
    entries: [{ ...other, since }],
    lease: { ...other, grantedAt: since, until: '2026-01-06T09:00:00.000Z', fence: 'f' },
  });
  play.story.report('commit', { summary: 'Good.' });
  expect(play.story.lines()['commit']).toBe('pending');
  expect(play.story.effects().join()).not.toContain('merge_pull');
});

test('turns are counted in the state, and stop the run at their limit', () => {
  const five = Array(5).fill('investigate:turn').join(' ');
  const { story } = playSteps('bug', `triage ${five}`);
  expect(story.document('investigate').escalation?.cause).toBe('turns');
  expect(story.effects()).toEqual(['open_escalation investigate']);
});

test('a run keeps the definition it began with', () => {
  const { story } = playSteps('bug', 'triage');
  expect(story.state().run.definition).not.toBe('');
  story.happen(
    { type: 'override_issued', override: { action: 'repin', definition: 'unknown' }, reason: 'x' },
    ceo,
  );
  expect(story.said()).toBe('run (repin refused)');
});

test('instructions of a job reach its agent', () => {
  for (const key of BUILT_IN) {
    for (const job of beginPlay(key).story.context().workflow.jobs.values()) {
      if ('prompt' in job) expect(job.prompt, `${key} ${job.id}`).not.toBeNull();
    }
  }
});

test('who only watches decides nothing', () => {
  const story = beginStory(textOf('bug'), { config: everybody });
  story.start();
  const before = story.state();
  story.happen({ type: 'report_received', dispatch: 'guessed', ...report }, someone);
  expect(story.state()).toBe(before);
});
