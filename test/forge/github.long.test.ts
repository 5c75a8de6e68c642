import { afterAll, describe, expect, test } from 'vitest';

import type { CheckedFetch } from '../local-github/openapi-checker.ts';
import { checkedFetch } from '../local-github/openapi-checker.ts';
import { describeForgeContract } from './contract.ts';
import { openLocalHost } from './local-host.ts';

let checker: CheckedFetch | undefined;

describeForgeContract('GitHub adapter over the local server', () =>
  openLocalHost((url) => {
    checker = checkedFetch(url);
    return checker.fetch;
  }),
);

describe('the exchanges of the contract', () => {
  afterAll(() => {
    checker = undefined;
  });

  test("are as GitHub's own description has them", () => {
    expect(checker?.violations()).toEqual([]);
  });

  test('use these operations of GitHub, and no others', () => {
    expect([...(checker?.operations() ?? [])].sort()).toEqual([
      'actions/list-repo-organization-variables',
      'actions/list-repo-variables',
      'git/create-ref',
      'git/delete-ref',
      'git/get-ref',
      'git/update-ref',
      'issues/add-blocked-by-dependency',
      'issues/add-labels',
      'issues/add-sub-issue',
      'issues/create',
      'issues/create-comment',
      'issues/delete-comment',
      'issues/get',
      'issues/get-comment',
      'issues/list-comments',
      'issues/list-comments-for-repo',
      'issues/list-dependencies-blocked-by',
      'issues/list-for-repo',
      'issues/list-sub-issues',
      'issues/update',
      'issues/update-comment',
      'pulls/create',
      'pulls/create-review',
      'pulls/get',
      'pulls/list',
      'pulls/list-files',
      'pulls/merge',
      'pulls/request-reviewers',
      'pulls/update',
      'repos/compare-commits-with-basehead',
      'repos/create-or-update-file-contents',
      'repos/get',
      'repos/get-collaborator-permission-level',
      'repos/get-content',
      'teams/list-members-in-org',
      'users/get-authenticated',
      'users/get-by-username',
    ]);
  });
});
