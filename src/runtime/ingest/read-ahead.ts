import type { Address } from '../../codec/address.ts';
import { layout } from '../../codec/layout.ts';
import { monthOf } from '../../engine/metrics.ts';
import type { Documents } from '../../store/documents.ts';
import { runAhead } from '../run-documents.ts';
import { deadlinesAhead } from './deadlines.ts';
import type { Reading } from './reading.ts';
import { watchesOf } from './watchers.ts';

/** What was found to have happened, as far as it says which documents will be read. */
export interface Happened {
  /** Issues that changed or were commented on. */
  readonly issues: readonly number[];
  /** Watched pull requests that changed. */
  readonly pulls: readonly number[];
}

/** Runs that are read along; what happened to others is read when it is looked at. */
const MOST_RUNS = 50;
/** Collections of no more documents than this are read as a whole, where the one that is needed is not known yet. */
const SMALL_COLLECTION = 32;

/**
 * Reads together all documents that a wake looks at for sure, and those of the runs that something happened to: over a network
 * that is one request. Which these are is told by names alone.
 */
export async function readAheadOf({ documents, now }: Reading, happened: Happened): Promise<void> {
  const { issues, pulls } = happened;
  const runs = [...(await runsOf(documents, issues, pulls))].slice(0, MOST_RUNS);
  const addresses: Address[] = [
    layout.root,
    layout.cursor,
    ...(await deadlinesAhead(documents, now)),
    layout.meter,
    ...(await entriesOf(documents, layout.answers)),
    ...(await entriesOf(documents, layout.checks)),
    ...(await entriesOf(documents, layout.notices)),
    ...issues.map(layout.issueIndex),
    ...(await watchesOf(documents, pulls)).map(({ entry }): Address => [...layout.pulls, { entry }]),
    ...(await entriesOf(documents, layout.queues)),
  ];
  for (const run of runs) addresses.push(...(await runAhead(documents, run)));
  if (runs.length + issues.length > 0) {
    for (const collection of [layout.configs, layout.definitions, layout.groups]) {
      const entries = await entriesOf(documents, collection);
      if (entries.length <= SMALL_COLLECTION) addresses.push(...entries);
    }
    addresses.push(layout.monthlyMetrics(monthOf(now)));
  }
  // Whoever needs one that cannot be read is told then.
  await Promise.allSettled([documents.readAhead(addresses)]);
}

async function entriesOf(documents: Documents, collection: Address): Promise<readonly Address[]> {
  const addresses: Address[] = [];
  for await (const entry of documents.list(collection)) addresses.push([...collection, { entry }]);
  return addresses;
}

/** The runs of these issues, those that wait on these pull requests, and those with effects to perform. */
async function runsOf(
  documents: Documents,
  issues: readonly number[],
  pulls: readonly number[],
): Promise<ReadonlySet<string>> {
  const runs = new Set((await watchesOf(documents, pulls)).map(({ run }) => run));
  for await (const name of documents.list(layout.outboxes)) runs.add(name.replace(/\.json$/, ''));
  const beads = new Set(issues);
  if (beads.size === 0) return runs;
  for await (const run of documents.list(layout.runs)) if (beads.has(Number.parseInt(run, 10))) runs.add(run);
  return runs;
}
