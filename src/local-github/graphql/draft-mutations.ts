import { GraphQLError } from 'graphql';

import { type Actor, actorPermission, reaches } from '../auth.ts';
import type { PullIssue } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { isPull } from '../pulls/is-pull.ts';
import { publishPullEvent } from '../pulls/pull-events.ts';
import type { ServerContext } from '../server-context.ts';
import type { GraphNode } from './git-nodes.ts';

interface PullInput {
  readonly pullRequestId: string;
  readonly clientMutationId?: string | null;
}

/**
 * A pull request leaves draft, or becomes one again: the REST API has no way to.
 * https://docs.github.com/graphql/reference/mutations#markpullrequestreadyforreview
 */
export function createDraftMutations(
  server: ServerContext,
  actor: Actor,
  pullNode: (repository: Repository, pull: PullIssue) => GraphNode,
): GraphNode {
  const change = async (input: PullInput, draft: boolean): Promise<GraphNode> => {
    const { repository, pull } = findPull(server, actor, input.pullRequestId);
    const now = server.now();
    const ready = draft ? {} : { readyAt: now };
    const changed: PullIssue = { ...pull, updatedAt: now, pull: { ...pull.pull, draft, ...ready } };
    if (pull.pull.draft !== draft) {
      repository.issues.put(pull.number, changed);
      const action = draft ? 'converted_to_draft' : 'ready_for_review';
      await publishPullEvent(server, repository, changed, action, actor);
    }
    return {
      clientMutationId: input.clientMutationId ?? null,
      pullRequest: pullNode(repository, pull.pull.draft === draft ? pull : changed),
    };
  };
  return {
    markPullRequestReadyForReview: ({ input }: { readonly input: PullInput }) => change(input, false),
    convertPullRequestToDraft: ({ input }: { readonly input: PullInput }) => change(input, true),
  };
}

/** The pull request of a global id, which the viewer may write; an error for any other. */
export function findPull(
  server: ServerContext,
  actor: Actor,
  id: string,
): { readonly repository: Repository; readonly pull: PullIssue } {
  const [, key] = /^PullRequest:(\d+)$/.exec(Buffer.from(id, 'base64url').toString('utf8')) ?? [];
  for (const repository of server.database.repositories()) {
    const permission = actorPermission(repository, actor);
    if (!reaches(permission, 'read')) continue;
    const pull = repository.issues.values().find((issue) => String(issue.pull?.id) === key);
    if (pull === undefined || !isPull(pull)) continue;
    if (reaches(permission, 'write') || pull.authorId === actor.user.id) return { repository, pull };
    throw new GraphQLError('Resource not accessible by personal access token', {
      extensions: { type: 'FORBIDDEN' },
    });
  }
  throw new GraphQLError(`Could not resolve to a node with the global id of '${id}'.`, {
    extensions: { type: 'NOT_FOUND' },
  });
}
