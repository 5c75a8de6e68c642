import { derivedId } from '../base/digest.ts';
import {
  inboxCodec,
  configCodec,
  definitionCodec,
  issueIndexCodec,
  type CursorDocument,
  type DefinitionDocument,
} from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import type { Config } from '../engine/config.ts';
import type { RecordedEffect, RunEvent } from '../engine/event.ts';
import type { GroupDocument } from '../engine/group.ts';
import type { RunState } from '../engine/state/run.ts';
import { transition, type Transition } from '../engine/transition.ts';
import type { TransitionContext } from '../engine/transition-context.ts';
import { renderSubject } from '../engine/view/subject.ts';
import { openDocuments, type Documents } from '../store/documents.ts';
import type { Oid, Snapshot, Store } from '../store/port.ts';
import type { Workflow } from '../workflow/model.ts';
import { initialiseBranch, recordClaim, recordCursor, recordResults } from './bookkeeping.ts';
import { recordNotices, type Notice, type SaidNotice } from './notices.ts';
import { reviewedDecision } from './decision-file.ts';
import { digestOf, type Definitions } from './definitions.ts';
import { planRestoration } from './restore.ts';
import { stageMetrics } from './stage-metrics.ts';
import {
  loadConfig,
  loadGroup,
  loadIssueIndex,
  loadMeter,
  loadQueue,
  loadRun,
  stageRun,
  type LoadedRun,
} from './run-documents.ts';
import { openUnitCommits, type UnitCommits } from './unit-commits.ts';
import { sealEvent, type AddressedHappening, type Wake } from './wake.ts';

/** A transition that is part of a push. */
export interface AppliedTransition {
  readonly event: RunEvent;
  readonly subject: string;
  readonly oid: Oid;
  readonly workflow: Workflow;
  readonly state: RunState;
}

/** What a new run is pinned to, stored with its first transition. */
export interface Pins {
  readonly definition: DefinitionDocument;
  /** What the definition compiles to. */
  readonly workflow: Workflow;
  readonly config: Config;
}

/** Something that happened to no run: what is said of it in the commit. */
export interface Note {
  readonly type: 'failures_seen' | 'beads_written';
  readonly subject: string;
  readonly detail: string;
}

/** A push in the making: transitions decided on one tip, each a commit, published together or thrown away together. */
export interface Unit {
  /** The documents as they were published before the unit. */
  readonly before: Documents;
  /** The documents as they will be after what was applied so far. */
  documents(): Documents;
  load(run: string): Promise<LoadedRun | undefined>;
  /** Applies what happened to a run, and then what that caused for other runs. */
  apply(fact: AddressedHappening, pins?: Pins): Promise<Transition>;
  /**
   * Puts the branch in order before anything is decided on it: makes it where there is none, undoes what somebody else committed
   * to it, and applies events that earlier transitions left for other runs.
   */
  prepare(): Promise<void>;
  /** Records what performing effects came to. At most one commit, none for no results. */
  record(results: readonly RecordedEffect[]): Promise<void>;
  /** Takes effects over. At most one commit, none for no effects. */
  claim(effects: readonly { readonly run: string; readonly effect: string }[], ground: string): Promise<void>;
  /** Writes down how far facts have been read, and what is to be said on issues without a run, unless nothing changed. */
  moveCursor(cursor: CursorDocument, notices?: readonly Notice[]): Promise<void>;
  /** Writes down what was said on issues without a run, and takes over what nobody else says. At most one commit. */
  recordNotices(notices: {
    readonly said: readonly SaidNotice[];
    readonly claimed: readonly number[];
  }): Promise<void>;
  /** Writes down what belongs to no run, in one commit, or in none where nothing changed. */
  note(note: Note, stage: (documents: Documents) => Promise<void>): Promise<void>;
  readonly applied: readonly AppliedTransition[];
  /** The newest state of every run the unit touched. */
  readonly touched: ReadonlyMap<string, RunState>;
  /** What was found in disorder, for people. */
  readonly remarks: readonly string[];
}

/** A unit together with the means to publish it. */
export interface OpenUnit extends Unit {
  /** The branch as it will be after what was applied so far. */
  tip(): Snapshot;
  publish(): Promise<'published' | 'conflict'>;
}

interface UnitContext {
  readonly store: Store;
  readonly repository: string;
  readonly definitions: Definitions;
  readonly wake: Wake;
  readonly now: string;
}

