import { GraphQLError } from 'graphql';

import { type Actor, actorPermission, reaches } from '../auth.ts';
import type { PullIssue } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { type RateLimit, rateKey } from '../http/rate-limit.ts';
import { isPull } from '../pulls/is-pull.ts';
import { advanceMergeQueues } from '../pulls/merge-queue.ts';
import { reconcilePulls } from '../pulls/reconcile.ts';
import { repositoryHtmlUrl } from '../render/repository.ts';
import { nodeId } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';
import { userNode } from './account-nodes.ts';
import { createCommentMutations } from './comment-mutations.ts';
import { createDraftMutations } from './draft-mutations.ts';
import { expressionNode, type GraphNode, objectNode, refNode } from './git-nodes.ts';
import { createQueueMutations } from './queue-mutations.ts';
import { createIssueNodes, type IssueNodes } from './issue-nodes.ts';
import { createMutations } from './mutations.ts';
import { workflowRunNode } from './workflow-nodes.ts';

/** An error for what the query names and is not there, in GitHub's words. */
function notFoundError(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type: 'NOT_FOUND' } });
}

/** The root of the schema for one viewer: the queries and the mutations. */
export function createRoot(server: ServerContext, limits: RateLimit, actor: Actor): GraphNode {
  const pullNode = (repository: Repository, pull: PullIssue): GraphNode =>
    issueNodesOf(server, repository, actor).pull(pull);
  return {
    viewer: () => userNode(server, actor.user),
    user: ({ login }: { readonly login: string }) => {
      const user = server.database.userByLogin(login);
      if (user === undefined)
        throw notFoundError(`Could not resolve to a User with the login of '${login}'.`);
      return userNode(server, user);
    },
    nodes: ({ ids }: { readonly ids: readonly string[] }) => ids.map((id) => nodeOf(server, actor, id)),
    resource: ({ url }: { readonly url: string }) => resourceOf(server, actor, url),
    repository: async ({ owner, name }: { readonly owner: string; readonly name: string }) => {
      const repository = server.database.repository(owner, name);
      if (repository === undefined || !reaches(actorPermission(repository, actor), 'read')) {
        throw notFoundError(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
      }
      await reconcilePulls(server, repository);
      await advanceMergeQueues(server, repository);
      return repositoryNode(server, repository, actor);
    },
    rateLimit: () => {
      const window = limits.look(rateKey(actor.user.id));
      return {
        limit: window.limit,
        cost: 1,
        remaining: window.remaining,
        used: window.used,
        nodeCount: 0,
        resetAt: new Date(window.reset * 1000).toISOString(),
      };
    },
    ...createMutations(server, actor),
    ...createDraftMutations(server, actor, pullNode),
    ...createQueueMutations(server, actor, pullNode),
    ...createCommentMutations(server, actor, (repository, comment, issue) =>
      issueNodesOf(server, repository, actor).comment(comment, issue),
    ),
  };
}

/** The comment of a global id; an error for what is not there, or not for this viewer. Other kinds of nodes are not looked up. */
function nodeOf(server: ServerContext, actor: Actor, id: string): GraphNode | GraphQLError {
  const [, key = ''] = /^IssueComment:(\d+)$/.exec(Buffer.from(id, 'base64url').toString('utf8')) ?? [];
  for (const repository of server.database.repositories()) {
    const comment = repository.comments.get(key);
    const issue = comment === undefined ? undefined : repository.issues.get(comment.issueNumber);
    if (comment === undefined || issue === undefined) continue;
    if (!reaches(actorPermission(repository, actor), 'read')) break;
    return issueNodesOf(server, repository, actor).comment(comment, issue);
  }
  return notFoundError(`Could not resolve to a node with the global id of '${id}'.`);
}

/**
 * The workflow run of an address that people read it at, or `null`. Other kinds of pages are not looked up. Whatever stands before
 * the path is not looked at: the server has as many addresses as there are ways to it.
 */
function resourceOf(server: ServerContext, actor: Actor, url: string): GraphNode | null {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  const [, owner = '', name = '', id = ''] = /^\/([^/]+)\/([^/]+)\/actions\/runs\/(\d+)$/.exec(path) ?? [];
  const repository = server.database.repository(owner, name);
  if (repository === undefined || !reaches(actorPermission(repository, actor), 'read')) return null;
  const run = repository.workflowRuns.get(id);
  return run === undefined ? null : workflowRunNode(server, repository, run);
}

function issueNodesOf(server: ServerContext, repository: Repository, actor: Actor): IssueNodes {
  return createIssueNodes(server, repository, actor.user.id, () => repositoryNode(server, repository, actor));
}

interface ObjectArguments {
  readonly expression?: string | null;
  readonly oid?: string | null;
}

function repositoryNode(server: ServerContext, repository: Repository, actor: Actor): GraphNode {
  const { record } = repository;
  const owner = server.database.ensureUser(record.owner, 'User', record.createdAt);
  const nodes = issueNodesOf(server, repository, actor);
  const missing = (kind: string, number: number): GraphQLError =>
    notFoundError(`Could not resolve to ${kind} with the number of ${number}.`);
  return {
    __typename: 'Repository',
    id: nodeId('Repository', record.id),
    databaseId: record.id,
    name: record.name,
    nameWithOwner: repository.fullName,
    owner: userNode(server, owner),
    url: repositoryHtmlUrl(server, repository),
    isPrivate: record.private,
    viewerPermission: actorPermission(repository, actor).toUpperCase(),
    defaultBranchRef: () => refNode(server, repository, `refs/heads/${record.defaultBranch}`),
    ref: ({ qualifiedName }: { readonly qualifiedName: string }) =>
      refNode(server, repository, qualifiedName),
    object: ({ expression, oid }: ObjectArguments) => {
      if (oid != null) return /^[0-9a-f]{40}$/.test(oid) ? objectNode(server, repository, oid) : null;
      return expression == null ? null : expressionNode(server, repository, expression);
    },
    issue: ({ number }: { readonly number: number }) => {
      const issue = repository.issues.get(number);
      if (issue === undefined || isPull(issue)) throw missing('an Issue', number);
      return nodes.issue(issue);
    },
    pullRequest: ({ number }: { readonly number: number }) => {
      const issue = repository.issues.get(number);
      if (issue === undefined || !isPull(issue)) throw missing('a PullRequest', number);
      return nodes.pull(issue);
    },
  };
}
