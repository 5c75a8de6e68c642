import { type Answer, ok } from './answer.ts';

/** A request's page: `per_page` (30, at most 100) and `page` (from 1). */
export interface Page {
  readonly number: number;
  readonly size: number;
}

/** Reads the page from the query; nonsense counts as absent, as on GitHub. */
function pageOf(query: URLSearchParams): Page {
  return {
    number: positive(query.get('page')) ?? 1,
    size: Math.min(positive(query.get('per_page')) ?? 30, 100),
  };
}

function positive(text: string | null): number | undefined {
  const value = Number(text ?? '');
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

/** The part of `items` that the page holds, with the `Link` header that leads to the others. `url` is the request's own. */
export function paginate<T>(
  url: URL,
  items: readonly T[],
): { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const { number, size } = pageOf(url.searchParams);
  const last = Math.max(1, Math.ceil(items.length / size));
  const links: string[] = [];
  const link = (page: number, relation: string): void => {
    const target = new URL(url);
    target.searchParams.set('page', String(page));
    links.push(`<${target.href}>; rel="${relation}"`);
  };
  if (number > 1) link(Math.min(number - 1, last), 'prev');
  if (number < last) {
    link(number + 1, 'next');
    link(last, 'last');
  }
  if (number > 1) link(1, 'first');
  return {
    items: items.slice((number - 1) * size, number * size),
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  };
}

/** 200 with one page of a list. Only the items of the page are rendered. */
export async function listAnswer<T>(
  url: URL,
  items: readonly T[],
  render: (item: T) => unknown,
): Promise<Answer> {
  const page = paginate(url, items);
  return ok(await Promise.all(page.items.map(render)), page.headers);
}

/** 200 with one page of a list under a key, beside `total_count`. */
export async function countedAnswer<T>(
  url: URL,
  key: string,
  items: readonly T[],
  render: (item: T) => unknown,
): Promise<Answer> {
  const page = paginate(url, items);
  return ok({ total_count: items.length, [key]: await Promise.all(page.items.map(render)) }, page.headers);
}
