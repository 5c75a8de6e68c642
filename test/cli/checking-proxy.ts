import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { checkedFetch } from '../local-github/openapi-checker.ts';

/** Stands between the command line and a server, compares each exchange with GitHub's description, and remembers requests. */
export interface CheckingProxy {
  readonly url: string;
  /** Method and path of each request since the last call. */
  take(): readonly string[];
  /** Lets requests through from now on, but loses the answers of those that it is true for. */
  lose(isLost: (request: string) => boolean): void;
  /** What did not fit GitHub's description. */
  violations(): readonly string[];
  close(): Promise<void>;
}

export async function openCheckingProxy(target: string): Promise<CheckingProxy> {
  const checker = checkedFetch(target);
  let seen: string[] = [];
  let isLost: (request: string) => boolean = () => false;
  const server = createServer((request, response) => {
    void (async () => {
      const { method = 'GET', url = '/', headers } = request;
      seen.push(`${method} ${url}`);
      const body = method === 'GET' ? undefined : await buffer(request);
      const hops = ['host', 'connection', 'content-length', 'transfer-encoding'];
      const onward = Object.entries(headers).filter(([name]) => !hops.includes(name));
      // Git's protocol is none of GitHub's API.
      const send = url.startsWith('/git/') ? fetch : checker.fetch;
      const isText = !url.startsWith('/git/');
      const answer = await send(`${target}${url}`, {
        method,
        redirect: 'manual',
        headers: onward.map(([name, value]): [string, string] => [name, String(value)]),
        ...(body === undefined ? {} : { body: isText ? body.toString('utf8') : new Uint8Array(body) }),
      });
      if (isLost(`${method} ${url}`)) return void response.destroy();
      const bytes = Buffer.from(await answer.arrayBuffer());
      const kept = [...answer.headers].filter(
        ([name]) => !/^(content-encoding|content-length|transfer-encoding|connection)$/.test(name),
      );
      response.writeHead(answer.status, Object.fromEntries(kept));
      response.end(bytes);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    lose(lost) {
      isLost = lost;
    },
    violations: () => checker.violations(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
