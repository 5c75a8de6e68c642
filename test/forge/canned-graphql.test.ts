import { describe, expect, test } from 'vitest';

import type { CannedAnswer } from './canned.ts';
import { cannedForge } from './canned.ts';

const ada = { __typename: 'User', login: 'ada', databaseId: 1 };

function listOf(nodes: readonly unknown[], after: string | null = null): unknown {
  return { nodes, pageInfo: { hasNextPage: after !== null, endCursor: after } };
}

function reviewOf(id: number, change: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    fullDatabaseId: String(id),
    state: 'APPROVED',
    body: '',
    submittedAt: new Date(Date.parse('2026-11-02T08:00:00Z') + id * 1000).toISOString(),
    authorCanPushToRepository: true,
    author: ada,
    commit: { oid: 'a' },
    ...change,
  };
}

function commitBy(...logins: readonly (string | null)[]): unknown {
  const users = logins.map((login) => ({
    user: login === null ? null : { login, databaseId: login.length },
  }));
  return { commit: { oid: 'a', authors: listOf(users) } };
}

function pullOf(number: number, change: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    number,
    title: 'A pull request',
    body: '',
    state: 'OPEN',
    merged: false,
    isDraft: false,
    isCrossRepository: false,
    headRefName: 'topic',
    headRefOid: 'a',
    baseRefName: 'main',
    headRepositoryOwner: { login: 'ada' },
    mergeCommit: null,
    author: ada,
    reviews: listOf([]),
    commits: listOf([]),
    ...change,
  };
}

const answering = (repository: unknown): CannedAnswer => ({ body: { data: { repository } } });

describe('reviewed pull requests', () => {
  test.each([
    {
      name: 'an App',
      author: { __typename: 'Bot', login: 'weaver', databaseId: 9 },
      account: { login: 'weaver[bot]', id: 9, kind: 'app' },
    },
    { name: 'a ghost', author: null, account: null },
    { name: 'a mannequin', author: { __typename: 'Mannequin', login: 'old-ada' }, account: null },
  ])('a review by $name', async ({ author, account }) => {
    const reviews = listOf([reviewOf(1, { author }), reviewOf(2, { author: ada })]);
    const [pull] = await cannedForge(() => answering({ p1: pullOf(1, { author, reviews }) })).pulls.reviewed([
      1,
    ]);
    expect(pull?.author).toEqual(account);
    expect(pull?.reviews.map((review) => review.author)).toEqual([
      account,
      { login: 'ada', id: 1, kind: 'user' },
    ]);
  });

  test('reviews come oldest first, with ids beyond 32 bits, and what is not submitted last', async () => {
    const reviews = listOf([
      reviewOf(3, { submittedAt: null, state: 'PENDING', commit: null }),
      reviewOf(2_900_000_000),
      reviewOf(1, { state: 'DISMISSED' }),
    ]);
    const [pull] = await cannedForge(() => answering({ p1: pullOf(1, { reviews }) })).pulls.reviewed([1]);
    expect(pull?.reviews.map(({ id, state, commit }) => ({ id, state, commit }))).toEqual([
      { id: 1, state: 'dismissed', commit: 'a' },
      { id: 2_900_000_000, state: 'approved', commit: 'a' },
      { id: 3, state: 'pending', commit: null },
    ]);
  });

  test('commit authors are those with accounts, co-authors too, each once', async () => {
    const commits = listOf([commitBy('ada', null), commitBy('ada', 'weaver[bot]')]);
    const [pull] = await cannedForge(() => answering({ p1: pullOf(1, { commits }) })).pulls.reviewed([1]);
    expect(pull?.commitAuthors).toEqual([
      { login: 'ada', id: 3, kind: 'user' },
      { login: 'weaver[bot]', id: 11, kind: 'app' },
    ]);
  });

  test("a fork's branch is not named as one of ours", async () => {
    const change = { isCrossRepository: true, headRepositoryOwner: { login: 'eve' } };
    const gone = { isCrossRepository: true, headRepositoryOwner: null };
    const forge = cannedForge(() => answering({ p1: pullOf(1, change), p2: pullOf(2, gone) }));
    expect((await forge.pulls.reviewed([1, 2])).map((pull) => pull.head.branch)).toEqual([
      'eve:topic',
      'unknown:topic',
    ]);
  });

  test('all pages are read', async () => {
    const forge = cannedForge(({ body }) => {
      const document = String(body['query']);
      const { after } = body['variables'] as { readonly after?: string };
      if (after === undefined) {
        return answering({
          p1: pullOf(1, { reviews: listOf([reviewOf(1)], 'r2'), commits: listOf([commitBy('ada')], 'c2') }),
        });
      }
      const rest = document.includes('reviews(')
        ? { reviews: after === 'r2' ? listOf([reviewOf(2)], 'r3') : listOf([reviewOf(3)]) }
        : { commits: listOf([commitBy('bert')]) };
      return answering({ pullRequest: rest });
    });
    const [pull] = await forge.pulls.reviewed([1]);
    expect(pull?.reviews.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(pull?.commitAuthors.map(({ login }) => login)).toEqual(['ada', 'bert']);
  });

  test('120 are asked for in three queries', async () => {
    let queries = 0;
    const forge = cannedForge(({ body }) => {
      queries += 1;
      const numbers = [...String(body['query']).matchAll(/pullRequest\(number: (\d+)\)/g)].map(([, number]) =>
        Number(number),
      );
      return answering(Object.fromEntries(numbers.map((number) => [`p${number}`, pullOf(number)])));
    });
    const numbers = Array.from({ length: 120 }, (_, index) => index + 1);
    expect((await forge.pulls.reviewed(numbers)).map(({ number }) => number)).toEqual(numbers);
    expect(queries).toBe(3);
  });

  const missing = {
    type: 'NOT_FOUND',
    path: ['repository', 'p2'],
    message: 'Could not resolve to a PullRequest',
  };

  test('what is not found is left out', async () => {
    const forge = cannedForge(() => ({
      body: { data: { repository: { p1: pullOf(1), p2: null } }, errors: [missing] },
    }));
    expect((await forge.pulls.reviewed([1, 2])).map(({ number }) => number)).toEqual([1]);
  });

  test.each([
    {
      name: 'another error beside',
      errors: [missing, { type: 'FORBIDDEN', message: 'No' }],
      code: 'forge-denied',
    },
    {
      name: 'a query that GitHub does not take',
      errors: [{ message: "Field 'x' doesn't exist" }],
      code: 'forge-refused',
    },
    {
      name: 'a limit',
      errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }],
      code: 'forge-rate-limited',
    },
  ])('$name is an error', async ({ errors, code }) => {
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
    };
    const forge = cannedForge(() => ({ body: { data: { repository: { p1: null } }, errors }, headers }));
    await expect(forge.pulls.reviewed([1])).rejects.toMatchObject({ code });
  });

  test('a repository that is not there is refused, not empty', async () => {
    const errors = [
      { type: 'NOT_FOUND', path: ['repository'], message: 'Could not resolve to a Repository' },
    ];
    const forge = cannedForge(() => ({ body: { data: { repository: null }, errors } }));
    await expect(forge.pulls.reviewed([1])).rejects.toMatchObject({ code: 'forge-refused' });
  });
});

