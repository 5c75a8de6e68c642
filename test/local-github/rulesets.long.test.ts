import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { git, writeFiles } from './test-server.ts';
import { openWorld, remoteOf, type World } from './world.ts';

type Bypass = { readonly actor_id: number; readonly actor_type: 'Integration' | 'RepositoryRole' };

describe('what rules of branches forbid', () => {
  let world: World;
  let app = '';
  let appId = 0;
  beforeAll(async () => {
    world = await openWorld();
    const { server } = world;
    await server.admin('PUT', '/users/loom[bot]', { type: 'Bot' });
    app = await server.token('loom[bot]', 'app');
    await server.admin('PUT', '/repositories/acme/site/collaborators/loom[bot]', { permission: 'write' });
    appId = (await server.client(app).users.getByUsername({ username: 'loom[bot]' })).data.id;
  });
  afterAll(() => world.dispose());

  const protect = async (
    branch: string,
    rules: readonly Readonly<Record<string, unknown>>[],
    bypass: readonly Bypass[] = [],
  ): Promise<void> => {
    await world.acme.request('POST /repos/{owner}/{repo}/rulesets', {
      ...world.at,
      name: branch,
      enforcement: 'active',
      conditions: { ref_name: { include: [`refs/heads/${branch}`], exclude: [] } },
      rules: rules as never,
      bypass_actors: bypass.map((each) => ({ ...each, bypass_mode: 'always' as const })),
    });
  };

  /** A clone with a commit on top of a branch. */
  const commitOn = async (branch: string, token: string): Promise<string> => {
    const work = await world.clone(token);
    await git(work, 'checkout', '-q', '-B', branch, `origin/${branch}`);
    await writeFiles(work, { [`${branch}.txt`]: String(Math.random()) });
    await git(work, 'add', '-A');
    await git(work, 'commit', '-q', '-m', 'Change');
    return work;
  };

  it('is pushed by whoever may bypass them, and by nobody else', async () => {
    const { server, tokens, at, alice } = world;
    await world.pushBranch('state', { 's.txt': '1' });
    const rules = ['creation', 'update', 'deletion', 'non_fast_forward'].map((type) => ({ type }));
    await protect('state', rules, [{ actor_id: appId, actor_type: 'Integration' }]);
    for (const token of [tokens.alice, tokens.acme, tokens.default]) {
      const work = await commitOn('state', token);
      await expect(git(work, 'push', '-q', remoteOf(server, token), 'state')).rejects.toThrow(
        /GH013: Repository rule violations found for refs\/heads\/state[^]*Cannot update this protected ref/,
      );
      await expect(git(work, 'push', '-q', remoteOf(server, token), ':state')).rejects.toThrow(
        /Cannot delete this branch/,
      );
    }
    const work = await commitOn('state', app);
    await git(work, 'push', '-q', remoteOf(server, app), 'state');
    const head = await git(work, 'rev-parse', 'HEAD');
    expect(await git(server.bare('acme/site'), 'rev-parse', 'state')).toBe(head);
    const parent = await git(work, 'rev-parse', 'HEAD~');
    await expect(
      alice.git.updateRef({ ...at, ref: 'heads/state', sha: parent, force: true }),
    ).rejects.toMatchObject({
      status: 422,
      message: expect.stringMatching(/Cannot update this protected ref/) as string,
    });
    await expect(alice.git.deleteRef({ ...at, ref: 'heads/state' })).rejects.toThrow(/Cannot delete/);
    const written = alice.repos.createOrUpdateFileContents({
      ...at,
      path: 'x.txt',
      message: 'x',
      content: '',
      branch: 'state',
    });
    await expect(written).rejects.toMatchObject({ status: 409 });
  });

  it('takes fast-forwards where only they are asked for', async () => {
    const { server, tokens } = world;
    await world.pushBranch('steady', { 'a.txt': '1' });
    await protect('steady', [{ type: 'non_fast_forward' }]);
    const work = await commitOn('steady', tokens.bob);
    await git(work, 'push', '-q', remoteOf(server, tokens.bob), 'steady');
    await git(work, 'commit', '-q', '--amend', '-m', 'Other');
    await expect(git(work, 'push', '-q', remoteOf(server, tokens.bob), '+steady')).rejects.toThrow(
      /GH013[^]*Cannot force-push to this branch/,
    );
    await git(work, 'push', '-q', remoteOf(server, tokens.bob), '+HEAD:other');
  });

  it('goes by a pull request with its approvals, and by restricted updates for nobody', async () => {
    const { server, tokens, at, alice, bob } = world;
    await world.pushBranch('base', { 'b.txt': '1' });
    await protect('base', [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }]);
    const work = await commitOn('base', tokens.alice);
    await expect(git(work, 'push', '-q', remoteOf(server, tokens.alice), 'base')).rejects.toThrow(
      /Changes must be made through a pull request/,
    );
    await git(work, 'push', '-q', remoteOf(server, tokens.alice), 'HEAD:topic');
    const { data: pull } = await alice.pulls.create({ ...at, title: 'Topic', head: 'topic', base: 'base' });
    const of = { ...at, pull_number: pull.number };
    await expect(alice.pulls.merge(of)).rejects.toMatchObject({
      status: 405,
      message: expect.stringMatching(/At least 1 approving review is required/) as string,
    });
    const { data: review } = await bob.pulls.createReview({ ...of, event: 'APPROVE' });
    await world.acme.pulls.dismissReview({ ...of, review_id: review.id, message: 'No.' });
    await expect(alice.pulls.merge(of)).rejects.toMatchObject({ status: 405 });
    await bob.pulls.createReview({ ...of, event: 'APPROVE' });
    expect((await alice.pulls.merge(of)).data.merged).toBe(true);
  });

  it('goes through the merge queue with its approvals only, also for who may bypass them', async () => {
    const { server, tokens, at, alice, bob, acme } = world;
    await world.pushBranch('lined', { 'l.txt': '1' });
    const rules = [
      { type: 'merge_queue', parameters: { merge_method: 'MERGE' } },
      { type: 'pull_request', parameters: { required_approving_review_count: 1 } },
      { type: 'update' },
    ];
    await protect('lined', rules, [{ actor_id: 5, actor_type: 'RepositoryRole' }]);
    const work = await commitOn('lined', tokens.alice);
    await git(work, 'push', '-q', remoteOf(server, tokens.alice), 'HEAD:waiting');
    const { data: pull } = await alice.pulls.create({
      ...at,
      title: 'Waiting',
      head: 'waiting',
      base: 'lined',
    });
    const enqueue = (client: typeof acme): Promise<unknown> =>
      client.graphql(
        'mutation($pull: ID!) { enqueuePullRequest(input: { pullRequestId: $pull }) { mergeQueueEntry { enqueuedAt } } }',
        { pull: pull.node_id },
      );
    for (const client of [alice, acme])
      await expect(enqueue(client)).rejects.toThrow(/At least 1 approving review is required/);
    await bob.pulls.createReview({ ...at, pull_number: pull.number, event: 'APPROVE' });
    const entry = { enqueuedAt: expect.any(String) as string };
    expect(await enqueue(alice)).toEqual({ enqueuePullRequest: { mergeQueueEntry: entry } });
  });
});
