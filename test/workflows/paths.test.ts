/** Each built-in workflow, to its end along every path that its edges allow; what is played must be what is awaited. */
import { describe, expect, test } from 'vitest';

import { BUILT_IN } from './built-in.ts';
import { beginPlay, playSteps } from './play.ts';

interface Row {
  readonly path: string;
  readonly steps: string;
  /** Cycles by edge, where some were taken. */
  readonly cycles?: Readonly<Record<string, number>>;
}

const three = (step: string): string => [step, step, step].join(' ');
const two = (step: string): string => [step, step].join(' ');

const BUG: readonly Row[] = [
  { path: 'success', steps: 'triage investigate approve fix commit verify' },
  {
    path: 'an investigation of several turns',
    steps: 'triage investigate:turn investigate:turn investigate approve fix commit verify',
  },
  {
    path: 'a rejected proposal goes back with the feedback',
    steps: 'triage investigate approve:rejected investigate approve fix commit verify',
    cycles: { 'approve.on-rejected': 1 },
  },
  {
    path: 'a fix that fails is tried three times, then its cause is looked for again',
    steps: `triage investigate approve ${three('fix:failure')} investigate approve fix commit verify`,
    cycles: { 'fix.on-failure': 1 },
  },
  {
    path: 'one failure is only another attempt',
    steps: 'triage investigate approve fix:failure fix:crash fix commit verify',
  },
  {
    path: 'a conflict goes back to the fix at once',
    steps: 'triage investigate approve fix commit:conflict fix commit verify',
    cycles: { 'commit.on-failure': 1 },
  },
  {
    path: 'the engineering manager refuses the change',
    steps: `triage investigate approve fix ${two('commit:failure')} fix commit verify`,
    cycles: { 'commit.on-failure': 1 },
  },
  {
    path: 'verification fails: fixed, merged and verified again',
    steps: `triage investigate approve fix commit ${two('verify:failure')} fix commit verify`,
    cycles: { 'verify.on-failure': 1 },
  },
  {
    path: 'a timeout is another attempt, and then the CEO decides',
    steps: `triage investigate approve ${three('fix:timeout')} fix:retry fix commit verify`,
  },
  {
    path: 'nobody answers the gate: the CEO approves in its place',
    steps: 'triage investigate approve:timeout approve:ceo-approves fix commit verify',
  },
];

const FEATURE: readonly Row[] = [
  { path: 'success', steps: 'plan plan-approval ceo-review implement commit verify' },
  {
    path: 'a rejected plan goes back with the feedback',
    steps: 'plan plan-approval:rejected plan plan-approval ceo-review implement commit verify',
    cycles: { 'plan-approval.on-rejected': 1 },
  },
  {
    path: 'the CEO rejects: the plan is made and approved anew',
    steps: 'plan plan-approval ceo-review:rejected plan plan-approval ceo-review implement commit verify',
    cycles: { 'ceo-review.on-rejected': 1 },
  },
  {
    path: 'what cannot be built is planned anew',
    steps: `plan plan-approval ceo-review ${three('implement:failure')} plan plan-approval ceo-review implement commit verify`,
    cycles: { 'implement.on-failure': 1 },
  },
  {
    path: 'a conflict goes back to the building',
    steps: 'plan plan-approval ceo-review implement commit:conflict implement commit verify',
    cycles: { 'commit.on-failure': 1 },
  },
  {
    path: 'verification fails',
    steps: `plan plan-approval ceo-review implement commit ${two('verify:failure')} implement commit verify`,
    cycles: { 'verify.on-failure': 1 },
  },
  {
    path: 'a timeout, and then the CEO decides',
    steps: `${two('plan:timeout')} plan:retry plan plan-approval ceo-review implement commit verify`,
  },
  {
    path: 'the CEO does not answer in time: the decision itself is escalated',
    steps: 'plan plan-approval ceo-review:timeout ceo-review:ceo-approves implement commit verify',
  },
];

const UI: readonly Row[] = [
  { path: 'success', steps: 'investigate approve implement commit verify' },
  {
    path: 'a rejected proposal goes back with the feedback',
    steps: 'investigate approve:rejected investigate approve implement commit verify',
    cycles: { 'approve.on-rejected': 1 },
  },
  {
    path: 'what cannot be built is looked into again',
    steps: `investigate approve ${three('implement:failure')} investigate approve implement commit verify`,
    cycles: { 'implement.on-failure': 1 },
  },
  {
    path: 'a conflict goes back to the building',
    steps: 'investigate approve implement commit:conflict implement commit verify',
    cycles: { 'commit.on-failure': 1 },
  },
  {
    path: 'verification fails',
    steps: `investigate approve implement commit ${two('verify:failure')} implement commit verify`,
    cycles: { 'verify.on-failure': 1 },
  },
  {
    path: 'a timeout, and then the CEO decides',
    steps: `investigate approve ${three('implement:timeout')} implement:retry implement commit verify`,
  },
];

