import { TreadleError } from '../../base/errors.ts';
import type { Connection } from './connection.ts';
import { booleanAt, field, listAt, textAt } from './decode.ts';

/** GitHub lists no more: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files */
const mostListedFiles = 3000;
/** What happened to files whose one path is all there is to know. */
const plainChanges: ReadonlySet<string> = new Set(['added', 'changed', 'deleted', 'modified']);

/**
 * The paths that a pull request changes. A rename changes two: what left a protected path counts as well as what came there. So the
 * GraphQL API, which can be asked along with other things, is believed where nothing was renamed and one page holds it all.
 */
export async function listChangedPaths(connection: Connection, number: number): Promise<readonly string[]> {
  const what = `list what pull request #${number} changes`;
  const plain = await listPlainChanges(connection, what, number);
  if (plain !== null) return plain;
  const files = await connection.list(
    {
      what,
      route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
      parameters: { pull_number: number },
    },
    (file) => {
      const path = textAt(file, 'filename');
      const previous = field(file, 'previous_filename');
      return typeof previous === 'string' ? [path, previous] : [path];
    },
  );
  if (files.length >= mostListedFiles) {
    throw new TreadleError('forge-refused', `Could not ${what}: it changes more files than the forge lists`, {
      remedy: `Split it into pull requests of fewer than ${mostListedFiles} files.`,
    });
  }
  return [...new Set(files.flat())].sort();
}

/** Null where there is more to know. https://docs.github.com/en/graphql/reference/objects#pullrequestchangedfile */
function listPlainChanges(
  connection: Connection,
  what: string,
  number: number,
): Promise<readonly string[] | null> {
  const files = 'files(first: 100) { pageInfo { hasNextPage } nodes { path changeType } }';
  return connection.query(
    { what, repository: { pullRequest: `pullRequest(number: ${number}) { ${files} }` } },
    (answer) => {
      const pull = field(field(answer, 'repository'), 'pullRequest') ?? null;
      const list = pull === null ? null : (field(pull, 'files') ?? null);
      if (list === null || booleanAt(list, 'pageInfo', 'hasNextPage')) return null;
      const changes = listAt(list, 'nodes');
      const isPlain = changes.every((file) => plainChanges.has(textAt(file, 'changeType').toLowerCase()));
      return isPlain ? [...new Set(changes.map((file) => textAt(file, 'path')))].sort() : null;
    },
  );
}
