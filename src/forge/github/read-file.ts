import type { Connection } from './connection.ts';
import { MalformedAnswer, field, integerAt, textAt } from './decode.ts';

/** A text file, and the id of its blob, which a change of the file must name. */
export interface TextFile {
  readonly text: string;
  readonly blob: string;
}

/**
 * A file at a ref; undefined where there is none, or where a folder, link or submodule has its name.
 *
 * The contents API leaves out what is larger than 1 MB; that is read as a blob.
 * https://docs.github.com/en/rest/repos/contents#get-repository-content
 */
export async function readFile(
  connection: Connection,
  path: string,
  ref: string,
): Promise<TextFile | undefined> {
  if (!isPlainPath(path)) return undefined;
  const what = `read ${path} at ${ref}`;
  const answer = await connection.tryAsk(
    { what, route: 'GET /repos/{owner}/{repo}/contents/{path}', parameters: { path, ref } },
    [404],
    decodeContents,
  );
  if (answer.kind === 'refused' || answer.value === undefined) return undefined;
  const { blob, text } = answer.value;
  if (text !== undefined) return { blob, text };
  return {
    blob,
    text: await connection.ask(
      { what, route: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', parameters: { file_sha: blob } },
      decodeBase64,
    ),
  };
}

/** True for a path of a file in a repository; `..` and the like would leave the address of the contents. */
export function isPlainPath(path: string): boolean {
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

function decodeContents(
  contents: unknown,
): { readonly blob: string; readonly text: string | undefined } | undefined {
  if (Array.isArray(contents) || textAt(contents, 'type') !== 'file') return undefined;
  const isLeftOut = textAt(contents, 'content') === '' && integerAt(contents, 'size') > 0;
  return { blob: textAt(contents, 'sha'), text: isLeftOut ? undefined : decodeBase64(contents) };
}

function decodeBase64(answer: unknown): string {
  if (field(answer, 'encoding') !== 'base64') throw new MalformedAnswer('expected contents in base64');
  return Buffer.from(textAt(answer, 'content'), 'base64').toString('utf8');
}
