export type Fetch = typeof fetch;

/** The program of git that a request is for. */
export const programOf = (input: Parameters<Fetch>[0]): string =>
  (input instanceof Request ? input.url : input.toString()).split('/').at(-1) ?? '';

/** What `fetch` throws when a connection breaks. */
export const failure = (): TypeError => new TypeError('fetch failed', { cause: new Error('socket hang up') });

/** A `fetch` that does something else for the n-th request (from 1) to a program. */
export function meddlingFetch(
  program: string,
  meddle: (go: () => Promise<Response>, count: number, init: RequestInit) => Promise<Response>,
): Fetch {
  let count = 0;
  return (input, init) => {
    const go = (): Promise<Response> => fetch(input, init);
    if (programOf(input) !== program) return go();
    count += 1;
    return meddle(go, count, init ?? {});
  };
}
