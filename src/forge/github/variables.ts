import type { Connection } from './connection.ts';
import { integerAt, listAt, textAt } from './decode.ts';

/** GitHub's most on a page. */
const pageSize = 30;

/**
 * The variables of a repository: its organisation's, and its own, which win. Undefined where the token may not read them: that of a
 * workflow never may. A repository of a person has none from above.
 *
 * @see https://docs.github.com/en/rest/actions/variables
 */
export async function readVariables(
  connection: Connection,
): Promise<Readonly<Record<string, string>> | undefined> {
  const own = await listVariables(connection, 'variables');
  if (own === undefined) return undefined;
  const above = await listVariables(connection, 'organization-variables');
  return Object.fromEntries([...(above ?? []), ...own]);
}

async function listVariables(
  connection: Connection,
  list: 'variables' | 'organization-variables',
): Promise<readonly (readonly [string, string])[] | undefined> {
  const found: (readonly [string, string])[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await connection.tryAsk(
      {
        what: 'read the variables',
        route: `GET /repos/{owner}/{repo}/actions/${list}`,
        parameters: { per_page: pageSize, page },
      },
      [403, 404],
      (given) => ({
        total: integerAt(given, 'total_count'),
        items: listAt(given, 'variables').map(
          (each) => [textAt(each, 'name').toUpperCase(), textAt(each, 'value')] as const,
        ),
      }),
    );
    if (answer.kind === 'refused') return undefined;
    found.push(...answer.value.items);
    if (answer.value.items.length < pageSize || found.length >= answer.value.total) return found;
  }
}
