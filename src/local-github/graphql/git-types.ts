/** The types of refs and git objects, as GitHub's schema has them. */
export const gitTypes = /* GraphQL */ `
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
    parents(first: Int, after: String, last: Int, before: String): CommitConnection!
  }

  type CommitConnection {
    nodes: [Commit]
    totalCount: Int!
    pageInfo: PageInfo!
  }
`;