describe('what a pull request changes', () => {
  const file = (path: string, changeType = 'MODIFIED'): unknown => ({ path, changeType });
  const listed = [{ filename: 'new', previous_filename: 'old' }, { filename: 'b' }];

  test.each([
    {
      name: 'plain changes by the query',
      files: listOf([file('b', 'DELETED'), file('a', 'ADDED'), file('c')]),
      paths: ['a', 'b', 'c'],
      requests: 1,
    },
    { name: 'nothing by the query', files: listOf([]), paths: [], requests: 1 },
    {
      name: 'renames by the list, which tells where from',
      files: listOf([file('new', 'RENAMED'), file('b')]),
      paths: ['b', 'new', 'old'],
      requests: 2,
    },
    { name: 'many by the list', files: listOf([file('b')], 'f2'), paths: ['b', 'new', 'old'], requests: 2 },
    {
      name: 'what the query does not tell by the list',
      files: null,
      paths: ['b', 'new', 'old'],
      requests: 2,
    },
  ])('is told: $name', async ({ files, paths, requests }) => {
    let count = 0;
    const forge = cannedForge(({ path }) => {
      count += 1;
      return path === '/graphql' ? answering({ pullRequest: { files } }) : { body: listed };
    });
    expect(await forge.pulls.changedPaths(1)).toEqual(paths);
    expect(count).toBe(requests);
  });
});

