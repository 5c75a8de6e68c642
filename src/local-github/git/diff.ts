import { git } from './run-git.ts';

/** How a file differs between two trees. */
export interface FileChange {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  readonly additions: number;
  readonly deletions: number;
  /** The blob after the change; before it when the file was removed. */
  readonly oid: string;
  /** The hunks, as GitHub gives them; absent for binary files. */
  readonly patch: string | null;
}

/** The differences between two commits or trees, in order of path. */
export async function diffTrees(path: string, from: string, to: string): Promise<readonly FileChange[]> {
  const common = ['diff-tree', '-r', '-M', '--no-color', '--no-ext-diff', '--no-textconv'];
  const [raw, numbers, patch] = await Promise.all([
    git(path, [...common, '--raw', '--abbrev=40', '-z', from, to]),
    git(path, [...common, '--numstat', '-z', from, to]),
    git(path, [...common, '-p', '--src-prefix=a/', '--dst-prefix=b/', from, to]),
  ]);
  const counts = parseNumbers(numbers);
  const patches = splitPatch(patch);
  return parseRaw(raw).map((change, index) => {
    const [additions, deletions] = counts[index] ?? [0, 0];
    return { ...change, additions, deletions, patch: patches[index] ?? null };
  });
}

type RawChange = Omit<FileChange, 'additions' | 'deletions' | 'patch'>;

function parseRaw(text: string): readonly RawChange[] {
  const fields = text.split('\0');
  const changes: RawChange[] = [];
  let at = 0;
  while (at < fields.length && fields[at]?.startsWith(':') === true) {
    const [, , before = '', after = '', letter = 'M'] = (fields[at] ?? '').split(' ');
    const renamed = letter.startsWith('R') || letter.startsWith('C');
    const first = fields[at + 1] ?? '';
    const path = renamed ? (fields[at + 2] ?? '') : first;
    const status = renamed
      ? 'renamed'
      : letter.startsWith('A')
        ? 'added'
        : letter.startsWith('D')
          ? 'removed'
          : 'modified';
    changes.push({
      path,
      previousPath: renamed ? first : null,
      status,
      oid: status === 'removed' ? before : after,
    });
    at += renamed ? 3 : 2;
  }
  return changes;
}

function parseNumbers(text: string): readonly (readonly [number, number])[] {
  const fields = text.split('\0');
  const counts: [number, number][] = [];
  let at = 0;
  while (at < fields.length && fields[at] !== '') {
    const [additions = '0', deletions = '0', path = ''] = (fields[at] ?? '').split('\t');
    // Binary files count as "-".
    counts.push([Number(additions) || 0, Number(deletions) || 0]);
    at += path === '' ? 3 : 1;
  }
  return counts;
}

function splitPatch(text: string): readonly (string | null)[] {
  return text
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .map((part) => {
      const hunks = part.search(/^@@ /m);
      return hunks < 0 ? null : part.slice(hunks).replace(/\n$/, '');
    });
}
