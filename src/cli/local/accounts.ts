import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { TreadleError } from '../../base/errors.ts';
import type { ServerConnection } from './server.ts';

/** Treadle's own account on the local server. */
export const TREADLE_LOGIN = 'treadle[bot]';

/** The local server's administration, as far as local mode needs it. */
export interface Administration {
  putRepository(repository: string, source: string, defaultBranch: string): Promise<void>;
  /** Makes an account that may work in the repository, and returns a token of it: the same as last time. */
  ensureAccount(repository: string, login: string, permission: 'admin' | 'write'): Promise<string>;
}

export function administer(server: ServerConnection, tokensPath: string): Administration {
  const call = async (method: string, path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${server.url}/_local${path}`, {
      method,
      headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.ok) return text === '' ? null : JSON.parse(text);
    throw new TreadleError(
      'server-refused',
      `the local server refused ${method} ${path}: ${answer.status} ${text.slice(0, 300)}`,
    );
  };
  return {
    async putRepository(repository, source, defaultBranch) {
      await call('PUT', `/repositories/${repository}`, { import: source, defaultBranch });
    },
    async ensureAccount(repository, login, permission) {
      const name = encodeURIComponent(login);
      const isBot = login.endsWith('[bot]');
      await call('PUT', `/users/${name}`, isBot ? { type: 'Bot' } : {});
      await call('PUT', `/repositories/${repository}/collaborators/${name}`, { permission });
      const tokens = await readTokens(tokensPath);
      const known = tokens[login];
      if (known !== undefined) return known;
      const made = (await call('POST', '/tokens', { login, kind: isBot ? 'app' : 'user' })) as {
        token: string;
      };
      await writeTokens(tokensPath, { ...tokens, [login]: made.token });
      return made.token;
    },
  };
}

async function readTokens(path: string): Promise<Record<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  return JSON.parse(text) as Record<string, string>;
}

async function writeTokens(path: string, tokens: Record<string, string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(tokens, null, 2), { mode: 0o600 });
  await rename(`${path}.new`, path);
}
