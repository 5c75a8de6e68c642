import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openWorld, type World } from './world.ts';

describe('the endpoints of issues, pull requests and git, by Octokit, against GitHub’s description', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({
      'README.md': '# site\n',
      'src/a.txt': 'one\n',
    });
  });
  afterAll(() => world.dispose());

  it('users', async () => {
    const { alice, at } = world;
    expect((await alice.users.getAuthenticated()).data.login).toBe('alice');
    expect((await alice.users.getByUsername({ username: 'bob' })).data.type).toBe('User');
    expect((await alice.rateLimit.get()).data.rate.limit).toBe(1_000_000);
    expect((await alice.repos.get(at)).data.permissions).toMatchObject({ push: true, admin: false });
    const permission = await alice.repos.getCollaboratorPermissionLevel({ ...at, username: 'carol' });
    expect(permission.data).toMatchObject({ permission: 'read', role_name: 'read' });
    const people = await alice.repos.listCollaborators(at);
    expect(people.data.map(({ login }) => login)).toEqual(['acme', 'alice', 'bob', 'carol']);
    expect((await alice.repos.checkCollaborator({ ...at, username: 'bob' })).status).toBe(204);
  });

  it('issues', async () => {
    const { alice, bob, at } = world;
    const issue = {
      ...at,
      issue_number: (await alice.issues.create({ ...at, title: 'One', body: 'text' })).data.number,
    };
    await alice.issues.update({ ...issue, labels: ['bug'], assignees: ['bob'], body: 'other' });
    await alice.issues.addLabels({ ...issue, labels: ['p0', 'ui'] });
    await alice.issues.removeLabel({ ...issue, name: 'ui' });
    expect((await alice.issues.listLabelsOnIssue(issue)).data.map(({ name }) => name)).toEqual(['bug', 'p0']);
    await alice.issues.setLabels({ ...issue, labels: ['bug'] });
    await alice.issues.removeAllLabels(issue);
    await alice.issues.removeAssignees({ ...issue, assignees: ['bob'] });
    await alice.issues.addAssignees({ ...issue, assignees: ['alice', 'nobody'] });
    const closed = await alice.issues.update({ ...issue, state: 'closed', state_reason: 'not_planned' });
    expect(closed.data).toMatchObject({
      state: 'closed',
      state_reason: 'not_planned',
      closed_by: { login: 'alice' },
    });
    const again = await alice.issues.update({ ...issue, state: 'open' });
    expect(again.data).toMatchObject({ state: 'open', state_reason: 'reopened', closed_by: null });
    expect(again.data.assignees?.map(({ login }) => login)).toEqual(['alice']);
    const comment = await bob.issues.createComment({ ...issue, body: 'hello' });
    const comment_id = comment.data.id;
    expect((await alice.issues.listComments(issue)).data).toHaveLength(1);
    expect((await alice.issues.listCommentsForRepo({ ...at, sort: 'updated' })).data).toHaveLength(1);
    await bob.issues.updateComment({ ...at, comment_id, body: 'hello again' });
    expect((await alice.issues.getComment({ ...at, comment_id })).data.body).toBe('hello again');
    expect((await alice.issues.get(issue)).data.comments).toBe(1);
    await bob.issues.deleteComment({ ...at, comment_id });
    expect((await alice.issues.listForRepo({ ...at, state: 'all' })).data.map(({ title }) => title)).toEqual([
      'One',
    ]);
  });

  it('labels', async () => {
    const { alice, at } = world;
    await alice.issues.createLabel({ ...at, name: 'treadle:ceo', color: 'ff0000', description: 'decide' });
    await alice.issues.updateLabel({ ...at, name: 'treadle:ceo', color: '00ff00' });
    expect((await alice.issues.getLabel({ ...at, name: 'treadle:ceo' })).data.color).toBe('00ff00');
    expect((await alice.issues.listLabelsForRepo(at)).data.map(({ name }) => name)).toContain('treadle:ceo');
    await alice.issues.deleteLabel({ ...at, name: 'treadle:ceo' });
    await expect(alice.issues.getLabel({ ...at, name: 'treadle:ceo' })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('pull requests and reviews', async () => {
    const { alice, bob, at } = world;
    const pull_number = await world.openPull('first', { 'src/a.txt': 'one\ntwo\n', 'src/new.txt': 'new\n' });
    const pull = { ...at, pull_number };
    const found = await alice.pulls.get(pull);
    expect(found.data).toMatchObject({
      mergeable: true,
      mergeable_state: 'clean',
      additions: 2,
      changed_files: 2,
      commits: 1,
    });
    expect(
      (await alice.pulls.listFiles(pull)).data.map((file) => [file.filename, file.status, file.patch]),
    ).toEqual([
      ['src/a.txt', 'modified', '@@ -1 +1,2 @@\n one\n+two'],
      ['src/new.txt', 'added', '@@ -0,0 +1 @@\n+new'],
    ]);
    expect((await alice.pulls.listCommits(pull)).data.map(({ commit }) => commit.message)).toEqual([
      'Change on first',
    ]);
    expect((await alice.pulls.list({ ...at, head: 'acme:first' })).data).toHaveLength(1);
    expect((await alice.pulls.list({ ...at, base: 'other' })).data).toHaveLength(0);
    expect((await alice.pulls.update({ ...pull, title: 'Better', body: 'b' })).data.title).toBe('Better');
    const requested = await alice.pulls.requestReviewers({ ...pull, reviewers: ['bob'] });
    expect(requested.data.requested_reviewers?.map(({ login }) => login)).toEqual(['bob']);
    await alice.pulls.removeRequestedReviewers({ ...pull, reviewers: ['bob'] });
    expect((await alice.pulls.listRequestedReviewers(pull)).data.users).toEqual([]);
    const pending = await bob.pulls.createReview({ ...pull, body: 'hm' });
    expect(pending.data.state).toBe('PENDING');
    expect((await alice.pulls.listReviews(pull)).data).toHaveLength(0);
    const review_id = pending.data.id;
    await bob.pulls.submitReview({ ...pull, review_id, event: 'REQUEST_CHANGES', body: 'no' });
    await bob.pulls.updateReview({ ...pull, review_id, body: 'not yet' });
    expect((await alice.pulls.getReview({ ...pull, review_id })).data).toMatchObject({
      state: 'CHANGES_REQUESTED',
    });
    await alice.pulls.dismissReview({ ...pull, review_id, message: 'done' });
    expect((await alice.pulls.listReviews(pull)).data.map(({ state }) => state)).toEqual(['DISMISSED']);
    expect((await alice.pulls.listReviewComments(pull)).data).toEqual([]);
    await expect(alice.pulls.checkIfMerged(pull)).rejects.toMatchObject({ status: 404 });
    expect((await bob.pulls.merge(pull)).data.merged).toBe(true);
    expect((await alice.pulls.checkIfMerged(pull)).status).toBe(204);
    expect((await alice.pulls.get(pull)).data).toMatchObject({
      merged: true,
      merged_by: { login: 'bob' },
      commits: 1,
    });
    expect(
      (await alice.issues.listForRepo({ ...at, state: 'closed' })).data[0]?.pull_request?.merged_at,
    ).not.toBeNull();
  });

  it('git database', async () => {
    const { alice, at } = world;
    const main = (await alice.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
    const blob = (await alice.git.createBlob({ ...at, content: 'aGk=', encoding: 'base64' })).data.sha;
    expect((await alice.git.getBlob({ ...at, file_sha: blob })).data.content).toBe('aGk=');
    const base = await alice.git.getCommit({ ...at, commit_sha: main });
    const tree = await alice.git.createTree({
      ...at,
      base_tree: base.data.tree.sha,
      tree: [
        { path: 'deep/er/file.txt', mode: '100644', type: 'blob', sha: blob },
        { path: 'inline.txt', mode: '100755', type: 'blob', content: 'inline' },
        { path: 'src/a.txt', mode: '100644', type: 'blob', sha: null },
      ],
    });
    const all = await alice.git.getTree({ ...at, tree_sha: tree.data.sha, recursive: '1' });
    const paths = all.data.tree.filter(({ type }) => type === 'blob').map(({ path }) => path);
    expect(paths).toEqual(['README.md', 'deep/er/file.txt', 'inline.txt', 'src/new.txt']);
    const commit = await alice.git.createCommit({
      ...at,
      message: 'By hand',
      tree: tree.data.sha,
      parents: [main],
    });
    const ref = 'heads/by/hand';
    await alice.git.createRef({ ...at, ref: `refs/${ref}`, sha: main });
    await alice.git.updateRef({ ...at, ref, sha: commit.data.sha });
    const backwards = alice.git.updateRef({ ...at, ref, sha: main });
    await expect(backwards).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('fast forward') as string,
    });
    await alice.git.updateRef({ ...at, ref, sha: main, force: true });
    const matching = await alice.git.listMatchingRefs({ ...at, ref: 'heads/by' });
    expect(matching.data.map((each) => each.ref)).toEqual(['refs/heads/by/hand']);
    expect((await alice.git.listMatchingRefs({ ...at, ref: 'heads/none' })).data).toEqual([]);
    await alice.git.deleteRef({ ...at, ref });
    await expect(alice.git.getRef({ ...at, ref })).rejects.toMatchObject({ status: 404 });
    await expect(alice.git.deleteRef({ ...at, ref })).rejects.toMatchObject({ status: 422 });
  });

  it('contents, commits, branches, merges', async () => {
    const { alice, at } = world;
    const main = (await alice.repos.getBranch({ ...at, branch: 'main' })).data.commit.sha;
    await alice.git.createRef({ ...at, ref: 'refs/heads/work', sha: main });
    const file = { ...at, branch: 'work', path: 'docs/häus & co.md' };
    const made = await alice.repos.createOrUpdateFileContents({ ...file, message: 'Make', content: 'b25l' });
    expect(made.status).toBe(201);
    const sha = made.data.content?.sha ?? '';
    const stale = alice.repos.createOrUpdateFileContents({
      ...file,
      message: 'x',
      content: 'dHdv',
      sha: main,
    });
    await expect(stale).rejects.toMatchObject({ status: 409 });
    const blind = alice.repos.createOrUpdateFileContents({ ...file, message: 'x', content: 'dHdv' });
    await expect(blind).rejects.toMatchObject({ status: 422 });
    const edited = await alice.repos.createOrUpdateFileContents({
      ...file,
      message: 'Edit',
      content: 'dHdv',
      sha,
    });
    expect(edited.status).toBe(200);
    const read = await alice.repos.getContent({ ...at, path: file.path, ref: 'work' });
    expect(read.data).toMatchObject({ type: 'file', encoding: 'base64', content: 'dHdv', path: file.path });
    const folder = await alice.repos.getContent({ ...at, path: 'docs', ref: 'work' });
    expect(folder.data).toMatchObject([{ type: 'file', name: 'häus & co.md' }]);
    expect((await alice.repos.getContent({ ...at, path: '' })).status).toBe(200);
    const range = await alice.repos.compareCommitsWithBasehead({ ...at, basehead: 'main...work' });
    expect(range.data).toMatchObject({
      status: 'ahead',
      ahead_by: 2,
      behind_by: 0,
      files: [{ filename: file.path }],
    });
    const merged = await alice.repos.merge({ ...at, base: 'main', head: 'work' });
    expect(merged.status).toBe(201);
    expect((await alice.repos.merge({ ...at, base: 'main', head: 'work' })).status).toBe(204);
    const gone = await alice.repos.deleteFile({
      ...file,
      message: 'Remove',
      sha: edited.data.content?.sha ?? '',
    });
    expect(gone.status).toBe(200);
    const commits = await alice.repos.listCommits({ ...at, sha: 'work', per_page: 3 });
    expect(commits.data.map(({ commit }) => commit.message)).toEqual(['Remove', 'Edit', 'Make']);
    expect(commits.data[0]?.author).toMatchObject({ login: 'alice' });
    const about = await alice.repos.listCommits({ ...at, sha: 'work', path: 'README.md' });
    expect(about.data.map(({ commit }) => commit.message)).toEqual(['Begin']);
    const one = await alice.repos.getCommit({ ...at, ref: 'work' });
    expect(one.data).toMatchObject({ stats: { deletions: 1 }, files: [{ status: 'removed' }] });
    expect((await alice.repos.listBranches(at)).data.map(({ name }) => name)).toEqual([
      'first',
      'main',
      'work',
    ]);
  });

  it('found nothing that GitHub would not answer so', () => {
    expect(world.server.violations()).toEqual([]);
    expect(world.server.operations().length).toBeGreaterThan(60);
  });
});
