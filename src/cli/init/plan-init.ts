import type { StarterFile } from './starter-files.ts';

/** What is to be done with one file of the working tree. */
export interface FileStep {
  readonly path: string;
  readonly text: string;
  readonly action:
    | 'write'
    /** It is there already, as it would be written. */
    | 'same'
    /** It is the user's own, and stays. */
    | 'keep'
    /** It differs, and is written over because that was asked for. */
    | 'replace'
    /** It differs, so that nothing is done until somebody decides. */
    | 'refuse'
    | 'remove';
}

/** What `init` does with files, given what is there (null: nothing). Pure. */
export function planInit(
  files: readonly StarterFile[],
  present: (path: string) => string | null,
  force: boolean,
): readonly FileStep[] {
  return files.map(({ path, text, kind }) => {
    const found = present(path);
    if (found === null) return { path, text, action: 'write' };
    if (found === text) return { path, text, action: 'same' };
    if (kind === 'settings') return { path, text, action: 'keep' };
    return { path, text, action: force ? 'replace' : 'refuse' };
  });
}

/** What `init --remove` does: what `init` wrote and nobody changed goes, the rest stays. Pure. */
export function planRemoval(
  files: readonly StarterFile[],
  present: (path: string) => string | null,
): readonly FileStep[] {
  return files.flatMap(({ path, text }): readonly FileStep[] => {
    const found = present(path);
    if (found === null) return [];
    return [{ path, text, action: found === text ? 'remove' : 'keep' }];
  });
}

/** The paths that a plan changes. */
export function changedPaths(steps: readonly FileStep[]): readonly string[] {
  return steps
    .filter(({ action }) => action === 'write' || action === 'replace' || action === 'remove')
    .map(({ path }) => path);
}
