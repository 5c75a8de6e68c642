import type { Question } from './compose-query.ts';
import type { Decode } from './decode.ts';

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

/** A change by GraphQL. */
export interface Mutation {
  /** What is tried, as it follows "Could not". */
  readonly what: string;
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export type MutationAnswer<T> =
  { readonly kind: 'done'; readonly value: T } | { readonly kind: 'refused'; readonly problem: string };

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
  /**
   * Asks by GraphQL (never a mutation: it may be sent twice). Questions that are asked at the same time are one request. What is
   * not found is null in the answer. Of a server that lacks a field the question for older ones is asked.
   */
  query<T>(question: Question, decode: Decode<T>): Promise<T>;
  /**
   * Makes several changes by GraphQL in one request, once and in this order; of each its answer, or that the forge refused it.
   * After an error any of them may have taken place.
   */
  mutateEach<T>(
    what: string,
    changes: readonly Question[],
    decode: Decode<T>,
  ): Promise<readonly MutationAnswer<T>[]>;
  /** Changes something by GraphQL, once; what the forge refuses is a value. */
  mutate<T>(mutation: Mutation, decode: Decode<T>): Promise<MutationAnswer<T>>;
}

/** Decodes nothing: for answers of which only the success counts. */
export function ignoreAnswer(): undefined {
  return undefined;
}
