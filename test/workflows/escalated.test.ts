/** Each job of the built-in workflows, once it is with the CEO: every answer leads on, in sub-runs as well. */
import { describe, expect, test } from 'vitest';

import type { Job } from '../../src/workflow/model.ts';
import { workflowOf } from '../engine/story.ts';
import { BUILT_IN, textOf } from './built-in.ts';
import { beginPlay } from './play.ts';

/** Every job that can be escalated: those with an agent or a reviewer, in sub-runs as well. */
const ESCALATED = BUILT_IN.flatMap((key) =>
  jobsOf(key).flatMap(({ label, job }) =>
    ['decision', 'merge', 'call'].includes(job.type) ? [] : [{ key, job: label, type: job.type }],
  ),
);

/** The jobs of a built-in workflow and of what it calls, with their labels. */
function jobsOf(key: string): readonly { readonly label: string; readonly job: Job }[] {
  return [...workflowOf(textOf(key)).jobs.values()].flatMap((job) => [
    { label: job.id, job },
    ...(job.type === 'call'
      ? jobsOf(job.uses.replace('treadle/', '')).map((one) => ({ ...one, label: `${job.id}/${one.label}` }))
      : []),
  ]);
}

describe.each(ESCALATED)('$key: $job, once its time is over for good', ({ key, job: label, type }) => {
  const escalated = () => {
    const play = beginPlay(key);
    for (;;) {
      const [next] = play.awaited();
      if (next?.job === undefined || next.job === null) throw new Error(`${label} is never awaited`);
      if (next.kind === 'escalation') return { ...play, ...play.find(label), root: play.story };
      play.step(
        next.label === label ? `${label}:${next.kind === 'retry' ? 'later' : 'timeout'}` : next.label,
      );
    }
  };

  test('is with the CEO by one bead, and waits without another deadline', () => {
    const { story, job, root } = escalated();
    expect(story.document(job)).toMatchObject({ escalation: { cause: 'timeout' }, timeoutAt: null });
    expect(story.lines()[job]).toBe('waiting');
    expect(root.state().run.status).not.toBe('completed');
  });

  test.each([
    { option: 'approve', step: 'ceo-approves' },
    { option: 'retry', step: 'retry' },
    { option: 'goto itself', step: 'goto=ITSELF' },
    { option: 'goto the first job', step: 'goto=FIRST' },
    { option: 'skip', step: 'skip' },
  ])('$option: the run goes on to its end', ({ step }) => {
    const { story, job, root, ...play } = escalated();
    const [first = ''] = story.context().workflow.jobs.keys();
    play.step(`${label}:${step.replace('FIRST', first).replace('ITSELF', job)}`);
    expect(story.said()).not.toMatch(/refused|ignored/);
    play.finish();
    expect(root.state().run).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(root.effects()).toContain('close_issue completed');
  });

  const isFixed = type === 'commit' || type === 'verify';
  test(`reassign: ${isFixed ? 'is refused, and it waits on' : 'the run goes on to its end'}`, () => {
    const { story, job, root, ...play } = escalated();
    play.step(`${label}:reassign=frontend-engineer`);
    expect(story.said()).toBe(
      isFixed ? 'run (reassign refused)' : `${job} (reassigned to frontend-engineer)`,
    );
    if (isFixed) {
      expect(story.effects().join()).toMatch(/^reply @carol: `reassign` was not done: /);
      expect(story.document(job).escalation).not.toBeNull();
    }
    play.finish();
    expect(root.state().run).toMatchObject({ status: 'completed', conclusion: 'success' });
  });

  test.each([
    { option: 'reject', step: 'ceo-rejects' },
    { option: 'close', step: 'close' },
  ])('$option: the run ends and the bead is closed', ({ step }) => {
    const { root, ...play } = escalated();
    play.step(`${label}:${step}`);
    expect(root.state().run).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(root.effects()).toContain('close_issue not_planned');
    expect(play.awaited()).toEqual([]);
  });
});

describe.each(BUILT_IN)('%s', (key) => {
  const edges = jobsOf(key).flatMap(({ label, job }) => {
    const target = job.type === 'approval' ? job.onRejected : 'onFailure' in job ? job.onFailure : null;
    return target?.kind === 'job' ? [{ label, type: job.type, target: target.job }] : [];
  });

  test.each(edges)('$label: the fourth return to $target is the CEO’s', ({ label, type }) => {
    const play = beginPlay(key);
    const edge = `${label}.${type === 'approval' ? 'on-rejected' : 'on-failure'}`;
    for (;;) {
      const [next] = play.awaited();
      if (next?.job === undefined || next.job === null) throw new Error('nothing is awaited');
      if (next.kind === 'escalation') break;
      const isMeant = next.label === label || next.label.startsWith(`${label}/`);
      const bad = type === 'approval' ? 'rejected' : 'failure';
      play.step(isMeant ? `${next.label}:${next.kind === 'retry' ? 'later' : bad}` : next.label);
    }
    const { story, job } = play.find(label);
    expect(story.document(job).escalation?.cause).toBe('cycles');
    expect(play.cycles()[edge]).toBe(3);
    play.step(`${label}:retry`);
    play.finish();
    expect(play.story.state().run.conclusion).toBe('success');
  });
});
