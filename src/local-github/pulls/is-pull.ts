import type { IssueRecord, PullIssue } from '../data/records.ts';

/** Whether an issue is a pull request. */
export function isPull(issue: IssueRecord): issue is PullIssue {
  return issue.pull !== null;
}
