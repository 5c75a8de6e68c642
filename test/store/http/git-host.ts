import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { openHttpStore, type HttpStoreOptions } from '../../../src/store/http/http-store.ts';
import type { Store } from '../../../src/store/port.ts';
import { git, startTestServer, type TestServer } from '../../local-github/test-server.ts';

export const branch = 'treadle/state';

/** A local server with accounts, where each test takes a repository of its own. */
export interface GitHost {
  readonly server: TestServer;
  /** May write to all repositories. */
  readonly token: string;
  /** A new, empty repository, as `owner/name`. */
  createRepository(): Promise<string>;
  url(repository: string): string;
  open(repository: string, options?: Partial<HttpStoreOptions>): Promise<Store>;
  /** Runs git in the bare repository. */
  git(repository: string, ...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** A folder in memory where the machine has one: what git writes durably is then written fast. */
async function createFastFolder(): Promise<string> {
  const isThere = await stat('/dev/shm').then(
    (found) => found.isDirectory(),
    () => false,
  );
  return mkdtemp(join(isThere ? '/dev/shm' : tmpdir(), 'treadle-http-store-'));
}

export async function startGitHost(): Promise<GitHost> {
  const folder = await createFastFolder();
  const server = await startTestServer({ dataDirectory: join(folder, 'data') });
  const token = await server.token('ada');
  let count = 0;
  const url = (repository: string): string => `${server.url}/git/${repository}.git`;
  return {
    server,
    token,
    async createRepository() {
      count += 1;
      const repository = `ada/state-${count}`;
      await server.admin('PUT', `/repositories/${repository}`, {});
      return repository;
    },
    url,
    open: (repository, options = {}) =>
      openHttpStore({
        url: url(repository),
        branch,
        token,
        // As patient as in earnest, but not as slow.
        pause: (ms) => delay(ms / 50),
        ...options,
      }),
    git: (repository, ...args) => git(server.bare(repository), ...args),
    async close() {
      await server.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One exchange over the network. */
export interface Exchange {
  readonly program: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** A `fetch` that keeps account of what passes. */
export function countingFetch(): { readonly fetch: typeof fetch; readonly take: () => readonly Exchange[] } {
  let exchanges: Exchange[] = [];
  return {
    async fetch(input, init) {
      const response = await fetch(input, init);
      const body = new Uint8Array(await response.arrayBuffer());
      const url = input instanceof Request ? input.url : input.toString();
      const sent = init?.body instanceof Uint8Array ? init.body.byteLength : 0;
      exchanges.push({
        program: url.split('/').at(-1) ?? '',
        sentBytes: sent,
        receivedBytes: body.byteLength,
      });
      return new Response(body, { status: response.status, headers: response.headers });
    },
    take() {
      const taken = exchanges;
      exchanges = [];
      return taken;
    },
  };
}
