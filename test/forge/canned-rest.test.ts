import { describe, expect, test } from 'vitest';

import type { CannedAnswer, CannedRequest } from './canned.ts';
import { cannedForge, issueOf, pullOf, user } from './canned.ts';

const ghost = { login: 'ghost', id: 10137, kind: 'user' };

describe('issues and comments', () => {
  test.each([
    { name: 'a deleted author', change: { user: null }, issue: { author: ghost } },
    {
      name: 'labels as texts',
      change: { labels: ['bug', { name: 'P0' }] },
      issue: { labels: ['bug', 'P0'] },
    },
    {
      name: 'an App',
      change: { user: { ...user, login: 'x[bot]', type: 'Bot' } },
      issue: { author: { login: 'x[bot]', id: 1, kind: 'app' } },
    },
    { name: 'no body', change: { body: null }, issue: { body: '', closedBy: null } },
  ])('an issue with $name', async ({ change, issue }) => {
    const forge = cannedForge(() => ({ body: issueOf(1, change) }));
    expect(await forge.issues.get(1)).toMatchObject(issue);
  });

  test('an issue that was moved to another repository is not there', async () => {
    expect(await cannedForge(() => ({ body: issueOf(77) })).issues.get(1)).toBeUndefined();
  });

  test.each([
    { name: 'no number', change: { number: undefined }, field: 'number' },
    { name: 'a fraction', change: { number: 1.5 }, field: 'number' },
    { name: 'another state', change: { state: 'lost' }, field: 'state' },
    { name: 'no labels', change: { labels: null }, field: 'labels' },
    { name: 'an author without an id', change: { user: { login: 'ada', type: 'User' } }, field: 'id' },
  ])('an issue with $name is malformed', async ({ change, field }) => {
    const forge = cannedForge(() => ({ body: issueOf(1, change) }));
    await expect(forge.issues.get(1)).rejects.toMatchObject({
      code: 'forge-malformed',
      message: expect.stringContaining(`"${field}"`) as unknown,
    });
  });

  test('a list that is none is malformed', async () => {
    await expect(
      cannedForge(() => ({ body: {} })).issues.changedSince('2026-11-02T08:00:00Z'),
    ).rejects.toMatchObject({
      code: 'forge-malformed',
    });
  });

  test('what changes while the pages are read is neither lost nor given twice', async () => {
    const time = (second: number): string =>
      new Date(Date.parse('2026-11-02T08:00:00Z') + second * 1000).toISOString();
    const times = new Map(Array.from({ length: 250 }, (_, index) => [index + 1, time(index)]));
    let reads = 0;
    const forge = cannedForge(({ query }) => {
      reads += 1;
      const since = Date.parse(query.get('since') ?? '');
      const all = [...times]
        .filter(([, updated]) => Date.parse(updated) >= since)
        .sort(([, a], [, b]) => Date.parse(a) - Date.parse(b));
      const start = (Number(query.get('page')) - 1) * 100;
      const page = all
        .slice(start, start + 100)
        .map(([number, updated]) => issueOf(number, { updated_at: updated }));
      // After each page somebody changes an issue of it: all behind it move up by one.
      times.set(reads, time(1000 + reads));
      return { body: page };
    });
    const { items: listed, isComplete } = await forge.issues.changedSince(time(0));
    expect(isComplete).toBe(true);
    expect(listed.map(({ number }) => number).sort((a, b) => a - b)).toEqual([...times.keys()]);
    expect(listed.map(({ updatedAt }) => updatedAt)).toEqual(listed.map(({ updatedAt }) => updatedAt).sort());
  });
});

