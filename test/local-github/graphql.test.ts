import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { git } from './test-server.ts';
import { openWorld, type World } from './world.ts';

describe('GraphQL', () => {
  let world: World;
  let number: number;
  beforeAll(async () => {
    world = await openWorld();
    number = await world.openPull('graph', { 'graph.txt': 'g\n' });
  });
  afterAll(() => world.dispose());

  const repository = 'repository(owner: "acme", name: "site")';
  const ask = (query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> =>
    world.alice.graphql(query, variables);

  it('tells the viewer and the limit, to accounts only', async () => {
    expect(
      await ask('{ viewer { login databaseId } rateLimit { limit cost remaining resetAt } }'),
    ).toMatchObject({
      viewer: { login: 'alice', databaseId: expect.any(Number) as number },
      rateLimit: { limit: 1_000_000, cost: 1 },
    });
    await expect(world.anonymous.graphql('{ viewer { login } }')).rejects.toMatchObject({ status: 401 });
  });

  it('tells a pull request with its reviews, page by page', async () => {
    const { alice, bob, carol, at } = world;
    const pull = { ...at, pull_number: number };
    const head = (await alice.pulls.get(pull)).data.head.sha;
    await bob.pulls.createReview({ ...pull, event: 'COMMENT', body: 'hm' });
    await bob.pulls.createReview({ ...pull, event: 'REQUEST_CHANGES', body: 'no' });
    await bob.pulls.createReview({ ...pull, event: 'APPROVE' });
    await carol.pulls.createReview({ ...pull, event: 'APPROVE' });
    await carol.pulls.createReview({ ...pull, body: 'pending' });
    const query = `query($number: Int!, $after: String) { ${repository} { pullRequest(number: $number) {
      number state merged isDraft mergeable headRefName headRefOid baseRefName baseRefOid
      author { login __typename ... on User { databaseId } ... on Bot { databaseId } }
      commits(first: 10) { totalCount nodes { commit { oid messageHeadline } } }
      latestOpinionatedReviews(first: 10, writersOnly: true) { nodes { state author { login } } }
      reviews(first: 3, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId state submittedAt author { login } commit { oid } }
      } } } }`;
    const first = await ask(query, { number });
    expect(first).toMatchObject({
      repository: {
        pullRequest: {
          state: 'OPEN',
          merged: false,
          mergeable: 'MERGEABLE',
          headRefOid: head,
          author: { login: 'alice', __typename: 'User' },
          commits: { totalCount: 1, nodes: [{ commit: { oid: head } }] },
          latestOpinionatedReviews: { nodes: [{ state: 'APPROVED', author: { login: 'bob' } }] },
          reviews: {
            pageInfo: { hasNextPage: true },
            nodes: [
              { state: 'COMMENTED' },
              { state: 'CHANGES_REQUESTED' },
              { state: 'APPROVED', commit: { oid: head } },
            ],
          },
        },
      },
    });
    const page = (first as { repository: { pullRequest: { reviews: { pageInfo: { endCursor: string } } } } })
      .repository;
    const rest = await ask(query, { number, after: page.pullRequest.reviews.pageInfo.endCursor });
    expect(rest).toMatchObject({
      repository: {
        pullRequest: {
          reviews: { pageInfo: { hasNextPage: false }, nodes: [{ author: { login: 'carol' } }] },
        },
      },
    });
  });

  it('tells issues, refs and objects', async () => {
    const { alice, workflow, at, server } = world;
    const issue = await workflow.issues.create({ ...at, title: 'Graph', body: 'b' });
    await alice.issues.createComment({ ...at, issue_number: issue.data.number, body: 'c' });
    const found = await ask(`{ ${repository} {
      defaultBranchRef { name prefix }
      ref(qualifiedName: "refs/heads/main") { target { oid } }
      issue(number: ${issue.data.number}) { title state author { login __typename } comments(first: 1) { nodes { body } } }
      commit: object(expression: "main") { ... on Commit { oid } }
      blob: object(expression: "main:README.md") { ... on Blob { text } }
      tree: object(expression: "main:src") { ... on Tree { entries { name } } }
      none: object(expression: "main:none") { oid }
    } }`);
    const main = await git(server.bare('acme/site'), 'rev-parse', 'main');
    expect(found).toEqual({
      repository: {
        defaultBranchRef: { name: 'main', prefix: 'refs/heads/' },
        ref: { target: { oid: main } },
        issue: {
          title: 'Graph',
          state: 'OPEN',
          author: { login: 'github-actions', __typename: 'Bot' },
          comments: { nodes: [{ body: 'c' }] },
        },
        commit: { oid: main },
        blob: { text: '# site\n' },
        tree: { entries: [{ name: 'a.txt' }, { name: 'b.txt' }] },
        none: null,
      },
    });
  });

  it.each([
    {
      named: 'an unknown pull request',
      query: `{ ${repository} { pullRequest(number: 4711) { number } } }`,
      type: 'NOT_FOUND',
    },
    {
      named: 'an unknown repository',
      query: '{ repository(owner: "acme", name: "none") { id } }',
      type: 'NOT_FOUND',
    },
    {
      named: 'a list without bounds',
      query: `{ ${repository} { pullRequest(number: 1) { reviews { totalCount } } } }`,
      type: 'MISSING_PAGINATION_BOUNDARIES',
    },
    {
      named: 'a page that is too long',
      query: `{ ${repository} { pullRequest(number: 1) { reviews(first: 101) { totalCount } } } }`,
      type: 'EXCESSIVE_PAGINATION',
    },
    { named: 'an unknown field', query: '{ viewer { shoeSize } }', type: undefined },
    { named: 'no query', query: '{', type: undefined },
  ])('tells of $named in errors', async ({ query, type }) => {
    await expect(ask(query)).rejects.toMatchObject({ errors: [type === undefined ? {} : { type }] });
  });

  const commit = `mutation($input: CreateCommitOnBranchInput!) {
    createCommitOnBranch(input: $input) { commit { oid message } ref { name target { oid } } } }`;

  it('commits by compare-and-swap on the head', async () => {
    const { server } = world;
    const bare = server.bare('acme/site');
    const before = await git(bare, 'rev-parse', 'main');
    const input = {
      branch: { repositoryNameWithOwner: 'acme/site', branchName: 'main' },
      expectedHeadOid: before,
      message: { headline: 'By GraphQL', body: 'body' },
      fileChanges: {
        additions: [{ path: 'deep/new.txt', contents: Buffer.from('new\n').toString('base64') }],
        deletions: [{ path: 'src/b.txt' }],
      },
    };
    const done = await ask(commit, { input });
    const after = await git(bare, 'rev-parse', 'main');
    expect(done).toMatchObject({
      createCommitOnBranch: {
        commit: { oid: after, message: 'By GraphQL\n\nbody' },
        ref: { target: { oid: after } },
      },
    });
    expect(await git(bare, 'diff', '--name-status', before, after)).toBe('A\tdeep/new.txt\nD\tsrc/b.txt');
    await expect(ask(commit, { input })).rejects.toMatchObject({ errors: [{ type: 'STALE_DATA' }] });
  });

  it('updates refs all or none', async () => {
    const { server, carol } = world;
    const bare = server.bare('acme/site');
    const main = await git(bare, 'rev-parse', 'main');
    const { repository: found } = (await ask(`{ ${repository} { id } }`)) as { repository: { id: string } };
    const none = '0'.repeat(40);
    const update = 'mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';
    const inputOf = (refUpdates: readonly unknown[]): Record<string, unknown> => ({
      input: { repositoryId: found.id, refUpdates },
    });
    const one = { name: 'refs/heads/one', afterOid: main, beforeOid: none };
    const wrong = { name: 'refs/heads/main', afterOid: main, beforeOid: none };
    await expect(ask(update, inputOf([one, wrong]))).rejects.toMatchObject({
      errors: [{ type: 'STALE_DATA' }],
    });
    await expect(git(bare, 'rev-parse', '--verify', 'one')).rejects.toThrow();
    await expect(carol.graphql(update, inputOf([one]))).rejects.toMatchObject({
      errors: [{ type: 'FORBIDDEN' }],
    });
    await ask(update, inputOf([one, { name: 'refs/heads/two', afterOid: main }]));
    const removed = { name: 'refs/heads/two', afterOid: none, beforeOid: main };
    await ask(update, inputOf([removed]));
    expect(await git(bare, 'for-each-ref', '--format=%(refname)', 'refs/heads/one', 'refs/heads/two')).toBe(
      'refs/heads/one',
    );
  });
});
