import type { IssueRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { commentsOf } from '../render/issue.ts';
import type { ServerContext } from '../server-context.ts';

/** The issues and pull requests that a listing's query asks for, in its order (by default the newest first). */
export function selectIssues(
  server: ServerContext,
  repository: Repository,
  query: URLSearchParams,
): readonly IssueRecord[] {
  const passes = filtersOf(server, repository, query);
  const chosen = repository.issues.values().filter((issue) => passes.every((pass) => pass(issue)));
  return sortRecords(chosen, query, (issue, sort) => {
    if (sort === 'updated') return issue.updatedAt;
    if (sort === 'comments') return commentsOf(repository, issue.number).length;
    return issue.createdAt;
  });
}

function filtersOf(
  server: ServerContext,
  repository: Repository,
  query: URLSearchParams,
): readonly ((issue: IssueRecord) => boolean)[] {
  const state = query.get('state') ?? 'open';
  const since = sinceOf(query);
  const labels = (query.get('labels') ?? '').split(',').filter((name) => name.trim() !== '');
  const creator = query.get('creator');
  const assignee = query.get('assignee');
  const idOf = (login: string): number => server.database.userByLogin(login)?.id ?? -1;
  const hasLabel = (issue: IssueRecord, name: string): boolean =>
    issue.labelIds.some((id) => repository.labels.get(id)?.name.toLowerCase() === name.trim().toLowerCase());
  return [
    (issue) => state === 'all' || issue.state === state,
    (issue) => since === null || Date.parse(issue.updatedAt) >= since,
    (issue) => labels.every((name) => hasLabel(issue, name)),
    (issue) => creator === null || issue.authorId === idOf(creator),
    (issue) => {
      if (assignee === null || assignee === '*') return assignee === null || issue.assigneeIds.length > 0;
      if (assignee === 'none') return issue.assigneeIds.length === 0;
      return issue.assigneeIds.includes(idOf(assignee));
    },
  ];
}

/** The `since` of a query, in milliseconds since the epoch and of whole seconds as all times; `null` when absent or no time. */
export function sinceOf(query: URLSearchParams): number | null {
  const time = Date.parse(query.get('since') ?? '');
  return Number.isNaN(time) ? null : Math.floor(time / 1000) * 1000;
}

/** Sorts by the query's `sort` and `direction`. Equal keys keep the order of ids in that direction. */
export function sortRecords<T extends { readonly id: number }>(
  records: readonly T[],
  query: URLSearchParams,
  keyOf: (record: T, sort: string) => string | number,
  defaultDirection: 'asc' | 'desc' = 'desc',
): readonly T[] {
  const sort = query.get('sort') ?? 'created';
  const sign = (query.get('direction') ?? defaultDirection) === 'asc' ? 1 : -1;
  return records.toSorted((a, b) => {
    const one = keyOf(a, sort);
    const other = keyOf(b, sort);
    return sign * (one < other ? -1 : one > other ? 1 : a.id - b.id);
  });
}
