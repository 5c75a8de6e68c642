/** What goes wrong with a request: it never arrives, its answer is lost, or something else answers. */
export type Fault = 'lose-request' | 'lose-answer' | Response | undefined;

export interface FaultyFetch {
  readonly fetch: typeof fetch;
  /** Each request as it was sent, and the status of the answer that came (0 where none did): `POST /repos/… 201`. */
  readonly sent: readonly string[];
}

/** Stands between the adapter and a server, and lets `fault` decide over each request. `count` is how many of the same there were before. */
export function faultyFetch(
  fault: (request: { readonly method: string; readonly path: string; readonly count: number }) => Fault,
): FaultyFetch {
  const sent: string[] = [];
  const counts = new Map<string, number>();
  const send: typeof fetch = async (input, init) => {
    const method = init?.method ?? 'GET';
    const path = decodeURIComponent(new URL(addressOf(input)).pathname);
    const key = `${method} ${path}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    const wrong = fault({ method, path, count });
    if (wrong === 'lose-request' || wrong === 'lose-answer') {
      if (wrong === 'lose-answer') await fetch(input, init);
      sent.push(`${key} 0`);
      throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
    }
    const answer = wrong ?? (await fetch(input, init));
    sent.push(`${key} ${answer.status}`);
    return answer;
  };
  return { fetch: send, sent };
}

/** The address of what `fetch` is asked for. */
export function addressOf(input: Parameters<typeof fetch>[0]): string {
  if (typeof input === 'string') return input;
  return input instanceof URL ? input.href : input.url;
}

/** The first requests of a kind fail. */
export function firstOnly(method: string, end: string, fault: Fault) {
  return (request: { readonly method: string; readonly path: string; readonly count: number }): Fault =>
    request.method === method && request.path.endsWith(end) && request.count === 0 ? fault : undefined;
}