/** Opens a unit on a snapshot; on a branch that does not exist yet its first commit makes the branch. */
export async function openUnit(context: UnitContext, base: Snapshot): Promise<OpenUnit> {
  const { store, repository, definitions, wake } = context;
  const commits = await openUnitCommits(store, base, context.now);
  const documents = (): Documents => commits.documents();
  const applied: AppliedTransition[] = [];
  const touched = new Map<string, RunState>();
  const remarks: string[] = [];
  const bookkeeping = { commits, definitions, wake, touched };

  const applyEvent = async (event: RunEvent, pins?: Pins): Promise<Transition> => {
    const decided = await decide(commits, definitions, event, pins);
    if (decided.kind === 'ignored') {
      commits.discard();
      return decided;
    }
    const { workflow, outcome } = decided;
    const { state } = outcome;
    const oid = await commitTransition(commits, event, decided);
    applied.push({ event, subject: decided.subject, oid, workflow, state });
    touched.set(event.run, state);
    for (const caused of outcome.inbox) await applyInbox(caused);
    return outcome;
  };

  /** An inbox event leaves the inbox by the commit that applies it, or, where it changes nothing, by one that says so. */
  const applyInbox = async (event: RunEvent): Promise<void> => {
    const outcome = await applyEvent(event);
    if (outcome.kind === 'applied') return;
    await documents().remove(layout.inboxEvent(event.id));
    if (documents().changes().length === 0) return;
    const previous = await commits.previousOf((await loadRun(documents(), event.run))?.state ?? null);
    await commits.append({
      subject: `Settle ${event.type} of ${event.run}: ${outcome.reason}`,
      event,
      previous,
    });
  };

  return {
    before: openDocuments(base),
    applied,
    touched,
    remarks,
    documents,
    load: (run) => loadRun(documents(), run),
    apply: (fact, pins) => applyEvent(sealEvent(fact, wake, commits.time()), pins),
    async prepare() {
      const remark = await restoreBranch(commits);
      if (remark !== null) remarks.push(remark);
      await initialiseBranch(commits, repository);
      for (const event of await readInbox(documents())) await applyInbox({ ...event, wake: wake.claim() });
    },
    record: (results) => recordResults(bookkeeping, results),
    claim: (effects, ground) => recordClaim(bookkeeping, effects, ground),
    moveCursor: (cursor, notices = []) => recordCursor(bookkeeping, cursor, notices),
    recordNotices: (notices) => recordNotices(commits, notices, wake),
    async note({ subject, type, detail }, stage) {
      const on = commits.tip().oid;
      await stage(documents());
      if (documents().changes().length === 0) return;
      const id = derivedId('event', type, on, detail);
      await commits.append({ subject, event: { version: 1, type, id, at: commits.now, detail } });
    },
    tip: () => commits.tip(),
    publish: () => commits.publish(),
  };
}

interface Decided {
  readonly kind: 'applied';
  readonly outcome: Extract<Transition, { kind: 'applied' }>;
  readonly before: RunState | null;
  readonly workflow: Workflow;
  readonly config: Config;
  readonly subject: string;
}

async function decide(
  commits: UnitCommits,
  definitions: Definitions,
  event: RunEvent,
  pins: Pins | undefined,
): Promise<Decided | Extract<Transition, { kind: 'ignored' }>> {
  const documents = commits.documents();
  if (pins !== undefined) {
    await storePins(documents, pins);
    definitions.keep(pins.definition, pins.workflow);
  }
  const loaded = pins === undefined ? await loadRun(documents, event.run) : undefined;
  const before = loaded?.state ?? null;
  // A run that another one calls begins by an event of the inbox, which says what it is pinned to.
  const isCalled = before === null && event.type === 'run_started' && event.parent !== undefined;
  const config =
    loaded?.config ?? pins?.config ?? (isCalled ? await loadConfig(documents, event.config) : undefined);
  const definition =
    before?.run.definition ??
    (pins === undefined ? (isCalled ? event.definition : undefined) : digestOf(pins.definition));
  if (config === undefined || definition === undefined) {
    return { kind: 'ignored', reason: `there is no active run ${event.run}` };
  }
  const workflow = await definitions.load(documents, definition);
  const queue = await loadQueue(documents, config.settings.baseBranch);
  const meter = await loadMeter(documents);
  const other = await loadOther(definitions, documents, event);
  const pinned = {
    workflow,
    config,
    queue,
    ...(meter === undefined ? {} : { meter }),
    definitionOf: (digest: string) => definitions.cached(digest),
    callOf: (uses: string) => definitions.called(other?.definition ?? definition, uses),
    nextRun: await nextRunOf(documents, before, event),
    ...(other?.config === undefined ? {} : { configOf: () => other.config }),
  };
  const outcome = await decideWithGroups(documents, pinned, before, event);
  if (outcome.kind === 'ignored') return outcome;
  const subject = renderSubject(outcome.state.run, outcome.summary);
  await stageRun(documents, before, outcome.state, before?.queue ?? queue);
  await stageCalled(documents, definitions, outcome.state.run.definition, outcome);
  await stageMetrics(documents, workflow, before, outcome.state);
  return { kind: 'applied', outcome, before, workflow, config, subject };
}

