/** What was asked of the forge, in the order of the requests: `POST /repos/ada/loom-1/issues/1/comments`. */
export interface CountedFetch {
  readonly fetch: typeof fetch;
  /** Requests that change something. */
  writes(): readonly string[];
  all(): readonly string[];
  forget(): void;
}

/** Counts requests on their way. `fail` may give the answer itself, or throw as a broken network does. */
export function countedFetch(
  fail: (request: string, count: number) => Response | Error | undefined = () => undefined,
): CountedFetch {
  let sent: string[] = [];
  const counts = new Map<string, number>();
  return {
    async fetch(input, init) {
      const address = new URL(input instanceof Request ? input.url : input);
      const method = init?.method ?? 'GET';
      const request = `${method} ${decodeURIComponent(address.pathname)}`;
      const count = (counts.get(request) ?? 0) + 1;
      counts.set(request, count);
      sent.push(request);
      const wrong = fail(request, count);
      if (wrong instanceof Error) throw wrong;
      return wrong ?? fetch(input, init);
    },
    writes: () => sent.filter((request) => !/^GET |^POST \/graphql/.test(request)),
    all: () => [...sent],
    forget: () => {
      sent = [];
    },
  };
}
