import type { PullIssue, ReviewRecord, ReviewState } from '../data/records.ts';
import { readCommit } from '../git/commits.ts';
import { isOid } from '../git/refs.ts';
import { created, ok } from '../http/answer.ts';
import { ApiFailure, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { oneOf, optionalNames, optionalText, requiredText } from '../http/fields.ts';
import { listAnswer } from '../http/pagination.ts';
import { publishPullEvent, publishReviewEvent } from '../pulls/pull-events.ts';
import { renderPullSimple, renderReview } from '../render/pull.ts';
import { renderUserOf } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';
import { findPull } from './find-issue.ts';
import { bodyField } from './issues.ts';

const reviewEvents = ['APPROVE', 'REQUEST_CHANGES', 'COMMENT'] as const;
type ReviewEvent = (typeof reviewEvents)[number];

const stateAfter: Readonly<Record<ReviewEvent, ReviewState>> = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
};

const path = '/pulls/:number{[0-9]+}/reviews';

/** Reviews and requests for them. */
export function addReviewEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read(path, (call) => {
    const mayShow = (review: ReviewRecord): boolean =>
      review.state !== 'PENDING' || review.authorId === call.actor?.user.id;
    return listAnswer(call.url, reviewsOf(call, findPull(call)).filter(mayShow), (review) =>
      renderReview(server, call.repository, review),
    );
  });
  api.add('post', path, 'account', async (call) =>
    ok(renderReview(server, call.repository, await createReview(server, call, findPull(call)))),
  );
  api.read(`${path}/:id{[0-9]+}`, (call) => ok(renderReview(server, call.repository, findReview(call))));
  addReviewChangeEndpoints(api, server);
  addReviewRequestEndpoints(api, server);
}

function addReviewChangeEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.add('put', `${path}/:id{[0-9]+}`, 'account', async (call) => {
    const review = findReview(call);
    if (review.authorId !== call.actor.user.id) throw notFound();
    const body = requiredText(call.fields, 'body', 'PullRequestReview');
    const saved = call.repository.reviews.put(review.id, { ...review, body, updatedAt: server.now() });
    if (saved.state !== 'PENDING') {
      await publishReviewEvent(server, call.repository, findPull(call), saved, 'edited', call.actor);
    }
    return ok(renderReview(server, call.repository, saved));
  });
  api.add('post', `${path}/:id{[0-9]+}/events`, 'account', async (call) => {
    const review = findReview(call);
    if (review.authorId !== call.actor.user.id) throw notFound();
    if (review.state !== 'PENDING')
      throw new ApiFailure(422, 'Can not submit a review that was submitted already');
    const event = oneOf(call.fields, 'event', reviewEvents, 'PullRequestReview');
    if (event === undefined) throw new ApiFailure(422, 'Review event is missing');
    const body = bodyField(call, 'PullRequestReview') ?? review.body;
    const saved = await submitReview(server, call, findPull(call), { ...review, body }, event);
    return ok(renderReview(server, call.repository, saved));
  });
  api.add('put', `${path}/:id{[0-9]+}/dismissals`, 'write', async (call) => {
    const review = findReview(call);
    requiredText(call.fields, 'message', 'PullRequestReview');
    if (review.state !== 'APPROVED' && review.state !== 'CHANGES_REQUESTED') {
      throw new ApiFailure(422, 'Can not dismiss a commented pull request review');
    }
    const saved = call.repository.reviews.put(review.id, {
      ...review,
      state: 'DISMISSED',
      updatedAt: server.now(),
    });
    await publishReviewEvent(server, call.repository, findPull(call), saved, 'dismissed', call.actor);
    return ok(renderReview(server, call.repository, saved));
  });
}

/** The reviews of a pull request, oldest first. */
function reviewsOf(call: RepositoryCall, issue: PullIssue): readonly ReviewRecord[] {
  return call.repository.reviews.values().filter((review) => review.pullNumber === issue.number);
}

function findReview(call: RepositoryCall): ReviewRecord {
  const issue = findPull(call);
  const review = call.repository.reviews.get(call.param('id'));
  if (review?.pullNumber !== issue.number) throw notFound();
  return review;
}

