import type { Account } from '../port/people.ts';
import type { Glance, GlancedAnswer, GlancedPull } from '../port/forge.ts';
import type { ReviewedPull } from '../port/pulls.ts';
import type { Question } from './compose-query.ts';
import type { Connection } from './connection.ts';
import { booleanAt, field, integerAt, listAt, textAt, wordAt } from './decode.ts';
import { completePull, decodeFoundPull, REVIEWED_FIELDS, type FoundPull } from './reviewed-pulls.ts';

/** Pull requests asked for in one query. */
const batchSize = 100;
/** Those of them that are read with their reviews. */
const mostReviewed = 50;

/**
 * The forge port's glance. For each pull request the query costs one small list, which GitHub counts as a hundredth of a point;
 * reviews as a whole are read where there is a reason to.
 */
export async function glanceAt(
  connection: Connection,
  pulls: readonly number[],
  changed: readonly number[] = [],
): Promise<Glance> {
  const closely = new Set([...new Set(changed)].slice(0, mostReviewed));
  const wanted = [...new Set([...changed, ...pulls])];
  const first = await glanceAtSome(connection, wanted.slice(0, batchSize), closely);
  const parts = [first];
  for (let start = batchSize; start < wanted.length; start += batchSize) {
    parts.push(await glanceAtSome(connection, wanted.slice(start, start + batchSize), closely));
  }
  const reviewed: ReviewedPull[] = [];
  for (const found of parts.flatMap((part) => part.found))
    reviewed.push(await completePull(connection, found));
  return { viewer: first.viewer, pulls: parts.flatMap(({ pulls: each }) => each), reviewed };
}

interface Part {
  readonly viewer: Account;
  readonly pulls: readonly GlancedPull[];
  readonly found: readonly FoundPull[];
}

function glanceAtSome(
  connection: Connection,
  wanted: readonly number[],
  closely: ReadonlySet<number>,
): Promise<Part> {
  return connection.query(
    {
      what: 'read whose token this is and what reviews there are',
      fields: { viewer: 'viewer { login databaseId }' },
      ...fieldsFor(wanted, closely),
    },
    (answer) => {
      const repository = wanted.length === 0 ? {} : field(answer, 'repository');
      const found = wanted
        .map((number) => ({ number, pull: field(repository, `p${number}`) ?? null }))
        .filter(({ pull }) => pull !== null);
      return {
        viewer: decodeViewer(answer),
        pulls: found.map(({ pull }) => decodeGlanced(pull)),
        found: found.filter(({ number }) => closely.has(number)).map(({ pull }) => decodeFoundPull(pull)),
      };
    },
  );
}

/** Whose token it is, as GraphQL tells it: also for an App's installation, which has no user in REST. */
export function decodeViewer(answer: unknown): Account {
  const viewer = field(answer, 'viewer');
  const login = textAt(viewer, 'login');
  return { login, id: integerAt(viewer, 'databaseId'), kind: login.endsWith('[bot]') ? 'app' : 'user' };
}

function fieldsFor(
  numbers: readonly number[],
  closely: ReadonlySet<number>,
): Pick<Question, 'repository' | 'fragments'> {
  if (numbers.length === 0) return {};
  const pulls = numbers.map((number): [string, string] => [
    `p${number}`,
    `pullRequest(number: ${number}) { ...glanced ${closely.has(number) ? '...reviewed ' : ''}}`,
  ]);
  const isClose = numbers.some((number) => closely.has(number));
  return {
    repository: Object.fromEntries(pulls),
    fragments: {
      glanced: `on PullRequest {
  number state headRefOid
  latestOpinionatedReviews(first: 50) { nodes { fullDatabaseId state authorCanPushToRepository commit { oid } } }
}`,
      ...(isClose ? { reviewed: `on PullRequest { ${REVIEWED_FIELDS} }` } : {}),
    },
  };
}

/** The list holds dismissed reviews, too; the last fifty people with an opinion are enough to say whether there is one. */
function decodeGlanced(pull: unknown): GlancedPull {
  return {
    number: integerAt(pull, 'number'),
    isOpen: wordAt(pull, ['open', 'closed', 'merged'], 'state') === 'open',
    head: textAt(pull, 'headRefOid'),
    answers: listAt(pull, 'latestOpinionatedReviews', 'nodes').flatMap(decodeAnswer),
  };
}

function decodeAnswer(review: unknown): readonly GlancedAnswer[] {
  const state = textAt(review, 'state').toLowerCase();
  if (state !== 'approved' && state !== 'changes_requested') return [];
  const commit = field(review, 'commit') ?? null;
  return [
    {
      review: integerAt(review, 'fullDatabaseId'),
      state,
      commit: commit === null ? null : textAt(commit, 'oid'),
      mayWrite: booleanAt(review, 'authorCanPushToRepository'),
    },
  ];
}
