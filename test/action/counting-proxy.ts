import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between a step and the server, and counts. */
export interface CountingProxy {
  readonly url: string;
  /** Method and path of each request since the last call. */
  take(): readonly string[];
  close(): Promise<void>;
}

/** Opens a proxy to a server at an address. */
export async function openCountingProxy(target: string): Promise<CountingProxy> {
  let seen: string[] = [];
  const { hostname, port } = new URL(target);
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    seen.push(`${method ?? ''} ${path ?? ''}`);
    const onward = send({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
