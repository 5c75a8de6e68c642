import type { Failure } from '../beads/failure.ts';
import { fingerprintOf } from '../beads/fingerprint.ts';
import { TreadleError } from '../base/errors.ts';
import { rootCodec } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import { openDocuments, type Documents } from '../store/documents.ts';
import type { Definitions } from './definitions.ts';
import { fileBugs, type FiledFailure } from './file-bug.ts';
import { readFailedRuns } from './ingest/failed-runs.ts';
import type { Intake } from './ingest/intake.ts';
import type { Runtime } from './ports.ts';

/**
 * Looks for workflow runs that failed on the base branch and files beads for them. It is done where something says that there may
 * be one, before the wake itself, which then starts their runs: every other wake is spared the request.
 */
export async function healFailures(
  runtime: Runtime,
  definitions: Definitions,
  intake: Intake,
): Promise<readonly FiledFailure[]> {
  const tip = await runtime.store.read();
  if (tip.oid === null) return [];
  try {
    const found = await intake.config();
    const failed = await readFailedRuns(runtime.forge, found, runtime.clock.now());
    const failures = failed.length === 0 ? [] : await sinceStateBegan(openDocuments(tip), failed);
    return failures.length === 0 ? [] : await fileBugs(runtime, definitions, found, failures, tip);
  } catch (error) {
    // Settings that cannot be used hold up no run that is going on; the wake says so.
    if (error instanceof TreadleError && error.code.startsWith('config-')) return [];
    throw error;
  }
}

/** What failed before the state began is nobody's business. All that filing a bead will read is read along. */
async function sinceStateBegan(
  documents: Documents,
  failures: readonly Failure[],
): Promise<readonly Failure[]> {
  await documents.readAhead([
    layout.root,
    layout.healing,
    ...failures.map(fingerprintOf).map(layout.fingerprintIndex),
  ]);
  const root = await documents.read(layout.root, rootCodec);
  return failures.filter(({ occurredAt }) => root !== undefined && occurredAt >= root.since);
}
