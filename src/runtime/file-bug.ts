import { recentFilings, recordFailure, type FiledBead, type Filing } from '../beads/auto-file.ts';
import type { Failure } from '../beads/failure.ts';
import { fingerprintOf } from '../beads/fingerprint.ts';
import type { Sha256 } from '../base/digest.ts';
import {
  fingerprintCodec,
  finishedIndexCodec,
  healingCodec,
  type FingerprintDocument,
  type HealingDocument,
} from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import { visibleLine } from '../engine/view/visible-text.ts';
import { TREADLE } from '../engine/event.ts';
import { openDocuments, type Documents } from '../store/documents.ts';
import type { Snapshot } from '../store/port.ts';
import type { Definitions } from './definitions.ts';
import { selectionFor, startRun } from './ingest/start.ts';
import type { Runtime } from './ports.ts';
import { publish } from './publish.ts';
import type { RepositoryConfig } from './repository-config.ts';
import { loadIssueIndex, loadRun } from './run-documents.ts';
import type { Unit } from './unit.ts';
import { beginWake, type Wake } from './wake.ts';
import { writeBead, type WrittenBead } from './write-bead.ts';

/** What became of a failure that was told. */
export interface FiledFailure {
  readonly id: string;
  readonly fingerprint: Sha256;
  /** Its bead; null where it has none (yet). */
  readonly issue: number | null;
  /** What was done with the bead; null: the failure was only counted. */
  readonly filing: Filing | null;
  readonly reason: string;
}

/** The bead of a failure, as found before anything is decided. `gone`: the issue was deleted. */
type Found = (FiledBead & { readonly run: string | null }) | 'gone';

const NOTHING_PENDING: HealingDocument = { version: 1, pending: [], filedAt: [] };

/**
 * Makes failures into beads: each is counted, the bead of its fingerprint is filed, updated or reopened, and a reopened one is
 * given a new run. First what is to be done is published, then it is done, then what was done is: killed in between, the next call
 * goes on, also with no failures of its own.
 *
 * @param tip the tip of the state branch, where it was read a moment ago
 */
export async function fileBugs(
  runtime: Runtime,
  definitions: Definitions,
  found: RepositoryConfig,
  failures: readonly Failure[],
  tip: Snapshot | null = null,
): Promise<readonly FiledFailure[]> {
  const wake = beginWake(runtime);
  const known = tip ?? (await runtime.store.read());
  const beads = await findBeads(runtime, openDocuments(known), failures);
  let told: readonly FiledFailure[] = [];
  let own: readonly OwnWish[] = [];
  const noted = await publish(
    runtime,
    definitions,
    wake,
    async (unit) => {
      told = await noteFailures(unit, { runtime, wake, found, beads }, failures);
      own = await claimWishes(unit, runtime, wake);
    },
    known,
  );
  const written: WrittenBead[] = [];
  for (const { document, isDoubtful } of own) {
    const bead = document.issue === null ? undefined : beads.get(document.issue);
    const earlierRun = bead === undefined || bead === 'gone' ? null : bead.run;
    written.push(await writeBead(runtime.forge, found, { document, earlierRun, isDoubtful }));
  }
  if (written.length > 0) {
    const note = (unit: Unit): Promise<void> => noteWritten(unit, runtime, found, written);
    await publish(runtime, definitions, wake, note, noted.tip);
  }
  const issues = new Map(written.map(({ fingerprint, issue }) => [fingerprint, issue.number]));
  return told.map((one) => ({ ...one, issue: issues.get(one.fingerprint) ?? one.issue }));
}

/** A wish that this wake fulfils. */
interface OwnWish {
  readonly document: FingerprintDocument;
  /** Another wake may have fulfilled it. */
  readonly isDoubtful: boolean;
}

async function findBeads(
  { forge }: Runtime,
  documents: Documents,
  failures: readonly Failure[],
): Promise<ReadonlyMap<number, Found>> {
  const beads = new Map<number, Found>();
  const fingerprints = new Set(failures.map(fingerprintOf));
  await documents.readAhead([layout.healing, ...[...fingerprints].map(layout.fingerprintIndex)]);
  for (const fingerprint of fingerprints) {
    const document = await documents.read(layout.fingerprintIndex(fingerprint), fingerprintCodec);
    if (document?.issue == null) continue;
    const issue = await forge.issues.get(document.issue);
    const last = await findLastRun(documents, document.issue);
    beads.set(document.issue, issue === undefined ? 'gone' : { state: issue.state, ...last });
  }
  return beads;
}

/** The last run of a bead, and when it ended in success; null where it did not. */
async function findLastRun(
  documents: Documents,
  issue: number,
): Promise<{ readonly run: string | null; readonly verifiedAt: string | null }> {
  const { runs, active } = await loadIssueIndex(documents, issue);
  const run = runs.at(-1) ?? null;
  if (run === null || active !== null) return { run, verifiedAt: null };
  const finished = await documents.read(layout.finishedIndex(run), finishedIndexCodec);
  if (finished !== undefined) {
    return { run, verifiedAt: finished.conclusion === 'success' ? finished.completedAt : null };
  }
  const state = (await loadRun(documents, run))?.state.run;
  return { run, verifiedAt: state?.conclusion === 'success' ? state.completedAt : null };
}

