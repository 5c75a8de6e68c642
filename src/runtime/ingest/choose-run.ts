import type { OverrideAction } from '../../engine/event.ts';
import type { Documents } from '../../store/documents.ts';
import { loadRun, type LoadedRun } from '../run-documents.ts';

/** A run and all open ones that it called, at any depth: itself first. */
export async function loadTree(documents: Documents, root: LoadedRun): Promise<readonly LoadedRun[]> {
  const tree = [root];
  for (const { state } of tree) {
    for (const { attempts } of Object.values(state.jobs)) {
      const last = attempts.at(-1);
      if (last?.outcome !== 'running' || last.child === undefined) continue;
      const child = await loadRun(documents, last.child);
      if (child !== undefined) tree.push(child);
    }
  }
  return tree;
}

/** The run of a tree in which somebody has an open turn, or for a role of theirs; the first where none has. */
export function runToReport(
  tree: readonly LoadedRun[],
  mayAnswer: (loaded: LoadedRun) => boolean,
): LoadedRun | undefined {
  return tree.find(mayAnswer) ?? tree[0];
}

/** The run of a tree that a command means: the one with the job that it names, or where somebody is asked; else the first. */
export function runToSteer(tree: readonly LoadedRun[], override: OverrideAction): LoadedRun | undefined {
  const [root] = tree;
  if (!('job' in override)) return root;
  const named = override.job?.toLowerCase();
  const isMeant = ({ state: { run } }: LoadedRun): boolean =>
    Object.entries(run.jobs).some(([job, { status }]) =>
      named === undefined ? status === 'waiting' : job.toLowerCase() === named,
    );
  return tree.find(isMeant) ?? root;
}
