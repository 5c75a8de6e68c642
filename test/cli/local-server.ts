import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { ROOT } from './built-cli.ts';
import type { TestRepository } from './repository.ts';

const SERVER = join(ROOT, 'build/src/local-github/main.js');

/** Asks the local server as a member: an answer's JSON. */
export type Ask = <T>(path: string, init?: { readonly method: string; readonly body: unknown }) => Promise<T>;

/** The member's way to ask a server that runs at an address. */
export function askAs(repository: TestRepository, login: string, url: string): Ask {
  const tokens = JSON.parse(
    readFileSync(join(repository.folder, '.git/treadle/tokens.json'), 'utf8'),
  ) as Readonly<Record<string, string>>;
  const authorization = `Bearer ${tokens[login] ?? ''}`;
  return async <T>(path: string, init?: { readonly method: string; readonly body: unknown }): Promise<T> => {
    const answer = await fetch(`${url}/repos/local/shop${path}`, {
      method: init?.method ?? 'GET',
      headers: { authorization, 'content-type': 'application/json' },
      ...(init === undefined ? {} : { body: JSON.stringify(init.body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
}

/** Runs the server over what a repository has of it, while nobody else does; it is asked as a member. */
export async function withServer<T>(
  repository: TestRepository,
  work: (ask: Ask) => Promise<T>,
  login = 'boss',
): Promise<T> {
  const data = join(repository.folder, '.git/treadle/server');
  const child = spawn(process.execPath, [SERVER, '--data', data, '--with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { url } = JSON.parse(line) as { readonly url: string };
    return await work(askAs(repository, login, url));
  } finally {
    child.stdin.end();
    await exited;
  }
}
