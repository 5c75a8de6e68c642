import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { Octokit } from '@octokit/rest';
import { afterAll } from 'vitest';

import { type RunningServer, type ServerOptions, startServer } from '../../src/local-github/start-server.ts';
import { checkedFetch } from './openapi-checker.ts';

const run = promisify(execFile);

/** A server in a folder of its own, with the means to set it up. */
export interface TestServer extends RunningServer {
  readonly directory: string;
  /** Calls the admin API. */
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Makes an account and a token of it. */
  token(login: string, kind?: 'user' | 'app' | 'default'): Promise<string>;
  /** A client of an account whose exchanges are checked against GitHub's description. */
  client(token?: string): Octokit;
  /** What the checked exchanges did wrong. */
  violations(): readonly string[];
  /** The operations of GitHub's description that were used with success. */
  operations(): readonly string[];
  /** The directory of a bare repository. */
  bare(fullName: string): string;
  /** Ends the server. */
  dispose(): Promise<void>;
}

/** Starts a server in a new temporary folder. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const directory = options.dataDirectory ?? (await temporaryDirectory());
  const server = await startServer({ ...options, dataDirectory: directory });
  const checker = checkedFetch(server.url);
  const admin: TestServer['admin'] = async (method, path, body) => {
    const response = await fetch(`${server.url}/_local${path}`, {
      method,
      headers: { authorization: `Bearer ${server.adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  return {
    ...server,
    directory,
    admin,
    async token(login, kind = 'user') {
      if (kind !== 'default') await admin('PUT', `/users/${encodeURIComponent(login)}`, {});
      return String((await admin('POST', '/tokens', { login, kind }))['token']);
    },
    client: (token) =>
      new Octokit({
        baseUrl: server.url,
        ...(token === undefined ? {} : { auth: token }),
        request: { fetch: checker.fetch },
        log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      }),
    violations: () => checker.violations(),
    operations: () => checker.operations(),
    bare: (fullName) => join(directory, 'repositories', `${fullName}.git`),
    dispose: () => server.close(),
  };
}

const folders: string[] = [];
// Once for each test file that imports this one.
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A new folder of the test's own, removed after the test file. */
export async function temporaryDirectory(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'treadle-local-github-'));
  folders.push(folder);
  return folder;
}

/** Runs git in a folder as a person who does not look at the machine's configuration. */
export async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', directory, ...args], {
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_AUTHOR_NAME: 'Test',
      GIT_AUTHOR_EMAIL: 'test@example.com',
      GIT_COMMITTER_NAME: 'Test',
      GIT_COMMITTER_EMAIL: 'test@example.com',
    },
  });
  return stdout.trim();
}

/** A repository with one commit that holds the files, on `main`. */
export async function sourceRepository(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory();
  await git(directory, 'init', '-q', '-b', 'main');
  await writeFiles(directory, files);
  await git(directory, 'add', '-A');
  await git(directory, 'commit', '-q', '-m', 'Begin');
  return directory;
}

/** Writes files below a folder. */
export async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}
