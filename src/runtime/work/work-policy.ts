import picomatch from 'picomatch';

/** Files that one publication may change: more is not work that somebody reviews. */
const MOST_FILES = 300;
/** Bytes that its new files may have together. */
const MOST_BYTES = 10 * 1024 * 1024;
const SHOWN_PATHS = 5;

/** A file that was changed: how it is afterwards, by git's words. */
export interface ChangedFile {
  readonly path: string;
  /** `100644` a file, `100755` a program; `000000`: it was removed. */
  readonly mode: string;
  /** The blob; zeros where it was removed. */
  readonly oid: string;
}

/** A changed file with what its object is; null where it was removed. */
export interface SizedFile extends ChangedFile {
  readonly object: { readonly type: string; readonly bytes: number } | null;
}

/** Whether git calls a file removed. */
export function isRemoved({ mode }: ChangedFile): boolean {
  return mode === '000000';
}

/**
 * Reads what `git diff-tree --raw -z` says, renames left aside.
 *
 * @returns null where a name is no UTF-8
 * @see https://git-scm.com/docs/diff-format
 */
export function readChanges(raw: Buffer): readonly ChangedFile[] | null {
  const fields = decodeText(raw)?.split('\0');
  if (fields === undefined) return null;
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode, oid] = /^:\d{6} (\d{6}) [0-9a-f]+ ([0-9a-f]+) [A-Z]$/.exec(fields[at] ?? '') ?? [];
    if (mode === undefined || oid === undefined) return null;
    files.push({ path: fields[at + 1] ?? '', mode, oid });
  }
  return files;
}

function decodeText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Why what an agent changed is not published, in words for people and for its next attempt; null where it may be.
 *
 * @param protectedPaths glob patterns, taken without regard to capitals: some file systems have none
 */
export function reasonNotToPublish(
  files: readonly SizedFile[],
  protectedPaths: readonly string[],
): string | null {
  if (files.length > MOST_FILES) return `It changes ${files.length} files; ${MOST_FILES} may be changed.`;
  const odd = files.find(({ path }) => !isPlainPath(path));
  if (odd !== undefined) return `${show([odd.path])} is no path that may be written.`;
  const guarded = files.filter(({ path }) =>
    picomatch.isMatch(path, [...protectedPaths], { dot: true, nocase: true }),
  );
  if (guarded.length > 0) {
    return `It changes protected paths, which an agent in a workflow may not: ${show(guarded.map(({ path }) => path))}.`;
  }
  const kept = files.filter((file) => !isRemoved(file));
  const special = kept.filter(
    ({ mode, object }) => !['100644', '100755'].includes(mode) || object?.type !== 'blob',
  );
  if (special.length > 0) {
    return `It adds what is no plain file (a symbolic link, or a submodule): ${show(special.map(({ path }) => path))}.`;
  }
  const bytes = kept.reduce((sum, { object }) => sum + (object?.bytes ?? 0), 0);
  return bytes > MOST_BYTES ? `Its new files have ${bytes} bytes; ${MOST_BYTES} may be written.` : null;
}

/** Below the root of the repository, and nowhere in git's own folder under any of its names. */
function isPlainPath(path: string): boolean {
  return (
    path.length <= 1_000 &&
    !/[\p{Cc}\\:]/u.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !isGitFolder(part))
  );
}

/** Windows and macOS take more than one spelling for `.git`. */
function isGitFolder(name: string): boolean {
  return /^(?:\.git|git~\d+)[ .]*$/i.test(name.replaceAll(/\p{Cf}/gu, ''));
}

function show(paths: readonly string[]): string {
  const shown = paths.slice(0, SHOWN_PATHS).map((path) => JSON.stringify(path.slice(0, 200)));
  return shown.join(', ') + (paths.length > SHOWN_PATHS ? ` and ${paths.length - SHOWN_PATHS} more` : '');
}
