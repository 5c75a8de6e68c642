/** The types of refs and git objects, as GitHub's schema has them. */
export const gitTypes = /* GraphQL */ `
  type Ref implements Node {
    id: ID!
    name: String!
    prefix: String!
    target: GitObject
    refUpdateRule: RefUpdateRule
    rules(first: Int, after: String, last: Int, before: String): RepositoryRuleConnection
  }

  type RefUpdateRule {
    requiredStatusCheckContexts: [String]
  }

  type RepositoryRuleConnection {
    nodes: [RepositoryRule]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type RepositoryRule {
    parameters: RuleParameters
  }

  union RuleParameters = RequiredStatusChecksParameters

  type RequiredStatusChecksParameters {
    requiredStatusChecks: [StatusCheckConfiguration!]!
    strictRequiredStatusChecksPolicy: Boolean!
  }

  type StatusCheckConfiguration {
    context: String!
  }

  enum CheckConclusionState {
    ACTION_REQUIRED
    CANCELLED
    FAILURE
    NEUTRAL
    SKIPPED
    STALE
    STARTUP_FAILURE
    SUCCESS
    TIMED_OUT
  }

  enum CheckStatusState {
    COMPLETED
    IN_PROGRESS
    PENDING
    QUEUED
    REQUESTED
    WAITING
  }

  enum StatusState {
    ERROR
    EXPECTED
    FAILURE
    PENDING
    SUCCESS
  }

  type CheckRun implements Node {
    id: ID!
    name: String!
    status: CheckStatusState!
    conclusion: CheckConclusionState
    isRequired(pullRequestId: ID, pullRequestNumber: Int): Boolean!
  }

  type StatusContext implements Node {
    id: ID!
    context: String!
    state: StatusState!
    isRequired(pullRequestId: ID, pullRequestNumber: Int): Boolean!
  }

  union StatusCheckRollupContext = CheckRun | StatusContext

  type StatusCheckRollupContextConnection {
    nodes: [StatusCheckRollupContext]
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type StatusCheckRollup {
    contexts(first: Int, after: String, last: Int, before: String): StatusCheckRollupContextConnection!
  }

  type CheckSuite implements Node {
    id: ID!
    status: CheckStatusState!
    conclusion: CheckConclusionState
  }

  type WorkflowRun implements Node & UniformResourceLocatable {
    id: ID!
    databaseId: Int
    event: String!
    runNumber: Int!
    createdAt: DateTime!
    updatedAt: DateTime!
    resourcePath: URI!
    url: URI!
    checkSuite: CheckSuite!
  }

  type CheckSuiteConnection {
    nodes: [CheckSuite]
    totalCount: Int!
    pageInfo: PageInfo!
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
    isTruncated: Boolean!
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
    statusCheckRollup: StatusCheckRollup
    associatedPullRequests(first: Int, after: String, last: Int, before: String): PullRequestConnection
    checkSuites(first: Int, after: String, last: Int, before: String): CheckSuiteConnection
    parents(first: Int, after: String, last: Int, before: String): CommitConnection!
  }

  type CommitConnection {
    nodes: [Commit]
    totalCount: Int!
    pageInfo: PageInfo!
  }
`;