describe('questions that are asked together', () => {
  const owners = (document: string): readonly (string | undefined)[] =>
    [...document.matchAll(/(\w+): pullRequest\(number: (\d+)\)/g)].map(([, alias]) => alias);
  /** Answers each alias of a pull request, whatever it is called. */
  const answerAll = (document: string): CannedAnswer =>
    answering(
      Object.fromEntries(
        owners(document).map((alias = '') => [alias, pullOf(Number(/\d+$/.exec(alias)?.[0] ?? 0))]),
      ),
    );

  test('are one request, and each gets its own answer', async () => {
    let requests = 0;
    const forge = cannedForge(({ body }) => {
      requests += 1;
      return answerAll(String(body['query']));
    });
    const [first, second] = await Promise.all([forge.pulls.reviewed([1, 2]), forge.pulls.reviewed([2, 3])]);
    expect(first.map(({ number }) => number)).toEqual([1, 2]);
    expect(second.map(({ number }) => number)).toEqual([2, 3]);
    expect(requests).toBe(1);
  });

  test('do not suffer from one that the forge refuses', async () => {
    let requests = 0;
    const forge = cannedForge(({ body }) => {
      requests += 1;
      const document = String(body['query']);
      return document.includes('(number: 3)')
        ? { body: { data: null, errors: [{ type: 'FORBIDDEN', message: 'No' }] } }
        : answerAll(document);
    });
    const [first, second] = await Promise.allSettled([forge.pulls.reviewed([1]), forge.pulls.reviewed([3])]);
    expect(first).toMatchObject({ status: 'fulfilled', value: [{ number: 1 }] });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'forge-denied' } });
    expect(requests).toBe(3);
  });

  test('all fail with the connection', async () => {
    let requests = 0;
    const forge = cannedForge(() => {
      requests += 1;
      return { status: 401, body: { message: 'Bad credentials' } };
    });
    const asked = [forge.pulls.reviewed([1]), forge.pulls.reviewed([2])];
    for (const outcome of await Promise.allSettled(asked)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'forge-denied' } });
    }
    expect(requests).toBe(1);
  });
});

describe('a GitHub Enterprise Server without merge queues', () => {
  /** As graphql-ruby says it, on which GitHub's API is built. */
  const undefinedField = (fieldName: string): unknown => ({
    path: ['query', 'repository', 'q0_p1', fieldName],
    extensions: { code: 'undefinedField', typeName: 'PullRequest', fieldName },
    locations: [{ line: 3, column: 5 }],
    message: `Field '${fieldName}' doesn't exist on type 'PullRequest'`,
  });
  const undefinedType = {
    path: ['query', 'repository', 'q0_p1', 'queueing', 'nodes', '... on RemovedFromMergeQueueEvent'],
    extensions: { code: 'undefinedType', typeName: 'RemovedFromMergeQueueEvent' },
    message: "No such type RemovedFromMergeQueueEvent, so it can't be a fragment condition",
  };
  const readinessOf = (number: number): unknown => ({
    number,
    state: 'OPEN',
    mergeStateStatus: 'CLEAN',
    baseRef: null,
    all: listOf([]),
    commits: listOf([]),
  });
  /** Refuses what asks for merge queues, and tells of each request whether it does. */
  const older = (asked: boolean[], ...errors: readonly unknown[]): ReturnType<typeof cannedForge> =>
    cannedForge(({ body }) => {
      const document = String(body['query']);
      const isRefused = document.includes('ergeQueue') || document.includes('MERGE_QUEUE');
      asked.push(isRefused);
      if (isRefused) return { body: { errors } };
      const aliases = [...document.matchAll(/(\w+): pullRequest\(number: (\d+)\)/g)];
      return answering(
        Object.fromEntries(aliases.map(([, alias = '', number]) => [alias, readinessOf(Number(number))])),
      );
    });

  test('is asked without them, and from then on at once', async () => {
    const asked: boolean[] = [];
    const forge = older(
      asked,
      undefinedField('isMergeQueueEnabled'),
      undefinedField('mergeQueueEntry'),
      undefinedType,
    );
    expect(await forge.pulls.readiness([1, 2])).toMatchObject([
      { number: 1, isOpen: true, mergeQueue: null, checks: [] },
      { number: 2, mergeQueue: null },
    ]);
    expect(asked).toEqual([true, false]);
    expect(await forge.pulls.readiness([3])).toMatchObject([{ number: 3, mergeQueue: null }]);
    expect(asked).toEqual([true, false, false]);
  });

  test('is asked so also where several ask together', async () => {
    const asked: boolean[] = [];
    const forge = older(asked, undefinedField('mergeQueueEntry'));
    const both = [forge.pulls.readiness([1]), forge.pulls.readiness([2])];
    expect((await Promise.all(both)).flat().map(({ number }) => number)).toEqual([1, 2]);
    expect(asked.slice(-1)).toEqual([false]);
    await Promise.all([forge.pulls.readiness([1]), forge.pulls.readiness([2])]);
    expect(asked.filter((each) => each)).toHaveLength(3);
  });

  test.each([
    ['another field', undefinedField('mergeStateStatus')],
    ['what is no field', undefinedType],
    ['something without a code', { message: "Field 'mergeQueueEntry' doesn't exist" }],
  ])('is not taken for one that lacks %s', async (_, error) => {
    const asked: boolean[] = [];
    await expect(older(asked, error).pulls.readiness([1])).rejects.toMatchObject({ code: 'forge-refused' });
    expect(asked).toEqual([true]);
  });
});
