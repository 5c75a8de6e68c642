import type { Actor } from '../auth.ts';
import type { IssueRecord, PullIssue, ReviewRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { publishEvent } from '../events/publish-event.ts';
import { renderIssue } from '../render/issue.ts';
import { renderPull, renderReview } from '../render/pull.ts';
import type { ServerContext } from '../server-context.ts';

/** What a payload shows of a pull request: mergeability is not computed for it, as on GitHub. */
function renderForPayload(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
): Record<string, unknown> {
  return renderPull(server, repository, issue, {
    mergeable: null,
    mergeableState: 'unknown',
    testMerge: null,
    commits: 0,
    additions: 0,
    deletions: 0,
    changedFiles: 0,
  });
}

/** Tells of a change of a pull request (`pull_request`). */
export async function publishPullEvent(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  action: string,
  actor: Actor,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await publishEvent(server, repository, {
    name: 'pull_request',
    action,
    payload: { number: issue.number, pull_request: renderForPayload(server, repository, issue), ...extra },
    actor,
    source: { kind: 'pull', number: issue.number },
  });
}

/** Tells of a review (`pull_request_review`). */
export async function publishReviewEvent(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  review: ReviewRecord,
  action: 'submitted' | 'edited' | 'dismissed',
  actor: Actor,
): Promise<void> {
  const rendered = renderReview(server, repository, review);
  await publishEvent(server, repository, {
    name: 'pull_request_review',
    action,
    payload: {
      // The state is in lower case in payloads only.
      review: { ...rendered, state: review.state.toLowerCase() },
      pull_request: renderForPayload(server, repository, issue),
    },
    actor,
    source: { kind: 'pull', number: issue.number },
  });
}

/** Tells of a change of an issue (`issues`). */
export async function publishIssueEvent(
  server: ServerContext,
  repository: Repository,
  issue: IssueRecord,
  action: string,
  actor: Actor,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await publishEvent(server, repository, {
    name: 'issues',
    action,
    payload: { issue: renderIssue(server, repository, issue), ...extra },
    actor,
    source: { kind: 'default-branch' },
  });
}
