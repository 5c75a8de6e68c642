import { GraphQLError } from 'graphql';

import type { Actor } from '../auth.ts';
import type { PullIssue } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { dequeuePull, enqueuePull } from '../pulls/merge-queue.ts';
import type { ServerContext } from '../server-context.ts';
import { findPull } from './draft-mutations.ts';
import type { GraphNode } from './git-nodes.ts';

interface EnqueueInput {
  readonly pullRequestId: string;
  readonly expectedHeadOid?: string | null;
  readonly clientMutationId?: string | null;
}

interface DequeueInput {
  readonly id: string;
  readonly clientMutationId?: string | null;
}

/**
 * A pull request is put into the merge queue of its base branch, or taken out: the REST API has no way to.
 * https://docs.github.com/graphql/reference/mutations#enqueuepullrequest
 */
export function createQueueMutations(
  server: ServerContext,
  actor: Actor,
  pullNode: (repository: Repository, pull: PullIssue) => GraphNode,
): GraphNode {
  const unprocessable = (message: string): GraphQLError =>
    new GraphQLError(message, { extensions: { type: 'UNPROCESSABLE' } });
  return {
    enqueuePullRequest: async ({ input }: { readonly input: EnqueueInput }) => {
      const { repository, pull } = findPull(server, actor, input.pullRequestId);
      const head = input.expectedHeadOid ?? null;
      const outcome = await enqueuePull(server, repository, pull.number, head, actor);
      if (outcome.kind === 'refused') throw unprocessable(outcome.problem);
      const { mergeQueueEntry } = pullNode(repository, pull);
      return { clientMutationId: input.clientMutationId ?? null, mergeQueueEntry };
    },
    dequeuePullRequest: async ({ input }: { readonly input: DequeueInput }) => {
      const { repository, pull } = findPull(server, actor, input.id);
      const { mergeQueueEntry } = pullNode(repository, pull);
      if (!(await dequeuePull(server, repository, pull.number)))
        throw unprocessable('Pull request is not in the merge queue');
      return { clientMutationId: input.clientMutationId ?? null, mergeQueueEntry };
    },
  };
}
