import { RecordVersion } from './record-version.ts';
import type { GroupDocument } from './group.ts';
import type { JobDocument } from './state/job.ts';
import type { JobLine, RunDocument, RunState } from './state/run.ts';
import type { MeterDocument } from './state/meter.ts';
import type { QueueDocument } from './state/queue.ts';

/** A run's document, apart from the lines of its jobs. */
export type RunFields = Omit<RunDocument, 'jobs'>;

/** The records of a state that are as large as its workflow. */
export interface Versions {
  readonly lines: RecordVersion<JobLine>;
  readonly jobs: RecordVersion<JobDocument>;
}

/** The parts of a state. */
export interface Parts {
  readonly versions: Versions;
  readonly run: RunFields;
  readonly queue: QueueDocument;
  readonly meter: MeterDocument | undefined;
  readonly groups: Readonly<Record<string, GroupDocument>>;
}

/** Groups of a run that has a place in none. */
export const NO_GROUPS: Readonly<Record<string, GroupDocument>> = {};

const linesOf = new WeakMap<RunDocument, RecordVersion<JobLine>>();
const jobsOf = new WeakMap<RunState, RecordVersion<JobDocument>>();
const fields = new WeakMap<RunDocument, RunFields>();

/** The large records of a state: handed on by the transition that made it, or as they were read. */
export function versionsOf(state: RunState): Versions {
  const lines = linesOf.get(state.run) ?? new RecordVersion(state.run.jobs);
  const jobs = jobsOf.get(state) ?? new RecordVersion(state.jobs);
  linesOf.set(state.run, lines);
  jobsOf.set(state, jobs);
  return { lines, jobs };
}

/** The document of a run without its lines: one object as long as it is the same document. */
export function fieldsOf(run: RunDocument): RunFields {
  const known = fields.get(run);
  if (known !== undefined) return known;
  const own: RunFields & { jobs?: unknown } = { ...run };
  delete own.jobs;
  fields.set(run, own);
  return own;
}

/**
 * The parts as a state; the base itself where nothing changed, and its document where that did not. The large records are made when
 * they are first read, each once.
 */
export function stateOf(base: RunState, parts: Parts): RunState {
  const { versions, queue, meter, groups } = parts;
  const before = versionsOf(base);
  const run = runOf(base.run, before.lines, parts);
  const hasSameGroups = groups === (base.groups ?? NO_GROUPS);
  const hasSameShared = queue === base.queue && meter === base.meter && hasSameGroups;
  if (run === base.run && versions.jobs === before.jobs && hasSameShared) return base;
  const state: RunState = {
    run,
    get jobs() {
      return versions.jobs.flat();
    },
    queue,
    ...(meter === undefined ? {} : { meter }),
    ...(hasSameGroups && base.groups === undefined ? {} : { groups }),
  };
  jobsOf.set(state, versions.jobs);
  return state;
}

function runOf(base: RunDocument, before: RecordVersion<JobLine>, { versions, run }: Parts): RunDocument {
  const { lines } = versions;
  if (run === fieldsOf(base) && lines === before) return base;
  const document: RunDocument = {
    ...run,
    get jobs() {
      return lines.flat();
    },
  };
  linesOf.set(document, lines);
  fields.set(document, run);
  return document;
}
