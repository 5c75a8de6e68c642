import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openWorld, type World } from './world.ts';

describe('access', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await world.server.admin('PUT', '/repositories/acme/secret', { private: true });
    for (const [login, permission] of [
      ['tri', 'triage'],
      ['max', 'maintain'],
      ['nil', 'none'],
    ] as const) {
      await world.server.token(login);
      await world.server.admin('PUT', `/repositories/acme/site/collaborators/${login}`, { permission });
    }
  });
  afterAll(async () => {
    expect(world.server.violations()).toEqual([]);
    await world.dispose();
  });

  const status = async (call: Promise<{ readonly status: number }>): Promise<number> => {
    try {
      return (await call).status;
    } catch (error) {
      if (error instanceof Error && 'status' in error && typeof error.status === 'number')
        return error.status;
      throw error;
    }
  };

  it('a token that nobody holds is refused everywhere', async () => {
    const client = world.server.client('ghp_nobody');
    expect(await status(client.repos.get(world.at))).toBe(401);
    expect(await status(client.issues.create({ ...world.at, title: 't' }))).toBe(401);
  });

  it('a stranger reads what is public and writes nothing', async () => {
    const { anonymous, at } = world;
    expect(await status(anonymous.repos.get(at))).toBe(200);
    expect(await status(anonymous.issues.listForRepo(at))).toBe(200);
    expect(await status(anonymous.issues.create({ ...at, title: 't' }))).toBe(401);
    expect(await status(anonymous.users.getAuthenticated())).toBe(401);
  });

  it('a private repository is not there for whoever may not read it', async () => {
    const secret = { owner: 'acme', repo: 'secret' };
    expect(await status(world.anonymous.repos.get(secret))).toBe(404);
    expect(await status(world.alice.repos.get(secret))).toBe(404);
    expect(await status(world.alice.issues.create({ ...secret, title: 't' }))).toBe(404);
    expect(await status(world.acme.repos.get(secret))).toBe(200);
    await world.server.admin('PUT', '/repositories/acme/secret/collaborators/alice', { permission: 'read' });
    expect(await status(world.alice.repos.get(secret))).toBe(200);
  });

  it('a reader opens issues and comments, and changes nothing of others', async () => {
    const { alice, carol, at } = world;
    const own = await carol.issues.create({
      ...at,
      title: 'mine',
      labels: ['dropped'],
      assignees: ['alice'],
    });
    expect(own.data.labels).toEqual([]);
    expect(own.data.assignees).toEqual([]);
    expect(await status(carol.issues.update({ ...at, issue_number: own.data.number, state: 'closed' }))).toBe(
      200,
    );
    const other = (await alice.issues.create({ ...at, title: 'not mine' })).data.number;
    expect(await status(carol.issues.update({ ...at, issue_number: other, title: 'x' }))).toBe(403);
    expect(await status(carol.issues.addLabels({ ...at, issue_number: other, labels: ['x'] }))).toBe(403);
    const comment = await alice.issues.createComment({ ...at, issue_number: other, body: 'b' });
    expect(await status(carol.issues.createComment({ ...at, issue_number: other, body: 'b' }))).toBe(201);
    const edit = { ...at, comment_id: comment.data.id, body: 'forged' };
    expect(await status(carol.issues.updateComment(edit))).toBe(403);
    expect(await status(carol.issues.deleteComment(edit))).toBe(403);
    const head = (await carol.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
    expect(await status(carol.git.createRef({ ...at, ref: 'refs/heads/c', sha: head }))).toBe(403);
    expect(await status(carol.repos.listWebhooks(at))).toBe(403);
  });

  it('who may read may not merge', async () => {
    const { carol, bob, at } = world;
    const pull_number = await world.openPull('merge-me', { 'm.txt': 'm\n' });
    expect(await status(carol.pulls.merge({ ...at, pull_number }))).toBe(403);
    expect(await status(bob.pulls.merge({ ...at, pull_number }))).toBe(200);
  });

  it.each([
    { login: 'acme', permission: 'admin', role: 'admin' },
    { login: 'max', permission: 'write', role: 'maintain' },
    { login: 'bob', permission: 'write', role: 'write' },
    { login: 'tri', permission: 'read', role: 'triage' },
    { login: 'carol', permission: 'read', role: 'read' },
    { login: 'nil', permission: 'none', role: 'none' },
  ])('$login holds $role', async ({ login, permission, role }) => {
    const answer = await world.alice.repos.getCollaboratorPermissionLevel({ ...world.at, username: login });
    expect(answer.data).toMatchObject({ permission, role_name: role, user: { login } });
  });

  it.each([
    { named: 'unknown repository', path: '/repos/acme/nothing' },
    { named: 'unknown issue', path: '/repos/acme/site/issues/4711' },
    { named: 'an issue that is no pull request', path: '/repos/acme/site/pulls/1' },
    { named: 'unknown account', path: '/users/nobody' },
    { named: 'unknown path', path: '/nowhere' },
  ])('404 for $named, in GitHub’s shape', async ({ path }) => {
    const response = await fetch(`${world.server.url}${path}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      message: 'Not Found',
      documentation_url: expect.any(String) as string,
    });
  });

  it.each([
    { named: 'no JSON', body: '{', expected: 400 },
    { named: 'no object', body: '[]', expected: 422 },
    { named: 'no title', body: '{"body":"b"}', expected: 422 },
    { named: 'a title that is no text', body: '{"title":{}}', expected: 422 },
    {
      named: 'a body that is too long',
      body: JSON.stringify({ title: 't', body: 'x'.repeat(65_537) }),
      expected: 422,
    },
  ])('$expected for $named', async ({ body, expected }) => {
    const response = await fetch(`${world.server.url}/repos/acme/site/issues`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.tokens.alice}` },
      body,
    });
    expect(response.status).toBe(expected);
  });

  it('the admin API needs the admin token', async () => {
    const response = await fetch(`${world.server.url}/_local/users/eve`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${world.tokens.acme}` },
      body: '{}',
    });
    expect(response.status).toBe(401);
  });

  it('making a repository again changes nothing', async () => {
    const before = await world.server.admin('PUT', '/repositories/acme/site', {});
    const after = await world.server.admin('PUT', '/repositories/ACME/Site', {});
    expect(after['id']).toBe(before['id']);
  });

  it.each(['../evil', '.', 'a b', 'x'.repeat(101)])('refuses the repository name %s', async (name) => {
    const making = world.server.admin('PUT', `/repositories/acme/${encodeURIComponent(name)}`, {});
    await expect(making).rejects.toThrow(/: 4\d\d /);
  });
});
