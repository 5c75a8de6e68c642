import type { Account } from '../port/people.ts';
import type { Connection } from './connection.ts';
import { at, field, integerAt, textAt } from './decode.ts';
import { decodePart, type Part } from './list-part.ts';

/** What is asked of a page of a commit's authors. */
export const AUTHOR_FIELDS = `
  pageInfo { hasNextPage endCursor }
  nodes { user { login databaseId } }`;

/** A commit with the first part of its authors and co-authors; null for one whose address belongs to no account. */
export interface CommitAuthors {
  readonly oid: string;
  readonly authors: Part<Account | null>;
}

export function decodeCommitAuthors(node: unknown): CommitAuthors {
  return {
    oid: textAt(node, 'commit', 'oid'),
    authors: decodePart(at(node, 'commit', 'authors'), decodeAuthor),
  };
}

/** All authors and co-authors of a commit, as far as their addresses belong to accounts: however many a message names. */
export async function readAuthors(
  connection: Connection,
  { oid, authors }: CommitAuthors,
): Promise<readonly Account[]> {
  const items = [...authors.items];
  let { after } = authors;
  while (after !== null) {
    const part: Part<Account | null> = await connection.query(
      {
        what: `read the authors of ${oid}`,
        repository: {
          commit: `object(oid: $oid) { ... on Commit { authors(first: 100, after: $after) { ${AUTHOR_FIELDS} } } }`,
        },
        variables: { oid: ['GitObjectID!', oid], after: ['String!', after] },
      },
      (answer) => decodePart(at(answer, 'repository', 'commit', 'authors'), decodeAuthor),
    );
    items.push(...part.items);
    after = part.after;
  }
  return items.filter((author) => author !== null);
}

function decodeAuthor(author: unknown): Account | null {
  const user = field(author, 'user') ?? null;
  if (user === null) return null;
  const login = textAt(user, 'login');
  return { login, id: integerAt(user, 'databaseId'), kind: login.endsWith('[bot]') ? 'app' : 'user' };
}
