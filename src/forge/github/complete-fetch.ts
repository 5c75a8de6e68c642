/**
 * A fetch whose answer is complete when it resolves, or that fails: it ends after `timeoutMs`, and a body that breaks off is a
 * network failure (Octokit takes one for an empty answer).
 */
export function completeFetch(send: typeof fetch, timeoutMs: number): typeof fetch {
  return async (input, init) => {
    const answer = await send(input, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const body = await answer.arrayBuffer();
    return new Response(body.byteLength === 0 ? null : body, {
      status: answer.status,
      statusText: answer.statusText,
      headers: answer.headers,
    });
  };
}