interface Surroundings {
  readonly runtime: Runtime;
  readonly wake: Wake;
  readonly found: RepositoryConfig;
  readonly beads: ReadonlyMap<number, Found>;
}

/** Counts the failures and writes down what is to be done, in one commit. */
async function noteFailures(
  unit: Unit,
  { runtime, wake, found, beads }: Surroundings,
  failures: readonly Failure[],
): Promise<readonly FiledFailure[]> {
  const now = runtime.clock.now();
  const told: FiledFailure[] = [];
  const titles = [...new Set(failures.map(({ title }) => visibleLine(title)))];
  const subject = `Failures: ${titles.slice(0, 3).join(', ')}${titles.length > 3 ? ', …' : ''}`.slice(0, 200);
  const detail = failures.map(({ id, title }) => `${id}: ${title}`).join('\n');
  await unit.note({ type: 'failures_seen', subject, detail }, async (documents) => {
    const healing = (await documents.read(layout.healing, healingCodec)) ?? NOTHING_PENDING;
    let filedAt = recentFilings(healing.filedAt, now);
    const pending = [...healing.pending];
    for (const failure of failures) {
      const fingerprint = fingerprintOf(failure);
      const address = layout.fingerprintIndex(fingerprint);
      const known = await documents.read(address, fingerprintCodec);
      const bead = known?.issue == null ? null : stateOf(beads.get(known.issue));
      const around = { bead, filedAt, limits: found.healing, now };
      const { document, filing, reason } = recordFailure(known, fingerprint, failure, around);
      await documents.write(address, fingerprintCodec, document);
      told.push({ id: failure.id, fingerprint, issue: document.issue, filing, reason });
      if (filing === null) continue;
      pending.push({ fingerprint, claim: wake.claim() });
      if (filing !== 'update') filedAt = [...filedAt, now];
    }
    if (pending.length > healing.pending.length) {
      await documents.write(layout.healing, healingCodec, { version: 1, pending, filedAt });
    }
  });
  return told;
}

/** A bead that became known only now is open, as far as anybody knows: then nothing is filed twice. */
function stateOf(bead: Found | undefined): FiledBead | null {
  if (bead === undefined) return { state: 'open', verifiedAt: null };
  return bead === 'gone' ? null : bead;
}

/** The wishes that this wake fulfils: its own, and those whose claim ran out. */
async function claimWishes(unit: Unit, runtime: Runtime, wake: Wake): Promise<readonly OwnWish[]> {
  const now = runtime.clock.now();
  const own: OwnWish[] = [];
  const note = { type: 'failures_seen', subject: 'Go on with beads of failures', detail: wake.id } as const;
  await unit.note(note, async (documents) => {
    const healing = await documents.read(layout.healing, healingCodec);
    if (healing === undefined) return;
    const pending: HealingDocument['pending'][number][] = [];
    for (const one of healing.pending) {
      const isOwn = one.claim.wake === wake.id;
      const isFree = isOwn || runtime.alone || one.claim.until < now;
      const document = await documents.read(layout.fingerprintIndex(one.fingerprint), fingerprintCodec);
      pending.push(isFree && !isOwn ? { ...one, claim: wake.claim() } : one);
      if (isFree && document !== undefined) own.push({ document, isDoubtful: !isOwn });
    }
    await documents.write(layout.healing, healingCodec, { ...healing, pending });
  });
  return own;
}

/** Writes down which bead each failure has, and starts a run for those that were reopened. */
async function noteWritten(
  unit: Unit,
  runtime: Runtime,
  found: RepositoryConfig,
  written: readonly WrittenBead[],
): Promise<void> {
  const said = written.map(({ issue, did }) => `#${issue.number} ${did}`);
  const note = {
    type: 'beads_written',
    subject: said.join(', ').slice(0, 200),
    detail: said.join('\n'),
  } as const;
  await unit.note(note, async (documents) => {
    const healing = (await documents.read(layout.healing, healingCodec)) ?? NOTHING_PENDING;
    const done = new Set<string>(written.map(({ fingerprint }) => fingerprint));
    const pending = healing.pending.filter(({ fingerprint }) => !done.has(fingerprint));
    await documents.write(layout.healing, healingCodec, { ...healing, pending });
    for (const { fingerprint, issue } of written) {
      const address = layout.fingerprintIndex(fingerprint);
      const document = await documents.read(address, fingerprintCodec);
      if (document === undefined) continue;
      await documents.write(address, fingerprintCodec, { ...document, issue: issue.number, wish: null });
    }
  });
  for (const { issue, did } of written) {
    if (did !== 'reopened') continue;
    const selection = selectionFor(issue, true, found);
    const workflow = selection.kind === 'chosen' ? found.workflows.get(selection.workflow) : undefined;
    if (workflow === undefined) continue;
    await startRun(unit, runtime.forge.repository, found, {
      issue,
      workflow,
      event: 'issues',
      inputs: {},
      actor: TREADLE,
      ground: `the failure of #${issue.number} came back after its fix was verified`,
      at: runtime.clock.now(),
    });
  }
}
