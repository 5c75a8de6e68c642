import { GraphQLError } from 'graphql';

/** The arguments that every list of the schema takes. */
export interface ListArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** A part of a list as the schema has it. */
export interface ConnectionObject {
  readonly nodes: readonly unknown[];
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const longestPage = 100;

/**
 * The asked part of a list. As on GitHub, `first` or `last` must be given and be between 1 and 100.
 * https://docs.github.com/graphql/guides/using-pagination-in-the-graphql-api
 */
export function connect<T>(
  field: string,
  items: readonly T[],
  args: ListArguments,
  render: (item: T) => unknown,
): ConnectionObject {
  const size = args.first ?? args.last ?? null;
  if (size === null) {
    throw new GraphQLError(
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`,
      {
        extensions: { type: 'MISSING_PAGINATION_BOUNDARIES' },
      },
    );
  }
  if (size < 0 || size > longestPage) {
    throw new GraphQLError(
      `Requesting ${size} records on the \`${field}\` connection exceeds the \`first\` limit of 100 records.`,
      {
        extensions: { type: 'EXCESSIVE_PAGINATION' },
      },
    );
  }
  const from = args.after == null ? 0 : positionOf(args.after);
  const to = args.before == null ? items.length : positionOf(args.before) - 1;
  const start = args.first == null ? Math.max(from, to - size) : from;
  const end = args.first == null ? to : Math.min(to, from + size);
  const nodes = items.slice(start, end);
  return {
    nodes: nodes.map(render),
    totalCount: items.length,
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: nodes.length === 0 ? null : cursorOf(start + 1),
      endCursor: nodes.length === 0 ? null : cursorOf(start + nodes.length),
    },
  };
}

function cursorOf(position: number): string {
  return Buffer.from(`cursor:${position}`).toString('base64');
}

function positionOf(cursor: string): number {
  const match = /^cursor:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'));
  if (match === null) {
    throw new GraphQLError(`\`${cursor}\` does not appear to be a valid cursor.`, {
      extensions: { type: 'INVALID_CURSOR_ARGUMENTS' },
    });
  }
  return Number(match[1]);
}
