import type { IssueRecord, PullIssue } from '../data/records.ts';
import { notFound } from '../http/api-failure.ts';
import type { RepositoryCall } from '../http/endpoint.ts';
import { isPull } from '../pulls/is-pull.ts';

/** The issue, or pull request, that the path names by `:number`; answers 404 when there is none. */
export function findIssue(call: Pick<RepositoryCall, 'repository' | 'param'>): IssueRecord {
  const issue = call.repository.issues.get(call.param('number'));
  if (issue === undefined) throw notFound();
  return issue;
}

/** The pull request that the path names by `:number`; answers 404 when there is none. */
export function findPull(call: Pick<RepositoryCall, 'repository' | 'param'>): PullIssue {
  const issue = findIssue(call);
  if (!isPull(issue)) throw notFound();
  return issue;
}