describe('people', () => {
  test.each([
    {
      name: 'a role of GitHub',
      body: { permission: 'write', role_name: 'maintain' },
      permission: 'maintain',
    },
    {
      name: "a role of the organisation's own",
      body: { permission: 'write', role_name: 'releaser' },
      permission: 'write',
    },
    { name: 'no role name', body: { permission: 'admin' }, permission: 'admin' },
    { name: 'something new', body: { permission: 'owner', role_name: 'owner' }, permission: 'none' },
  ])('a permission with $name', async ({ body, permission }) => {
    expect(await cannedForge(() => ({ body })).people.permission('ada')).toBe(permission);
  });

  test('the token of an installation asks GraphQL who it is', async () => {
    const forge = cannedForge(({ path }) =>
      path === '/graphql'
        ? { body: { data: { viewer: { login: 'github-actions[bot]', databaseId: 41898282 } } } }
        : { status: 403, body: { message: 'Resource not accessible by integration' } },
    );
    expect(await forge.people.viewer()).toEqual({ login: 'github-actions[bot]', id: 41898282, kind: 'app' });
  });

  test('a denial names the permission that GitHub asks for', async () => {
    const forge = cannedForge(() => ({
      status: 403,
      body: { message: 'Resource not accessible by integration' },
      headers: { 'x-accepted-github-permissions': 'issues=write' },
    }));
    await expect(forge.issues.close(1, 'completed')).rejects.toMatchObject({
      code: 'forge-denied',
      remedy: expect.stringContaining('issues=write') as unknown,
    });
  });
});

describe('files', () => {
  const file = { type: 'file', sha: 'd'.repeat(40), size: 5, encoding: 'base64', content: 'aGVs\nbG8=\n' };

  test.each([
    { name: 'a link', body: { ...file, type: 'symlink' }, text: undefined },
    { name: 'a submodule', body: { ...file, type: 'submodule' }, text: undefined },
    { name: 'contents in lines', body: file, text: 'hello' },
  ])('$name', async ({ body, text }) => {
    expect(await cannedForge(() => ({ body })).files.read('a', 'main')).toBe(text);
  });

  test('a large file is read as a blob', async () => {
    const forge = cannedForge(({ path }) =>
      path === `/git/blobs/${file.sha}`
        ? { body: file }
        : { body: { ...file, encoding: 'none', content: '' } },
    );
    expect(await forge.files.read('a', 'main')).toBe('hello');
  });

  test('contents in an encoding of their own are malformed', async () => {
    const forge = cannedForge(() => ({ body: { ...file, encoding: 'rot13' } }));
    await expect(forge.files.read('a', 'main')).rejects.toMatchObject({ code: 'forge-malformed' });
  });

  test('an empty repository has no heads', async () => {
    const forge = cannedForge(() => ({ status: 409, body: { message: 'Git Repository is empty.' } }));
    expect(await forge.files.head('main')).toBeUndefined();
  });
});

describe('pull requests', () => {
  test.each([
    { name: "the repository's own", change: {}, branch: 'topic' },
    {
      name: "a fork's",
      change: { head: { ref: 'topic', sha: 'a', label: 'eve:topic', repo: { id: 11 } } },
      branch: 'eve:topic',
    },
    {
      name: "a deleted fork's",
      change: { head: { ref: 'topic', sha: 'a', label: 'eve:topic', repo: null } },
      branch: 'eve:topic',
    },
  ])('the head is $name branch', async ({ change, branch }) => {
    const forge = cannedForge(() => ({ body: pullOf(1, change) }));
    expect(await forge.pulls.get(1)).toMatchObject({ head: { branch } });
  });

  test('a test merge is no merge, and a deleted author is nobody', async () => {
    const forge = cannedForge(() => ({ body: pullOf(1, { user: null }) }));
    expect(await forge.pulls.get(1)).toMatchObject({ merged: false, mergeCommit: null, author: null });
  });

  test('a filter that the forge ignores finds no other branch', async () => {
    const forge = cannedForge(() => ({ body: [pullOf(1), pullOf(2)] }));
    expect(await forge.pulls.fromBranch('other')).toBeUndefined();
    expect(await forge.pulls.fromBranch('topic')).toMatchObject({ number: 2 });
  });

  test('a token that may open none is refused as a value', async () => {
    const message = 'GitHub Actions is not permitted to create or approve pull requests.';
    const forge = cannedForge(() => ({ status: 403, body: { message } }));
    expect(await forge.pulls.open({ branch: 'a', base: 'main', title: 'A', body: '' })).toEqual({
      kind: 'refused',
      problem: message,
    });
    expect(await forge.pulls.review(1, { verdict: 'approve', body: '', head: 'a' })).toEqual({
      kind: 'refused',
      problem: message,
    });
  });

  test('more files than GitHub lists are refused, since not all are known', async () => {
    const forge = cannedForge(({ query, path }) => {
      if (path === '/graphql') return { body: { data: { repository: { pullRequest: null } } } };
      const page = Number(query.get('page'));
      const files = Array.from({ length: 100 }, (_, index) => ({ filename: `${page}/${index}` }));
      return { body: page <= 30 ? files : [] };
    });
    await expect(forge.pulls.changedPaths(1)).rejects.toMatchObject({ code: 'forge-refused' });
  });
});

