import { TreadleError } from '../base/errors.ts';
import { finishedIndexCodec, issueIndexCodec } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import type { Config } from '../engine/config.ts';
import type { RunState } from '../engine/state/run.ts';
import { visibleLine } from '../engine/view/visible-text.ts';
import { createDefinitions } from '../runtime/definitions.ts';
import { loadRun } from '../runtime/run-documents.ts';
import { openDocuments, type Documents } from '../store/documents.ts';
import type { Store } from '../store/port.ts';
import type { Workflow } from '../workflow/model.ts';
import { documentsOf, resolveJob } from '../engine/legs.ts';

/** A run as it is shown: active on the tip, or finished and read where it was last complete. */
export interface FoundRun {
  readonly state: RunState;
  readonly config: Config;
  readonly workflow: Workflow;
  /** The run's last transition, where the index knows it. */
  readonly lastCommit: string | null;
}

const definitions = createDefinitions();
const READ_TOGETHER = 50;

/**
 * Finds a run by its id (`42-1`) or by its issue (`42`, `#42`: the newest). Throws `not-found`, naming what there is.
 *
 * @param opened the documents of the tip, where they are at hand
 */
export async function findRun(
  store: Store,
  wanted: string,
  opened: Documents | null = null,
): Promise<FoundRun> {
  checkName(wanted);
  const documents = opened ?? openDocuments(await store.read());
  const id = await resolveRunId(documents, wanted);
  const active = await loadRun(documents, id);
  if (active !== undefined) {
    const workflow = await definitions.load(documents, active.state.run.definition);
    return { ...active, workflow, lastCommit: active.state.run.lastCommit?.oid ?? null };
  }
  const finished = await documents.read(layout.finishedIndex(id), finishedIndexCodec);
  if (finished === undefined) throw noSuchRun(wanted, await activeRuns(documents));
  const then = openDocuments(await store.at(finished.commit));
  const loaded = await loadRun(then, id);
  if (loaded === undefined) throw noSuchRun(wanted, await activeRuns(documents));
  const workflow = await definitions.load(then, loaded.state.run.definition);
  return { ...loaded, workflow, lastCommit: finished.lastCommit };
}

/** Finds several runs. Over a network they are read together, some at a time. */
export async function findRuns(
  store: Store,
  documents: Documents,
  ids: readonly string[],
): Promise<readonly FoundRun[]> {
  const found: FoundRun[] = [];
  for (let first = 0; first < ids.length; first += READ_TOGETHER) {
    const some = ids.slice(first, first + READ_TOGETHER);
    found.push(...(await Promise.all(some.map((id) => findRun(store, id, documents)))));
  }
  return found;
}

/** A job's id, by however it was typed. Throws `not-found`, naming those there are. */
export function findJob({ workflow, state }: FoundRun, wanted: string): string {
  const id = resolveJob({ workflow, ...documentsOf(state) }, wanted);
  if (id !== undefined) return id;
  throw new TreadleError('not-found', `run ${state.run.id} has no job ${wanted}`, {
    remedy: `Its jobs: ${[...workflow.jobs.keys()].join(', ')}`,
  });
}

/** Ids of the runs on the tip. */
export async function activeRuns(documents: Documents): Promise<readonly string[]> {
  const runs: string[] = [];
  for await (const run of documents.list(layout.runs)) runs.push(run);
  return runs.sort(byNumbers);
}

/** Ids of the runs that left the tip. */
export async function finishedRuns(documents: Documents): Promise<readonly string[]> {
  const runs: string[] = [];
  for await (const name of documents.list(layout.finishedRuns)) runs.push(name.replace(/\.json$/, ''));
  return runs.sort(byNumbers);
}

/** Throws `usage` for what can be neither a run nor an issue, before it is looked for anywhere. */
function checkName(wanted: string): void {
  if (/^#?\d{1,15}(-\d{1,9})?$/.test(wanted)) return;
  const shown = wanted.trim() === '' ? 'the run is empty' : `${visibleLine(wanted)} names no run`;
  throw new TreadleError('usage', shown, {
    remedy: 'Name a run like 42-1, or its issue like 42. To see which there are: treadle status --all',
  });
}

async function resolveRunId(documents: Documents, wanted: string): Promise<string> {
  const issue = /^#?(\d+)$/.exec(wanted)?.[1];
  if (issue === undefined) return wanted.replace('#', '');
  const index = await documents.read(layout.issueIndex(Number(issue)), issueIndexCodec);
  if (index?.escalation != null) return index.escalation.run;
  const run = index?.active ?? index?.runs.at(-1);
  if (run === undefined) throw noSuchRun(wanted, await activeRuns(documents));
  return run;
}

function noSuchRun(wanted: string, active: readonly string[]): TreadleError {
  return new TreadleError('not-found', `there is no run ${wanted}`, {
    remedy:
      active.length === 0
        ? 'No run is active. See: treadle status --all'
        : `Active runs: ${active.join(', ')}`,
  });
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
