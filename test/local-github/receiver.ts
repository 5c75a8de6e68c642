import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A delivery of a webhook. */
export interface Delivery {
  readonly event: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A server that keeps what webhooks send it. */
export interface Receiver {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  /** `EVENT.ACTION` of each delivery, or `EVENT`. */
  names(): readonly string[];
  clear(): void;
  close(): Promise<void>;
}

/** Starts a receiver. */
export async function openReceiver(): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const payload = JSON.parse(body) as Record<string, unknown>;
      deliveries.push({
        event: String(request.headers['x-github-event']),
        headers: request.headers,
        body,
        payload,
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    deliveries,
    names: () =>
      deliveries.map(({ event, payload }) =>
        typeof payload['action'] === 'string' ? `${event}.${payload['action']}` : event,
      ),
    clear: () => void deliveries.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
