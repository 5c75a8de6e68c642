import type { Pull, Review, ReviewedPull } from '../port/pulls.ts';
import type { Connection } from './connection.ts';
import type { Decode } from './decode.ts';
import { at, booleanAt, field, integerAt, nullableTextAt, textAt, wordAt } from './decode.ts';
import { AUTHOR_FIELDS, decodeCommitAuthors, readAuthors, type CommitAuthors } from './commit-authors.ts';
import { decodePart, type Part } from './list-part.ts';
import { ACTOR_FIELDS, decodeActor } from './decode-shapes.ts';

/** Pull requests asked for in one query: each is an alias of its own. */
const batchSize = 50;

const reviewPage = `
  pageInfo { hasNextPage endCursor }
  nodes { fullDatabaseId state body submittedAt authorCanPushToRepository author { ${ACTOR_FIELDS} } commit { oid } }`;

const commitPage = `
  pageInfo { hasNextPage endCursor }
  nodes { commit { oid authors(first: 10) { ${AUTHOR_FIELDS} } } }`;

/** What GraphQL is asked for of a pull request with its reviews; see `decodeFoundPull`. */
export const REVIEWED_FIELDS = `
  number title body state merged isDraft isCrossRepository
  headRefName headRefOid baseRefName
  headRepositoryOwner { login }
  mergeCommit { oid }
  author { ${ACTOR_FIELDS} }
  reviews(first: 100) { ${reviewPage} }
  commits(first: 100) { ${commitPage} }`;

const furtherPages = {
  reviews: `reviews(first: 100, after: $after) { ${reviewPage} }`,
  commits: `commits(first: 100, after: $after) { ${commitPage} }`,
} as const;

/** Pull requests with all their reviews and commit authors, in the order of the numbers; unknown numbers are left out. */
export async function readReviewedPulls(
  connection: Connection,
  numbers: readonly number[],
): Promise<readonly ReviewedPull[]> {
  const wanted = [...new Set(numbers)];
  const pulls: ReviewedPull[] = [];
  for (let start = 0; start < wanted.length; start += batchSize) {
    const batch = wanted.slice(start, start + batchSize);
    const found = await connection.query(
      {
        what: `read the reviews of ${batch.map((number) => `#${number}`).join(', ')}`,
        repository: Object.fromEntries(
          batch.map((number) => [alias(number), `pullRequest(number: ${number}) { ...pull }`]),
        ),
        fragments: { pull: `on PullRequest { ${REVIEWED_FIELDS} }` },
      },
      (answer) => decodeBatch(answer, batch),
    );
    for (const each of found) pulls.push(await completePull(connection, each));
  }
  return pulls;
}

function alias(number: number): string {
  return `p${number}`;
}

/** A pull request with the first part of its reviews. */
export interface FoundPull {
  readonly pull: Pull;
  readonly reviews: Part<Review>;
  readonly commits: Part<CommitAuthors>;
}

/** Reads the rest of the reviews, commits and their authors, where there are more than come at once. */
export async function completePull(connection: Connection, found: FoundPull): Promise<ReviewedPull> {
  const { number } = found.pull;
  const reviews = await readRest(connection, number, 'reviews', found.reviews, decodeReview);
  const commits = await readRest(connection, number, 'commits', found.commits, decodeCommitAuthors);
  const authors = await Promise.all(commits.map((commit) => readAuthors(connection, commit)));
  return {
    ...found.pull,
    reviews: reviews.toSorted((a, b) => submissionTime(a) - submissionTime(b) || a.id - b.id),
    commitAuthors: [...new Map(authors.flat().map((each) => [each.id, each])).values()],
  };
}

/** A review that is not submitted yet comes last. */
function submissionTime(review: Review): number {
  return review.submittedAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(review.submittedAt);
}

async function readRest<T>(
  connection: Connection,
  number: number,
  list: keyof typeof furtherPages,
  first: Part<T>,
  decode: Decode<T>,
): Promise<readonly T[]> {
  const items = [...first.items];
  let { after } = first;
  while (after !== null) {
    const part: Part<T> = await connection.query(
      {
        what: `read the ${list} of #${number}`,
        repository: { pullRequest: `pullRequest(number: $number) { ${furtherPages[list]} }` },
        variables: { number: ['Int!', number], after: ['String!', after] },
      },
      (answer) => decodePart(at(answer, 'repository', 'pullRequest', list), decode),
    );
    items.push(...part.items);
    after = part.after;
  }
  return items;
}

function decodeBatch(answer: unknown, numbers: readonly number[]): readonly FoundPull[] {
  const repository = field(answer, 'repository');
  return numbers
    .map((number) => field(repository, alias(number)) ?? null)
    .filter((pull) => pull !== null)
    .map(decodeFoundPull);
}

export function decodeFoundPull(pull: unknown): FoundPull {
  return {
    pull: decodeGraphqlPull(pull),
    reviews: decodePart(field(pull, 'reviews'), decodeReview),
    commits: decodePart(field(pull, 'commits'), decodeCommitAuthors),
  };
}

function decodeGraphqlPull(pull: unknown): Pull {
  const branch = textAt(pull, 'headRefName');
  const owner = field(pull, 'headRepositoryOwner') ?? null;
  const forkOwner = owner === null ? 'unknown' : textAt(owner, 'login');
  return {
    number: integerAt(pull, 'number'),
    title: textAt(pull, 'title'),
    body: nullableTextAt(pull, 'body') ?? '',
    state: wordAt(pull, ['open', 'closed', 'merged'], 'state') === 'open' ? 'open' : 'closed',
    merged: booleanAt(pull, 'merged'),
    mergeCommit: field(pull, 'mergeCommit') === null ? null : textAt(pull, 'mergeCommit', 'oid'),
    draft: booleanAt(pull, 'isDraft'),
    // As in the REST API's decoding: a fork's branch is never named as one of ours.
    head: {
      branch: booleanAt(pull, 'isCrossRepository') ? `${forkOwner}:${branch}` : branch,
      oid: textAt(pull, 'headRefOid'),
    },
    base: textAt(pull, 'baseRefName'),
    author: decodeActor(field(pull, 'author')),
  };
}

function decodeReview(review: unknown): Review {
  const commit = field(review, 'commit') ?? null;
  return {
    id: integerAt(review, 'fullDatabaseId'),
    author: decodeActor(field(review, 'author')),
    state: wordAt(review, ['approved', 'changes_requested', 'commented', 'dismissed', 'pending'], 'state'),
    body: textAt(review, 'body'),
    commit: commit === null ? null : textAt(commit, 'oid'),
    submittedAt: nullableTextAt(review, 'submittedAt'),
    mayWrite: booleanAt(review, 'authorCanPushToRepository'),
  };
}
