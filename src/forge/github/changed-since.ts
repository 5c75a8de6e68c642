import type { Connection, ForgeRequest } from './connection.ts';
import type { Decode } from './decode.ts';

/**
 * All that changed at or after `since`, oldest change first, each once and as last read.
 *
 * Pages of a list that is sorted by change shift while they are read: what changes moves to the end, and what followed it moves
 * up, over the edge of a page already read. So each page is asked for anew from the last change seen, and only changes of one and
 * the same second are paged by number.
 */
export async function readChangedSince<T extends { readonly updatedAt: string }>(
  connection: Connection,
  request: ForgeRequest,
  since: string,
  decode: Decode<T>,
  identify: (item: T) => number,
): Promise<readonly T[]> {
  const found = new Map<number, T>();
  let from = since;
  let page = 1;
  for (;;) {
    const parameters = { ...request.parameters, since: from, sort: 'updated', direction: 'asc' };
    const { items, isLast } = await connection.page({ ...request, parameters }, page, decode);
    for (const item of items) found.set(identify(item), item);
    if (isLast) break;
    const last = items.at(-1)?.updatedAt ?? from;
    page = isAfter(last, from) ? 1 : page + 1;
    if (page === 1) from = last;
  }
  return [...found.values()].sort(
    (a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt) || identify(a) - identify(b),
  );
}

function isAfter(one: string, other: string): boolean {
  return Date.parse(one) > Date.parse(other);
}
