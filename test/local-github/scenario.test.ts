import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  git,
  sourceRepository,
  startTestServer,
  type TestServer,
  temporaryDirectory,
  writeFiles,
} from './test-server.ts';
import type { Octokit } from '@octokit/rest';
import { join } from 'node:path';

describe('a bead from issue to merge', () => {
  let server: TestServer;
  let alice: Octokit;
  let bob: Octokit;
  let aliceToken: string;
  const at = { owner: 'acme', repo: 'site' };

  beforeAll(async () => {
    server = await startTestServer();
    aliceToken = await server.token('alice');
    alice = server.client(aliceToken);
    bob = server.client(await server.token('bob'));
    const source = await sourceRepository({ 'README.md': '# site\n', 'src/a.txt': 'one\ntwo\nthree\n' });
    await server.admin('PUT', '/repositories/acme/site', { import: source });
    for (const login of ['alice', 'bob']) {
      await server.admin('PUT', `/repositories/acme/site/collaborators/${login}`, { permission: 'write' });
    }
  });
  afterAll(() => server.dispose());

  it('goes through', async () => {
    const issue = await alice.issues.create({ ...at, title: 'It is broken', body: 'very', labels: ['bug'] });
    expect(issue.data.number).toBe(1);
    const comment = await bob.issues.createComment({ ...at, issue_number: 1, body: 'I look' });
    expect(comment.data.user?.login).toBe('bob');

    const work = join(await temporaryDirectory(), 'w');
    const remote = server.url.replace('http://', `http://x:${aliceToken}@`) + '/git/acme/site.git';
    await git('/', 'clone', '-q', remote, work);
    await git(work, 'checkout', '-q', '-b', 'fix');
    await writeFiles(work, { 'src/a.txt': 'one\n2\nthree\n' });
    await git(work, 'commit', '-q', '-am', 'Mend it');
    await git(work, 'push', '-q', 'origin', 'fix');

    const pull = await alice.pulls.create({
      ...at,
      title: 'Fix',
      head: 'fix',
      base: 'main',
      body: 'Fixes #1',
    });
    expect(pull.data.number).toBe(2);
    expect(pull.data.mergeable).toBe(true);
    await expect(alice.pulls.createReview({ ...at, pull_number: 2, event: 'APPROVE' })).rejects.toMatchObject(
      { status: 422 },
    );
    const review = await bob.pulls.createReview({ ...at, pull_number: 2, event: 'APPROVE' });
    expect(review.data.state).toBe('APPROVED');
    const merged = await bob.pulls.merge({ ...at, pull_number: 2, sha: pull.data.head.sha });
    expect(merged.data.merged).toBe(true);
    expect((await alice.issues.get({ ...at, issue_number: 1 })).data.state).toBe('closed');
    expect((await alice.repos.getContent({ ...at, path: 'src/a.txt' })).status).toBe(200);
    expect((await alice.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha).toBe(merged.data.sha);
    expect(server.violations()).toEqual([]);
  });
});
