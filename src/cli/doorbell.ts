import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { TreadleError } from '../base/errors.ts';
import type { Session } from './local/session.ts';

/** Hears that something happened on the local server, or was published by another process; never what. */
export interface Doorbell {
  /** Where to ring. */
  readonly url: string;
  /** How often it rang so far. */
  readonly rings: () => number;
  /** Resolves once it rang more often than this, at once if it did already: no ring is lost between two looks. */
  rungAfter(rings: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a doorbell on this machine, with an address nobody can guess, and has the local server ring it. */
export async function openDoorbell(session: Session): Promise<Doorbell> {
  let rings = 0;
  let waiting: (() => void)[] = [];
  const secretPath = `/${randomBytes(16).toString('hex')}`;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(request.url === secretPath ? 204 : 404).end();
    if (request.url !== secretPath) return;
    rings += 1;
    for (const wake of waiting.splice(0)) wake();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${secretPath}`;
  const removeHook = await addHook(session, url);
  return {
    url,
    rings: () => rings,
    rungAfter: (seen) =>
      rings > seen
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting = [...waiting, resolve];
          }),
    async close() {
      await removeHook();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function addHook(session: Session, url: string): Promise<() => Promise<void>> {
  const hooks = `${session.serverUrl}/repos/${session.place.repository}/hooks`;
  const headers = { authorization: `Bearer ${session.hookToken}`, 'content-type': 'application/json' };
  await removeOldHooks(hooks, headers);
  const body = JSON.stringify({ config: { url, content_type: 'json' }, events: ['*'] });
  const answer = await fetch(hooks, { method: 'POST', headers, body });
  if (!answer.ok) {
    throw new TreadleError(
      'server-refused',
      `the local server made no webhook: ${answer.status} ${(await answer.text()).slice(0, 300)}`,
    );
  }
  const hook = (await answer.json()) as { readonly id: number };
  return () => removeHook(hooks, headers, hook.id);
}

/** A killed runner leaves its webhook behind, at whose address nobody listens any more. */
async function removeOldHooks(hooks: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const answer = await fetch(hooks, { headers });
  if (!answer.ok) return;
  const old = (await answer.json()) as readonly {
    readonly id: number;
    readonly config: { readonly url?: string };
  }[];
  for (const { id, config } of old) {
    if (/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}$/.test(config.url ?? ''))
      await removeHook(hooks, headers, id);
  }
}

async function removeHook(
  hooks: string,
  headers: Readonly<Record<string, string>>,
  id: number,
): Promise<void> {
  await fetch(`${hooks}/${id}`, { method: 'DELETE', headers }).catch(() => undefined);
}
