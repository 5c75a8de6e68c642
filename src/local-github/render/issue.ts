import type { CommentRecord, IssueRecord, LabelRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { summarizeRelations } from '../issue-relations.ts';
import { repositoryHtmlUrl, repositoryUrl } from './repository.ts';
import { nodeId, renderAssociation, renderUserOf, renderUserOrNull, userOf } from './user.ts';

/** A label (`label`). */
export function renderLabel(
  server: ServerContext,
  repository: Repository,
  label: LabelRecord,
): Record<string, unknown> {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${repositoryUrl(server, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: label.default,
    description: label.description,
  };
}

/** The labels that a record refers to, rendered. */
export function renderLabels(
  server: ServerContext,
  repository: Repository,
  ids: readonly number[],
): readonly Record<string, unknown>[] {
  return ids
    .map((id) => repository.labels.get(id))
    .filter((label) => label !== undefined)
    .map((label) => renderLabel(server, repository, label));
}

function renderReactions(url: string): Record<string, unknown> {
  return {
    url: `${url}/reactions`,
    total_count: 0,
    '+1': 0,
    '-1': 0,
    laugh: 0,
    hooray: 0,
    confused: 0,
    heart: 0,
    rocket: 0,
    eyes: 0,
  };
}

/** The path part that an issue or a pull request has in URLs for people. */
export function issueHtmlUrl(server: ServerContext, repository: Repository, issue: IssueRecord): string {
  const kind = issue.pull === null ? 'issues' : 'pull';
  return `${repositoryHtmlUrl(server, repository)}/${kind}/${issue.number}`;
}

/** An issue, or a pull request seen as an issue (`issue`). */
export function renderIssue(
  server: ServerContext,
  repository: Repository,
  issue: IssueRecord,
): Record<string, unknown> {
  const url = `${repositoryUrl(server, repository)}/issues/${issue.number}`;
  const assignees = issue.assigneeIds.map((id) => renderUserOf(server, id));
  const html = issueHtmlUrl(server, repository, issue);
  return {
    url,
    repository_url: repositoryUrl(server, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: html,
    id: issue.id,
    node_id: nodeId(issue.pull === null ? 'Issue' : 'PullRequest', issue.pull?.id ?? issue.id),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    user: renderUserOf(server, issue.authorId),
    author_association: renderAssociation(repository, userOf(server, issue.authorId)),
    labels: renderLabels(server, repository, issue.labelIds),
    state: issue.state,
    state_reason: issue.stateReason,
    locked: false,
    active_lock_reason: null,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: commentsOf(repository, issue.number).length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: renderUserOrNull(server, issue.closedById),
    performed_via_github_app: null,
    reactions: renderReactions(url),
    ...(issue.parent == null
      ? {}
      : { parent_issue_url: `${repositoryUrl(server, repository)}/issues/${issue.parent}` }),
    ...(issue.pull === null
      ? summarizeRelations(repository, issue)
      : {
          draft: issue.pull.draft,
          pull_request: {
            url: `${repositoryUrl(server, repository)}/pulls/${issue.number}`,
            html_url: html,
            diff_url: `${html}.diff`,
            patch_url: `${html}.patch`,
            merged_at: issue.pull.mergedAt,
          },
        }),
  };
}

/** The comments of one issue, oldest first. */
export function commentsOf(repository: Repository, issueNumber: number): readonly CommentRecord[] {
  return repository.comments.values().filter((comment) => comment.issueNumber === issueNumber);
}

/** A comment (`issue-comment`). */
export function renderComment(
  server: ServerContext,
  repository: Repository,
  comment: CommentRecord,
): Record<string, unknown> {
  const base = repositoryUrl(server, repository);
  const url = `${base}/issues/comments/${comment.id}`;
  const issue = repository.issues.get(comment.issueNumber);
  const page =
    issue === undefined ? repositoryHtmlUrl(server, repository) : issueHtmlUrl(server, repository, issue);
  return {
    url,
    html_url: `${page}#issuecomment-${comment.id}`,
    issue_url: `${base}/issues/${comment.issueNumber}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: renderUserOf(server, comment.authorId),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    body: comment.body,
    author_association: renderAssociation(repository, userOf(server, comment.authorId)),
    performed_via_github_app: null,
    reactions: renderReactions(url),
  };
}