const REVIEWED = 'implement check review commit verify';

const SELF_IMPROVEMENT: readonly Row[] = [
  { path: 'success', steps: `investigate ${REVIEWED}` },
  {
    path: 'a person closes it without a merge: back to whoever made it',
    steps: `investigate implement check review commit:closed ${REVIEWED}`,
    cycles: { 'commit.on-failure': 1 },
  },
  {
    path: 'what cannot be done is looked into again',
    steps: `investigate ${three('implement:failure')} investigate ${REVIEWED}`,
    cycles: { 'implement.on-failure': 1 },
  },
  {
    path: 'tests or linters fail before it is merged',
    steps: `investigate implement ${two('check:failure')} ${REVIEWED}`,
    cycles: { 'check.on-failure': 1 },
  },
  {
    path: 'the reviewer wants it otherwise',
    steps: `investigate implement check ${two('review:failure')} ${REVIEWED}`,
    cycles: { 'review.on-failure': 1 },
  },
  {
    path: 'a conflict goes back to the building',
    steps: `investigate implement check review commit:conflict ${REVIEWED}`,
    cycles: { 'commit.on-failure': 1 },
  },
  {
    path: 'verification fails',
    steps: `investigate implement check review commit ${two('verify:failure')} ${REVIEWED}`,
    cycles: { 'verify.on-failure': 1 },
  },
  {
    path: 'a timeout, and then the CEO decides',
    steps: `investigate implement ${two('check:timeout')} check:retry check review commit verify`,
  },
];

const TO_TESTING =
  'requirements requirements-checklist open-design design design-checklist open-implementation ' +
  'implementation implementation-checklist open-testing';
const TESTED =
  'implementation implementation-checklist open-testing unit-testing integration-testing system-testing';
const DEPLOYED = 'open-deployment deployment acceptance';

const WATERFALL: readonly Row[] = [
  {
    path: 'success',
    steps: `${TO_TESTING} unit-testing integration-testing system-testing ${DEPLOYED}`,
  },
  {
    path: 'requirements that are not fit for a design go back',
    steps: `requirements requirements-checklist:failure ${TO_TESTING} unit-testing integration-testing system-testing ${DEPLOYED}`,
    cycles: { 'requirements-checklist.on-failure': 1 },
  },
  {
    path: 'the wrong requirements go back',
    steps: `requirements requirements-checklist open-design:rejected ${TO_TESTING} unit-testing integration-testing system-testing ${DEPLOYED}`,
    cycles: { 'open-design.on-rejected': 1 },
  },
  {
    path: 'a design that does not cover the requirements goes back',
    steps: `requirements requirements-checklist open-design design design-checklist:failure design design-checklist open-implementation ${TESTED} ${DEPLOYED}`,
    cycles: { 'design-checklist.on-failure': 1 },
  },
  {
    path: 'what cannot be built is designed anew',
    steps: `requirements requirements-checklist open-design design design-checklist open-implementation ${three('implementation:failure')} design design-checklist open-implementation ${TESTED} ${DEPLOYED}`,
    cycles: { 'implementation.on-failure': 1 },
  },
  {
    path: 'each kind of test sends back to the implementation',
    steps: `${TO_TESTING} ${two('unit-testing:failure')} implementation implementation-checklist open-testing unit-testing ${two('integration-testing:failure')} implementation implementation-checklist open-testing unit-testing integration-testing ${two('system-testing:failure')} ${TESTED} ${DEPLOYED}`,
    cycles: {
      'unit-testing.on-failure': 1,
      'integration-testing.on-failure': 1,
      'system-testing.on-failure': 1,
    },
  },
  {
    path: 'the deployment is refused',
    steps: `${TO_TESTING} unit-testing integration-testing system-testing open-deployment:rejected ${TESTED} ${DEPLOYED}`,
    cycles: { 'open-deployment.on-rejected': 1 },
  },
  {
    path: 'a conflict: implemented and tested anew',
    steps: `${TO_TESTING} unit-testing integration-testing system-testing open-deployment deployment:conflict ${TESTED} ${DEPLOYED}`,
    cycles: { 'deployment.on-failure': 1 },
  },
  {
    path: 'acceptance fails: implemented and tested anew',
    steps: `${TO_TESTING} unit-testing integration-testing system-testing open-deployment deployment ${two('acceptance:failure')} ${TESTED} ${DEPLOYED}`,
    cycles: { 'acceptance.on-failure': 1 },
  },
  {
    path: 'a timeout, and then the CEO decides',
    steps: `${two('requirements:timeout')} requirements:retry ${TO_TESTING} unit-testing integration-testing system-testing ${DEPLOYED}`,
  },
];

const PATHS = {
  bug: BUG,
  feature: FEATURE,
  ui: UI,
  'self-improvement': SELF_IMPROVEMENT,
  waterfall: WATERFALL,
} satisfies Record<(typeof BUILT_IN)[number], readonly Row[]>;

