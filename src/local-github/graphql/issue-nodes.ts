import type { CommentRecord, IssueRecord, PullIssue, ReviewRecord } from '../data/records.ts';
import { permissionOf, reaches } from '../auth.ts';
import type { Repository } from '../data/repository.ts';
import { listCommits } from '../git/commits.ts';
import { closedNumbers } from '../pulls/closing-keywords.ts';
import { isPull } from '../pulls/is-pull.ts';
import { queueEntryOf } from '../pulls/merge-queue.ts';
import { queueRuleOf } from '../pulls/merge-rules.ts';
import { mergeableStateOf } from '../pulls/pull-details.ts';
import { updateTestMerge } from '../pulls/test-merge.ts';
import { commentsOf, issueHtmlUrl } from '../render/issue.ts';
import { nodeId, userOf } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';
import { actorNode, userNode } from './account-nodes.ts';
import { changedFiles } from './changed-files.ts';
import { connect, type ListArguments } from './connection.ts';
import { commitNode, type GraphNode, objectNode, refNode } from './git-nodes.ts';

/** Makes the nodes of a repository's issues and pull requests for one viewer. */
export interface IssueNodes {
  issue(issue: IssueRecord): GraphNode;
  pull(issue: PullIssue): GraphNode;
  comment(comment: CommentRecord, issue: IssueRecord): GraphNode;
}

