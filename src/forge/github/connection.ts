import { TreadleError } from '../../base/errors.ts';
import type { Decode } from './decode.ts';
import { MalformedAnswer } from './decode.ts';
import { isRateLimited, readRefusal, toForgeError } from './forge-error.ts';
import { openOctokit } from './open-octokit.ts';
import type { Patience } from './patience.ts';
import { patienceFor } from './patience.ts';

/** One request. The repository's owner and name fill `{owner}` and `{repo}` of the route. */
export interface ForgeRequest {
  /** What is tried, as it follows "Could not": `read issue #42`. */
  readonly what: string;
  /** GitHub's own route: `GET /repos/{owner}/{repo}/issues/{issue_number}`. */
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** True where doing it twice is the same as doing it once, so that it may be sent again after a failure on the way. */
  readonly repeatable?: boolean;
}

export type Answer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly status: number; readonly problem: string };

/** A connection to one repository. All methods throw the TreadleErrors of the forge port. */
export interface Connection {
  readonly owner: string;
  readonly name: string;
  ask<T>(request: ForgeRequest, decode: Decode<T>): Promise<T>;
  /** As `ask`, with the statuses that the caller expects as values. */
  tryAsk<T>(request: ForgeRequest, refusals: readonly number[], decode: Decode<T>): Promise<Answer<T>>;
  /** One page of a list; `isLast` when the forge has no further one. Pages count from 1 and hold up to 100 items. */
  page<T>(
    request: ForgeRequest,
    page: number,
    decode: Decode<T>,
  ): Promise<{ readonly items: readonly T[]; readonly isLast: boolean }>;
  /** All pages of a list. */
  list<T>(request: ForgeRequest, decode: Decode<T>): Promise<readonly T[]>;
  /** A GraphQL query (never a mutation: it may be sent twice). What is not found is null in the answer. */
  query<T>(
    request: {
      readonly what: string;
      readonly document: string;
      readonly variables: Readonly<Record<string, unknown>>;
    },
    decode: Decode<T>,
  ): Promise<T>;
}

const pageSize = 100;

/** Decodes nothing: for answers of which only the success counts. */
export function ignoreAnswer(): undefined {
  return undefined;
}

/** Opens a connection; see `connectForge`. */
export function openConnection(options: {
  readonly apiUrl: string;
  readonly owner: string;
  readonly name: string;
  readonly token: string;
  readonly fetch?: typeof fetch;
  readonly log?: (line: string) => void;
  readonly patience?: Partial<Patience>;
}): Connection {
  const { owner, name, apiUrl } = options;
  const octokit = openOctokit({
    apiUrl,
    token: options.token,
    fetch: options.fetch ?? fetch,
    log: options.log ?? (() => undefined),
    patience: { ...patienceFor(apiUrl), ...options.patience },
  });

  async function send<T>(what: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof MalformedAnswer) throw malformed(what, error);
      throw toForgeError(error, { what, repository: `${owner}/${name}`, apiUrl });
    }
  }

  function malformed(what: string, error: MalformedAnswer): TreadleError {
    return new TreadleError(
      'forge-malformed',
      `Could not ${what} in ${owner}/${name}: ${apiUrl} answered in another shape than GitHub's: ${error.message}`,
      { remedy: 'Check that the address is the root of a GitHub REST API.', cause: error },
    );
  }

  async function request(
    asked: ForgeRequest,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<RawAnswer> {
    const answer: { readonly data: unknown; readonly headers: { readonly link?: unknown } } =
      await octokit.request(asked.route, {
        owner,
        repo: name,
        ...asked.parameters,
        ...more,
        ...(asked.repeatable === true ? { request: { repeatable: true } } : {}),
      });
    return { data: answer.data, link: answer.headers.link };
  }

  const connection: Connection = {
    owner,
    name,
    ask: (asked, decode) => send(asked.what, async () => decode((await request(asked)).data)),
    tryAsk: (asked, refusals, decode) =>
      send(asked.what, async () => {
        try {
          const { data } = await request(asked);
          return { kind: 'done', value: decode(data) };
        } catch (error) {
          const refusal = readRefusal(error);
          if (refusal === undefined || !refusals.includes(refusal.status) || isRateLimited(error))
            throw error;
          return { kind: 'refused', ...refusal };
        }
      }),
    page: (asked, page, decode) =>
      send(asked.what, async () => {
        const { data, link } = await request(asked, { per_page: pageSize, page });
        if (!Array.isArray(data)) throw new MalformedAnswer('the list is not an array');
        // A full page is followed up even without a link to a next one: a 304 repeats the links of an earlier time.
        const isLast = data.length < pageSize && !(typeof link === 'string' && link.includes('rel="next"'));
        return { items: data.map((item: unknown) => decode(item)), isLast };
      }),
    list: async (asked, decode) => {
      const items = [];
      for (let page = 1; ; page += 1) {
        const read = await connection.page(asked, page, decode);
        items.push(...read.items);
        if (read.isLast) return items;
      }
    },
    query: ({ what, document, variables }, decode) =>
      send(what, async () => {
        try {
          const data: unknown = await octokit.graphql(document, {
            owner,
            name,
            ...variables,
            request: { repeatable: true },
          });
          return decode(data);
        } catch (error) {
          return decode(partialAnswer(error));
        }
      }),
  };
  return connection;
}

interface RawAnswer {
  readonly data: unknown;
  readonly link: unknown;
}

/** What a query found where all that is wrong with it is that some of what it asks for in the repository does not exist. */
function partialAnswer(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'GraphqlResponseError') throw error;
  const { errors, data } = error as Error & { readonly errors?: unknown; readonly data?: unknown };
  const isPartial = Array.isArray(errors) && errors.every(isMissingPart);
  if (!isPartial || data === null || data === undefined) throw error;
  return data;
}

/** The repository itself has a path of one step. */
function isMissingPart(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('type' in error) || !('path' in error)) return false;
  return error.type === 'NOT_FOUND' && Array.isArray(error.path) && error.path.length > 1;
}
