import { connectForge } from '../../src/forge/github/connect.ts';
import type { Forge } from '../../src/forge/port/forge.ts';
import { addressOf } from './faulty-fetch.ts';

export interface CannedRequest {
  readonly method: string;
  /** Below the repository where it is there, else from the root. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface CannedAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A forge that answers what the local server never does: what GitHub alone has (forks, ghosts, rules), or mistakes. */
export function cannedForge(answer: (request: CannedRequest) => CannedAnswer): Forge {
  const send: typeof fetch = (input, init) => {
    const url = new URL(addressOf(input));
    const { status, body, headers } = answer({
      method: init?.method ?? 'GET',
      path: decodeURIComponent(url.pathname).replace('/repos/ada/loom', ''),
      query: url.searchParams,
      body: typeof init?.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {},
    });
    return Promise.resolve(
      Response.json(body ?? {}, { status: status ?? 200, ...(headers ? { headers } : {}) }),
    );
  };
  return connectForge({
    apiUrl: 'http://127.0.0.1:9',
    repository: 'ada/loom',
    token: 'token',
    fetch: send,
    patience: { retryBaseMs: 1 },
  });
}

export const user = { login: 'ada', id: 1, type: 'User' };

/** An issue as GitHub gives it, as far as Treadle looks. */
export function issueOf(
  number: number,
  change: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    number,
    title: `Issue ${number}`,
    body: null,
    state: 'open',
    labels: [],
    user,
    created_at: '2026-11-02T08:00:00Z',
    updated_at: '2026-11-02T08:00:00Z',
    ...change,
  };
}

/** An open pull request as GitHub gives it, as far as Treadle looks. */
export function pullOf(
  number: number,
  change: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    number,
    title: `Pull request ${number}`,
    body: null,
    state: 'open',
    merged: false,
    merged_at: null,
    merge_commit_sha: 'c'.repeat(40),
    draft: false,
    head: { ref: 'topic', sha: 'a'.repeat(40), label: 'ada:topic', repo: { id: 10 } },
    base: { ref: 'main', sha: 'b'.repeat(40), label: 'ada:main', repo: { id: 10 } },
    user,
    mergeable: true,
    mergeable_state: 'clean',
    ...change,
  };
}
