import { derivedId } from '../base/digest.ts';
import { definitionOf, jobOf } from '../workflow/leg.ts';
import type { Job, Workflow } from '../workflow/model.ts';
import type { AncestorResults } from './ancestry.ts';
import { openAncestry } from './ancestry.ts';
import type { Config } from './config.ts';
import type { Effect } from './effect.ts';
import type { CallerChanged, GroupMoved, QueueAdvanced, RunStarted, SubRunCompleted } from './event.ts';
import { groupKeyOf } from './concurrency-group.ts';
import { emptyGroup } from './group.ts';
import { legsOf, openStatusOf } from './legs.ts';
import type { LineCounts } from './line-counts.ts';
import { countLines, rememberCounts } from './line-counts.ts';
import { openOverlay } from './overlay.ts';
import { countedOutputs } from './outputs.ts';
import { lookup } from './own-keys.ts';
import { RecordVersion } from './record-version.ts';
import type { RunFields, Versions } from './run-versions.ts';
import { fieldsOf, NO_GROUPS, stateOf, versionsOf } from './run-versions.ts';
import type { GroupDocument } from './group.ts';
import type { Claim, OutboxEntry } from './state/outbox.ts';
import type { JobDocument } from './state/job.ts';
import type { JobLine, RunState } from './state/run.ts';
import type { MeterDocument } from './state/meter.ts';
import type { QueueDocument } from './state/queue.ts';
import type { CalledWorkflow, TransitionContext } from './transition-context.ts';

/** An event that a transition caused for another run. */
export type InboxEvent = QueueAdvanced | GroupMoved | RunStarted | SubRunCompleted | CallerChanged;

/** What policy reads of a run: the documents, with the changes made so far. A `job` is the id of a job or of a leg. */
export interface RunView {
  readonly workflow: Workflow;
  readonly config: Config;
  /** Without its lines, which {@link RunView.line} tells. */
  readonly run: RunFields;
  readonly queue: QueueDocument;
  readonly meter: MeterDocument | undefined;
  /** As the workflow defines it; a leg as its job. */
  definition(job: string): Job | undefined;
  line(job: string): JobLine;
  document(job: string): JobDocument | undefined;
}

/** What a transition follows from: ids are derived from it, times are its time, effects are claimed by its wake. */
export interface Cause {
  readonly id: string;
  readonly at: string;
  readonly wake: Claim;
}

/**
 * The changes of one transition, collected. It lives within one call of the engine; what it was opened on never changes, and what
 * was not changed keeps its identity.
 */
export interface Draft extends RunView {
  readonly cause: Cause;
  patchRun(patch: Partial<RunFields>): void;
  /** A leg's line moves the line of its job along, as long as any leg is open. */
  setLine(job: string, line: JobLine): void;
  /** Forgets the lines of legs. */
  removeLines(legs: readonly string[]): void;
  /** Changes fields of a job's document, which is made where there is none. */
  patchJob(job: string, patch: Partial<JobDocument>): void;
  setQueue(queue: QueueDocument): void;
  setMeter(meter: MeterDocument): void;
  /** The concurrency group of a name; empty where it is used for the first time. */
  group(name: string): GroupDocument;
  setGroup(group: GroupDocument): void;
  /** Goes on with another definition: jobs that it lacks are forgotten, lines of new ones are added. */
  replaceWorkflow(workflow: Workflow): void;
  /** Goes on with other roles and settings. */
  replaceConfig(config: Config): void;
  /** Adds a wish to the outbox. */
  emit(effect: Effect): void;
  /** Takes wishes out of the outbox that what happened has answered: nothing is left to perform or to record. */
  settleEffects(isAnswered: (effect: Effect) => boolean): void;
  send(event: InboxEvent): void;
  /** The workflow that `uses` names, or undefined where the definition does not hold it. */
  callOf(uses: string): CalledWorkflow | undefined;
  /** The number of the bead's next run; another one each time. */
  takeRunNumber(): number;
  /** Has readiness look at the job before the transition ends. */
  visit(job: string): void;
  /** The next job that is to be looked at. */
  nextVisit(): string | undefined;
  /** Names what the transition led to, for its summary. */
  tell(target: string): void;
  readonly told: ReadonlySet<string>;
  readonly inbox: readonly InboxEvent[];
  /** A document as it was before the transition. */
  documentBefore(job: string): JobDocument | undefined;
  /** All documents as they were before the transition, in no order: for a search that reads each. */
  documentsBefore(): readonly JobDocument[];
  /** What the ancestors of a job came to, as things are now. */
  resultsBefore(job: string): AncestorResults;
  /** Whether a need of a join succeeded; `search` looks at all of them, where it may be otherwise than at the last time. */
  hasSuccessBefore(join: string, search: () => boolean): boolean;
  /** How many jobs and legs there are of each status now. */
  counts(): LineCounts;
  /** The lines as they are now: a copy, for when all of them matter. */
  lines(): Readonly<Record<string, JobLine>>;
  state(): RunState;
}

/** The line of a job that was not started. */
export const QUEUED: JobLine = { status: 'queued', conclusion: null, result: null };

/** Outputs of a job that has none. */
export const NO_OUTPUTS: Readonly<Record<string, string>> = {};

/** What policy reads of a run that is not being changed. */
export function viewOf(
  context: { readonly workflow: Workflow; readonly config: Config },
  state: RunState,
): RunView {
  return {
    workflow: context.workflow,
    config: context.config,
    run: state.run,
    queue: state.queue,
    meter: state.meter,
    definition: (job) => definitionOf(context.workflow, job),
    line: (job) => lookup(state.run.jobs, job) ?? QUEUED,
    document: (job) => lookup(state.jobs, job),
  };
}

