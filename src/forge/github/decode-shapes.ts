import type { Account } from '../port/people.ts';
import type { Comment } from '../port/comments.ts';
import type { Issue } from '../port/issues.ts';
import type { Pull } from '../port/pulls.ts';
import {
  MalformedAnswer,
  at,
  booleanAt,
  field,
  integerAt,
  listAt,
  nullableTextAt,
  textAt,
  wordAt,
} from './decode.ts';

/** Whom GitHub shows for accounts that were deleted: https://github.com/ghost */
const ghost: Account = { login: 'ghost', id: 10137, kind: 'user' };

/** A user of the REST API. Apps act as accounts of type `Bot`. */
export function decodeAccount(user: unknown): Account {
  return {
    login: textAt(user, 'login'),
    id: integerAt(user, 'id'),
    kind: textAt(user, 'type') === 'Bot' ? 'app' : 'user',
  };
}

/** What a GraphQL query asks of an actor, for {@link decodeActor}. */
export const ACTOR_FIELDS = 'login __typename ... on User { databaseId } ... on Bot { databaseId }';

/** An actor of GraphQL. An App's login lacks there the `[bot]` that it has in REST. Who has no id (ghosts, mannequins) is nobody. */
export function decodeActor(actor: unknown): Account | null {
  if ((actor ?? null) === null || (field(actor, 'databaseId') ?? null) === null) return null;
  const login = textAt(actor, 'login');
  const isApp = textAt(actor, '__typename') === 'Bot';
  return {
    login: isApp && !login.endsWith('[bot]') ? `${login}[bot]` : login,
    id: integerAt(actor, 'databaseId'),
    kind: isApp ? 'app' : 'user',
  };
}

/** An issue of the REST API, which lists pull requests among the issues. */
export function decodeIssue(issue: unknown): Issue {
  return {
    number: integerAt(issue, 'number'),
    title: textAt(issue, 'title'),
    body: nullableTextAt(issue, 'body') ?? '',
    state: wordAt(issue, ['open', 'closed'], 'state'),
    labels: listAt(issue, 'labels').map((label) =>
      typeof label === 'string' ? label : textAt(label, 'name'),
    ),
    author: decodeNullableAccount(field(issue, 'user')) ?? ghost,
    closedBy: decodeNullableAccount(field(issue, 'closed_by')),
    closedAt: nullableTextAt(issue, 'closed_at'),
    isReopened: (field(issue, 'state_reason') ?? null) === 'reopened',
    isPull: (field(issue, 'pull_request') ?? null) !== null,
    createdAt: textAt(issue, 'created_at'),
    updatedAt: textAt(issue, 'updated_at'),
  };
}

/** A comment on an issue or pull request, of the REST API. */
export function decodeComment(comment: unknown): Comment {
  return {
    id: integerAt(comment, 'id'),
    node: textAt(comment, 'node_id'),
    issue: numberInAddress(textAt(comment, 'issue_url')),
    body: nullableTextAt(comment, 'body') ?? '',
    author: decodeNullableAccount(field(comment, 'user')) ?? ghost,
    createdAt: textAt(comment, 'created_at'),
    updatedAt: textAt(comment, 'updated_at'),
  };
}

/** A pull request of the REST API, whole or as listed (a list tells `merged_at` only). */
export function decodePull(pull: unknown): Pull {
  const merged = nullableTextAt(pull, 'merged_at') !== null || field(pull, 'merged') === true;
  return {
    number: integerAt(pull, 'number'),
    title: textAt(pull, 'title'),
    body: nullableTextAt(pull, 'body') ?? '',
    state: wordAt(pull, ['open', 'closed'], 'state'),
    merged,
    // Until the merge, this field is a test merge's.
    mergeCommit: merged ? nullableTextAt(pull, 'merge_commit_sha') : null,
    draft: (field(pull, 'draft') ?? false) === false ? false : booleanAt(pull, 'draft'),
    head: { branch: headBranch(pull), oid: textAt(pull, 'head', 'sha') },
    base: textAt(pull, 'base', 'ref'),
    author: decodeNullableAccount(field(pull, 'user')),
  };
}

/** A branch of a fork is named `owner:branch`, which no branch of the repository can be: it is never mistaken for one of ours. */
function headBranch(pull: unknown): string {
  const branch = textAt(pull, 'head', 'ref');
  const headRepository = at(pull, 'head', 'repo') ?? null;
  const isOwn =
    headRepository !== null && integerAt(headRepository, 'id') === integerAt(pull, 'base', 'repo', 'id');
  return isOwn ? branch : textAt(pull, 'head', 'label');
}

function decodeNullableAccount(user: unknown): Account | null {
  return user === null || user === undefined ? null : decodeAccount(user);
}

function numberInAddress(address: string): number {
  const number = Number(/\/(\d+)$/.exec(address)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(number))
    throw new MalformedAnswer(`expected an issue's address, got "${address}"`);
  return number;
}
