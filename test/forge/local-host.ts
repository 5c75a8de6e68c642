import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { decodeAccount } from '../../src/forge/github/decode-shapes.ts';
import { connectForge } from '../../src/forge/github/connect.ts';
import type { Account } from '../../src/forge/port/people.ts';
import type { Forge } from '../../src/forge/port/forge.ts';
import { startServer } from '../../src/local-github/start-server.ts';
import type { ForgeHost, ForgeWorld, Person } from './contract/world.ts';
import { people } from './contract/world.ts';

/** A host, and what a test of the adapter needs beyond the contract. */
export interface LocalHost extends ForgeHost {
  readonly url: string;
  token(person: Person): string;
  newWorld(): Promise<ForgeWorld & { readonly repository: string }>;
}

/** Starts the local server with the people of the contract. `send` stands between the adapter and the server. */
export async function openLocalHost(
  send: (url: string) => typeof fetch = () => fetch,
  options: { readonly requestsPerHour?: number } = {},
): Promise<LocalHost> {
  const directory = mkdtempSync(join(tmpdir(), 'treadle-forge-'));
  const seed = makeSeed(join(directory, 'seed'));
  let time = Date.parse('2026-11-02T08:00:00Z');
  const server = await startServer({
    dataDirectory: join(directory, 'data'),
    clock: () => new Date(time),
    ...options,
  });
  const through = send(server.url);

  const rest = async (token: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const admin = (method: string, path: string, body: unknown): Promise<unknown> =>
    rest(server.adminToken, method, `/_local${path}`, body);

  const accounts = new Map<Person, Account>();
  const tokens = new Map<Person, string>();
  for (const login of people) {
    const isApp = login.endsWith('[bot]');
    const path = `/users/${encodeURIComponent(login)}`;
    accounts.set(login, decodeAccount(await admin('PUT', path, { type: isApp ? 'Bot' : 'User' })));
    const made = await admin('POST', '/tokens', { login, kind: isApp ? 'app' : 'user' });
    tokens.set(login, (made as { readonly token: string }).token);
  }
  const token = (person: Person): string => tokens.get(person) ?? '';

  let worlds = 0;
  const newWorld = async (): Promise<ForgeWorld & { readonly repository: string }> => {
    worlds += 1;
    const repository = `ada/loom-${worlds}`;
    await admin('PUT', `/repositories/${repository}`, { defaultBranch: 'main', import: seed.path });
    const grant = async (person: Person, permission: string): Promise<void> => {
      await admin('PUT', `/repositories/${repository}/collaborators/${encodeURIComponent(person)}`, {
        permission,
      });
    };
    await grant('bert', 'write');
    await grant('tara', 'triage');
    await grant('weaver[bot]', 'write');
    const forges = new Map<Person, Forge>();
    return {
      repository,
      root: seed.root,
      as: (person) => {
        const known = forges.get(person);
        if (known !== undefined) return known;
        const forge = connectForge({ apiUrl: server.url, repository, token: token(person), fetch: through });
        forges.set(person, forge);
        return forge;
      },
      account: (person) => accounts.get(person) ?? { login: person, id: 0, kind: 'user' },
      later: (seconds) => {
        time += seconds * 1000;
      },
      now: () => new Date(time).toISOString().replace('.000Z', 'Z'),
      grant,
      putTeam: async (organisation, team, members) => {
        await admin('PUT', `/teams/${organisation}/${team}`, { members });
      },
      rest: (person, method, path, body) => rest(token(person), method, `/repos/${repository}${path}`, body),
    };
  };

  return {
    url: server.url,
    token,
    newWorld,
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function makeSeed(path: string): { readonly path: string; readonly root: string } {
  mkdirSync(join(path, 'docs', 'deep'), { recursive: true });
  writeFileSync(join(path, 'README.md'), '# Loom\n');
  writeFileSync(join(path, 'docs', 'empty.md'), '');
  writeFileSync(join(path, 'docs', 'wörter.md'), 'Schuß und Kette — 织\n');
  writeFileSync(join(path, 'docs', 'deep', 'below.md'), 'below\n');
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: path,
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message=Begin');
  return { path, root: git('rev-parse', 'HEAD') };
}