/** Opens the changes of one transition. */
export function openDraft(
  context: Pick<TransitionContext, 'workflow' | 'config' | 'groupOf' | 'callOf' | 'nextRun'>,
  base: RunState,
  cause: Cause,
): Draft {
  let { workflow, config } = context;
  const versions = versionsOf(base);
  let run = fieldsOf(base.run);
  let { queue, meter } = base;
  let nextRun = context.nextRun ?? base.run.number + 1;
  let effects = 0;
  let visited = 0;
  const lines = openOverlay(versions.lines);
  const documents = openOverlay(versions.jobs);
  const groups = openOverlay(new RecordVersion(base.groups ?? NO_GROUPS));
  const visits: string[] = [];
  const told = new Set<string>();
  const inbox: InboxEvent[] = [];
  const line = (job: string): JobLine => lines.get(job) ?? QUEUED;
  const ancestry = openAncestry(workflow, versions.lines, (job) => line(job).result);
  const counts = (): LineCounts => countLines(lines.kept(), lines.changes());
  const setLine = (job: string, next: JobLine): void => {
    const before = lines.get(job);
    if (before === undefined || !equalLines(before, next)) lines.set(job, next);
    if ((before ?? QUEUED).result !== next.result) ancestry.forget(job, next.result);
    const status =
      jobOf(job) === job ? null : openStatusOf(legsOf({ document: documents.get }, jobOf(job)).map(line));
    if (status !== null) setLine(jobOf(job), { ...QUEUED, status });
  };
  const addOutputs = (bytes: number): void => {
    const sum = Math.max(0, (run.outputBytes ?? 0) + bytes);
    if (bytes !== 0) run = { ...run, outputBytes: sum };
  };
  return {
    get workflow() {
      return workflow;
    },
    get run() {
      return run;
    },
    get queue() {
      return queue;
    },
    get meter() {
      return meter;
    },
    get config() {
      return config;
    },
    cause,
    told,
    inbox,
    definition: (job) => definitionOf(workflow, job),
    line,
    document: documents.get,
    patchRun: (patch) => (run = { ...run, ...patch }),
    setLine,
    removeLines: lines.remove,
    patchJob: (job, patch) => {
      const before = documents.get(job) ?? blankDocument(job);
      const after = { ...before, ...patch };
      if (equalFields(before, after)) return;
      // What was changed to and fro is as it was.
      const original = versions.jobs.get(job);
      const isOriginal = original !== undefined && equalFields(original, after);
      documents.set(job, isOriginal ? original : after);
      if (before.outputs !== after.outputs || before.matrix !== after.matrix)
        addOutputs(countedOutputs(after) - countedOutputs(before));
    },
    setQueue: (next) => (queue = next),
    setMeter: (next) => (meter = next),
    group: (name) => {
      const key = groupKeyOf(name);
      return groups.get(key) ?? context.groupOf?.(key) ?? emptyGroup(name);
    },
    setGroup: (group) => groups.set(groupKeyOf(group.name), group),
    replaceWorkflow: (next) => {
      workflow = next;
      ancestry.restart(next);
      lines.retain((job) => next.jobs.has(jobOf(job)));
      const gone = Object.values(documents.merged()).filter(({ id }) => !next.jobs.has(jobOf(id)));
      for (const document of gone) addOutputs(-countedOutputs(document));
      documents.retain((job) => next.jobs.has(jobOf(job)));
      for (const job of next.jobs.keys()) if (lines.get(job) === undefined) lines.set(job, QUEUED);
    },
    replaceConfig: (next) => (config = next),
    emit: (effect) => {
      const id = derivedId('effect', run.id, cause.id, effects++);
      const entry: OutboxEntry = { id, effect, claim: cause.wake, failures: 0, problem: null };
      run = { ...run, outbox: [...run.outbox, entry] };
    },
    settleEffects: (isAnswered) => {
      const outbox = run.outbox.filter(({ effect }) => !isAnswered(effect));
      if (outbox.length < run.outbox.length) run = { ...run, outbox };
    },
    send: (event) => inbox.push(event),
    callOf: (uses) => context.callOf?.(uses),
    takeRunNumber: () => nextRun++,
    visit: (job) => visits.push(job),
    nextVisit: () => visits[visited++],
    tell: (target) => told.add(target),
    documentBefore: (job) => versions.jobs.get(job),
    documentsBefore: () => Object.values(base.jobs),
    resultsBefore: ancestry.resultsBefore,
    hasSuccessBefore: ancestry.hasSuccessBefore,
    counts,
    lines: lines.merged,
    state: () => {
      // Counted before what they are counted from is handed on.
      const counted = counts();
      const next: Versions = { lines: lines.version(), jobs: documents.version() };
      rememberCounts(next.lines, counted);
      ancestry.handOn(next.lines);
      return stateOf(base, { versions: next, run, queue, meter, groups: groups.version().flat() });
    },
  };
}

function blankDocument(id: string): JobDocument {
  return {
    version: 1,
    id,
    role: null,
    reassigned: null,
    assignee: null,
    attempts: [],
    budgetFrom: 1,
    outputs: NO_OUTPUTS,
    timeoutAt: null,
    retryAt: null,
    feedback: null,
    gate: null,
    escalation: null,
    merge: null,
  };
}

function equalLines(a: JobLine, b: JobLine): boolean {
  return a.status === b.status && a.conclusion === b.conclusion && a.result === b.result;
}

function equalFields(a: JobDocument, b: JobDocument): boolean {
  const keys = Object.keys(b) as (keyof JobDocument)[];
  return keys.every((key) => a[key] === b[key]);
}
