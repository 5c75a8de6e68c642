import type { Connection } from './connection.ts';
import type { Question } from './compose-query.ts';
import { field, integerAt, textAt } from './decode.ts';

/** From so many on a query for the issues' global ids and one mutation are fewer requests. */
const FEWEST = 3;
/** Comments that one mutation writes: each may hold 65,536 characters. */
const MOST = 25;

interface Waiting {
  readonly issue: number;
  readonly body: string;
  readonly settle: (comment: Promise<number>) => void;
}

/**
 * Makes what comments on issues: many comments of one turn of the event loop become one request. One that the forge refuses so
 * is written alone, so that its error is that of any other.
 *
 * @param alone writes one comment, and gives its id
 * @see https://docs.github.com/en/graphql/reference/mutations#addcomment
 */
export function createCommentTogether(
  connection: Connection,
  alone: (issue: number, body: string) => Promise<number>,
): (issue: number, body: string) => Promise<number> {
  const nodes = new Map<number, string>();
  let waiting: Waiting[] = [];

  const writeTogether = async (together: readonly Waiting[]): Promise<ReadonlyMap<Waiting, number>> => {
    await learnNodes(connection, nodes, together);
    const known = together.flatMap((each) => {
      const node = nodes.get(each.issue);
      return node === undefined ? [] : [{ each, change: addComment(node, each.body) }];
    });
    return known.length === 0 ? new Map<Waiting, number>() : writeAll(connection, known);
  };

  const send = (): void => {
    const all = waiting;
    waiting = [];
    if (all.length < FEWEST) {
      for (const { issue, body, settle } of all) settle(alone(issue, body));
      return;
    }
    for (let start = 0; start < all.length; start += MOST) {
      const together = all.slice(start, start + MOST);
      const written = writeTogether(together);
      let before: Promise<unknown> = written;
      for (const each of together) {
        // What is written alone is written in order, and what becomes of one is nothing to the others.
        const turn = before;
        const own = written.then(async (ids) => {
          const id = ids.get(each);
          if (id !== undefined) return id;
          await turn.catch(() => undefined);
          return alone(each.issue, each.body);
        });
        before = own;
        each.settle(own);
      }
    }
  };

  return (issue, body) =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(send);
      waiting.push({ issue, body, settle: resolve });
    });
}

/** What of them was written. */
async function writeAll(
  connection: Connection,
  known: readonly { readonly each: Waiting; readonly change: Question }[],
): Promise<ReadonlyMap<Waiting, number>> {
  const answers = await connection.mutateEach(
    `comment on ${[...new Set(known.map(({ each }) => `#${each.issue}`))].join(', ')}`,
    known.map(({ change }) => change),
    (added) => integerAt(added, 'added', 'commentEdge', 'node', 'fullDatabaseId'),
  );
  const written = new Map<Waiting, number>();
  for (const [index, answer] of answers.entries()) {
    const of = known[index]?.each;
    if (answer.kind === 'done' && of !== undefined) written.set(of, answer.value);
  }
  return written;
}

function addComment(subject: string, body: string): Question {
  return {
    what: 'comment',
    fields: {
      added:
        'addComment(input: { subjectId: $subject, body: $body }) { commentEdge { node { fullDatabaseId } } }',
    },
    variables: { subject: ['ID!', subject], body: ['String!', body] },
  };
}

/** Learns the global ids of issues; one that is not there, or a pull request, stays unknown. */
async function learnNodes(
  connection: Connection,
  nodes: Map<number, string>,
  wanted: readonly { readonly issue: number }[],
): Promise<void> {
  const unknown = [...new Set(wanted.map(({ issue }) => issue))].filter((issue) => !nodes.has(issue));
  if (unknown.length === 0) return;
  await connection.query(
    {
      what: `find ${unknown.map((issue) => `#${issue}`).join(', ')}`,
      repository: Object.fromEntries(
        unknown.map((issue) => [`issue${issue}`, `issue(number: ${issue}) { id }`]),
      ),
    },
    (answer) => {
      for (const issue of unknown) {
        const found = field(field(answer, 'repository'), `issue${issue}`) ?? null;
        if (found !== null) nodes.set(issue, textAt(found, 'id'));
      }
    },
  );
}
