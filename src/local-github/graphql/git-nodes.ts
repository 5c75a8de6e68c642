import type { Repository } from '../data/repository.ts';
import { type Commit, type Person, readCommit } from '../git/commits.ts';
import { entryAt, objectType, readBlob, readTree, type TreeEntry } from '../git/objects.ts';
import { isOid, listRefs, type Ref, readRef, resolveCommit } from '../git/refs.ts';
import { isPull } from '../pulls/is-pull.ts';
import { reportedOf, requiredChecksOf, requiredContexts, type Rule, rulesOf } from '../pulls/merge-rules.ts';
import { accountOf } from '../render/commit.ts';
import { repositoryHtmlUrl } from '../render/repository.ts';
import { nodeId } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';
import { userNode } from './account-nodes.ts';
import { connect, type ListArguments } from './connection.ts';

/** An object of the answer. Its functions are called for the fields that are asked for. */
export type GraphNode = Readonly<Record<string, unknown>>;

/** The ref of that full name (or of a branch, or of a tag), or `null`. */
export async function refNode(
  server: ServerContext,
  repository: Repository,
  name: string,
): Promise<GraphNode | null> {
  const names = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
  const refs = await listRefs(repository.path, ...names);
  const ref = names
    .map((each) => refs.find((known) => known.name === each))
    .find((each) => each !== undefined);
  return ref === undefined ? null : renderRefNode(server, repository, ref);
}

/** A ref that was read. */
function renderRefNode(server: ServerContext, repository: Repository, ref: Ref): GraphNode {
  const [, prefix = 'refs/', name = ref.name] = /^(refs\/[^/]+\/)(.*)$/.exec(ref.name) ?? [];
  return {
    __typename: 'Ref',
    id: nodeId('Ref', `${repository.record.id}:${ref.name}`),
    name,
    prefix,
    target: () => objectNode(server, repository, ref.oid),
    refUpdateRule: null,
    rules: (args: ListArguments) =>
      connect('rules', rulesOf(repository, name), args, ({ rule }) => ruleNode(rule)),
  };
}

/** A rule; of its parameters only those of required checks are known here. */
function ruleNode(rule: Rule): GraphNode {
  const required = requiredChecksOf(rule);
  if (required === null) return { parameters: null };
  return {
    parameters: {
      __typename: 'RequiredStatusChecksParameters',
      requiredStatusChecks: required.contexts.map((context) => ({ context })),
      strictRequiredStatusChecksPolicy: required.isStrict,
    },
  };
}

/** What checks reported of a commit. Whether one is required depends on the base branch of the pull request that is named. */
function rollupNode(repository: Repository, oid: string): GraphNode | null {
  const reported = reportedOf(repository, oid);
  const isRequired =
    (name: string) =>
    ({ pullRequestNumber }: { readonly pullRequestNumber?: number | null }): boolean => {
      const issue = repository.issues.get(pullRequestNumber ?? 0);
      return (
        issue !== undefined &&
        isPull(issue) &&
        requiredContexts(repository, issue.pull.baseRef).includes(name)
      );
    };
  return reported.length === 0
    ? null
    : {
        contexts: (args: ListArguments) =>
          connect('contexts', reported, args, (one) =>
            one.kind === 'check'
              ? {
                  __typename: 'CheckRun',
                  id: nodeId('CheckRun', one.record.id),
                  name: one.name,
                  status: one.record.status.toUpperCase(),
                  conclusion: one.record.conclusion?.toUpperCase() ?? null,
                  isRequired: isRequired(one.name),
                }
              : {
                  __typename: 'StatusContext',
                  id: nodeId('StatusContext', one.record.id),
                  context: one.name,
                  state: one.record.state.toUpperCase(),
                  isRequired: isRequired(one.name),
                },
          ),
      };
}

/** The object that `OID`, `REF`, or `REF:PATH` names, or `null`. */
export async function expressionNode(
  server: ServerContext,
  repository: Repository,
  expression: string,
): Promise<GraphNode | null> {
  const colon = expression.indexOf(':');
  const name = colon < 0 ? expression : expression.slice(0, colon);
  const oid = isOid(name) ? name : await oidOf(repository, name);
  if (oid === null || (await objectType(repository.path, oid)) === null) return null;
  if (colon < 0) return objectNode(server, repository, oid);
  const entry = await entryAt(repository.path, oid, expression.slice(colon + 1));
  return entry === null ? null : objectNode(server, repository, entry.oid);
}

