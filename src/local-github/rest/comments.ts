import { reaches } from '../auth.ts';
import type { CommentRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { created, noContent, ok } from '../http/answer.ts';
import { forbidden, invalid, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { requiredText } from '../http/fields.ts';
import { listAnswer } from '../http/pagination.ts';
import { commentsOf, renderComment } from '../render/issue.ts';
import type { ServerContext } from '../server-context.ts';
import { publishComment, writeComment } from '../write-comment.ts';
import { findIssue } from './find-issue.ts';
import { bodyField } from './issues.ts';
import { sinceOf, sortRecords } from './select-issues.ts';

/** Comments of issues and of pull requests' conversations. */
export function addCommentEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const render = (repository: Repository) => (comment: CommentRecord) =>
    renderComment(server, repository, comment);

  api.read('/issues/:number{[0-9]+}/comments', (call) => {
    const since = sinceOf(call.query);
    const comments = commentsOf(call.repository, findIssue(call).number).filter((each) =>
      isSince(each, since),
    );
    return listAnswer(call.url, comments, render(call.repository));
  });
  api.add('post', '/issues/:number{[0-9]+}/comments', 'account', async (call) =>
    created(
      render(call.repository)(
        await writeComment(server, call.repository, findIssue(call), {
          actor: call.actor,
          body: commentBody(call),
        }),
      ),
    ),
  );
  api.read('/issues/comments', ({ repository, query, url }) => {
    const since = sinceOf(query);
    const chosen = repository.comments.values().filter((each) => isSince(each, since));
    // Without `sort` GitHub gives ascending ids and does not look at `direction`.
    const sorted = query.has('sort')
      ? sortRecords(chosen, query, (each, sort) => (sort === 'updated' ? each.updatedAt : each.createdAt))
      : chosen;
    return listAnswer(url, sorted, render(repository));
  });
  api.read('/issues/comments/:id{[0-9]+}', (call) => ok(render(call.repository)(findComment(call))));
  api.add('patch', '/issues/comments/:id{[0-9]+}', 'account', async (call) =>
    ok(render(call.repository)(await updateComment(server, call))),
  );
  api.add('delete', '/issues/comments/:id{[0-9]+}', 'account', async (call) => {
    const comment = findComment(call);
    requireAuthorOrWriter(call, comment);
    call.repository.comments.remove(comment.id);
    await publishComment(server, call, comment, 'deleted');
    return noContent;
  });
}

function isSince(comment: CommentRecord, since: number | null): boolean {
  return since === null || Date.parse(comment.updatedAt) >= since;
}

function findComment(call: Pick<RepositoryCall, 'repository' | 'param'>): CommentRecord {
  const comment = call.repository.comments.get(call.param('id'));
  if (comment === undefined) throw notFound();
  return comment;
}

function requireAuthorOrWriter(call: RepositoryCall & SignedIn, comment: CommentRecord): void {
  if (comment.authorId === call.actor.user.id || reaches(call.permission, 'write')) return;
  throw forbidden('Must have admin rights to Repository.');
}

function commentBody(call: RepositoryCall): string {
  if (call.fields['body'] === '') {
    throw invalid({
      resource: 'IssueComment',
      field: 'body',
      code: 'unprocessable',
      message: 'Body cannot be blank',
    });
  }
  requiredText(call.fields, 'body', 'IssueComment');
  return bodyField(call, 'IssueComment') ?? '';
}

async function updateComment(server: ServerContext, call: RepositoryCall & SignedIn): Promise<CommentRecord> {
  const before = findComment(call);
  requireAuthorOrWriter(call, before);
  const body = commentBody(call);
  const comment = call.repository.comments.put(before.id, {
    ...before,
    body,
    editorId: call.actor.user.id,
    updatedAt: server.now(),
  });
  const issue = call.repository.issues.get(comment.issueNumber);
  if (issue !== undefined) call.repository.issues.put(issue.number, { ...issue, updatedAt: server.now() });
  await publishComment(server, call, comment, 'edited', { changes: { body: { from: before.body } } });
  return comment;
}
