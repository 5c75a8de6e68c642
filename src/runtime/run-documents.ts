import type { Sha256 } from '../base/digest.ts';
import { TreadleError } from '../base/errors.ts';
import { groupKeyOf } from '../engine/concurrency-group.ts';
import { extractBlobs, findBlobs, insertBlobs } from '../codec/blobs.ts';
import { formatAddress, type Address } from '../codec/address.ts';
import type { DocumentCodec } from '../codec/document-codec.ts';
import {
  configCodec,
  groupCodec,
  finishedIndexCodec,
  issueIndexCodec,
  jobCodec,
  meterCodec,
  queueCodec,
  runCodec,
  textCodec,
  type FinishedIndex,
  type IssueIndex,
} from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import { projectRun } from '../codec/projection.ts';
import type { Config } from '../engine/config.ts';
import { deadlinesOf } from '../engine/deadlines.ts';
import { monthOf } from '../engine/metrics.ts';
import { lookup } from '../engine/own-keys.ts';
import type { JobDocument } from '../engine/state/job.ts';
import type { MeterDocument } from '../engine/state/meter.ts';
import type { QueueDocument } from '../engine/state/queue.ts';
import type { RunDocument, RunState } from '../engine/state/run.ts';
import { legId } from '../workflow/leg.ts';
import type { GroupDocument } from '../engine/group.ts';
import type { Documents } from '../store/documents.ts';

/** A run as it stands at a snapshot, with the configuration it is pinned to. */
export interface LoadedRun {
  readonly state: RunState;
  readonly config: Config;
}

/** Where a run's own documents are: those that are there for sure when it is read. */
export async function runAhead(documents: Documents, id: string): Promise<readonly Address[]> {
  const jobs = await listJobs(documents, id);
  const addresses: Address[] = [layout.run(id), ...jobs.map((job) => layout.job(id, job))];
  for await (const digest of documents.list(layout.blobs(id))) addresses.push(layout.blob(id, digest));
  return addresses;
}

/** Reads a run that is on the tip; undefined where there is none (it never was, or it finished and left). */
export async function loadRun(documents: Documents, id: string): Promise<LoadedRun | undefined> {
  await documents.readAhead(await runAhead(documents, id));
  const stored = await documents.read(layout.run(id), runCodec);
  if (stored === undefined) return undefined;
  await readAheadOf(documents, stored);
  const config = await loadConfig(documents, stored.config);
  const run = await insertTexts<RunDocument>(documents, id, stored);
  const jobs: Record<string, JobDocument> = {};
  for (const job of await listJobs(documents, id)) {
    const document = await documents.read(layout.job(id, job), jobCodec);
    if (document !== undefined) jobs[job] = await insertTexts<JobDocument>(documents, id, document);
  }
  const queue = await loadQueue(documents, config.settings.baseBranch);
  const meter = await loadMeter(documents);
  const shared = { ...(meter === undefined ? {} : { meter }), ...(await loadGroups(documents, run)) };
  return { state: { run, jobs, queue, ...shared }, config };
}

/** The ids of the jobs and legs that have a document. */
async function listJobs(documents: Documents, run: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of documents.list(layout.jobs(run))) {
    const [, job = '', kind] = /^(.*)\.(json|legs)$/.exec(name) ?? [];
    if (kind === 'json') names.push(job);
    if (kind !== 'legs') continue;
    for await (const leg of documents.list(layout.legs(run, job))) {
      names.push(legId(job, Number(leg.replace(/\.json$/, ''))));
    }
  }
  return names;
}

/** Reads together what comes with a run: what it is pinned to, and what a transition of it looks into. */
async function readAheadOf(documents: Documents, run: RunDocument): Promise<void> {
  const addresses: Address[] = [
    layout.config(run.config),
    layout.definition(run.definition),
    layout.issueIndex(run.issue),
    layout.meter,
    // Where this transition is the last one. In the first hours of a month it may be read by itself.
    layout.monthlyMetrics(monthOf(run.updatedAt)),
    ...Object.values(run.groups ?? {}).map((name) => layout.group(groupKeyOf(name))),
  ];
  for await (const entry of documents.list(layout.queues)) addresses.push([...layout.queues, { entry }]);
  await documents.readAhead(addresses);
}

