/** Each built-in workflow, to its end along every path that its edges allow; what is played must be what is awaited. */
import { describe, expect, test } from 'vitest';

import type { BUILT_IN } from './built-in.ts';
import { playSteps } from './play.ts';

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

const REQUIREMENTS = 'requirements/work requirements/criteria requirements/opening';
const DESIGN = 'design/work design/criteria design/opening';
const IMPLEMENTED = 'implementation implementation-checklist open-testing';
const TESTED = 'testing/unit-testing testing/integration-testing testing/system-testing';
const DEPLOYED = 'open-deployment deployment acceptance';
const TO_TESTING = `${REQUIREMENTS} ${DESIGN} ${IMPLEMENTED}`;
const AGAIN = `${IMPLEMENTED} ${TESTED} ${DEPLOYED}`;

const WATERFALL: readonly Row[] = [
  { path: 'success', steps: `${TO_TESTING} ${TESTED} ${DEPLOYED}` },
  {
    path: 'requirements that are not fit for a design go back',
    steps: `requirements/work requirements/criteria:failure ${TO_TESTING} ${TESTED} ${DEPLOYED}`,
    cycles: { 'requirements/criteria.on-failure': 1 },
  },
  {
    path: 'the wrong requirements go back',
    steps: `requirements/work requirements/criteria requirements/opening:rejected ${TO_TESTING} ${TESTED} ${DEPLOYED}`,
    cycles: { 'requirements/opening.on-rejected': 1 },
  },
  {
    path: 'requirements that cannot be fulfilled together are written anew, and the design begins anew',
    steps: `${REQUIREMENTS} ${two('design/work:failure')} ${TO_TESTING} ${TESTED} ${DEPLOYED}`,
    cycles: { 'design.on-failure': 1 },
  },
  {
    path: 'a design that does not cover the requirements goes back',
    steps: `${REQUIREMENTS} design/work design/criteria:failure ${DESIGN} ${AGAIN}`,
    cycles: { 'design/criteria.on-failure': 1 },
  },
  {
    path: 'a design that is not opened goes back',
    steps: `${REQUIREMENTS} design/work design/criteria design/opening:rejected ${DESIGN} ${AGAIN}`,
    cycles: { 'design/opening.on-rejected': 1 },
  },
  {
    path: 'what cannot be built is designed anew',
    steps: `${REQUIREMENTS} ${DESIGN} ${three('implementation:failure')} ${DESIGN} ${AGAIN}`,
    cycles: { 'implementation.on-failure': 1 },
  },
  {
    path: 'what is not fit for the tests goes back, and what is not opened',
    steps: `${REQUIREMENTS} ${DESIGN} implementation implementation-checklist:failure implementation implementation-checklist open-testing:rejected ${AGAIN}`,
    cycles: { 'implementation-checklist.on-failure': 1, 'open-testing.on-rejected': 1 },
  },
  {
    path: 'each kind of test sends back to the implementation',
    steps: `${TO_TESTING} ${two('testing/unit-testing:failure')} ${IMPLEMENTED} testing/unit-testing ${two('testing/integration-testing:failure')} ${IMPLEMENTED} testing/unit-testing testing/integration-testing ${two('testing/system-testing:failure')} ${AGAIN}`,
    cycles: { 'testing.on-failure': 3 },
  },
  {
    path: 'the deployment is refused',
    steps: `${TO_TESTING} ${TESTED} open-deployment:rejected ${AGAIN}`,
    cycles: { 'open-deployment.on-rejected': 1 },
  },
  {
    path: 'a conflict: implemented and tested anew',
    steps: `${TO_TESTING} ${TESTED} open-deployment deployment:conflict ${AGAIN}`,
    cycles: { 'deployment.on-failure': 1 },
  },
  {
    path: 'acceptance fails: implemented and tested anew',
    steps: `${TO_TESTING} ${TESTED} open-deployment deployment ${two('acceptance:failure')} ${AGAIN}`,
    cycles: { 'acceptance.on-failure': 1 },
  },
  {
    path: 'a timeout, and then the CEO decides',
    steps: `${two('requirements/work:timeout')} requirements/work:retry ${TO_TESTING} ${TESTED} ${DEPLOYED}`,
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
    const play = playSteps(key, steps);
    const { story } = play;
    expect(story.state().run).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(play.cycles()).toEqual(cycles);
    expect(story.effects()).toContain('close_issue completed');
  });
});

test('self-improvement that is not worth it ends there, and nothing is dispatched for it any more', () => {
  const { story } = playSteps('self-improvement', two('investigate:failure'));
  expect(story.state().run).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect(story.lines()).toMatchObject({ investigate: 'completed failure', implement: 'completed skipped' });
});

test("what a sub-run was refused for reaches whoever mends it: the caller's job, and the job of a sub-run", () => {
  const play = playSteps('waterfall', `${TO_TESTING} testing/unit-testing:failure`);
  play.find('testing/unit-testing').story.fail('unit-testing', 'menu.test: expected 3, was 4');
  const reason = 'run 42-4 ended as failure: unit-testing failed: menu.test: expected 3, was 4';
  expect(play.story.document('implementation').feedback).toEqual({ from: 'testing', text: reason });
  for (const step of three('implementation:failure').split(' ')) play.step(step);
  const { story, job } = play.find('design/work');
  expect(story.document(job).feedback).toEqual({
    from: 'implementation',
    text: expect.stringMatching(/^implementation failed at /) as string,
  });
});