/** `repositoryNode` gives the repository's own node, where the schema leads back to it. */
export function createIssueNodes(
  server: ServerContext,
  repository: Repository,
  viewerId: number,
  repositoryNode: () => GraphNode,
): IssueNodes {
  const actor = (id: number): GraphNode => actorNode(server, userOf(server, id));
  const shared = (issue: IssueRecord): GraphNode => ({
    fullDatabaseId: String(issue.pull?.id ?? issue.id),
    databaseId: issue.pull?.id ?? issue.id,
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    author: actor(issue.authorId),
    createdAt: issue.createdAt,
    updatedAt: issue.updatedAt,
    closedAt: issue.closedAt,
    url: issueHtmlUrl(server, repository, issue),
    labels: (args: ListArguments) =>
      connect('labels', issue.labelIds, args, (id) => labelNode(repository, id)),
    assignees: (args: ListArguments) =>
      connect('assignees', issue.assigneeIds, args, (id) => userNode(server, userOf(server, id))),
    comments: (args: ListArguments) =>
      connect('comments', commentsOf(repository, issue.number), args, (comment) =>
        renderComment(comment, issue),
      ),
  });
  const renderComment = (comment: CommentRecord, issue: IssueRecord): GraphNode => ({
    __typename: 'IssueComment',
    id: nodeId('IssueComment', comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    author: actor(comment.authorId),
    editor: comment.editorId === null ? null : actor(comment.editorId),
    body: comment.body,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    lastEditedAt: comment.editorId === null ? null : comment.updatedAt,
    url: `${issueHtmlUrl(server, repository, issue)}#issuecomment-${comment.id}`,
  });
  const nodes: IssueNodes = {
    comment: renderComment,
    issue: (issue) => ({
      __typename: 'Issue',
      ...shared(issue),
      id: nodeId('Issue', issue.id),
      state: issue.state.toUpperCase(),
      stateReason: issue.stateReason?.toUpperCase() ?? null,
      closedByPullRequestsReferences: (args: LinkedArguments) =>
        connect('closedByPullRequestsReferences', linkedPulls(repository, issue, args), args, (pull) =>
          nodes.pull(pull),
        ),
      timelineItems: (args: ListArguments) =>
        connect('timelineItems', issue.closedAt === null ? [] : [issue.closedAt], args, (createdAt) => ({
          __typename: 'ClosedEvent',
          id: nodeId('ClosedEvent', issue.id),
          actor: issue.closedById === null ? null : actor(issue.closedById),
          closer: () => closerNode(server, repository, issue, (pull) => nodes.pull(pull)),
          createdAt,
          stateReason: issue.stateReason?.toUpperCase() ?? null,
        })),
    }),
    pull: (issue) => ({
      __typename: 'PullRequest',
      ...shared(issue),
      id: nodeId('PullRequest', issue.pull.id),
      ...pullFields(server, repository, issue, repositoryNode),
      ...reviewFields(server, repository, issue, viewerId),
    }),
  };
  return nodes;
}

interface LinkedArguments extends ListArguments {
  readonly includeClosedPrs?: boolean | null;
}

/** The pull requests into the default branch whose text closes an issue. Links made by hand are not kept here. */
function linkedPulls(
  repository: Repository,
  issue: IssueRecord,
  { includeClosedPrs }: LinkedArguments,
): readonly PullIssue[] {
  return repository.issues
    .values()
    .filter(isPull)
    .filter(({ state }) => state === 'open' || includeClosedPrs === true)
    .filter(({ pull }) => pull.baseRef === repository.record.defaultBranch)
    .filter(({ body }) => closedNumbers(body ?? '', repository.fullName).includes(issue.number));
}

/** What closed an issue by a reference. The pull requests of a commit are those that brought it in. */
async function closerNode(
  server: ServerContext,
  repository: Repository,
  { closer }: IssueRecord,
  pullNode: (issue: PullIssue) => GraphNode,
): Promise<GraphNode | null> {
  if (closer == null) return null;
  if ('pull' in closer) {
    const pull = repository.issues.get(closer.pull);
    return pull !== undefined && isPull(pull) ? pullNode(pull) : null;
  }
  const node = await objectNode(server, repository, closer.commit);
  if (node === null) return null;
  const bringers: PullIssue[] = [];
  for (const issue of repository.issues.values().filter(isPull)) {
    const { headSha, baseSha, mergedAt, mergeCommitSha } = issue.pull;
    if (mergedAt === null) continue;
    const brought = await listCommits(repository.path, [headSha, `^${baseSha}`]);
    if (closer.commit === mergeCommitSha || brought.some(({ oid }) => oid === closer.commit))
      bringers.push(issue);
  }
  return {
    ...node,
    associatedPullRequests: (args: ListArguments) =>
      connect('associatedPullRequests', bringers, args, pullNode),
  };
}

function labelNode(repository: Repository, id: number): GraphNode | null {
  const label = repository.labels.get(id);
  return label === undefined
    ? null
    : { id: nodeId('Label', id), name: label.name, color: label.color, description: label.description };
}

interface TimelineArguments extends ListArguments {
  readonly itemTypes?: readonly string[] | null;
}

/** Of what happened to a pull request, oldest first, what is kept of it. */
function timelineOf(pull: PullIssue['pull'], { itemTypes }: TimelineArguments): readonly GraphNode[] {
  const { readyAt, queueing } = pull;
  const events = [
    ...(readyAt === undefined ? [] : [{ __typename: 'ReadyForReviewEvent', createdAt: readyAt }]),
    ...(queueing === undefined
      ? []
      : queueing.removed === null
        ? [{ __typename: 'AddedToMergeQueueEvent', createdAt: queueing.at }]
        : [{ __typename: 'RemovedFromMergeQueueEvent', createdAt: queueing.at, reason: queueing.removed }]),
  ];
  return events
    .filter(({ __typename: type }) => {
      const name = type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
      return itemTypes == null || itemTypes.includes(name);
    })
    .map((event) => ({ ...event, id: nodeId(event.__typename, pull.id) }));
}

function queueFields(server: ServerContext, repository: Repository, issue: PullIssue): GraphNode {
  const queued = queueEntryOf(repository, issue.number);
  return {
    isMergeQueueEnabled: queueRuleOf(repository, issue.pull.baseRef) !== null,
    isInMergeQueue: queued !== null,
    mergeQueueEntry:
      queued === null
        ? null
        : {
            id: nodeId('MergeQueueEntry', issue.pull.id),
            enqueuedAt: queued.entry.enqueuedAt,
            headCommit: () => objectNode(server, repository, queued.entry.groupSha),
            position: queued.position,
            state: 'AWAITING_CHECKS',
          },
  };
}

function pullFields(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  repositoryNode: () => GraphNode,
): GraphNode {
  const { pull, state } = issue;
  const merged = pull.mergedAt !== null;
  const testMerge = (): Promise<string | null> =>
    state === 'open' ? updateTestMerge(server, repository, issue) : Promise.resolve(null);
  const object = (oid: string | null): Promise<GraphNode | null> =>
    oid === null ? Promise.resolve(null) : objectNode(server, repository, oid);
  return {
    state: merged ? 'MERGED' : state.toUpperCase(),
    merged,
    mergedAt: pull.mergedAt,
    mergedBy: pull.mergedById === null ? null : actorNode(server, userOf(server, pull.mergedById)),
    mergeable: async () =>
      state === 'closed' ? 'UNKNOWN' : (await testMerge()) === null ? 'CONFLICTING' : 'MERGEABLE',
    mergeStateStatus: async () =>
      state === 'closed'
        ? 'UNKNOWN'
        : (await mergeableStateOf(repository, issue, (await testMerge()) !== null)).toUpperCase(),
    mergeCommit: () => object(pull.mergeCommitSha),
    potentialMergeCommit: async () => object(await testMerge()),
    closed: state === 'closed',
    isDraft: pull.draft,
    ...queueFields(server, repository, issue),
    timelineItems: (args: TimelineArguments) =>
      connect('timelineItems', timelineOf(pull, args), args, (event) => event),
    isCrossRepository: false,
    headRefOid: pull.headSha,
    headRefName: pull.headRef,
    headRef: () => refNode(server, repository, `refs/heads/${pull.headRef}`),
    headRepository: repositoryNode,
    headRepositoryOwner: () => repositoryNode()['owner'],
    baseRefOid: pull.baseSha,
    baseRefName: pull.baseRef,
    baseRef: () => refNode(server, repository, `refs/heads/${pull.baseRef}`),
    baseRepository: repositoryNode,
    files: (args: ListArguments) => changedFiles(repository, issue, args),
    commits: async (args: ListArguments) => {
      const commits = await listCommits(repository.path, ['--reverse', pull.headSha, `^${pull.baseSha}`]);
      return connect('commits', commits, args, (commit) => ({
        id: nodeId('PullRequestCommit', `${pull.id}:${commit.oid}`),
        commit: commitNode(server, repository, commit),
      }));
    },
  };
}

interface ReviewArguments extends ListArguments {
  readonly states?: readonly string[] | null;
  readonly author?: string | null;
}

interface OpinionArguments extends ListArguments {
  readonly writersOnly?: boolean | null;
}

function reviewFields(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
  viewerId: number,
): GraphNode {
  const reviews = repository.reviews
    .values()
    .filter((review) => review.pullNumber === issue.number)
    .filter((review) => review.state !== 'PENDING' || review.authorId === viewerId);
  const render = (review: ReviewRecord): GraphNode => ({
    __typename: 'PullRequestReview',
    id: nodeId('PullRequestReview', review.id),
    databaseId: review.id,
    fullDatabaseId: String(review.id),
    state: review.state,
    body: review.body,
    author: actorNode(server, userOf(server, review.authorId)),
    commit: () => objectNode(server, repository, review.commitId),
    createdAt: review.submittedAt ?? review.updatedAt,
    updatedAt: review.updatedAt,
    submittedAt: review.submittedAt,
    url: `${issueHtmlUrl(server, repository, issue)}#pullrequestreview-${review.id}`,
    authorCanPushToRepository: () => isWriter(review),
  });
  const isWriter = (review: ReviewRecord): boolean =>
    reaches(permissionOf(repository, userOf(server, review.authorId)), 'write');
  return {
    reviewDecision: null,
    reviews: (args: ReviewArguments) => {
      const author = args.author == null ? null : (server.database.userByLogin(args.author)?.id ?? -1);
      const chosen = reviews
        .filter((review) => args.states == null || args.states.includes(review.state))
        .filter((review) => author === null || review.authorId === author);
      return connect('reviews', chosen, args, render);
    },
    latestOpinionatedReviews: (args: OpinionArguments) => {
      const opinions = reviews.filter(({ state }) => state !== 'PENDING' && state !== 'COMMENTED');
      const latest = [...new Map(opinions.map((review) => [review.authorId, review])).values()];
      const chosen = args.writersOnly === true ? latest.filter(isWriter) : latest;
      return connect('latestOpinionatedReviews', chosen, args, render);
    },
  };
}