/** The concurrency groups that a run has a place in. */
async function loadGroups(documents: Documents, run: RunDocument): Promise<Pick<RunState, 'groups'>> {
  if (run.groups === undefined) return {};
  const groups: Record<string, GroupDocument> = {};
  for (const name of Object.values(run.groups)) {
    const group = await loadGroup(documents, groupKeyOf(name));
    if (group !== undefined) groups[groupKeyOf(name)] = group;
  }
  return { groups };
}

/** A concurrency group by its key; undefined where nobody has a place in it. */
export function loadGroup(documents: Documents, key: string): Promise<GroupDocument | undefined> {
  return documents.read(layout.group(key), groupCodec);
}

/** The configuration that a run is pinned to. Throws `state-corrupt` where it is missing. */
export async function loadConfig(documents: Documents, digest: Sha256): Promise<Config> {
  const config = await documents.read(layout.config(digest), configCodec);
  if (config === undefined) throw missing(layout.config(digest));
  return config;
}

/** The commit queue of a base branch, empty where nothing is queued. */
export async function loadQueue(documents: Documents, base: string): Promise<QueueDocument> {
  const queue = await documents.read(layout.queue(base), queueCodec);
  return queue ?? { version: 1, base, entries: [], lease: null };
}

/** How much the whole repository dispatches; undefined where it never did. */
export async function loadMeter(documents: Documents): Promise<MeterDocument | undefined> {
  return documents.read(layout.meter, meterCodec);
}

export async function loadIssueIndex(documents: Documents, issue: number): Promise<IssueIndex> {
  const index = await documents.read(layout.issueIndex(issue), issueIndexCodec);
  return index ?? { version: 1, issue, runs: [], active: null, escalation: null };
}

/**
 * Stages what a transition changed in a run, and all that follows from it in the indexes. `before` is null for a new run; then
 * `queue` is the commit queue as it was.
 */
export async function stageRun(
  documents: Documents,
  before: RunState | null,
  after: RunState,
  queue: QueueDocument | undefined = before?.queue,
): Promise<void> {
  const id = after.run.id;
  if (after.run !== before?.run) {
    await writeWithBlobs(documents, id, layout.run(id), runCodec, after.run);
  }
  for (const [job, document] of Object.entries(after.jobs)) {
    if (document !== before?.jobs[job]) {
      await writeWithBlobs(documents, id, layout.job(id, job), jobCodec, document);
    }
  }
  for (const job of Object.keys(before?.jobs ?? {})) {
    if (after.jobs[job] === undefined) await documents.remove(layout.job(id, job));
  }
  if (after.queue !== queue) await stageQueue(documents, after.queue);
  if (after.meter !== undefined && after.meter !== before?.meter) {
    await documents.write(layout.meter, meterCodec, after.meter);
  }
  for (const [key, group] of Object.entries(after.groups ?? {})) {
    if (group !== before?.groups?.[key]) await stageGroup(documents, key, group);
  }
  await stageProjection(documents, before, after);
  await stageIssueIndexes(documents, before, after);
}

/**
 * Takes a finished run off the tip, with its decisions, and leaves an index entry that says where to read it.
 *
 * @param commit a commit whose tree holds the run, complete
 */
export async function retireRun(documents: Documents, state: RunState, commit: string): Promise<void> {
  const { run } = state;
  const conclusion = run.conclusion ?? 'cancelled';
  const finished: FinishedIndex = {
    version: 1,
    run: run.id,
    issue: run.issue,
    workflow: run.workflow,
    title: run.title.slice(0, 250),
    conclusion,
    completedAt: run.completedAt ?? run.updatedAt,
    commit,
    lastCommit: run.lastCommit?.oid ?? null,
  };
  await documents.removeEntry(layout.runFolder(run.id));
  await documents.remove(['decisions', run.id]);
  await documents.write(layout.finishedIndex(run.id), finishedIndexCodec, finished);
}

async function stageQueue(documents: Documents, queue: QueueDocument): Promise<void> {
  const address = layout.queue(queue.base);
  const isIdle = queue.entries.length === 0 && queue.lease === null && queue.reworked === undefined;
  if (isIdle) await documents.remove(address);
  else await documents.write(address, queueCodec, queue);
}

