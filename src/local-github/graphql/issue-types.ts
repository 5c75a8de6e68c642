/** The types of issues, pull requests and reviews, as GitHub's schema has them. */
export const issueTypes = /* GraphQL */ `
  enum IssueState {
    OPEN
    CLOSED
  }

  enum IssueStateReason {
    COMPLETED
    NOT_PLANNED
    DUPLICATE
    REOPENED
  }

  type Label implements Node {
    id: ID!
    name: String!
    color: String!
    description: String
  }

  type LabelConnection {
    nodes: [Label]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type IssueComment implements Node {
    id: ID!
    databaseId: Int
    fullDatabaseId: BigInt
    author: Actor
    editor: Actor
    body: String!
    createdAt: DateTime!
    updatedAt: DateTime!
    lastEditedAt: DateTime
    url: URI!
  }

  type IssueCommentConnection {
    nodes: [IssueComment]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type UserConnection {
    nodes: [User]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type Issue implements Node {
    id: ID!
    databaseId: Int
    fullDatabaseId: BigInt
    number: Int!
    title: String!
    body: String!
    state: IssueState!
    stateReason: IssueStateReason
    author: Actor
    createdAt: DateTime!
    updatedAt: DateTime!
    closedAt: DateTime
    url: URI!
    labels(first: Int, after: String, last: Int, before: String): LabelConnection
    assignees(first: Int, after: String, last: Int, before: String): UserConnection!
    comments(first: Int, after: String, last: Int, before: String): IssueCommentConnection!
    closedByPullRequestsReferences(
      first: Int
      after: String
      last: Int
      before: String
      includeClosedPrs: Boolean
    ): PullRequestConnection
    timelineItems(
      first: Int
      after: String
      last: Int
      before: String
      itemTypes: [IssueTimelineItemsItemType!]
    ): IssueTimelineItemsConnection!
  }

  enum IssueTimelineItemsItemType {
    CLOSED_EVENT
  }

  union Closer = Commit | PullRequest

  type ClosedEvent implements Node {
    id: ID!
    actor: Actor
    closer: Closer
    createdAt: DateTime!
    stateReason: IssueStateReason
  }

  union IssueTimelineItems = ClosedEvent

  type IssueTimelineItemsConnection {
    nodes: [IssueTimelineItems]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type PullRequestConnection {
    nodes: [PullRequest]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  enum PullRequestTimelineItemsItemType {
    ADDED_TO_MERGE_QUEUE_EVENT
    READY_FOR_REVIEW_EVENT
    REMOVED_FROM_MERGE_QUEUE_EVENT
  }

  type AddedToMergeQueueEvent implements Node {
    id: ID!
    createdAt: DateTime!
  }

  type RemovedFromMergeQueueEvent implements Node {
    id: ID!
    createdAt: DateTime!
    reason: String
  }

  enum MergeQueueEntryState {
    AWAITING_CHECKS
    LOCKED
    MERGEABLE
    QUEUED
    UNMERGEABLE
  }

  type MergeQueueEntry implements Node {
    id: ID!
    enqueuedAt: DateTime!
    headCommit: Commit
    position: Int!
    pullRequest: PullRequest
    state: MergeQueueEntryState!
  }

  type ReadyForReviewEvent implements Node {
    id: ID!
    createdAt: DateTime!
  }

  union PullRequestTimelineItems = AddedToMergeQueueEvent | ReadyForReviewEvent | RemovedFromMergeQueueEvent

  type PullRequestTimelineItemsConnection {
    nodes: [PullRequestTimelineItems]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  enum PullRequestState {
    OPEN
    CLOSED
    MERGED
  }

  enum MergeableState {
    MERGEABLE
    CONFLICTING
    UNKNOWN
  }

  enum MergeStateStatus {
    BEHIND
    BLOCKED
    CLEAN
    DIRTY
    DRAFT
    HAS_HOOKS
    UNKNOWN
    UNSTABLE
  }

  enum PullRequestReviewState {
    PENDING
    COMMENTED
    APPROVED
    CHANGES_REQUESTED
    DISMISSED
  }

  enum PullRequestReviewDecision {
    CHANGES_REQUESTED
    APPROVED
    REVIEW_REQUIRED
  }

  type PullRequestReview implements Node {
    id: ID!
    databaseId: Int
    fullDatabaseId: BigInt
    authorCanPushToRepository: Boolean!
    state: PullRequestReviewState!
    body: String!
    author: Actor
    commit: Commit
    createdAt: DateTime!
    updatedAt: DateTime!
    submittedAt: DateTime
    url: URI!
  }

  type PullRequestReviewConnection {
    nodes: [PullRequestReview]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type PullRequestCommit implements Node {
    id: ID!
    commit: Commit!
  }

  type PullRequestCommitConnection {
    nodes: [PullRequestCommit]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  enum PatchStatus {
    ADDED
    CHANGED
    COPIED
    DELETED
    MODIFIED
    RENAMED
  }

  type PullRequestChangedFile {
    path: String!
    changeType: PatchStatus!
    additions: Int!
    deletions: Int!
  }

  type PullRequestChangedFileConnection {
    nodes: [PullRequestChangedFile]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type PullRequest implements Node {
    id: ID!
    databaseId: Int
    fullDatabaseId: BigInt
    number: Int!
    title: String!
    body: String!
    state: PullRequestState!
    merged: Boolean!
    mergedAt: DateTime
    mergedBy: Actor
    mergeable: MergeableState!
    mergeStateStatus: MergeStateStatus!
    mergeCommit: Commit
    potentialMergeCommit: Commit
    closed: Boolean!
    closedAt: DateTime
    isDraft: Boolean!
    isMergeQueueEnabled: Boolean!
    isInMergeQueue: Boolean!
    mergeQueueEntry: MergeQueueEntry
    isCrossRepository: Boolean!
    createdAt: DateTime!
    updatedAt: DateTime!
    url: URI!
    author: Actor
    headRefOid: GitObjectID!
    headRefName: String!
    headRef: Ref
    headRepository: Repository
    headRepositoryOwner: RepositoryOwner
    baseRefOid: GitObjectID!
    baseRefName: String!
    baseRef: Ref
    baseRepository: Repository
    reviewDecision: PullRequestReviewDecision
    timelineItems(
      first: Int
      after: String
      last: Int
      before: String
      itemTypes: [PullRequestTimelineItemsItemType!]
    ): PullRequestTimelineItemsConnection!
    labels(first: Int, after: String, last: Int, before: String): LabelConnection
    comments(first: Int, after: String, last: Int, before: String): IssueCommentConnection!
    commits(first: Int, after: String, last: Int, before: String): PullRequestCommitConnection!
    files(first: Int, after: String, last: Int, before: String): PullRequestChangedFileConnection
    reviews(
      first: Int
      after: String
      last: Int
      before: String
      states: [PullRequestReviewState!]
      author: String
    ): PullRequestReviewConnection
    latestOpinionatedReviews(
      first: Int
      after: String
      last: Int
      before: String
      writersOnly: Boolean
    ): PullRequestReviewConnection
  }
`;
