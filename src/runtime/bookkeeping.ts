import { derivedId } from '../base/digest.ts';
import { TreadleError } from '../base/errors.ts';
import type { FactsRead } from '../codec/commit-message.ts';
import { cursorCodec, rootCodec, sinceIndexCodec, type CursorDocument } from '../codec/documents.ts';
import { layout, sinceOf } from '../codec/layout.ts';
import type { EffectsClaimed, EffectsRecorded, RecordedEffect } from '../engine/event.ts';
import { claimEffects, recordEffects } from '../engine/record.ts';
import type { RunState } from '../engine/state/run.ts';
import type { Documents } from '../store/documents.ts';
import type { Definitions } from './definitions.ts';
import { describeResults } from './describe-results.ts';
import { firstCursor } from './ingest/cursor.ts';
import { stageNotices, type Notice } from './notices.ts';
import { isPrepared } from './review-workflow.ts';
import { loadRun, retireRun, stageRun, type LoadedRun } from './run-documents.ts';
import type { UnitCommits } from './unit-commits.ts';
import type { Wake } from './wake.ts';

/** What a unit writes down about Treadle's own doing. */
export interface Bookkeeping {
  readonly commits: UnitCommits;
  readonly definitions: Definitions;
  readonly wake: Wake;
  readonly touched: Map<string, RunState>;
}

/**
 * The first commit of a branch: what the branch is, and from when facts count. A branch that `treadle init` prepared is built on.
 *
 * @throws TreadleError `state-foreign` where there is a branch of that name that Treadle did not make
 */
export async function initialiseBranch(commits: UnitCommits, repository: string): Promise<void> {
  const documents = commits.documents();
  if ((await documents.read(layout.root, rootCodec)) !== undefined) return;
  if (commits.tip().oid !== null && !(await isPrepared(commits.tip()))) {
    throw new TreadleError(
      'state-foreign',
      "the state branch exists, but holds no treadle.json: it is not Treadle's",
      {
        remedy:
          'Nothing was changed. Give the branch another name, or set another one with state-branch in .github/treadle.yml.',
      },
    );
  }
  const { now, baseCommit } = commits;
  // Whoever prepared the branch expects that what comes after it counts, what causes the first wake included.
  const cursor = firstCursor(baseCommit, now);
  const { since } = cursor;
  await documents.write(layout.root, rootCodec, { version: 1, repository, since });
  await stageCursor(documents, cursor);
  await commits.append({
    subject: `Start the state of ${repository}`,
    event: {
      version: 1,
      type: 'initialised',
      id: derivedId('event', 'initialised', repository, now),
      at: now,
      detail: `Issues and comments from before ${since} are not acted on by themselves.`,
    },
  });
}

/**
 * Records what performing effects came to, and takes finished runs off the tip. At most one commit, none for no change: what a
 * fact has settled meanwhile is out of the outbox and needs no record.
 */
export async function recordResults(
  { commits, definitions, wake, touched }: Bookkeeping,
  results: readonly RecordedEffect[],
): Promise<void> {
  if (results.length === 0) return;
  const documents = commits.documents();
  const loaded = new Map<string, LoadedRun>();
  const lastCommits: Record<string, { event: string; oid: string }> = {};
  for (const run of new Set(results.map((result) => result.run))) {
    const found = await loadRun(documents, run);
    if (found === undefined) continue;
    const open = new Set(found.state.run.outbox.map(({ id }) => id));
    if (!results.some((result) => result.run === run && open.has(result.effect))) continue;
    loaded.set(run, found);
    const oid = await commits.previousOf(found.state);
    if (oid !== null) lastCommits[run] = { event: found.state.run.lastEvent, oid };
  }
  const known = results.filter((result) => loaded.has(result.run));
  const event: EffectsRecorded = {
    version: 1,
    type: 'effects_recorded',
    // The same result may come again, so what it was recorded on is part of the cause.
    id: derivedId('event', 'effects_recorded', commits.tip().oid, known),
    at: commits.now,
    results: known,
    commits: lastCommits,
    wake: wake.claim(),
  };
  const { oid: complete } = commits.tip();
  for (const [run, { state, config }] of loaded) {
    const workflow = await definitions.load(documents, state.run.definition);
    const own = known.filter((result) => result.run === run);
    const after = recordEffects({ workflow, config }, state, own, event);
    await stageRun(documents, state, after);
    touched.set(run, after);
    if (after.run.status === 'completed' && after.run.outbox.length === 0 && complete !== null) {
      await retireTree(documents, after, complete);
    }
  }
  if (documents.changes().length === 0) return;
  await commits.append({ subject: describeResults(known, loaded), event });
}

/** Takes a finished run off the tip, and the finished runs that it called. */
async function retireTree(documents: Documents, state: RunState, complete: string): Promise<void> {
  const children = Object.values(state.jobs).flatMap((job) =>
    job.attempts.flatMap(({ child }) => child ?? []),
  );
  for (const child of children) {
    const found = await loadRun(documents, child);
    if (found?.state.run.status === 'completed' && found.state.run.outbox.length === 0) {
      await retireTree(documents, found.state, complete);
    }
  }
  await retireRun(documents, state, complete);
}

/** Takes effects over. At most one commit, none for no effects. */
export async function recordClaim(
  { commits, wake, touched }: Bookkeeping,
  effects: readonly { readonly run: string; readonly effect: string }[],
  ground: string,
): Promise<void> {
  if (effects.length === 0) return;
  const documents = commits.documents();
  const claim = wake.claim();
  const event: EffectsClaimed = {
    version: 1,
    type: 'effects_claimed',
    id: derivedId('event', 'effects_claimed', commits.tip().oid, claim, effects),
    at: commits.now,
    effects,
    claim,
    ground,
  };
  for (const run of new Set(effects.map((one) => one.run))) {
    const found = await loadRun(documents, run);
    if (found === undefined) continue;
    const own = effects.filter((one) => one.run === run).map((one) => one.effect);
    const after = claimEffects(found.state, own, event);
    await stageRun(documents, found.state, after);
    touched.set(run, after);
  }
  if (documents.changes().length === 0) return;
  const count = effects.length === 1 ? '1 effect' : `${effects.length} effects`;
  await commits.append({ subject: `Claim ${count}: ${ground}`, event });
}

/** Writes down how far facts have been read, and what is to be said of them, unless nothing changed. */
export async function recordCursor(
  { commits, wake }: Pick<Bookkeeping, 'commits' | 'wake'>,
  cursor: CursorDocument,
  notices: readonly Notice[],
): Promise<void> {
  const documents = commits.documents();
  await stageNotices(documents, notices, wake);
  await stageCursor(documents, cursor);
  if (documents.changes().length === 0) return;
  const id = derivedId('event', 'facts_read', commits.tip().oid, cursor);
  const event: FactsRead = {
    version: 1,
    type: 'facts_read',
    id,
    at: commits.now,
    since: cursor.since,
    ...(notices.length === 0 ? {} : { notices }),
  };
  await commits.append({ subject: `Read facts up to ${cursor.since}`, event });
}

/** The cursor, and its time once more as a name. */
async function stageCursor(documents: Documents, cursor: CursorDocument): Promise<void> {
  const { since } = cursor;
  await documents.write(layout.cursor, cursorCodec, cursor);
  const told: string[] = [];
  for await (const entry of documents.list(layout.sinces)) told.push(entry);
  for (const entry of told) {
    if (sinceOf(entry) !== since) await documents.remove([...layout.sinces, { entry }]);
  }
  await documents.write(layout.sinceIndex(since), sinceIndexCodec, { version: 1, since });
}
