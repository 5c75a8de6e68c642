import type { Assignees, LinkedPull } from '../port/assignees.ts';
import type { Connection } from './connection.ts';
import { ignoreAnswer } from './connection.ts';
import { booleanAt, field, integerAt, listAt, nullableTextAt, textAt, wordAt } from './decode.ts';
import { decodeAccount } from './decode-shapes.ts';

/** Issues asked for in one query: each is an alias of its own. */
const batchSize = 50;

const pullFields = `number isDraft state createdAt baseRefName author { ... on User { databaseId } ... on Bot { databaseId } }
  timelineItems(last: 1, itemTypes: [READY_FOR_REVIEW_EVENT]) { nodes { ... on ReadyForReviewEvent { createdAt } } }`;

/** Who is assigned to issues over the REST API, and what they opened for them over the GraphQL API. */
export function githubAssignees(connection: Connection): Assignees {
  return {
    add: async (issue, account) => {
      const answer = await connection.tryAsk(
        {
          what: `assign #${issue} to ${account.login}`,
          route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/assignees',
          parameters: { issue_number: issue, assignees: [account.login] },
          repeatable: true,
        },
        [404, 422],
        (assigned) => listAt(assigned, 'assignees').map(decodeAccount),
      );
      if (answer.kind === 'refused') return { kind: 'refused', problem: answer.problem };
      // Whoever may not be assigned is left out silently. An App may be assigned under another login than it was named by.
      return answer.value.some(({ id, login }) => id === account.id || login === account.login)
        ? { kind: 'assigned' }
        : { kind: 'refused', problem: `${account.login} cannot be assigned to issues of this repository` };
    },
    remove: async (issue, account) => {
      await connection.tryAsk(
        {
          what: `take #${issue} from ${account.login}`,
          route: 'DELETE /repos/{owner}/{repo}/issues/{issue_number}/assignees',
          parameters: { issue_number: issue, assignees: [account.login] },
          repeatable: true,
        },
        [404, 422],
        ignoreAnswer,
      );
    },
    linkedPulls: (issues) => readLinkedPulls(connection, issues),
  };
}

/** https://docs.github.com/en/graphql/reference/objects#issue, `closedByPullRequestsReferences` */
async function readLinkedPulls(
  connection: Connection,
  issues: readonly number[],
): Promise<ReadonlyMap<number, readonly LinkedPull[]>> {
  const linked = new Map<number, readonly LinkedPull[]>();
  for (let start = 0; start < issues.length; start += batchSize) {
    const batch = issues.slice(start, start + batchSize);
    const parts = batch.map((number): [string, string] => [
      `i${number}`,
      `issue(number: ${number}) { closedByPullRequestsReferences(first: 50, includeClosedPrs: true) { nodes { ${pullFields} } } }`,
    ]);
    const found = await connection.query(
      {
        what: `read the pull requests of ${batch.map((number) => `#${number}`).join(', ')}`,
        repository: Object.fromEntries(parts),
      },
      (answer) => {
        const repository = field(answer, 'repository');
        return batch.map((number) => {
          const issue = field(repository, `i${number}`) ?? null;
          const nodes = issue === null ? [] : listAt(issue, 'closedByPullRequestsReferences', 'nodes');
          return { number, pulls: nodes.filter((node) => node !== null).map(decodeLinkedPull) };
        });
      },
    );
    for (const { number, pulls } of found) linked.set(number, pulls);
  }
  return linked;
}

function decodeLinkedPull(pull: unknown): LinkedPull {
  const author = field(pull, 'author') ?? null;
  const [ready] = listAt(pull, 'timelineItems', 'nodes');
  const createdAt = textAt(pull, 'createdAt');
  return {
    number: integerAt(pull, 'number'),
    state: wordAt(pull, ['open', 'closed', 'merged'], 'state'),
    draft: booleanAt(pull, 'isDraft'),
    base: textAt(pull, 'baseRefName'),
    author:
      author === null || (field(author, 'databaseId') ?? null) === null
        ? null
        : integerAt(author, 'databaseId'),
    readyAt:
      ready === undefined || ready === null ? createdAt : (nullableTextAt(ready, 'createdAt') ?? createdAt),
  };
}
