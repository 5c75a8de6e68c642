import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

import { openGitStore } from '../../src/store/git/git-store.ts';
import { runStep } from '../action/runner.ts';
import { ROOT, testEnvironment } from '../cli/built-cli.ts';
import { git, sourceRepository, temporaryDirectory } from '../local-github/test-server.ts';
import { openHistory, type History } from '../runtime/history.ts';

const REPOSITORY = 'ada/inn';
const STATE_BRANCH = 'treadle/state';
const AGENT = fileURLToPath(new URL('town-agent.mjs', import.meta.url));
const SERVER = join(ROOT, 'build/src/local-github/main.js');
const PEOPLE = { ada: 'admin', quinn: 'write', blake: 'write', emma: 'write' } as const;

const SETTINGS = `roles:
  ceo: [ada]
  engineering-manager: [emma]
  qa-engineer: [quinn]
  backend-engineer: [blake]
`;

/**
 * A repository on a server of its own process, with people who are processes of their own, and runners that race: whatever
 * happens wakes each of them, and each wake is a process that executes the Action's bundle.
 */
export interface Town {
  /** Files an issue as a guest. Returns its number. */
  file(title: string, body: string, label: string): Promise<number>;
  /** Resolves when so many issues were closed. Rejects when a wake failed. */
  closed(count: number): Promise<void>;
  history(): Promise<History>;
  git(...args: readonly string[]): Promise<string>;
  /** How many wakes there were. */
  wakes(): number;
}

interface Event {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Opens a town with so many runners, and with the files on its base branch. It is closed when the test ends. */
export async function openTown(runners: number, files: Readonly<Record<string, string>>): Promise<Town> {
  const data = await temporaryDirectory();
  const { url } = JSON.parse(await startProcess(SERVER, ['--data', data, '--with-parent'], {})) as {
    readonly url: string;
  };
  const adminToken = (await readFile(join(data, 'admin-token'), 'utf8')).trim();
  const admin = (method: string, path: string, body: unknown): Promise<Record<string, unknown>> =>
    ask(`${url}/_local${path}`, adminToken, { method, body });
  const source = await sourceRepository({ '.github/treadle.yml': SETTINGS, ...files });
  const tokenOf = async (login: string, kind: string): Promise<string> => {
    await admin('PUT', `/users/${encodeURIComponent(login)}`, {});
    return String((await admin('POST', '/tokens', { login, kind }))['token']);
  };
  const tokens = new Map<string, string>();
  for (const login of Object.keys(PEOPLE)) tokens.set(login, await tokenOf(login, 'user'));
  const appToken = await tokenOf('treadle[bot]', 'app');
  await admin('PUT', `/repositories/${REPOSITORY}`, { import: source });
  for (const [login, permission] of Object.entries({ ...PEOPLE, 'treadle[bot]': 'write' })) {
    const path = `/repositories/${REPOSITORY}/collaborators/${encodeURIComponent(login)}`;
    await admin('PUT', path, { permission });
  }
  const asAda = (path: string, body?: unknown): Promise<Record<string, unknown>> =>
    ask(
      `${url}/repos/${REPOSITORY}${path}`,
      tokens.get('ada') ?? '',
      body === undefined ? {} : { method: 'POST', body },
    );

  let wakes = 0;
  const wake = async ({ event, payload }: Event): Promise<string> => {
    wakes += 1;
    const order = { apiUrl: url, serverUrl: `${url}/git`, repository: REPOSITORY, token: appToken };
    const { code, log, outputs } = await runStep({ ...order, event, payload });
    if (code !== 0) throw new Error(`a wake failed:\n${log}`);
    return outputs['next-due'] ?? '';
  };
  // The first wake begins the state: what was there before counts for nothing.
  await wake({ event: 'schedule', payload: { schedule: '7 * * * *' } });

  const hook = (address: string): Promise<unknown> =>
    asAda('/hooks', { config: { url: address, content_type: 'json' }, events: ['*'] });
  for (const [login, token] of tokens) {
    const env = { API_URL: url, REPOSITORY, LOGIN: login, TOKEN: token, STATE_BRANCH };
    await hook(`http://127.0.0.1:${await startProcess(AGENT, [], env)}/`);
  }
  const hearing = await openHearing(Array.from({ length: runners }, () => runner(wake)));
  await hook(hearing.url);
  return {
    closed: hearing.closed,
    wakes: () => wakes,
    async file(title, body, label) {
      return Number((await asAda('/issues', { title, body, labels: [label] }))['number']);
    },
    history: async () => openHistory(await openGitStore({ repository: bareOf(data), branch: STATE_BRANCH })),
    git: (...args) => git(bareOf(data), ...args),
  };
}

function bareOf(data: string): string {
  return join(data, 'repositories', `${REPOSITORY}.git`);
}

/** Starts a program that ends with the test. Returns the first line that it prints. */
async function startProcess(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...testEnvironment(), ...env },
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  });
  if (child.stdout === null) throw new Error(`${program} has no standard output`);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return line;
}

async function ask(
  address: string,
  token: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: unknown },
): Promise<Record<string, unknown>> {
  const answered = await fetch(address, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const said = await answered.text();
  if (!answered.ok) throw new Error(`${address}: ${answered.status} ${said}`);
  return said === '' ? {} : (JSON.parse(said) as Record<string, unknown>);
}

/** A runner of its own: it wakes for what happened, and once more for what happened meanwhile, never for two things at once. */
function runner(wake: (event: Event) => Promise<string>): (event: Event) => Promise<void> {
  let next: Event | null = null;
  let busy = false;
  const work = async (): Promise<void> => {
    busy = true;
    try {
      while (next !== null) {
        const event: Event = next;
        next = null;
        await wake(event);
      }
    } finally {
      busy = false;
    }
  };
  return async (event) => {
    next = event;
    if (!busy) await work();
  };
}

interface Hearing {
  readonly url: string;
  readonly closed: (count: number) => Promise<void>;
}

/** Hears what happens, for all runners, and counts the issues that were closed. */
async function openHearing(runners: readonly ((event: Event) => Promise<void>)[]): Promise<Hearing> {
  const closed = new Set<unknown>();
  let changed: () => void = () => undefined;
  let failure: Error | null = null;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      response.end();
      const event = String(request.headers['x-github-event']);
      const payload = JSON.parse(body) as Record<string, unknown>;
      const issue = payload['issue'] as { readonly number?: number } | undefined;
      if (event === 'issues' && payload['action'] === 'closed') closed.add(issue?.number);
      changed();
      for (const ring of runners) {
        ring({ event, payload }).catch((error: unknown) => {
          failure ??= error instanceof Error ? error : new Error(String(error));
          changed();
        });
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    closed: (count) =>
      new Promise((resolve, reject) => {
        changed = () => {
          if (failure !== null) reject(failure);
          else if (closed.size >= count) resolve();
        };
        changed();
      }),
  };
}
