import { TreadleError } from '../base/errors.ts';

/** Characters that HFS+ ignores in file names, so that `.g\u200cit` would become `.git` there. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** Names that some file system takes for the repository itself. Source: `verify_dotfile` and `is_ntfs_dotgit` of git. */
const repositoryName = /^(\.git|git~1)[ .]*(:.*)?$/i;

/**
 * Splits a path of the branch into its segments; `''` is the root and has none.
 *
 * @throws {TreadleError} `path-invalid` where git could not store the path everywhere: an empty segment, `.`, `..`, a name
 * that means `.git`, a control character, a backslash or half a surrogate pair.
 */
export function splitPath(path: string): readonly string[] {
  if (path === '') return [];
  const segments = path.split('/');
  for (const segment of segments) {
    const reason = segmentFault(segment);
    if (reason !== undefined) {
      throw new TreadleError('path-invalid', `the path ${JSON.stringify(path)} cannot be stored: ${reason}`, {
        facts: { path },
      });
    }
  }
  return segments;
}

/** Why a name cannot be a segment of a path, or undefined where it can. */
export function segmentFault(segment: string): string | undefined {
  if (segment === '') return 'a segment is empty';
  if (segment === '.' || segment === '..') return `${segment} is not a name`;
  if (segment.includes('/')) return 'a name holds a slash';
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(segment)) return 'a name holds a control character or a backslash';
  if (/\p{Surrogate}/u.test(segment)) return 'a name holds half a surrogate pair';
  if (repositoryName.test(segment.replace(ignoredByHfs, ''))) return 'a name means the .git folder';
  return undefined;
}
