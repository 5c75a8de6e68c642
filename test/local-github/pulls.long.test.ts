import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { git, temporaryDirectory, writeFiles } from './test-server.ts';
import { openWorld, type World } from './world.ts';

describe('pull requests', () => {
  let world: World;
  let bare: string;
  beforeAll(async () => {
    world = await openWorld();
    bare = world.server.bare('acme/site');
  });
  afterAll(async () => {
    expect(world.server.violations()).toEqual([]);
    await world.dispose();
  });

  /** Writes a commit with the file straight into the bare repository, as another process does; returns its oid. */
  const commitDirectly = async (parents: readonly string[], path: string, text: string): Promise<string> => {
    const folder = await temporaryDirectory();
    await writeFiles(folder, { [path]: text });
    const blob = await git(bare, 'hash-object', '-w', `${folder}/${path}`);
    await git(bare, 'read-tree', `--index-output=${bare}/test-index`, parents[0] ?? '');
    process.env['GIT_INDEX_FILE'] = `${bare}/test-index`;
    try {
      await git(bare, 'update-index', '--add', '--cacheinfo', `100644,${blob},${path}`);
      const tree = await git(bare, 'write-tree');
      return await git(
        bare,
        'commit-tree',
        tree,
        ...parents.flatMap((oid) => ['-p', oid]),
        '-m',
        `Write ${path}`,
      );
    } finally {
      delete process.env['GIT_INDEX_FILE'];
    }
  };

  it.each([
    { method: 'merge', parents: 2, message: 'Merge pull request #' },
    { method: 'squash', parents: 1, message: 'Change squash-it (#' },
    { method: 'rebase', parents: 1, message: 'Change on rebase-it' },
  ] as const)('$method really merges', async ({ method, parents, message }) => {
    const { bob, at } = world;
    const pull_number = await world.openPull(`${method}-it`, { [`${method}.txt`]: `${method}\n` });
    const before = await git(bare, 'rev-parse', 'main');
    const merged = await bob.pulls.merge({ ...at, pull_number, merge_method: method });
    expect(await git(bare, 'rev-parse', 'main')).toBe(merged.data.sha);
    expect(await git(bare, 'show', `main:${method}.txt`)).toBe(method);
    const line = (await git(bare, 'log', '-1', '--format=%P|%cn|%an|%s', 'main')).split('|');
    expect(line[0]?.split(' ')).toHaveLength(parents);
    expect(line[0]?.split(' ')[0]).toBe(before);
    expect(line[1]).toBe('GitHub');
    expect(line[2]).toBe({ merge: 'bob', squash: 'alice', rebase: 'Test' }[method]);
    expect(line[3]).toContain(message);
    const pull = await bob.pulls.get({ ...at, pull_number });
    expect(pull.data).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: merged.data.sha });
    expect((await bob.pulls.listFiles({ ...at, pull_number })).data.map(({ filename }) => filename)).toEqual([
      `${method}.txt`,
    ]);
    await expect(bob.pulls.merge({ ...at, pull_number })).rejects.toMatchObject({ status: 405 });
  });

  it('refuses a head that is not the expected one', async () => {
    const { bob, at } = world;
    const pull_number = await world.openPull('guarded', { 'guarded.txt': '1\n' });
    const sha = (await bob.pulls.get({ ...at, pull_number })).data.head.sha;
    await world.pushBranch('guarded', { 'guarded.txt': '2\n' }, { from: 'origin/guarded' });
    await expect(bob.pulls.merge({ ...at, pull_number, sha })).rejects.toMatchObject({ status: 409 });
    expect((await bob.pulls.get({ ...at, pull_number })).data).toMatchObject({ merged: false, commits: 2 });
  });

  it('shows a conflict and refuses to merge it', async () => {
    const { bob, at } = world;
    const one = await world.openPull('conflict-1', { 'src/a.txt': 'one\nFIRST\nthree\n' });
    const other = await world.openPull('conflict-2', { 'src/a.txt': 'one\nSECOND\nthree\n' });
    await bob.pulls.merge({ ...at, pull_number: one });
    const pull = await bob.pulls.get({ ...at, pull_number: other });
    expect(pull.data).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    await expect(bob.pulls.merge({ ...at, pull_number: other })).rejects.toMatchObject({ status: 405 });
    const directly = bob.repos.merge({ ...at, base: 'main', head: 'conflict-2' });
    await expect(directly).rejects.toMatchObject({ status: 409 });
  });

  it('keeps the head and the test merge as refs', async () => {
    const { alice, at } = world;
    const number = await world.openPull('refs', { 'refs.txt': 'r\n' });
    const pull = await alice.pulls.get({ ...at, pull_number: number });
    const kept = await git(bare, 'rev-parse', `refs/pull/${number}/head`, `refs/pull/${number}/merge`);
    expect(kept.split('\n')).toEqual([pull.data.head.sha, pull.data.merge_commit_sha]);
    const parents = await git(bare, 'log', '-1', '--format=%P', `refs/pull/${number}/merge`);
    expect(parents.split(' ')).toEqual([pull.data.base.sha, pull.data.head.sha]);
  });

  it('keeps the last head of a deleted branch and closes the pull request', async () => {
    const { alice, at } = world;
    const pull_number = await world.openPull('doomed', { 'doomed.txt': 'd\n' });
    const { sha } = (await alice.pulls.get({ ...at, pull_number })).data.head;
    await alice.git.deleteRef({ ...at, ref: 'heads/doomed' });
    const pull = await alice.pulls.get({ ...at, pull_number });
    expect(pull.data).toMatchObject({ state: 'closed', merged: false, head: { sha } });
    const reopening = alice.pulls.update({ ...at, pull_number, state: 'open' });
    await expect(reopening).rejects.toMatchObject({ status: 422 });
  });

  it('finds a merge that another process wrote straight into the repository', async () => {
    const { alice, at } = world;
    const issue = await alice.issues.create({ ...at, title: 'Indirect' });
    const pull_number = await world.openPull('indirect', { 'x.txt': 'x\n' }, `Fixes #${issue.data.number}`);
    const pull = await alice.pulls.get({ ...at, pull_number });
    const { base, head } = pull.data;
    const merge = await commitDirectly([base.sha, head.sha], 'x.txt', 'x\n');
    const later = await commitDirectly([merge], 'later.txt', 'later\n');
    await git(bare, 'update-ref', 'refs/heads/main', later, base.sha);
    const seen = await alice.pulls.get({ ...at, pull_number });
    expect(seen.data).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: merge });
    expect((await alice.issues.get({ ...at, issue_number: issue.data.number })).data.state).toBe('closed');
  });

  it('takes a fast-forward of the base to the head for a merge', async () => {
    const { bob, at } = world;
    const pull_number = await world.openPull('forward', { 'forward.txt': 'f\n' });
    const { sha } = (await bob.pulls.get({ ...at, pull_number })).data.head;
    await bob.git.updateRef({ ...at, ref: 'heads/main', sha });
    const pull = await bob.pulls.get({ ...at, pull_number });
    expect(pull.data).toMatchObject({ merged: true, merge_commit_sha: sha, merged_by: { login: 'bob' } });
  });

  it('takes a head that is moved back into its base for closed, not for merged', async () => {
    const { alice, at } = world;
    const pull_number = await world.openPull('emptied', { 'emptied.txt': 'e\n' });
    const { sha } = (await alice.pulls.get({ ...at, pull_number })).data.base;
    await alice.git.updateRef({ ...at, ref: 'heads/emptied', sha, force: true });
    expect((await alice.pulls.get({ ...at, pull_number })).data).toMatchObject({
      state: 'closed',
      merged: false,
    });
  });

  it.each([
    { text: 'Fixes #', closes: true },
    { text: 'closes acme/site#', closes: true },
    { text: 'RESOLVED: #', closes: true },
    { text: 'fixes other/site#', closes: false },
    { text: 'prefixes #', closes: false },
    { text: 'see #', closes: false },
  ])('“$text” in the body: closes $closes', async ({ text, closes }) => {
    const { alice, bob, at } = world;
    const issue = await alice.issues.create({ ...at, title: text });
    const branch = `closing-${issue.data.number}`;
    const pull_number = await world.openPull(branch, { [branch]: 'x\n' }, `${text}${issue.data.number}`);
    await bob.pulls.merge({ ...at, pull_number });
    const after = await alice.issues.get({ ...at, issue_number: issue.data.number });
    expect(after.data.state).toBe(closes ? 'closed' : 'open');
    if (closes) expect(after.data).toMatchObject({ state_reason: 'completed', closed_by: { login: 'bob' } });
  });

  it.each([
    { named: 'no title', input: { title: '', head: 'x', base: 'main' } },
    { named: 'an unknown base', input: { title: 't', head: 'main', base: 'nope' } },
    { named: 'an unknown head', input: { title: 't', head: 'nope', base: 'main' } },
    { named: 'a fork', input: { title: 't', head: 'mallory:main', base: 'main' } },
    { named: 'nothing to merge', input: { title: 't', head: 'main', base: 'main' } },
  ])('refuses $named', async ({ input }) => {
    const { alice, at } = world;
    await expect(alice.pulls.create({ ...at, ...input })).rejects.toMatchObject({ status: 422 });
  });

  it('refuses a second pull request for the same branches', async () => {
    const { alice, at } = world;
    await world.openPull('twice', { 'twice.txt': 't\n' });
    const again = alice.pulls.create({ ...at, title: 'again', head: 'twice', base: 'main' });
    await expect(again).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('already exists') as string,
    });
  });

  it('lets nobody judge their own work, and everybody comment on it', async () => {
    const { alice, bob, at } = world;
    const pull_number = await world.openPull('own', { 'own.txt': 'o\n' });
    const own = { ...at, pull_number };
    for (const event of ['APPROVE', 'REQUEST_CHANGES'] as const) {
      const review = alice.pulls.createReview({ ...own, event, body: 'b' });
      await expect(review).rejects.toMatchObject({
        status: 422,
        message: expect.stringContaining('own') as string,
      });
    }
    expect((await alice.pulls.createReview({ ...own, event: 'COMMENT', body: 'b' })).data.state).toBe(
      'COMMENTED',
    );
    const wordless = bob.pulls.createReview({ ...own, event: 'REQUEST_CHANGES' });
    await expect(wordless).rejects.toMatchObject({ status: 422 });
    const unknown = bob.pulls.createReview({ ...own, event: 'APPROVE', commit_id: 'f'.repeat(40) });
    await expect(unknown).rejects.toMatchObject({ status: 422 });
    const first = (await bob.pulls.get(own)).data.head.sha;
    await world.pushBranch('own', { 'own.txt': 'o2\n' }, { from: 'origin/own' });
    const review = await bob.pulls.createReview({ ...own, event: 'APPROVE', commit_id: first });
    expect(review.data.commit_id).toBe(first);
  });

  it('refuses to review for others and to ask the author for a review', async () => {
    const { bob, carol, alice, at } = world;
    const pull_number = await world.openPull('asked', { 'asked.txt': 'o\n' });
    const asked = { ...at, pull_number };
    await expect(bob.pulls.requestReviewers({ ...asked, reviewers: ['alice'] })).rejects.toMatchObject({
      status: 422,
    });
    await expect(bob.pulls.requestReviewers({ ...asked, reviewers: ['stranger'] })).rejects.toMatchObject({
      status: 422,
    });
    const review = await carol.pulls.createReview({ ...asked, event: 'APPROVE' });
    const dismissal = { ...asked, review_id: review.data.id, message: 'm' };
    await expect(carol.pulls.dismissReview(dismissal)).rejects.toMatchObject({ status: 403 });
    expect((await alice.pulls.dismissReview(dismissal)).data.state).toBe('DISMISSED');
  });
});
