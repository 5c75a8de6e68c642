import type { Actor } from './auth.ts';
import type { CommentRecord, IssueRecord } from './data/records.ts';
import type { Repository } from './data/repository.ts';
import { publishEvent } from './events/publish-event.ts';
import { renderComment, renderIssue } from './render/issue.ts';
import type { ServerContext } from './server-context.ts';

/** Writes a comment on an issue or a pull request, and tells of it. */
export async function writeComment(
  server: ServerContext,
  repository: Repository,
  issue: IssueRecord,
  { actor, body }: { readonly actor: Actor; readonly body: string },
): Promise<CommentRecord> {
  const now = server.now();
  const id = server.database.nextId();
  const comment = repository.comments.put(id, {
    id,
    issueNumber: issue.number,
    authorId: actor.user.id,
    body,
    editorId: null,
    createdAt: now,
    updatedAt: now,
  });
  repository.issues.put(issue.number, { ...issue, updatedAt: now });
  await publishComment(server, { repository, actor }, comment, 'created');
  return comment;
}

/** Tells of what became of a comment. */
export async function publishComment(
  server: ServerContext,
  { repository, actor }: { readonly repository: Repository; readonly actor: Actor },
  comment: CommentRecord,
  action: 'created' | 'edited' | 'deleted',
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const issue = repository.issues.get(comment.issueNumber);
  await publishEvent(server, repository, {
    name: 'issue_comment',
    action,
    payload: {
      ...extra,
      issue: issue === undefined ? null : renderIssue(server, repository, issue),
      comment: renderComment(server, repository, comment),
    },
    actor,
    source: { kind: 'default-branch' },
  });
}
