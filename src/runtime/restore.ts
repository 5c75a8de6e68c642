import { derivedId } from '../base/digest.ts';
import { TreadleError } from '../base/errors.ts';
import type { Change, CommitRecord, Entry, Snapshot, Store } from '../store/port.ts';
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

/** The changes that make one snapshot's files those of another, save for workflow files. Looks only where they differ. */
async function findChanges(from: Snapshot, to: Snapshot): Promise<readonly Change[]> {
  const removed: string[] = [];
  const written: string[] = [];
  const compare = async (path: string, before: Kind, after: Kind): Promise<void> => {
    if (path.startsWith(WORKFLOW_FILES) || (await isSame(from, to, path))) return;
    if (before === 'file' && after !== 'file') removed.push(path);
    if (after === 'file') written.push(path);
    const old = await membersOf(from, path, before);
    const fresh = await membersOf(to, path, after);
    for (const name of new Set([...old.keys(), ...fresh.keys()])) {
      await compare(path === '' ? name : `${path}/${name}`, old.get(name), fresh.get(name));
    }
  };
  await compare('', 'folder', 'folder');
  // Read together: over a network that is one request.
  const contents = await Promise.all(written.map((path) => readText(to, path)));
  return [
    ...removed.map((path): Change => ({ kind: 'remove', path })),
    ...written.map((path, index): Change => ({ kind: 'write', path, content: contents[index] ?? '' })),
  ];
}

type Kind = Entry['kind'] | undefined;

async function isSame(from: Snapshot, to: Snapshot, path: string): Promise<boolean> {
  const [before, after] = await Promise.all([from.oidAt(path), to.oidAt(path)]);
  return before === after;
}

async function membersOf(snapshot: Snapshot, path: string, kind: Kind): Promise<ReadonlyMap<string, Kind>> {
  if (kind !== 'folder') return new Map();
  return new Map((await snapshot.list(path)).map((entry) => [entry.name, entry.kind]));
}

/** Treadle writes text only, so what is none was somebody else's before. */
async function readText(snapshot: Snapshot, path: string): Promise<string> {
  try {
    return (await snapshot.readFile(path)) ?? '';
  } catch (error) {
    if (error instanceof TreadleError && error.code === 'file-not-text') return '';
    throw error;
  }
}
