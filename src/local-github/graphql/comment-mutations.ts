import { GraphQLError } from 'graphql';

import { type Actor, actorPermission, reaches } from '../auth.ts';
import type { CommentRecord, IssueRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { writeComment } from '../write-comment.ts';
import type { GraphNode } from './git-nodes.ts';

interface CommentInput {
  readonly subjectId: string;
  readonly body: string;
  readonly clientMutationId?: string | null;
}

/**
 * Comments on issues and pull requests, by their global ids.
 * https://docs.github.com/graphql/reference/mutations#addcomment
 */
export function createCommentMutations(
  server: ServerContext,
  actor: Actor,
  commentNode: (repository: Repository, comment: CommentRecord, issue: IssueRecord) => GraphNode,
): GraphNode {
  return {
    addComment: async ({ input }: { readonly input: CommentInput }) => {
      if (input.body.trim() === '') {
        throw new GraphQLError('Body cannot be blank', { extensions: { type: 'UNPROCESSABLE' } });
      }
      const { repository, issue } = findSubject(server, actor, input.subjectId);
      const comment = await writeComment(server, repository, issue, { actor, body: input.body });
      return {
        clientMutationId: input.clientMutationId ?? null,
        commentEdge: { node: commentNode(repository, comment, issue) },
      };
    },
  };
}

function findSubject(
  server: ServerContext,
  actor: Actor,
  id: string,
): { readonly repository: Repository; readonly issue: IssueRecord } {
  const [, kind, key] =
    /^(Issue|PullRequest):(\d+)$/.exec(Buffer.from(id, 'base64url').toString('utf8')) ?? [];
  for (const repository of server.database.repositories()) {
    if (!reaches(actorPermission(repository, actor), 'read')) continue;
    const issue = repository.issues
      .values()
      .find((each) => String(kind === 'Issue' ? each.id : each.pull?.id) === key);
    if (issue !== undefined) return { repository, issue };
  }
  throw new GraphQLError(`Could not resolve to a node with the global id of '${id}'.`, {
    extensions: { type: 'NOT_FOUND' },
  });
}
