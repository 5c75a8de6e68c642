import type { Changes } from '../port/changes.ts';
import type { Connection, ForgeRequest } from './connection.ts';
import type { Decode } from './decode.ts';

/**
 * All that changed at or after `since`, oldest change first, each once and as last read; or, where more than `mostPages` pages
 * would be needed, the older part of it. See the port for how far that goes at least.
 *
 * Pages of a list that is sorted by change shift while they are read: what changes moves to the end, and what followed it moves
 * up, over the edge of a page already read. So each page is asked for anew from the last change seen, and only changes of one and
 * the same second are paged by number.
 */
export async function readChangedSince<T extends { readonly updatedAt: string }>(
  connection: Connection,
  request: ForgeRequest,
  range: { readonly since: string; readonly mostPages?: number | undefined },
  decode: Decode<T>,
  identify: (item: T) => number,
): Promise<Changes<T>> {
  const { since, mostPages = Number.MAX_SAFE_INTEGER } = range;
  const found = new Map<number, T>();
  let from = since;
  let page = 1;
  for (let read = 1; ; read += 1) {
    const parameters = { ...request.parameters, since: from, sort: 'updated', direction: 'asc' };
    const { items, isLast } = await connection.page({ ...request, parameters }, page, decode);
    for (const item of items) found.set(identify(item), item);
    const last = items.at(-1)?.updatedAt ?? from;
    if (isLast || (read >= mostPages && isAfter(last, since))) return inOrder(found, identify, isLast);
    page = isAfter(last, from) ? 1 : page + 1;
    if (page === 1) from = last;
  }
}

function inOrder<T extends { readonly updatedAt: string }>(
  found: ReadonlyMap<number, T>,
  identify: (item: T) => number,
  isComplete: boolean,
): Changes<T> {
  const items = [...found.values()].sort(
    (a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt) || identify(a) - identify(b),
  );
  return { items, isComplete };
}

function isAfter(one: string, other: string): boolean {
  return Date.parse(one) > Date.parse(other);
}