describe('why a merge was refused', () => {
  const merge = { head: 'a'.repeat(40), title: 'Take', message: '' };
  const refusing =
    (status: number, message: string, pull: Readonly<Record<string, unknown>>) =>
    ({ method }: CannedRequest): CannedAnswer =>
      method === 'PUT' ? { status, body: { message } } : { body: pullOf(1, pull) };

  test.each([
    {
      name: 'must be up to date',
      status: 405,
      message: 'Head branch is out of date',
      pull: { mergeable_state: 'behind' },
      cause: 'behind',
    },
    {
      name: 'a required check',
      status: 405,
      message: 'Required status check "test" is expected.',
      pull: { mergeable_state: 'blocked' },
      cause: 'checks',
    },
    {
      name: 'a required review',
      status: 405,
      message: 'At least 1 approving review is required.',
      pull: { mergeable_state: 'blocked' },
      cause: 'not-permitted',
    },
    {
      name: 'a draft',
      status: 405,
      message: 'Pull Request is still a draft',
      pull: { draft: true, mergeable_state: 'draft' },
      cause: 'not-permitted',
    },
    {
      name: 'a conflict',
      status: 405,
      message: 'Pull Request is not mergeable',
      pull: { mergeable: false, mergeable_state: 'dirty' },
      cause: 'conflict',
    },
    {
      name: 'a token that may not',
      status: 403,
      message: 'Resource not accessible by integration',
      pull: {},
      cause: 'not-permitted',
    },
    { name: 'a person who may not', status: 404, message: 'Not Found', pull: {}, cause: 'not-permitted' },
    {
      name: 'a head that moved',
      status: 409,
      message: 'Head branch was modified.',
      pull: { head: { ...(pullOf(1)['head'] as object), sha: 'e' } },
      cause: 'head-moved',
    },
  ])('$name: $cause', async ({ status, message, pull, cause }) => {
    const forge = cannedForge(refusing(status, message, pull));
    expect(await forge.pulls.merge(1, merge)).toMatchObject({ kind: 'refused', cause });
  });

  test.each([
    {
      name: 'a base that was just changed',
      message: 'Base branch was modified. Review and try the merge again.',
      pull: {},
    },
    {
      name: 'mergeability that is still computed',
      message: 'Pull Request is not mergeable',
      pull: { mergeable: null, mergeable_state: 'unknown' },
    },
  ])('$name passes by itself', async ({ message, pull }) => {
    let tries = 0;
    const forge = cannedForge(({ method }) => {
      if (method !== 'PUT') return { body: pullOf(1, pull) };
      tries += 1;
      return tries === 1 ? { status: 405, body: { message } } : { body: { sha: 'f', merged: true } };
    });
    expect(await forge.pulls.merge(1, merge)).toEqual({ kind: 'merged', commit: 'f' });
  });

  test('a merge of a pull request that is not there is refused with an error', async () => {
    const forge = cannedForge(() => ({ status: 404, body: { message: 'Not Found' } }));
    await expect(forge.pulls.merge(1, merge)).rejects.toMatchObject({ code: 'forge-refused' });
  });
});
