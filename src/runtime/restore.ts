import { derivedId } from '../base/digest.ts';
import { TreadleError } from '../base/errors.ts';
import type { Change, CommitRecord, Snapshot, Store } from '../store/port.ts';
import { WORKFLOW_FILES } from './review-workflow.ts';
import { isOwnCommit } from './unit-commits.ts';
import type { BranchEvent } from '../codec/commit-message.ts';

/** What somebody else did to the state branch, and what undoes it. */
export interface Restoration {
  readonly subject: string;
  readonly changes: readonly Change[];
  readonly event: BranchEvent;
}

/**
 * How the state becomes again what Treadle left, where somebody else committed to the state branch, for instance by pressing
 * Merge on a decision pull request. Null where the newest commit is Treadle's own, or none is. Commits that are not Treadle's
 * stay in the history, and nothing in them counts, save for workflow files, which are for people to write.
 */
export async function planRestoration(
  store: Store,
  tip: Snapshot,
  newest: CommitRecord | null,
  at: string,
): Promise<Restoration | null> {
  if (newest === null || isOwnCommit(newest)) return null;
  let foreign = 0;
  for await (const commit of store.log(newest.oid)) {
    if (isOwnCommit(commit)) {
      const own = await store.at(commit.oid);
      const { name } = newest.author;
      const what = newest.message.split('\n', 1)[0] ?? '';
      const count = foreign === 1 ? 'a commit' : `${foreign} commits`;
      const changes = await findChanges(tip, own);
      const undone = changes.length > 0;
      return {
        subject: undone
          ? `Restore the state: ${count} of somebody else undone`
          : `Keep ${WORKFLOW_FILES} as somebody else left it`,
        changes,
        event: {
          version: 1,
          type: 'state_restored',
          id: derivedId('event', 'state_restored', newest.oid, commit.oid),
          at,
          detail:
            `${count} on the state branch, the newest ${newest.oid} by ${name} ("${what.slice(0, 200)}"), is not Treadle's. ` +
            (undone
              ? `Nothing in it counts, and no merge by hand is an approval: the state is as it was at ${commit.oid}.`
              : 'Only workflow files changed; they stay as they are.'),
        },
      };
    }
    foreign += 1;
  }
  return null;
}

/** The changes that make one snapshot's files those of another, save for workflow files. */
async function findChanges(from: Snapshot, to: Snapshot): Promise<readonly Change[]> {
  const [before, after] = [await readFiles(from), await readFiles(to)];
  const removed = [...before.keys()].filter((path) => !after.has(path));
  const written = [...after].filter(([path, content]) => before.get(path) !== content);
  const isKept = (path: string): boolean => path.startsWith(WORKFLOW_FILES);
  return [
    ...removed.filter((path) => !isKept(path)).map((path): Change => ({ kind: 'remove', path })),
    ...written
      .filter(([path]) => !isKept(path))
      .map(([path, content]): Change => ({ kind: 'write', path, content: content ?? '' })),
  ];
}

/** All files of a snapshot by path; null for one that is no text. */
async function readFiles(snapshot: Snapshot): Promise<ReadonlyMap<string, string | null>> {
  const files = new Map<string, string | null>();
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const { name, kind } of await snapshot.list(folder)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (kind === 'folder') folders.push(path);
      else files.set(path, await readText(snapshot, path));
    }
  }
  return files;
}

async function readText(snapshot: Snapshot, path: string): Promise<string | null> {
  try {
    return (await snapshot.readFile(path)) ?? null;
  } catch (error) {
    if (error instanceof TreadleError && error.code === 'file-not-text') return null;
    throw error;
  }
}
