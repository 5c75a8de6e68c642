import type { Octokit } from '@octokit/rest';

/** What an error of Octokit tells of the answer. */
function isNotModified(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 304;
}

/**
 * Makes each GET conditional on what the connection has seen: an answer 304 costs nothing of the rate limit, and the answer seen
 * before is given again. Keeps the `capacity` answers used last.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
 */
export function addEtagCache(octokit: Octokit, capacity = 200): void {
  const seen = new Map<string, { readonly etag: string; readonly answer: unknown }>();

  octokit.hook.wrap('request', async (request, options) => {
    if (options.method !== 'GET') return request(options);
    const key = octokit.request.endpoint.parse(options).url;
    const known = seen.get(key);
    if (known !== undefined) options.headers = { ...options.headers, 'if-none-match': known.etag };
    try {
      const answer = await request(options);
      remember(key, answer.headers.etag, answer);
      return answer;
    } catch (error) {
      if (known === undefined || !isNotModified(error)) throw error;
      remember(key, known.etag, known.answer);
      return known.answer as Awaited<ReturnType<typeof request>>;
    }
  });

  function remember(key: string, etag: string | undefined, answer: unknown): void {
    seen.delete(key);
    if (etag === undefined) return;
    seen.set(key, { etag, answer });
    const oldest = seen.keys().next();
    if (seen.size > capacity && oldest.done !== true) seen.delete(oldest.value);
  }
}
