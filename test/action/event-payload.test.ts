import { describe, expect, it } from 'vitest';

import { issueOfEvent, tellsOfFailure } from '../../src/action/event-payload.ts';

const repository = { id: 1, default_branch: 'main' };
const failed = { conclusion: 'failure', head_branch: 'main', head_repository: { id: 1 } };

describe('an event that tells of a failure', () => {
  it('is a run of the default branch of the repository itself that failed', () => {
    expect(tellsOfFailure({ repository, workflow_run: failed })).toBe(true);
  });

  it.each<[what: string, payload: unknown]>([
    [
      'a branch of that name in a fork',
      { repository, workflow_run: { ...failed, head_repository: { id: 2 } } },
    ],
    ['a fork that is gone', { repository, workflow_run: { ...failed, head_repository: null } }],
    ['another branch', { repository, workflow_run: { ...failed, head_branch: 'fix' } }],
    ['a run that succeeded', { repository, workflow_run: { ...failed, conclusion: 'success' } }],
    ['a run that goes on', { repository, workflow_run: { ...failed, conclusion: null } }],
    ['a run without a repository', { workflow_run: { conclusion: 'failure' } }],
    [
      'a payload that names nothing',
      { repository: {}, workflow_run: { conclusion: 'failure', head_repository: {} } },
    ],
    ['another event', { repository, issue: { number: 7 } }],
    ['no event', {}],
    ['what is no payload', 'failure'],
  ])('is not %s', (_, payload) => {
    expect(tellsOfFailure(payload)).toBe(false);
  });
});

describe('the bead of an event', () => {
  it.each<[payload: unknown, issue: number | null]>([
    [{ issue: { number: 7 } }, 7],
    [{ issue: { number: '7' } }, null],
    [{ issue: null }, null],
    [null, null],
  ])('%j is %j', (payload, issue) => {
    expect(issueOfEvent(payload)).toBe(issue);
  });
});
