import type { Comments } from '../port/comments.ts';
import { readChangedSince } from './changed-since.ts';
import { createCommentTogether } from './comment-together.ts';
import type { Connection } from './connection.ts';
import { ignoreAnswer } from './connection.ts';
import { integerAt } from './decode.ts';
import { decodeComment } from './decode-shapes.ts';
import { readLastEdits } from './last-edits.ts';

/** Comments of issues and pull requests, over the REST API; many that are written at once, over the GraphQL API. */
export function githubComments(connection: Connection): Comments {
  return {
    changedSince: (since, mostPages) =>
      readChangedSince(
        connection,
        { what: `list comments changed since ${since}`, route: 'GET /repos/{owner}/{repo}/issues/comments' },
        { since, mostPages },
        decodeComment,
        (comment) => comment.id,
      ),
    lastEdits: (comments) => readLastEdits(connection, comments),
    get: async (id) => {
      const answer = await connection.tryAsk(
        {
          what: `read the comment ${id}`,
          route: 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}',
          parameters: { comment_id: id },
        },
        [404, 410],
        decodeComment,
      );
      return answer.kind === 'done' ? answer.value : undefined;
    },
    on: async (issue) => {
      const comments = await connection.list(
        {
          what: `list the comments of #${issue}`,
          route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
          parameters: { issue_number: issue },
        },
        decodeComment,
      );
      return comments.toSorted((a, b) => a.id - b.id);
    },
    create: createCommentTogether(connection, (issue, body) => writeComment(connection, issue, body)),
    update: async (id, body) => {
      const answer = await connection.tryAsk(
        {
          what: `update the comment ${id}`,
          route: 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
          parameters: { comment_id: id, body },
          repeatable: true,
        },
        [404, 410],
        ignoreAnswer,
      );
      return answer.kind === 'done' ? 'updated' : 'gone';
    },
    remove: async (id) => {
      await connection.tryAsk(
        {
          what: `remove the comment ${id}`,
          route: 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}',
          parameters: { comment_id: id },
          repeatable: true,
        },
        [404, 410],
        ignoreAnswer,
      );
    },
  };
}

function writeComment(connection: Connection, issue: number, body: string): Promise<number> {
  return connection.ask(
    {
      what: `comment on #${issue}`,
      route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
      parameters: { issue_number: issue, body },
    },
    (comment) => integerAt(comment, 'id'),
  );
}
