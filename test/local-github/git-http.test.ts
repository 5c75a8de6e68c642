import { readFile, writeFile } from 'node:fs/promises';
import fs from 'node:fs';
import { join } from 'node:path';

import isomorphic from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { git, temporaryDirectory, writeFiles } from './test-server.ts';
import { openWorld, remoteOf, type World } from './world.ts';

describe('git over HTTP', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await world.server.admin('PUT', '/repositories/acme/secret', { private: true });
  });
  afterAll(() => world.dispose());

  it('is cloned by strangers and pushed to by writers only', async () => {
    const { server, tokens } = world;
    const work = join(await temporaryDirectory(), 'work');
    await git('/', 'clone', '-q', remoteOf(server, null), work);
    expect(await readFile(join(work, 'README.md'), 'utf8')).toBe('# site\n');
    await writeFiles(work, { 'n.txt': 'n\n' });
    await git(work, 'add', '-A');
    await git(work, 'commit', '-q', '-m', 'n');
    await expect(git(work, 'push', '-q', 'origin', 'HEAD:n')).rejects.toThrow(
      /terminal prompts disabled|could not read/,
    );
    const denied = git(work, 'push', '-q', remoteOf(server, tokens.carol), 'HEAD:n');
    await expect(denied).rejects.toThrow(/403/);
    const unknown = git(work, 'push', '-q', remoteOf(server, 'ghp_nobody'), 'HEAD:n');
    await expect(unknown).rejects.toThrow(/Authentication failed/);
    await git(work, 'push', '-q', remoteOf(server, tokens.bob), 'HEAD:n');
    expect(await git(server.bare('acme/site'), 'rev-parse', 'n')).toBe(await git(work, 'rev-parse', 'HEAD'));
  });

  it('hides a private repository', async () => {
    const { server, tokens } = world;
    const address = (token: string | null): string =>
      remoteOf(server, token).replace('/site.git', '/secret.git');
    await expect(git('/', 'ls-remote', address(null))).rejects.toThrow(/terminal prompts disabled/);
    await expect(git('/', 'ls-remote', address(tokens.alice))).rejects.toThrow(/not found/);
    expect(await git('/', 'ls-remote', address(tokens.acme))).toBe('');
  });

  it('accepts a bearer token, a header as in Actions, and a gzipped request', async () => {
    const { server, tokens } = world;
    const work = await world.clone();
    const head = await git(work, 'rev-parse', 'HEAD');
    const names = Array.from({ length: 400 }, (_, index) => `refs/tags/t${index}`);
    for (const name of names) await writeFile(join(work, '.git', name), `${head}\n`);
    const basic = Buffer.from(`x-access-token:${tokens.bob}`).toString('base64');
    await git(
      work,
      '-c',
      `http.extraHeader=Authorization: basic ${basic}`,
      'push',
      '-q',
      remoteOf(server, null),
      '--tags',
    );
    const fresh = join(await temporaryDirectory(), 'fresh');
    await git(
      '/',
      '-c',
      `http.extraHeader=Authorization: Bearer ${tokens.bob}`,
      'clone',
      '-q',
      remoteOf(server, null),
      fresh,
    );
    // The second fetch sends many haves, which git packs with gzip.
    await git(fresh, 'fetch', '-q', 'origin');
    expect((await git(fresh, 'tag')).split('\n')).toHaveLength(400);
  });

  it('serves shallow and filtered clones', async () => {
    const { server } = world;
    const work = join(await temporaryDirectory(), 'work');
    await git(
      '/',
      'clone',
      '-q',
      '--depth=1',
      '--filter=blob:none',
      '--no-checkout',
      remoteOf(server, null),
      work,
    );
    expect(await git(work, 'rev-list', '--count', 'HEAD')).toBe('1');
  });

  it('takes forced pushes and deletions, but none to refs/pull', async () => {
    const { server, tokens, at, alice } = world;
    const remote = remoteOf(server, tokens.alice);
    const work = await world.clone();
    await git(work, 'push', '-q', remote, 'HEAD:refs/heads/moving');
    await git(work, 'commit', '-q', '--allow-empty', '-m', 'one');
    await git(work, 'push', '-q', remote, 'HEAD:refs/heads/moving');
    await expect(git(work, 'push', '-q', remote, 'HEAD~1:refs/heads/moving')).rejects.toThrow(
      /non-fast-forward/,
    );
    await git(work, 'push', '-q', remote, '+HEAD~1:refs/heads/moving');
    await git(work, 'push', '-q', remote, ':refs/heads/moving');
    await expect(git(work, 'push', '-q', remote, 'HEAD:refs/pull/1/head')).rejects.toThrow(/hidden ref/);
    await expect(alice.git.getRef({ ...at, ref: 'heads/moving' })).rejects.toMatchObject({ status: 404 });
  });

  it('works with isomorphic-git, which loses a race as it should', async () => {
    const { server, tokens } = world;
    const dir = join(await temporaryDirectory(), 'work');
    const url = remoteOf(server, null);
    const onAuth = (): { username: string; password: string } => ({ username: 'x', password: tokens.alice });
    await isomorphic.clone({ fs, http, dir, url, singleBranch: true, depth: 1 });
    await writeFile(join(dir, 'iso.txt'), 'iso\n');
    await isomorphic.add({ fs, dir, filepath: 'iso.txt' });
    const author = { name: 'Iso', email: 'iso@example.com' };
    const oid = await isomorphic.commit({ fs, dir, message: 'By isomorphic-git', author });
    const pushed = await isomorphic.push({ fs, http, dir, url, ref: 'main', remoteRef: 'iso', onAuth });
    expect(pushed.ok).toBe(true);
    expect(await git(server.bare('acme/site'), 'rev-parse', 'iso')).toBe(oid);
    await world.pushBranch('main', { 'faster.txt': 'f\n' });
    await expect(isomorphic.push({ fs, http, dir, url, ref: 'main', onAuth })).rejects.toThrow(
      /fast-forward/,
    );
  });

  it('closes issues that commits pushed to the default branch close', async () => {
    const { alice, at } = world;
    const issue_number = (await alice.issues.create({ ...at, title: 'By push' })).data.number;
    await world.pushBranch('side', { 'side.txt': 's\n' }, { message: `Fix it\n\nFixes #${issue_number}` });
    expect((await alice.issues.get({ ...at, issue_number })).data.state).toBe('open');
    await world.pushBranch('main', { 'main.txt': 'm\n' }, { message: `Fix it\n\nFixes #${issue_number}` });
    expect((await alice.issues.get({ ...at, issue_number })).data.state).toBe('closed');
  });

  it.each([
    '/git/acme/site.git/HEAD',
    '/git/acme/site.git/objects/info/packs',
    '/git/acme/site.git/../../data',
    '/git/acme/none.git/info/refs',
  ])('serves nothing else: %s', async (path) => {
    expect((await fetch(`${world.server.url}${path}`)).status).toBe(404);
  });
});
