import type { Account, Glance, GlancedPull } from '../port.ts';
import type { Connection } from './connection.ts';
import { field, integerAt, listAt, textAt, wordAt } from './decode.ts';

/** Pull requests asked for in one query. */
const batchSize = 100;

/**
 * The forge port's glance. For each pull request the query costs one small list, which GitHub counts as a hundredth of a point;
 * its reviews as a whole are read by `reviewed`, where there is a reason to.
 */
export async function glanceAt(connection: Connection, pulls: readonly number[]): Promise<Glance> {
  const wanted = [...new Set(pulls)];
  const glance = await glanceAtSome(connection, wanted.slice(0, batchSize));
  if (wanted.length <= batchSize) return glance;
  const others = await glanceAt(connection, wanted.slice(batchSize));
  return { viewer: glance.viewer, pulls: [...glance.pulls, ...others.pulls] };
}

function glanceAtSome(connection: Connection, wanted: readonly number[]): Promise<Glance> {
  return connection.query(
    {
      what: 'read whose token this is and what reviews there are',
      document: documentFor(wanted),
      variables: {},
    },
    (answer) => {
      const repository = wanted.length === 0 ? {} : field(answer, 'repository');
      const found = wanted.map((number) => field(repository, `p${number}`) ?? null);
      return {
        viewer: decodeViewer(answer),
        pulls: found.filter((pull) => pull !== null).map(decodeGlanced),
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

function documentFor(numbers: readonly number[]): string {
  if (numbers.length === 0) return 'query { viewer { login databaseId } }';
  const pulls = numbers.map((number) => `p${number}: pullRequest(number: ${number}) { ...pull }`);
  return `query($owner: String!, $name: String!) {
  viewer { login databaseId }
  repository(owner: $owner, name: $name) { ${pulls.join('\n')} }
}
fragment pull on PullRequest {
  number state headRefOid latestOpinionatedReviews(first: 50) { nodes { state } }
}`;
}

/** The list holds dismissed reviews, too; the last fifty people with an opinion are enough to say whether there is one. */
function decodeGlanced(pull: unknown): GlancedPull {
  return {
    number: integerAt(pull, 'number'),
    isOpen: wordAt(pull, ['open', 'closed', 'merged'], 'state') === 'open',
    head: textAt(pull, 'headRefOid'),
    isAnswered: listAt(pull, 'latestOpinionatedReviews', 'nodes').some((review) =>
      ['approved', 'changes_requested'].includes(textAt(review, 'state').toLowerCase()),
    ),
  };
}
