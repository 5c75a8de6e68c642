import { buildSchema } from 'graphql';

import { gitTypes } from './git-types.ts';
import { issueTypes } from './issue-types.ts';
import { mutationTypes } from './mutation-types.ts';

const rootTypes = /* GraphQL */ `
  scalar DateTime
  scalar URI
  scalar GitObjectID
  scalar BigInt
  scalar Base64String

  type Query {
    viewer: User!
    repository(owner: String!, name: String!, followRenames: Boolean): Repository
    user(login: String!): User
    nodes(ids: [ID!]!): [Node]!
    resource(url: URI!): UniformResourceLocatable
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

  interface UniformResourceLocatable {
    resourcePath: URI!
    url: URI!
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
`;

/** The part of GitHub's GraphQL schema that the server knows: the same names and types. https://docs.github.com/graphql */
export const schema = buildSchema([rootTypes, gitTypes, issueTypes, mutationTypes].join('\n'));
