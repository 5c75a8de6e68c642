import { join } from 'node:path';

import type { Octokit } from '@octokit/rest';

import type { ServerOptions } from '../../src/local-github/start-server.ts';
import {
  git,
  sourceRepository,
  startTestServer,
  type TestServer,
  temporaryDirectory,
  writeFiles,
} from './test-server.ts';

/** A server with the repository acme/site, its owner acme, alice and bob who may write, and carol who may read. */
export interface World {
  readonly server: TestServer;
  readonly at: { readonly owner: 'acme'; readonly repo: 'site' };
  readonly tokens: Readonly<Record<'acme' | 'alice' | 'bob' | 'carol' | 'default', string>>;
  readonly acme: Octokit;
  readonly alice: Octokit;
  readonly bob: Octokit;
  readonly carol: Octokit;
  /** A client that has the token of a workflow run. */
  readonly workflow: Octokit;
  readonly anonymous: Octokit;
  /** A clone of the repository whose `origin` has alice's token. */
  clone(token?: string): Promise<string>;
  /** Pushes a branch off `from` that holds the files. Returns its tip. */
  pushBranch(branch: string, files: Readonly<Record<string, string>>, options?: PushOptions): Promise<string>;
  /** Opens a pull request of alice's for a new branch. */
  openPull(branch: string, files: Readonly<Record<string, string>>, body?: string): Promise<number>;
  dispose(): Promise<void>;
}

export interface PushOptions {
  readonly from?: string;
  readonly message?: string;
  readonly token?: string;
}

/** The files that the repository begins with. */
export const firstFiles = { 'README.md': '# site\n', 'src/a.txt': 'one\ntwo\nthree\n', 'src/b.txt': 'bee\n' };

/** Starts a server with its people. */
export async function openWorld(
  files: Readonly<Record<string, string>> = firstFiles,
  options: Partial<ServerOptions> = {},
): Promise<World> {
  const server = await startTestServer(options);
  const tokens = {
    acme: await server.token('acme'),
    alice: await server.token('alice'),
    bob: await server.token('bob'),
    carol: await server.token('carol'),
    default: await server.token('', 'default'),
  };
  const source = await sourceRepository(files);
  await server.admin('PUT', '/repositories/acme/site', { import: source });
  const grant = (login: string, permission: string): Promise<unknown> =>
    server.admin('PUT', `/repositories/acme/site/collaborators/${login}`, { permission });
  await grant('alice', 'write');
  await grant('bob', 'write');
  await grant('carol', 'read');
  const alice = server.client(tokens.alice);
  const at = { owner: 'acme', repo: 'site' } as const;

  const clone = async (token = tokens.alice): Promise<string> => {
    const folder = await temporaryDirectory();
    const work = join(folder, 'work');
    await git(folder, 'clone', '-q', remoteOf(server, token), work);
    return work;
  };
  let work: string | null = null;
  const pushBranch: World['pushBranch'] = async (branch, content, push = {}) => {
    work ??= await clone();
    const message = push.message ?? `Change on ${branch}`;
    await git(work, 'fetch', '-q', 'origin');
    await git(work, 'checkout', '-q', '-B', branch, push.from ?? 'origin/main');
    await writeFiles(work, content);
    await git(work, 'add', '-A');
    await git(work, 'commit', '-q', '-m', message);
    await git(work, 'push', '-q', remoteOf(server, push.token ?? tokens.alice), `+${branch}:${branch}`);
    return git(work, 'rev-parse', 'HEAD');
  };
  return {
    server,
    at,
    tokens,
    acme: server.client(tokens.acme),
    alice,
    bob: server.client(tokens.bob),
    carol: server.client(tokens.carol),
    workflow: server.client(tokens.default),
    anonymous: server.client(),
    clone,
    pushBranch,
    async openPull(branch, content, body = '') {
      await pushBranch(branch, content);
      const pull = await alice.pulls.create({
        ...at,
        title: `Change ${branch}`,
        head: branch,
        base: 'main',
        body,
      });
      return pull.data.number;
    },
    dispose: () => server.dispose(),
  };
}

/** The address of acme/site with a token as password. */
export function remoteOf(server: TestServer, token: string | null): string {
  const url = new URL(`${server.url}/git/acme/site.git`);
  if (token !== null) {
    url.username = 'x-access-token';
    url.password = token;
  }
  return url.href;
}