async function stageGroup(documents: Documents, key: string, group: GroupDocument): Promise<void> {
  if (group.running === null && group.pending.length === 0) await documents.remove(layout.group(key));
  else await documents.write(layout.group(key), groupCodec, group);
}

async function stageProjection(
  documents: Documents,
  before: RunState | null,
  after: RunState,
): Promise<void> {
  const jobs = changedJobs(before, after);
  const old =
    before === null ? new Map<string, never>() : projectRun(before, deadlinesOf(before, jobs), jobs);
  const fresh = projectRun(after, deadlinesOf(after, jobs), jobs);
  for (const [key, { address }] of old) if (!fresh.has(key)) await documents.remove(address);
  for (const { address, codec, value } of fresh.values()) {
    // The union pairs each codec with its value; TypeScript cannot follow the pairing through the loop.
    await documents.write(address, codec, value);
  }
}

/** The jobs whose document or line is another than before: no other has anything projected otherwise. */
function changedJobs(before: RunState | null, after: RunState): readonly string[] {
  if (before === null) return Object.keys(after.jobs);
  const isOther = (job: string): boolean =>
    lookup(after.jobs, job) !== lookup(before.jobs, job) ||
    lookup(after.run.jobs, job) !== lookup(before.run.jobs, job);
  return [...new Set([...Object.keys(before.jobs), ...Object.keys(after.jobs)])].filter(isOther);
}

async function stageIssueIndexes(
  documents: Documents,
  before: RunState | null,
  after: RunState,
): Promise<void> {
  const { id, issue, status } = after.run;
  if (before === null || before.run.status !== status) {
    const index = await loadIssueIndex(documents, issue);
    await documents.write(layout.issueIndex(issue), issueIndexCodec, {
      ...index,
      runs: index.runs.includes(id) ? index.runs : [...index.runs, id],
      ...(after.run.parent === undefined ? { active: status === 'completed' ? null : id } : {}),
    });
  }
  const was = escalationBeads(before);
  const is = escalationBeads(after);
  for (const bead of was.keys()) if (!is.has(bead)) await documents.remove(layout.issueIndex(bead));
  for (const [bead, job] of is) {
    if (was.get(bead) === job) continue;
    const index = await loadIssueIndex(documents, bead);
    await documents.write(layout.issueIndex(bead), issueIndexCodec, {
      ...index,
      escalation: { run: id, job },
    });
  }
}

/** CEO bead → escalated job. */
function escalationBeads(state: RunState | null): ReadonlyMap<number, string> {
  const beads = new Map<number, string>();
  for (const job of Object.values(state?.jobs ?? {})) {
    if (job.escalation !== null && job.escalation.issue !== null) beads.set(job.escalation.issue, job.id);
  }
  return beads;
}

/** Puts long texts, which are stored apart, where they belong. */
async function insertTexts<T>(documents: Documents, run: string, stored: T): Promise<T> {
  const texts = new Map<Sha256, string>();
  for (const digest of findBlobs(stored)) {
    const text = await documents.read(layout.blob(run, digest), textCodec);
    if (text === undefined) throw missing(layout.blob(run, digest));
    texts.set(digest, text);
  }
  // Blob references stand where the type has texts; with the texts in place the type holds.
  return insertBlobs(stored, (digest) => texts.get(digest) ?? '') as T;
}

async function writeWithBlobs<T>(
  documents: Documents,
  run: string,
  address: Address,
  codec: DocumentCodec<T>,
  value: T,
): Promise<void> {
  const { stored, blobs } = extractBlobs(value);
  for (const [digest, text] of blobs) await documents.write(layout.blob(run, digest), textCodec, text);
  await documents.write(address, codec, stored as T);
}

function missing(address: Address): TreadleError {
  const path = formatAddress(address);
  return new TreadleError('state-corrupt', `${path} is missing on the state branch, but is referred to`, {
    remedy: `Nothing was changed. Find the commit that removed it with: git log -p <state branch> -- '${path.replace('…', '**')}'; then restore it.`,
    facts: { path },
  });
}
