import { expect } from 'vitest';

import { parseCommitMessage, type RecordedEvent } from '../../src/codec/commit-message.ts';
import { finishedIndexCodec, type FinishedIndex } from '../../src/codec/documents.ts';
import { layout } from '../../src/codec/layout.ts';
import type { JobDocument } from '../../src/engine/state/job.ts';
import type { RunState } from '../../src/engine/state/run.ts';
import { loadRun } from '../../src/runtime/run-documents.ts';
import { openDocuments, type Documents } from '../../src/store/documents.ts';
import type { CommitRecord, Store } from '../../src/store/port.ts';

export interface RecordedCommit extends CommitRecord {
  readonly subject: string;
  readonly event: RecordedEvent | null;
  readonly run: string | null;
  readonly previous: string | null;
}

/** The state branch, as a test looks at it. */
export interface History {
  readonly store: Store;
  tip(): Promise<string | null>;
  documents(): Promise<Documents>;
  /** Oldest first. */
  commits(): Promise<readonly RecordedCommit[]>;
  /** Transitions of a run (or of all), oldest first. */
  transitions(run?: string): Promise<readonly RecordedCommit[]>;
  /** The types of a run's events, oldest first. */
  events(run?: string): Promise<readonly string[]>;
  /** The run as it is, or as it was when it left the tip. */
  run(id: string): Promise<RunState>;
  /** A job of it. */
  job(run: string, job: string): Promise<JobDocument>;
  finished(run: string): Promise<FinishedIndex | undefined>;
  /** Checks what every history must hold: chains, authors, subjects, one lease holder, no event twice. */
  expectSound(): Promise<void>;
}

export function openHistory(store: Store): History {
  const history: History = {
    store,
    tip: async () => (await store.read()).oid,
    documents: async () => openDocuments(await store.read()),
    async commits() {
      const { oid } = await store.read();
      const found: RecordedCommit[] = [];
      if (oid === null) return found;
      for await (const commit of store.log(oid))
        found.push({ ...commit, ...parseCommitMessage(commit.message) });
      return found.reverse();
    },
    async transitions(run) {
      const commits = await history.commits();
      return commits.filter((one) => one.run !== null && (run === undefined || one.run === run));
    },
    events: async (run) => (await history.transitions(run)).map((one) => one.event?.type ?? '?'),
    async run(id) {
      const live = await loadRun(await history.documents(), id);
      if (live !== undefined) return live.state;
      const finished = await history.finished(id);
      const then = finished === undefined ? undefined : await store.at(finished.commit);
      const state = then === undefined ? undefined : (await loadRun(openDocuments(then), id))?.state;
      if (state === undefined) throw new Error(`there is no run ${id}`);
      return state;
    },
    async job(run, job) {
      const document = (await history.run(run)).jobs[job];
      if (document === undefined) throw new Error(`${run} has no document for ${job}`);
      return document;
    },
    finished: async (run) => (await history.documents()).read(layout.finishedIndex(run), finishedIndexCodec),
    async expectSound() {
      const commits = await history.commits();
      expectChains(commits);
      await expectOneLease(store, commits);
    },
  };
  return history;
}

function expectChains(commits: readonly RecordedCommit[]): void {
  const last = new Map<string, string>();
  const ids = new Set<string>();
  const first = commits[0];
  for (const commit of commits) {
    const { subject, event, run, previous, oid, author, committer } = commit;
    if (event === null) continue;
    expect(committer.name, subject).toBe('treadle');
    expect(subject.length, subject).toBeLessThanOrEqual(200);
    expect(ids.has(event.id), `${event.type} ${event.id} twice: ${subject}`).toBe(false);
    ids.add(event.id);
    if (run === null) continue;
    expect(previous, `Treadle-Previous of ${subject}`).toBe(last.get(run) ?? null);
    expect(subject).toMatch(/^#\d+ [\w-]+: |^Settle /);
    if ('actor' in event)
      expect(author.name).toBe(event.actor.kind === 'treadle' ? 'treadle' : event.actor.login);
    // A commit that only clears an event away is none of the run's history.
    if (subject.startsWith('#')) last.set(run, oid);
  }
  expect(first?.event?.type).toBe('initialised');
}

/** At no commit do two runs believe that they merge, and who does holds the lease. */
async function expectOneLease(store: Store, commits: readonly RecordedCommit[]): Promise<void> {
  const merging = new Set<string>();
  for (const { oid, subject, run } of commits) {
    const documents = run === null ? null : openDocuments(await store.at(oid));
    const loaded = documents === null || run === null ? undefined : await loadRun(documents, run);
    if (run === null || loaded === undefined) continue;
    const { jobs, run: document, queue } = loaded.state;
    const isMerging = Object.values(jobs).some(
      ({ id, merge, escalation }) =>
        merge !== null && escalation === null && document.jobs[id]?.status === 'in_progress',
    );
    if (isMerging) merging.add(run);
    else merging.delete(run);
    expect(merging.size, `at ${subject}: ${[...merging].join(', ')}`).toBeLessThanOrEqual(1);
    if (isMerging) expect(queue.lease?.run, subject).toBe(run);
  }
}