describe.each(Object.entries(PATHS))('%s', (key, rows) => {
  test.each(rows)('$path', ({ steps, cycles = {} }) => {
    const { story } = playSteps(key, steps);
    expect(story.state().run).toMatchObject({ status: 'completed', conclusion: 'success', cycles });
    expect(story.effects()).toContain('close_issue completed');
  });
});

test('self-improvement that is not worth it ends there, and nothing is dispatched for it any more', () => {
  const { story } = playSteps('self-improvement', two('investigate:failure'));
  expect(story.state().run).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect(story.lines()).toMatchObject({ investigate: 'completed failure', implement: 'completed skipped' });
});

/** Every job that can be escalated: those with an agent or a reviewer. */
const ESCALATED = BUILT_IN.flatMap((key) => {
  const { workflow } = beginPlay(key).story.context();
  return [...workflow.jobs.values()].flatMap((job) =>
    job.type === 'decision' || job.type === 'merge' ? [] : [{ key, job: job.id }],
  );
});

describe.each(ESCALATED)('$key: $job, once its time is over for good', ({ key, job }) => {
  const escalated = () => {
    const play = beginPlay(key);
    for (;;) {
      const [next] = play.awaited();
      if (next?.job === undefined || next.job === null) throw new Error(`${job} is never awaited`);
      if (next.kind === 'escalation') return play;
      play.step(next.job === job ? `${job}:${next.kind === 'retry' ? 'later' : 'timeout'}` : next.job);
    }
  };

  test('is with the CEO by one bead, and waits without another deadline', () => {
    const { story } = escalated();
    expect(story.document(job)).toMatchObject({ escalation: { cause: 'timeout' }, timeoutAt: null });
    expect(story.lines()[job]).toBe('waiting');
    expect(story.state().run.status).not.toBe('completed');
  });

  test.each([
    { option: 'approve', step: 'ceo-approves' },
    { option: 'retry', step: 'retry' },
    { option: 'goto itself', step: `goto=${job}` },
    { option: 'goto the first job', step: 'goto=FIRST' },
    { option: 'skip', step: 'skip' },
  ])('$option: the run goes on to its end', ({ step }) => {
    const play = escalated();
    const [first = ''] = play.story.context().workflow.jobs.keys();
    play.step(`${job}:${step.replace('FIRST', first)}`);
    expect(play.story.said()).not.toMatch(/refused|ignored/);
    play.finish();
    expect(play.story.state().run).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(play.story.effects()).toContain('close_issue completed');
  });

  const isFixed = ['commit', 'verify'].includes(
    beginPlay(key).story.context().workflow.jobs.get(job)?.type ?? '',
  );
  test(`reassign: ${isFixed ? 'is refused, and it waits on' : 'the run goes on to its end'}`, () => {
    const play = escalated();
    play.step(`${job}:reassign=frontend-engineer`);
    expect(play.story.said()).toBe(
      isFixed ? 'run (reassign refused)' : `${job} (reassigned to frontend-engineer)`,
    );
    if (isFixed) {
      expect(play.story.effects().join()).toMatch(/^reply @carol: `reassign` was not done: /);
      expect(play.story.document(job).escalation).not.toBeNull();
    }
    play.finish();
    expect(play.story.state().run).toMatchObject({ status: 'completed', conclusion: 'success' });
  });

  test.each([
    { option: 'reject', step: 'ceo-rejects' },
    { option: 'close', step: 'close' },
  ])('$option: the run ends and the bead is closed', ({ step }) => {
    const play = escalated();
    play.step(`${job}:${step}`);
    expect(play.story.state().run).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(play.story.effects()).toContain('close_issue not_planned');
  });
});

describe.each(BUILT_IN)('%s', (key) => {
  const edges = [...beginPlay(key).story.context().workflow.jobs.values()].flatMap((job) => {
    const target = job.type === 'approval' ? job.onRejected : 'onFailure' in job ? job.onFailure : null;
    return target?.kind === 'job' ? [{ job: job.id, type: job.type, target: target.job }] : [];
  });

  test.each(edges)('$job: the fourth return to $target is the CEO’s', ({ job, type }) => {
    const play = beginPlay(key);
    const edge = `${job}.${type === 'approval' ? 'on-rejected' : 'on-failure'}`;
    for (;;) {
      const [next] = play.awaited();
      if (next?.job === undefined || next.job === null) throw new Error('nothing is awaited');
      if (next.kind === 'escalation') break;
      const bad = type === 'approval' ? 'rejected' : 'failure';
      play.step(next.job === job ? `${job}:${next.kind === 'retry' ? 'later' : bad}` : next.job);
    }
    expect(play.story.document(job).escalation?.cause).toBe('cycles');
    expect(play.story.state().run.cycles[edge]).toBe(3);
    play.step(`${job}:retry`);
    play.finish();
    expect(play.story.state().run.conclusion).toBe('success');
  });
});
