import { parseCommitMessage, renderCommitMessage, type RecordedEvent } from '../codec/commit-message.ts';
import type { Actor } from '../engine/event.ts';
import type { RunState } from '../engine/state/run.ts';
import { openDocuments, type Documents } from '../store/documents.ts';
import type { Change, CommitRecord, Oid, Signature, Snapshot, Store } from '../store/port.ts';
import { findLastCommit } from './last-commit.ts';

/** The commits of a unit: each takes the changes of the documents as they are then. */
export interface UnitCommits {
  readonly store: Store;
  readonly base: Snapshot;
  /** The newest commit of the branch before the unit; null where there is no branch yet. */
  readonly baseCommit: CommitRecord | null;
  /** Where the branch will be. */
  tip(): Snapshot;
  documents(): Documents;
  /** Throws away what was written to the documents since the last commit. */
  discard(): void;
  /** What event time must not be before: the time of the tip, and of the events that the unit recorded. */
  time(): string;
  /** When the unit writes, never before the tip. */
  readonly now: string;
  append(draft: UnitCommit): Promise<Oid>;
  /** The run's last commit before the next one. */
  previousOf(state: RunState | null): Promise<Oid | null>;
  publish(): Promise<'published' | 'conflict'>;
}

export interface UnitCommit {
  readonly subject: string;
  readonly event: RecordedEvent;
  readonly author?: Actor;
  readonly previous?: Oid | null;
  readonly extraParents?: readonly Oid[];
  /** What changes, where it is not the documents: then nothing may be staged in them. */
  readonly changes?: readonly Change[];
  /** The event changed a run: it is a link of the run's chain of commits. */
  readonly isTransition?: true;
}

const TREADLE_PERSON = { name: 'treadle', email: 'noreply@treadle.invalid' };

export async function openUnitCommits(store: Store, base: Snapshot, wallTime: string): Promise<UnitCommits> {
  const baseCommit = await newestCommit(store, base);
  const tipTime = baseCommit?.committer.at ?? '1970-01-01T00:00:00Z';
  const now = wallTime > tipTime ? wallTime : tipTime;
  const batch = store.begin(base);
  const lastOfRun = new Map<string, Oid>();
  let time = tipTime;
  let documents = openDocuments(base);
  return {
    store,
    base,
    baseCommit,
    now,
    tip: () => batch.tip,
    documents: () => documents,
    discard: () => void (documents = openDocuments(batch.tip)),
    time: () => time,
    async append(draft) {
      const { subject, event, author, previous = null, extraParents = [], changes, isTransition } = draft;
      const oid = await batch.append({
        changes: changes ?? documents.changes(),
        message: renderCommitMessage({ subject, event, previous }),
        author: signatureOf(author, event.at),
        committer: { ...TREADLE_PERSON, at: now },
        extraParents,
      });
      documents = openDocuments(batch.tip);
      if (event.at > time) time = event.at;
      if (isTransition && 'run' in event) lastOfRun.set(event.run, oid);
      return oid;
    },
    async previousOf(state) {
      if (state === null) return null;
      const { id, lastCommit, lastEvent } = state.run;
      const here = lastOfRun.get(id);
      if (here !== undefined) return here;
      if (lastCommit?.event === lastEvent) return lastCommit.oid;
      return base.oid === null ? null : findLastCommit(store, base.oid, id);
    },
    publish: () => batch.publish(),
  };
}

/** Whether Treadle made a commit: it records an event, and Treadle is its committer. */
export function isOwnCommit(commit: Pick<CommitRecord, 'message' | 'committer'>): boolean {
  return commit.committer.name === TREADLE_PERSON.name && parseCommitMessage(commit.message).event !== null;
}

async function newestCommit(store: Store, snapshot: Snapshot): Promise<CommitRecord | null> {
  if (snapshot.oid === null) return null;
  for await (const commit of store.log(snapshot.oid)) return commit;
  return null;
}

/** The author of a state commit is who caused it. Logins are the forge's; what git cannot hold in a name is left out. */
function signatureOf(actor: Actor | undefined, at: string): Signature {
  if (actor === undefined || actor.kind === 'treadle') return { ...TREADLE_PERSON, at };
  const login = actor.login.replaceAll(/[^\w.[\]-]/g, '') || 'unknown';
  return { name: login, email: `${actor.id}+${login}@users.noreply.github.com`, at };
}
