import { isPull } from '../pulls/is-pull.ts';
import type { IssueRecord, PullIssue, ReviewRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { commentsOf, renderLabels } from './issue.ts';
import { renderRepository, repositoryHtmlUrl, repositoryUrl } from './repository.ts';
import { nodeId, renderAssociation, renderUserOf, renderUserOrNull, userOf } from './user.ts';

/** A pull request in a list (`pull-request-simple`). */
export function renderPullSimple(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
): Record<string, unknown> {
  const { pull } = issue;
  const base = repositoryUrl(server, repository);
  const url = `${base}/pulls/${issue.number}`;
  const html = `${repositoryHtmlUrl(server, repository)}/pull/${issue.number}`;
  const addresses = addressesOf(server, repository, issue);
  const assignees = issue.assigneeIds.map((id) => renderUserOf(server, id));
  const end = (ref: string, sha: string): Record<string, unknown> => {
    const repo = renderRepository(server, repository);
    return { label: `${repository.record.owner}:${ref}`, ref, sha, user: repo['owner'], repo };
  };
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    ...addresses,
    number: issue.number,
    state: issue.state,
    locked: false,
    active_lock_reason: null,
    title: issue.title,
    body: issue.body,
    user: renderUserOf(server, issue.authorId),
    author_association: renderAssociation(repository, userOf(server, issue.authorId)),
    labels: renderLabels(server, repository, issue.labelIds),
    milestone: null,
    draft: pull.draft,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: pull.requestedReviewerIds.map((id) => renderUserOf(server, id)),
    requested_teams: [],
    head: end(pull.headRef, pull.headSha),
    base: end(pull.baseRef, pull.baseSha),
    _links: renderLinks({ self: url, html, ...addresses }),
    auto_merge: null,
  };
}

/** The addresses of what belongs to a pull request. */
type Addresses = Readonly<
  Record<
    | 'issue_url'
    | 'commits_url'
    | 'review_comments_url'
    | 'review_comment_url'
    | 'comments_url'
    | 'statuses_url',
    string
  >
>;

function addressesOf(server: ServerContext, repository: Repository, issue: PullIssue): Addresses {
  const base = repositoryUrl(server, repository);
  return {
    issue_url: `${base}/issues/${issue.number}`,
    commits_url: `${base}/pulls/${issue.number}/commits`,
    review_comments_url: `${base}/pulls/${issue.number}/comments`,
    review_comment_url: `${base}/pulls/comments{/number}`,
    comments_url: `${base}/issues/${issue.number}/comments`,
    statuses_url: `${base}/statuses/${issue.pull.headSha}`,
  };
}

function renderLinks(
  addresses: Addresses & { readonly self: string; readonly html: string },
): Record<string, unknown> {
  return {
    self: { href: addresses.self },
    html: { href: addresses.html },
    issue: { href: addresses.issue_url },
    comments: { href: addresses.comments_url },
    review_comments: { href: addresses.review_comments_url },
    review_comment: { href: addresses.review_comment_url },
    commits: { href: addresses.commits_url },
    statuses: { href: addresses.statuses_url },
  };
}

/** What has to be computed from git to show a pull request completely. */
export interface PullDetails {
  /** `null`: not computed. */
  readonly mergeable: boolean | null;
  readonly mergeableState: string;
  /** The test merge of an open pull request. */
  readonly testMerge: string | null;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

/** A pull request's own answer (`pull-request`). */
export function renderPull(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  details: PullDetails,
): Record<string, unknown> {
  return {
    ...renderPullSimple(server, repository, issue),
    merge_commit_sha: issue.pull.mergeCommitSha ?? details.testMerge,
    merged: issue.pull.mergedAt !== null,
    mergeable: details.mergeable,
    rebaseable: details.mergeable,
    mergeable_state: details.mergeableState,
    merged_by: renderUserOrNull(server, issue.pull.mergedById),
    comments: commentsOf(repository, issue.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: details.commits,
    additions: details.additions,
    deletions: details.deletions,
    changed_files: details.changedFiles,
  };
}

/** A pull request as runs and checks refer to it (`pull-request-minimal`). */
export function renderPullReference(
  server: ServerContext,
  repository: Repository,
  issue: IssueRecord,
): Record<string, unknown> | null {
  if (!isPull(issue)) return null;
  const url = repositoryUrl(server, repository);
  const repo = { id: repository.record.id, url, name: repository.record.name };
  return {
    id: issue.pull.id,
    number: issue.number,
    url: `${url}/pulls/${issue.number}`,
    head: { ref: issue.pull.headRef, sha: issue.pull.headSha, repo },
    base: { ref: issue.pull.baseRef, sha: issue.pull.baseSha, repo },
  };
}

/** A review (`pull-request-review`). */
export function renderReview(
  server: ServerContext,
  repository: Repository,
  review: ReviewRecord,
): Record<string, unknown> {
  const pull = `${repositoryUrl(server, repository)}/pulls/${review.pullNumber}`;
  const html = `${repositoryHtmlUrl(server, repository)}/pull/${review.pullNumber}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: renderUserOf(server, review.authorId),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: renderAssociation(repository, userOf(server, review.authorId)),
    _links: { html: { href: html }, pull_request: { href: pull } },
    ...(review.submittedAt === null ? {} : { submitted_at: review.submittedAt }),
    commit_id: review.commitId,
  };
}
