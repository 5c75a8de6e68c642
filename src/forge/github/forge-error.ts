import { TreadleError } from '../../base/errors.ts';

/** What an error needs to say where it happened. */
export interface Attempt {
  /** What was tried, as it follows "Could not": `read issue #42`. */
  readonly what: string;
  readonly repository: string;
  readonly apiUrl: string;
}

/** What was thrown below us, as far as it tells: no type of Octokit's is taken for granted. */
interface Failure {
  readonly message: string;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly graphqlTypes: readonly unknown[] | undefined;
}

/**
 * Whatever a request threw, as the TreadleError of the forge port: `forge-unreachable` (no answer, or 5xx), `forge-denied` (401,
 * 403), `forge-rate-limited` (fact `retryAt`, where the forge says when), or `forge-refused` (any other refusal).
 */
export function toForgeError(error: unknown, attempt: Attempt): TreadleError {
  if (error instanceof TreadleError) return error;
  const failure = readFailure(error);
  const said = failure.message === '' ? '' : `: ${failure.message}`;
  const facts = {
    repository: attempt.repository,
    ...(failure.status === undefined ? {} : { status: failure.status }),
    ...(typeof failure.headers['x-github-request-id'] === 'string'
      ? { requestId: failure.headers['x-github-request-id'] }
      : {}),
  };
  const make = (
    code: string,
    ground: string,
    remedy: string,
    more: Record<string, unknown> = {},
  ): TreadleError =>
    new TreadleError(code, `Could not ${attempt.what} in ${attempt.repository}: ${ground}${said}`, {
      remedy,
      facts: { ...facts, ...more },
      cause: error,
    });

  if (isRateLimit(failure)) {
    const retryAt = retryTime(failure.headers);
    return make(
      'forge-rate-limited',
      retryAt === undefined ? 'the forge limits the rate' : `the forge limits the rate until ${retryAt}`,
      retryAt === undefined ? 'Wait some minutes and run again.' : `Run again after ${retryAt}.`,
      retryAt === undefined ? {} : { retryAt },
    );
  }
  if (failure.graphqlTypes !== undefined) {
    return failure.graphqlTypes.includes('FORBIDDEN')
      ? make('forge-denied', 'the token may not do this', deniedRemedy(failure))
      : make('forge-refused', 'the forge refused the query', 'Check that the token may see the repository.');
  }
  if (failure.status === undefined) {
    return make(
      'forge-unreachable',
      `no answer from ${attempt.apiUrl}`,
      'Check the address and the network, or that the local server runs; then run again: nothing is lost.',
    );
  }
  return fromStatus(failure, failure.status, make, attempt);
}

function fromStatus(
  failure: Failure,
  status: number,
  make: (code: string, ground: string, remedy: string) => TreadleError,
  attempt: Attempt,
): TreadleError {
  if (status >= 500) {
    return make(
      'forge-unreachable',
      `${attempt.apiUrl} answered ${status}`,
      'The forge has a failure of its own: run again later, nothing is lost.',
    );
  }
  if (status === 401) {
    return make(
      'forge-denied',
      'the forge does not accept the token',
      'The token is wrong, expired or revoked: set a valid one.',
    );
  }
  if (status === 403) return make('forge-denied', 'the token may not do this', deniedRemedy(failure));
  if (status === 404) {
    return make(
      'forge-refused',
      'not found',
      `Check that ${attempt.repository} exists and that the token may see it; the forge hides what it may not.`,
    );
  }
  return make(
    'forge-refused',
    `the forge refused it (${status})`,
    'Read what the forge says, and correct it.',
  );
}

/** True where an error is a rate limit's, so that its 403 is not taken for a denial. */
export function isRateLimited(error: unknown): boolean {
  return isRateLimit(readFailure(error));
}

/** When a rate limit's error says that it ends; undefined for other errors, and where it does not say. */
export function rateLimitEnd(error: unknown): string | undefined {
  const failure = readFailure(error);
  return isRateLimit(failure) ? retryTime(failure.headers) : undefined;
}

/** The status and the forge's own words of a refused request; undefined where there was no answer. */
export function readRefusal(
  error: unknown,
): { readonly status: number; readonly problem: string } | undefined {
  const { status, message } = readFailure(error);
  return status === undefined ? undefined : { status, problem: message };
}

function deniedRemedy(failure: Failure): string {
  // GitHub names what would have sufficed: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
  const accepted = failure.headers['x-accepted-github-permissions'];
  return typeof accepted === 'string' && accepted !== ''
    ? `Give the token one of these permissions: ${accepted}.`
    : 'Give the token write access to contents, issues and pull requests of the repository.';
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function isRateLimit(failure: Failure): boolean {
  if (failure.graphqlTypes?.includes('RATE_LIMITED') === true) return true;
  if (failure.status === 429) return true;
  return (
    failure.status === 403 &&
    (failure.headers['x-ratelimit-remaining'] === '0' ||
      failure.headers['retry-after'] !== undefined ||
      /\brate limit\b/i.test(failure.message))
  );
}

function retryTime(headers: Failure['headers']): string | undefined {
  const after = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(after)) return new Date(Date.now() + after * 1000).toISOString();
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN);
  return Number.isFinite(reset) ? new Date(reset * 1000).toISOString() : undefined;
}

function readFailure(error: unknown): Failure {
  const message = error instanceof Error ? withoutDocumentation(error.message) : String(error);
  const response = property(error, 'response');
  const errors = property(response, 'errors') ?? property(property(response, 'data'), 'errors');
  const status =
    property(response, 'status') ?? (response === undefined ? undefined : property(error, 'status'));
  const isGraphql = error instanceof Error && error.name === 'GraphqlResponseError';
  return {
    message,
    // Octokit reports a request without an answer as a 500; only an answer's own status is one.
    status: typeof status === 'number' ? status : undefined,
    headers: asRecord(property(response, 'headers') ?? property(error, 'headers')),
    graphqlTypes:
      isGraphql || isGraphqlRateLimit(errors)
        ? (Array.isArray(errors) ? errors : []).map((each) => property(each, 'type'))
        : undefined,
  };
}

/** The throttling plugin throws such an error itself, under no name of its own. */
function isGraphqlRateLimit(errors: unknown): boolean {
  return Array.isArray(errors) && errors.some((each) => property(each, 'type') === 'RATE_LIMITED');
}

/** Octokit appends the address of the documentation, which helps nobody who reads a message of ours. */
function withoutDocumentation(message: string): string {
  return message.replace(/ - https?:\/\/\S+$/, '');
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
