/** The mutations, as GitHub's schema has them. */
export const mutationTypes = /* GraphQL */ `
  type Mutation {
    addComment(input: AddCommentInput!): AddCommentPayload
    createCommitOnBranch(input: CreateCommitOnBranchInput!): CreateCommitOnBranchPayload
    updateRefs(input: UpdateRefsInput!): UpdateRefsPayload
    markPullRequestReadyForReview(
      input: MarkPullRequestReadyForReviewInput!
    ): MarkPullRequestReadyForReviewPayload
    enqueuePullRequest(input: EnqueuePullRequestInput!): EnqueuePullRequestPayload
    dequeuePullRequest(input: DequeuePullRequestInput!): DequeuePullRequestPayload
    convertPullRequestToDraft(input: ConvertPullRequestToDraftInput!): ConvertPullRequestToDraftPayload
  }

  input AddCommentInput {
    subjectId: ID!
    body: String!
    clientMutationId: String
  }

  type AddCommentPayload {
    clientMutationId: String
    commentEdge: IssueCommentEdge
  }

  type IssueCommentEdge {
    node: IssueComment
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

  input MarkPullRequestReadyForReviewInput {
    pullRequestId: ID!
    clientMutationId: String
  }

  type MarkPullRequestReadyForReviewPayload {
    clientMutationId: String
    pullRequest: PullRequest
  }

  input EnqueuePullRequestInput {
    pullRequestId: ID!
    expectedHeadOid: GitObjectID
    jump: Boolean
    clientMutationId: String
  }

  type EnqueuePullRequestPayload {
    clientMutationId: String
    mergeQueueEntry: MergeQueueEntry
  }

  input DequeuePullRequestInput {
    id: ID!
    clientMutationId: String
  }

  type DequeuePullRequestPayload {
    clientMutationId: String
    mergeQueueEntry: MergeQueueEntry
  }

  input ConvertPullRequestToDraftInput {
    pullRequestId: ID!
    clientMutationId: String
  }

  type ConvertPullRequestToDraftPayload {
    clientMutationId: String
    pullRequest: PullRequest
  }
`;
