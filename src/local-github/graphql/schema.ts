import { buildSchema } from 'graphql';

/** The part of GitHub's GraphQL schema that the server knows: the same names and types. https://docs.github.com/graphql */
export const schema = buildSchema(/* GraphQL */ `
  scalar DateTime
  scalar URI
  scalar GitObjectID
  scalar BigInt
  scalar Base64String

  type Query {
    viewer: User!
    repository(owner: String!, name: String!, followRenames: Boolean): Repository
    user(login: String!): User
    rateLimit(dryRun: Boolean): RateLimit
  }

  type RateLimit {
    limit: Int!
    cost: Int!
    remaining: Int!
    used: Int!
    nodeCount: Int!
    resetAt: DateTime!
  }

  interface Node {
    id: ID!
  }

  interface Actor {
    login: String!
    url: URI!
    avatarUrl(size: Int): URI!
    resourcePath: URI!
  }

  type User implements Node & Actor & RepositoryOwner {
    id: ID!
    databaseId: Int
    login: String!
    name: String
    url: URI!
    avatarUrl(size: Int): URI!
    resourcePath: URI!
  }

  type Bot implements Node & Actor {
    id: ID!
    databaseId: Int
    login: String!
    url: URI!
    avatarUrl(size: Int): URI!
    resourcePath: URI!
  }

  interface RepositoryOwner {
    id: ID!
    login: String!
  }

  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }

  enum RepositoryPermission {
    ADMIN
    MAINTAIN
    WRITE
    TRIAGE
    READ
  }

  type Repository implements Node {
    id: ID!
    databaseId: Int
    name: String!
    nameWithOwner: String!
    owner: RepositoryOwner!
    url: URI!
    isPrivate: Boolean!
    viewerPermission: RepositoryPermission
    defaultBranchRef: Ref
    issue(number: Int!): Issue
    pullRequest(number: Int!): PullRequest
    object(expression: String, oid: GitObjectID): GitObject
    ref(qualifiedName: String!): Ref
  }

  type Ref implements Node {
    id: ID!
    name: String!
    prefix: String!
    target: GitObject
  }

  interface GitObject {
    id: ID!
    oid: GitObjectID!
    abbreviatedOid: String!
  }

  type Blob implements Node & GitObject {
    id: ID!
    oid: GitObjectID!
    abbreviatedOid: String!
    byteSize: Int!
    isBinary: Boolean
    text: String
  }

  type Tree implements Node & GitObject {
    id: ID!
    oid: GitObjectID!
    abbreviatedOid: String!
    entries: [TreeEntry!]
  }

  type TreeEntry {
    name: String!
    path: String
    mode: Int!
    type: String!
    oid: GitObjectID!
    object: GitObject
  }

  type Tag implements Node & GitObject {
    id: ID!
    oid: GitObjectID!
    abbreviatedOid: String!
  }

  type GitActor {
    name: String
    email: String
    date: String
    user: User
  }

  type GitActorConnection {
    nodes: [GitActor]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type Commit implements Node & GitObject {
    id: ID!
    oid: GitObjectID!
    abbreviatedOid: String!
    url: URI!
    message: String!
    messageHeadline: String!
    messageBody: String!
    committedDate: DateTime!
    authoredDate: DateTime!
    author: GitActor
    committer: GitActor
    authors(first: Int, after: String, last: Int, before: String): GitActorConnection!
    tree: Tree!
    parents(first: Int, after: String, last: Int, before: String): CommitConnection!
  }

  type CommitConnection {
    nodes: [Commit]
    totalCount: Int!
    pageInfo: PageInfo!
  }

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
    mergeCommit: Commit
    potentialMergeCommit: Commit
    closed: Boolean!
    closedAt: DateTime
    isDraft: Boolean!
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
    labels(first: Int, after: String, last: Int, before: String): LabelConnection
    comments(first: Int, after: String, last: Int, before: String): IssueCommentConnection!
    commits(first: Int, after: String, last: Int, before: String): PullRequestCommitConnection!
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

  type Mutation {
    createCommitOnBranch(input: CreateCommitOnBranchInput!): CreateCommitOnBranchPayload
    updateRefs(input: UpdateRefsInput!): UpdateRefsPayload
  }

  input CommittableBranch {
    id: ID
    repositoryNameWithOwner: String
    branchName: String
  }

  input FileAddition {
    path: String!
    contents: Base64String!
  }

  input FileDeletion {
    path: String!
  }

  input FileChanges {
    additions: [FileAddition!]
    deletions: [FileDeletion!]
  }

  input CommitMessage {
    headline: String!
    body: String
  }

  input CreateCommitOnBranchInput {
    branch: CommittableBranch!
    expectedHeadOid: GitObjectID!
    fileChanges: FileChanges
    message: CommitMessage!
    clientMutationId: String
  }

  type CreateCommitOnBranchPayload {
    clientMutationId: String
    commit: Commit
    ref: Ref
  }

  input RefUpdate {
    name: String!
    afterOid: GitObjectID!
    beforeOid: GitObjectID
    force: Boolean
  }

  input UpdateRefsInput {
    repositoryId: ID!
    refUpdates: [RefUpdate!]!
    clientMutationId: String
  }

  type UpdateRefsPayload {
    clientMutationId: String
  }
`);
