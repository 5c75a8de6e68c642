import type { Decode } from './decode.ts';
import { booleanAt, listAt, textAt } from './decode.ts';

/** A part of a list, and the cursor behind it where there is more. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly after: string | null;
}

/** A page of a list in GraphQL, asked for with its `pageInfo { hasNextPage endCursor }`. */
export function decodePart<T>(list: unknown, decode: Decode<T>): Part<T> {
  return {
    items: listAt(list, 'nodes').map(decode),
    after: booleanAt(list, 'pageInfo', 'hasNextPage') ? textAt(list, 'pageInfo', 'endCursor') : null,
  };
}