async function oidOf(repository: Repository, name: string): Promise<string | null> {
  const ref = name.startsWith('refs/') ? await readRef(repository.path, name) : null;
  return ref?.oid ?? (await resolveCommit(repository.path, name));
}

/** The object of an oid, or `null` when it is not there. */
export async function objectNode(
  server: ServerContext,
  repository: Repository,
  oid: string,
): Promise<GraphNode | null> {
  const type = await objectType(repository.path, oid);
  switch (type) {
    case null:
      return null;
    case 'commit': {
      const commit = await readCommit(repository.path, oid);
      return commit === null ? null : commitNode(server, repository, commit);
    }
    case 'blob':
      return blobNode(repository, oid);
    case 'tree':
      return treeNode(server, repository, oid);
    case 'tag':
      return { __typename: 'Tag', ...common(repository, 'Tag', oid) };
  }
}

function common(repository: Repository, type: string, oid: string): GraphNode {
  return {
    __typename: type,
    id: nodeId(type, `${repository.record.id}:${oid}`),
    oid,
    abbreviatedOid: oid.slice(0, 7),
  };
}

/** GitHub cuts the text of larger blobs short, and says so. */
const longestText = 512_000;

async function blobNode(repository: Repository, oid: string): Promise<GraphNode> {
  const content = (await readBlob(repository.path, oid)) ?? Buffer.alloc(0);
  const isBinary = content.includes(0);
  return {
    ...common(repository, 'Blob', oid),
    byteSize: content.length,
    isBinary,
    isTruncated: !isBinary && content.length > longestText,
    text: isBinary ? null : content.subarray(0, longestText).toString('utf8'),
  };
}

function treeNode(server: ServerContext, repository: Repository, oid: string): GraphNode {
  const render = (entry: TreeEntry): GraphNode => ({
    name: entry.path,
    path: entry.path,
    mode: Number.parseInt(entry.mode, 8),
    type: entry.type,
    oid: entry.oid,
    object: () => objectNode(server, repository, entry.oid),
  });
  return {
    ...common(repository, 'Tree', oid),
    entries: async () => ((await readTree(repository.path, oid)) ?? []).map(render),
  };
}

/** A commit that was read. */
export function commitNode(server: ServerContext, repository: Repository, commit: Commit): GraphNode {
  const [headline = '', ...rest] = commit.message.split('\n');
  const person = (who: Person): GraphNode => {
    const user = accountOf(server, who.email);
    return {
      name: who.name,
      email: who.email,
      date: who.date,
      user: user === undefined ? null : userNode(server, user),
    };
  };
  return {
    ...common(repository, 'Commit', commit.oid),
    url: `${repositoryHtmlUrl(server, repository)}/commit/${commit.oid}`,
    message: commit.message,
    messageHeadline: headline,
    messageBody: rest.join('\n').trim(),
    committedDate: commit.committer.date,
    authoredDate: commit.author.date,
    author: person(commit.author),
    committer: person(commit.committer),
    authors: (args: ListArguments) => connect('authors', [commit.author, ...coAuthors(commit)], args, person),
    statusCheckRollup: () => rollupNode(repository, commit.oid),
    checkSuites: (args: ListArguments) => connect('checkSuites', [], args, () => null),
    tree: () => treeNode(server, repository, commit.tree),
    parents: (args: ListArguments) =>
      connect('parents', commit.parents, args, (oid) => objectNode(server, repository, oid)),
  };
}

/** The people of a message's `Co-authored-by` trailers, whom GitHub counts among the authors. */
function coAuthors(commit: Commit): readonly Person[] {
  return [...commit.message.matchAll(/^co-authored-by:\s*(.*?)\s*<([^>]*)>\s*$/gim)].map(
    ([, name = '', email = '']) => ({ name, email, date: commit.author.date }),
  );
}
