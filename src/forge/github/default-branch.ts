import type { Files } from '../port/files.ts';
import type { Question } from './compose-query.ts';
import type { Connection } from './connection.ts';
import { booleanAt, field, listAt, nullableTextAt, textAt } from './decode.ts';
import { readFile } from './read-file.ts';

type Wanted = Parameters<Files['ofDefaultBranch']>[0];

/** What GraphQL tells of a file; the text is null where it is too long for the answer, or no text. */
interface FoundFile {
  readonly path: string;
  readonly text: string | null;
  readonly isBinary: boolean;
}

const BLOB = '... on Blob { text isTruncated isBinary }';

/** Files of the default branch by one query; only those that are too long for it take a request of their own. */
export async function readDefaultBranch(
  connection: Connection,
  wanted: Wanted,
): ReturnType<Files['ofDefaultBranch']> {
  const { branch, files } = await connection.query(
    {
      what: 'read the settings and workflows of the default branch',
      repository: fieldsFor(wanted),
      variables: variablesFor(wanted),
    },
    (answer) => decodeAnswer(field(answer, 'repository'), wanted),
  );
  const texts = new Map<string, string>();
  for (const { path, text, isBinary } of files) {
    if (isBinary) continue;
    const whole = text ?? (await readFile(connection, path, branch))?.text;
    if (whole !== undefined) texts.set(path, whole);
  }
  return { branch, texts };
}

function fieldsFor({ files, folder }: Wanted): Readonly<Record<string, string>> {
  return {
    defaultBranchRef: 'defaultBranchRef { name }',
    ...(folder === undefined
      ? {}
      : {
          folder: `object(expression: $folder) { ... on Tree { entries { name type object { ${BLOB} } } } }`,
        }),
    ...Object.fromEntries(
      files.map((_, index) => [`f${index}`, `object(expression: $f${index}) { ${BLOB} }`]),
    ),
  };
}

function variablesFor({ files, folder }: Wanted): NonNullable<Question['variables']> {
  return {
    ...(folder === undefined ? {} : { folder: ['String!', `HEAD:${folder}`] as const }),
    ...Object.fromEntries(files.map((path, index) => [`f${index}`, ['String!', `HEAD:${path}`]])),
  };
}

function decodeAnswer(
  repository: unknown,
  { files, folder }: Wanted,
): { readonly branch: string; readonly files: readonly FoundFile[] } {
  const branch = field(repository, 'defaultBranchRef') ?? null;
  // A repository without a commit has no default branch yet.
  if (branch === null) return { branch: 'main', files: [] };
  const named = files.flatMap((path, index) => decodeFile(path, field(repository, `f${index}`)));
  const tree = folder === undefined ? null : (field(repository, 'folder') ?? null);
  const entries = tree === null || field(tree, 'entries') === undefined ? [] : listAt(tree, 'entries');
  const inFolder = entries
    .filter((entry) => textAt(entry, 'type') === 'blob')
    .flatMap((entry) => decodeFile(`${folder ?? ''}/${textAt(entry, 'name')}`, field(entry, 'object')));
  return { branch: textAt(branch, 'name'), files: [...named, ...inFolder] };
}

/** None where there is no such file, or where the name is a folder's. */
function decodeFile(path: string, object: unknown): readonly FoundFile[] {
  if ((object ?? null) === null || field(object, 'isTruncated') === undefined) return [];
  const isTruncated = booleanAt(object, 'isTruncated');
  const isBinary = field(object, 'isBinary') === true;
  return [{ path, text: isTruncated ? null : nullableTextAt(object, 'text'), isBinary }];
}
