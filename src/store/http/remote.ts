import { TreadleError } from '../../base/errors.ts';

/** The two programs of git that a server runs for us. */
export type GitProgram = 'git-upload-pack' | 'git-receive-pack';

export interface RemoteOptions {
  /** The address to clone from, for instance `https://github.com/octo-org/octo-repo.git`. */
  readonly url: string;
  /** Of a user, an App or an Action; only the host of `url` ever gets it. */
  readonly token: string;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** The `User-Agent`. GitHub knows a git client by a beginning of `git/`. */
  readonly userAgent: string;
}

export interface GitRequest {
  readonly program: GitProgram;
  readonly body: Uint8Array;
  /** Whether the body is gzipped. */
  readonly isCompressed: boolean;
}

/** What came of one request. `said` are the server's own words, or empty. */
export type Reply =
  | { readonly kind: 'answered'; readonly answer: Uint8Array }
  | { readonly kind: 'limited'; readonly waitMs: number; readonly said: string }
  /** No answer or a 5xx. */
  | {
      readonly kind: 'unreachable';
      readonly status: number | undefined;
      readonly waitMs: number | undefined;
      readonly said: string;
      readonly cause: unknown;
    }
  | { readonly kind: 'denied'; readonly status: 401 | 403; readonly said: string; readonly hadToken: boolean }
  | { readonly kind: 'refused'; readonly status: number; readonly said: string }
  /** Something answers, but not a git server of the protocol that we need. */
  | { readonly kind: 'unusable'; readonly reason: string };

export interface Remote {
  /** The address as it is now: a redirect that holds for the repository moves it. Without credentials. */
  url(): string;
  /** Sends one request and follows redirects. Never throws for what the server does. */
  post(request: GitRequest, timeoutMs: number): Promise<Reply>;
}

const redirects: readonly number[] = [301, 302, 303, 307, 308];
const mostRedirects = 5;
/** Where a rate limit does not say how long: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const defaultLimitMs = 60_000;

/**
 * One address of a git server, over HTTP.
 *
 * The programs are asked at once, without the discovery at `info/refs` that comes first in git's own client: each request says
 * its protocol itself, and servers keep nothing between requests.
 *
 * Source: https://git-scm.com/docs/gitprotocol-http
 *
 * @throws {TreadleError} `git-url-invalid`.
 */
export function openRemote({ url, token, fetch: send = fetch, userAgent }: RemoteOptions): Remote {
  const first = parseUrl(url);
  let base = first.href.replace(/\/+$/, '');
  const getsToken = (target: URL): boolean => token !== '' && isSameServer(first, target);

  const postTo = (target: URL, request: GitRequest, signal: AbortSignal): Promise<Response> =>
    send(target, {
      method: 'POST',
      redirect: 'manual',
      signal,
      body: Buffer.from(request.body),
      headers: {
        accept: `application/x-${request.program}-result`,
        'content-type': `application/x-${request.program}-request`,
        'user-agent': userAgent,
        // Only reads have a version 2.
        ...(request.program === 'git-upload-pack' ? { 'git-protocol': 'version=2' } : {}),
        ...(request.isCompressed ? { 'content-encoding': 'gzip' } : {}),
        ...(getsToken(target) ? { authorization: basicAuthorization(token) } : {}),
      },
    });

  const exchange = async (request: GitRequest, signal: AbortSignal): Promise<Reply> => {
    let target = new URL(`${base}/${request.program}`);
    for (let hops = 0; ; hops += 1) {
      const response = await postTo(target, request, signal);
      if (!redirects.includes(response.status)) {
        return readReply(response, request.program, getsToken(target));
      }
      await response.body?.cancel();
      const next = readLocation(response, target);
      if (typeof next === 'string') return { kind: 'unusable', reason: next };
      if (hops === mostRedirects) return { kind: 'unusable', reason: 'it redirects without end' };
      target = next;
      const suffix = `/${request.program}`;
      if (next.pathname.endsWith(suffix)) base = `${next.origin}${next.pathname.slice(0, -suffix.length)}`;
    }
  };

  return {
    url: () => base,
    async post(request, timeoutMs) {
      try {
        return await exchange(request, AbortSignal.timeout(timeoutMs));
      } catch (cause) {
        return { kind: 'unreachable', status: undefined, waitMs: undefined, said: explain(cause), cause };
      }
    },
  };
}

function parseUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (
    parsed !== undefined &&
    /^https?:$/.test(parsed.protocol) &&
    parsed.username + parsed.password + parsed.search + parsed.hash === ''
  )
    return parsed;
  // The address itself may hold a password, so it is not repeated.
  throw new TreadleError('git-url-invalid', 'the address of the repository is not one of HTTP', {
    remedy:
      'Give the address to clone from, such as https://github.com/octo-org/octo-repo.git, without a password.',
  });
}

/** The same host and port; or the encrypted side of the same host. */
function isSameServer(first: URL, target: URL): boolean {
  const isUpgrade =
    first.protocol === 'http:' && target.protocol === 'https:' && first.port + target.port === '';
  return target.origin === first.origin || (isUpgrade && target.hostname === first.hostname);
}

/** GitHub takes every kind of token as this user's password. */
function basicAuthorization(token: string): string {
  return `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
}

/** Where a redirect leads, or why it is not followed. */
function readLocation(response: Response, from: URL): URL | string {
  const location = response.headers.get('location') ?? '';
  if (location === '' || !URL.canParse(location, from.href)) return 'it redirects to nowhere';
  const next = new URL(location, from);
  if (next.protocol !== from.protocol && next.protocol !== 'https:')
    return 'it redirects to an address that is not encrypted';
  // `fetch` refuses addresses with a user, and none of ours is for a server to choose.
  next.username = '';
  next.password = '';
  return next;
}

async function readReply(response: Response, program: GitProgram, hadToken: boolean): Promise<Reply> {
  const { status, headers } = response;
  const waitMs = readRetryAfter(headers.get('retry-after'));
  if (response.ok) {
    const type = headers.get('content-type') ?? '';
    const answer = new Uint8Array(await response.arrayBuffer());
    return type.startsWith(`application/x-${program}-result`)
      ? { kind: 'answered', answer }
      : { kind: 'unusable', reason: `it answers with ${type === '' ? 'no type' : type.slice(0, 80)}` };
  }
  const said = readWords(await response.text(), headers.get('content-type') ?? '');
  const isLimit = status === 429 || (status === 403 && (waitMs !== undefined || /rate limit/i.test(said)));
  if (isLimit) return { kind: 'limited', waitMs: waitMs ?? defaultLimitMs, said };
  if (status >= 500) return { kind: 'unreachable', status, waitMs, said, cause: undefined };
  if (status === 401 || status === 403) return { kind: 'denied', status, said, hadToken };
  return { kind: 'refused', status, said };
}

/** Seconds, or a date. Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

/** A page for browsers says nothing that is meant for us. */
function readWords(text: string, type: string): string {
  return type.startsWith('text/plain') ? tidyWords(text) : '';
}

/** Words of a server in one line, short and without what a terminal would act on. */
export function tidyWords(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 500);
}

/** `fetch failed` says little; its cause says what. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return tidyWords(String(error));
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return tidyWords(cause === '' ? error.message : cause);
}
