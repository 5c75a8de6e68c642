import type { Closing } from '../port/issues.ts';
import type { Connection } from './connection.ts';
import { field, integerAt, listAt, textAt } from './decode.ts';
import { ACTOR_FIELDS, decodeActor } from './decode-shapes.ts';

/** Issues asked for in one query. */
const batchSize = 50;

/**
 * How issues were closed last: the REST API tells neither who merged what closed one, nor what that was. An issue whose newest
 * closing is older than its reopening is open, and left out.
 * https://docs.github.com/en/graphql/reference/objects#closedevent
 */
export async function readClosings(
  connection: Connection,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, Closing>> {
  const wanted = [...new Set(numbers)];
  const closings = new Map<number, Closing>();
  for (let start = 0; start < wanted.length; start += batchSize) {
    const batch = wanted.slice(start, start + batchSize);
    const read = await connection.query(
      {
        what: `read how ${batch.map((number) => `#${number}`).join(', ')} were closed`,
        repository: Object.fromEntries(batch.map((number) => [`i${number}`, closingOf(number)])),
      },
      (answer) => {
        const repository = field(answer, 'repository');
        return batch
          .map((number) => field(repository, `i${number}`) ?? null)
          .filter((issue) => issue !== null)
          .flatMap(decodeClosed);
      },
    );
    for (const [number, closing] of read) closings.set(number, closing);
  }
  return closings;
}

function closingOf(number: number): string {
  return `issue(number: ${number}) {
    number state
    timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) { nodes { ... on ClosedEvent {
      actor { ${ACTOR_FIELDS} }
      closer {
        __typename
        ... on PullRequest { number }
        ... on Commit { associatedPullRequests(first: 10) { nodes { number } } }
      }
    } } }
  }`;
}

function decodeClosed(issue: unknown): readonly [number, Closing][] {
  const [event] = listAt(issue, 'timelineItems', 'nodes');
  if (event === undefined || textAt(issue, 'state').toLowerCase() !== 'closed') return [];
  const closer = field(event, 'closer') ?? null;
  const pulls =
    closer === null
      ? []
      : field(closer, '__typename') === 'PullRequest'
        ? [closer]
        : field(closer, '__typename') === 'Commit' &&
            (field(closer, 'associatedPullRequests') ?? null) !== null
          ? listAt(closer, 'associatedPullRequests', 'nodes')
          : [];
  const closing = {
    by: decodeActor(field(event, 'actor') ?? null),
    isByReference: closer !== null && ['PullRequest', 'Commit'].includes(textAt(closer, '__typename')),
    pulls: pulls.map((pull) => integerAt(pull, 'number')),
  };
  return [[integerAt(issue, 'number'), closing]];
}