/** The number that the next run of the bead has after the run at hand, which may not be in the index yet. */
async function nextRunOf(documents: Documents, before: RunState | null, event: RunEvent): Promise<number> {
  const start = event.type === 'run_started' ? event : null;
  const issue = before?.run.issue ?? start?.trigger.issue.number;
  if (issue === undefined) return 1;
  const { runs } = await loadIssueIndex(documents, issue);
  return Math.max(runs.length, start?.number ?? 0) + 1;
}

/** Keeps what the runs that were called are pinned to, and their numbers, so that no other run takes them. */
async function stageCalled(
  documents: Documents,
  definitions: Definitions,
  caller: string,
  { inbox, state }: Extract<Transition, { kind: 'applied' }>,
): Promise<void> {
  const started = inbox.filter((event) => event.type === 'run_started');
  if (started.length === 0) return;
  const wanted = new Set(started.map(({ definition }) => definition));
  for (const job of definitions.cached(caller)?.jobs.values() ?? []) {
    const called = job.type === 'call' ? definitions.called(caller, job.uses) : undefined;
    if (called === undefined || !wanted.has(called.definition)) continue;
    await documents.write(layout.definition(called.definition), definitionCodec, called.document);
  }
  const index = await loadIssueIndex(documents, state.run.issue);
  const runs = [...new Set([...index.runs, state.run.id, ...started.map(({ run }) => run)])];
  await documents.write(layout.issueIndex(state.run.issue), issueIndexCodec, { ...index, runs });
}

/** A repin goes on by a definition and settings that are stored already, or were just put down; undefined where there are none. */
async function loadOther(
  definitions: Definitions,
  documents: Documents,
  event: RunEvent,
): Promise<{ readonly definition: string; readonly config: Config | undefined } | undefined> {
  if (event.type !== 'override_issued' || event.override.action !== 'repin') return undefined;
  const { definition, config } = event.override;
  const stored = await documents.read(layout.definition(definition), definitionCodec);
  if (stored === undefined) return undefined;
  await definitions.load(documents, definition);
  return { definition, config: config === undefined ? undefined : await loadConfig(documents, config) };
}

/** Decides with the concurrency groups that the transition asks for: which those are, only it can say. */
async function decideWithGroups(
  documents: Documents,
  context: Omit<TransitionContext, 'groupOf'>,
  before: RunState | null,
  event: RunEvent,
): Promise<Transition> {
  const known = new Map<string, GroupDocument | undefined>();
  for (;;) {
    const missing = new Set<string>();
    const groupOf = (key: string): GroupDocument | undefined => {
      if (!known.has(key)) missing.add(key);
      return known.get(key);
    };
    const outcome = transition({ ...context, groupOf }, before, event);
    if (missing.size === 0) return outcome;
    for (const key of missing) known.set(key, await loadGroup(documents, key));
  }
}

/** The transition's commit: what it changed, what it caused for others, and the decision that it approves. */
async function commitTransition(
  commits: UnitCommits,
  event: RunEvent,
  { outcome, before, workflow, config, subject }: Decided,
): Promise<Oid> {
  const documents = commits.documents();
  await documents.remove(layout.inboxEvent(event.id));
  for (const caused of outcome.inbox) {
    await documents.write(layout.inboxEvent(caused.id), inboxCodec, { version: 1, event: caused });
  }
  const decision = reviewedDecision(workflow, config, before, event);
  if (decision !== null) {
    const asText = { decode: String, encode: String };
    await documents.write(layout.decision(decision.path), asText, decision.text);
  }
  return commits.append({
    subject,
    event,
    author: event.actor,
    previous: await commits.previousOf(before),
    extraParents: decision === null ? [] : [decision.head],
    isTransition: true,
  });
}

/** Undoes what somebody else committed to the branch, in one commit. Returns what to tell people about it, or null. */
async function restoreBranch(commits: UnitCommits): Promise<string | null> {
  const { store, base, baseCommit, now } = commits;
  const restoration = await planRestoration(store, base, baseCommit, now);
  if (restoration === null) return null;
  const { subject, changes, event } = restoration;
  await commits.append({ subject, event, changes });
  return event.detail;
}

async function readInbox(documents: Documents): Promise<readonly RunEvent[]> {
  const names: string[] = [];
  for await (const name of documents.list(layout.inbox)) names.push(name);
  const events: RunEvent[] = [];
  await documents.readAhead(names.map((name) => [...layout.inbox, { entry: name }]));
  for (const name of names.sort()) {
    const held = await documents.read(layout.inboxEvent(name.replace(/\.json$/, '')), inboxCodec);
    if (held !== undefined) events.push(held.event);
  }
  return events;
}

async function storePins(documents: Documents, { definition, config }: Pins): Promise<void> {
  await documents.write(layout.definition(digestOf(definition)), definitionCodec, definition);
  await documents.write(layout.config(digestOf(config)), configCodec, config);
}
