import type { IssueRecord } from './data/records.ts';
import type { Repository } from './data/repository.ts';

/** The issues below an issue, oldest first. */
export function subIssuesOf(repository: Repository, issue: IssueRecord): readonly IssueRecord[] {
  return repository.issues.values().filter(({ parent }) => parent === issue.number);
}

/** The issues that an issue waits for. */
export function blockersOf(repository: Repository, issue: IssueRecord): readonly IssueRecord[] {
  return (issue.blockedBy ?? []).flatMap((number) => repository.issues.get(number) ?? []);
}

/** The issues that wait for an issue. */
export function blockedOf(repository: Repository, issue: IssueRecord): readonly IssueRecord[] {
  return repository.issues.values().filter(({ blockedBy }) => blockedBy?.includes(issue.number) === true);
}

/** `sub_issues_summary` and `issue_dependencies_summary` of an issue: dependencies count while they are open. */
export function summarizeRelations(repository: Repository, issue: IssueRecord): Record<string, unknown> {
  const below = subIssuesOf(repository, issue);
  const completed = below.filter(({ state }) => state === 'closed').length;
  const [blockers, blocked] = [blockersOf(repository, issue), blockedOf(repository, issue)];
  const open = (issues: readonly IssueRecord[]): number =>
    issues.filter(({ state }) => state === 'open').length;
  return {
    sub_issues_summary: {
      total: below.length,
      completed,
      percent_completed: below.length === 0 ? 0 : Math.floor((completed * 100) / below.length),
    },
    issue_dependencies_summary: {
      blocked_by: open(blockers),
      blocking: open(blocked),
      total_blocked_by: blockers.length,
      total_blocking: blocked.length,
    },
  };
}

/** Whether one can be come to from the other by going up, parent by parent. */
export function isAbove(repository: Repository, upper: IssueRecord, lower: IssueRecord): boolean {
  let at: IssueRecord | undefined = lower;
  while (at !== undefined) {
    if (at.number === upper.number) return true;
    at = at.parent == null ? undefined : repository.issues.get(at.parent);
  }
  return false;
}