async function createReview(
  server: ServerContext,
  call: RepositoryCall & SignedIn,
  issue: PullIssue,
): Promise<ReviewRecord> {
  const { repository, actor, fields } = call;
  const event = oneOf(fields, 'event', reviewEvents, 'PullRequestReview');
  const commitId = optionalText(fields, 'commit_id') ?? issue.pull.headSha;
  if (!isOid(commitId) || (await readCommit(repository.path, commitId)) === null) {
    throw new ApiFailure(422, 'Unprocessable Entity', {
      errors: ['Commit_id is not part of the pull request'],
    });
  }
  const pending = reviewsOf(call, issue).some(
    (review) => review.state === 'PENDING' && review.authorId === actor.user.id,
  );
  if (pending) {
    throw new ApiFailure(422, 'Unprocessable Entity', {
      errors: ['User can only have one pending review per pull request'],
    });
  }
  const review: ReviewRecord = {
    id: server.database.nextId(),
    pullNumber: issue.number,
    authorId: actor.user.id,
    body: bodyField(call, 'PullRequestReview') ?? '',
    state: 'PENDING',
    commitId,
    submittedAt: null,
    updatedAt: server.now(),
  };
  if (event !== undefined) return submitReview(server, call, issue, review, event);
  return repository.reviews.put(review.id, review);
}

async function submitReview(
  server: ServerContext,
  call: RepositoryCall & SignedIn,
  issue: PullIssue,
  review: ReviewRecord,
  event: ReviewEvent,
): Promise<ReviewRecord> {
  const { repository, actor } = call;
  if (event !== 'COMMENT' && issue.authorId === actor.user.id) {
    const what = event === 'APPROVE' ? 'approve' : 'request changes on';
    throw new ApiFailure(422, 'Unprocessable Entity', {
      errors: [`Can not ${what} your own pull request`],
    });
  }
  if (event !== 'APPROVE' && review.body.trim() === '') {
    throw new ApiFailure(422, 'Unprocessable Entity', { errors: ['Body cannot be blank'] });
  }
  const now = server.now();
  const saved = repository.reviews.put(review.id, {
    ...review,
    state: stateAfter[event],
    submittedAt: now,
    updatedAt: now,
  });
  const requestedReviewerIds = issue.pull.requestedReviewerIds.filter((id) => id !== actor.user.id);
  const pull: PullIssue = { ...issue, updatedAt: now, pull: { ...issue.pull, requestedReviewerIds } };
  repository.issues.put(issue.number, pull);
  await publishReviewEvent(server, repository, pull, saved, 'submitted', actor);
  return saved;
}

function addReviewRequestEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const requests = '/pulls/:number{[0-9]+}/requested_reviewers';
  const change = async (call: RepositoryCall & SignedIn, add: boolean): Promise<Record<string, unknown>> => {
    const issue = findPull(call);
    const ids = reviewersNamed(call).map((login) => reviewerId(server, call, issue, login));
    const before = issue.pull.requestedReviewerIds;
    const after = add ? [...new Set([...before, ...ids])] : before.filter((id) => !ids.includes(id));
    const saved: PullIssue = {
      ...issue,
      updatedAt: server.now(),
      pull: { ...issue.pull, requestedReviewerIds: after },
    };
    call.repository.issues.put(issue.number, saved);
    const changed = add
      ? after.filter((id) => !before.includes(id))
      : before.filter((id) => !after.includes(id));
    const action = add ? 'review_requested' : 'review_request_removed';
    for (const id of changed) {
      const extra = { requested_reviewer: renderUserOf(server, id) };
      await publishPullEvent(server, call.repository, saved, action, call.actor, extra);
    }
    return renderPullSimple(server, call.repository, saved);
  };
  api.read(requests, (call) => {
    const { requestedReviewerIds } = findPull(call).pull;
    return ok({ users: requestedReviewerIds.map((id) => renderUserOf(server, id)), teams: [] });
  });
  api.add('post', requests, 'triage', async (call) => created(await change(call, true)));
  api.add('delete', requests, 'triage', async (call) => ok(await change(call, false)));
}

function reviewersNamed(call: RepositoryCall): readonly string[] {
  return optionalNames(call.fields, 'reviewers') ?? [];
}

function reviewerId(server: ServerContext, call: RepositoryCall, issue: PullIssue, login: string): number {
  const user = server.database.userByLogin(login);
  const member =
    user !== undefined &&
    (user.login.toLowerCase() === call.repository.record.owner.toLowerCase() ||
      call.repository.collaborators.get(user.id) !== undefined);
  if (!member) {
    throw new ApiFailure(
      422,
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${call.repository.fullName} repository.`,
    );
  }
  if (user.id === issue.authorId)
    throw new ApiFailure(422, 'Review cannot be requested from pull request author.');
  return user.id;
}
