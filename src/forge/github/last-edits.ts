import type { Comment, CommentEdit } from '../port/comments.ts';
import type { Connection } from './connection.ts';
import { field, integerAt, listAt, nullableTextAt, textAt } from './decode.ts';
import { ACTOR_FIELDS, decodeActor } from './decode-shapes.ts';

/** GitHub resolves at most this many ids in one query. */
const batchSize = 100;

const nodes = `nodes(ids: $ids) {
    ... on IssueComment { fullDatabaseId body lastEditedAt editor { ${ACTOR_FIELDS} } }
  }`;

/** Who edited comments last: the REST API does not tell. https://docs.github.com/graphql/reference/objects#issuecomment */
export async function readLastEdits(
  connection: Connection,
  comments: readonly Comment[],
): Promise<ReadonlyMap<number, CommentEdit>> {
  const edits = new Map<number, CommentEdit>();
  for (let start = 0; start < comments.length; start += batchSize) {
    const ids = comments.slice(start, start + batchSize).map(({ node }) => node);
    const found = await connection.query(
      { what: 'read who edited comments', fields: { nodes }, variables: { ids: ['[ID!]!', ids] } },
      (answer) =>
        listAt(answer, 'nodes')
          .filter((node) => node !== null && field(node, 'fullDatabaseId') !== undefined)
          .map((node): [number, CommentEdit] => [integerAt(node, 'fullDatabaseId'), decodeEdit(node)]),
    );
    for (const [id, edit] of found) edits.set(id, edit);
  }
  return edits;
}

function decodeEdit(comment: unknown): CommentEdit {
  const isEdited = nullableTextAt(comment, 'lastEditedAt') !== null;
  return {
    editor: isEdited ? decodeActor(field(comment, 'editor')) : undefined,
    body: textAt(comment, 'body'),
  };
}
