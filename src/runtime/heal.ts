import { TreadleError } from '../base/errors.ts';
import { rootCodec } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import { openDocuments } from '../store/documents.ts';
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
  const root = await openDocuments(tip).read(layout.root, rootCodec);
  if (root === undefined) return [];
  try {
    const found = await intake.config();
    const failures = await readFailedRuns(runtime.forge, found, root.since, runtime.clock.now());
    return failures.length === 0 ? [] : await fileBugs(runtime, definitions, found, failures, tip);
  } catch (error) {
    // Settings that cannot be used hold up no run that is going on; the wake says so.
    if (error instanceof TreadleError && error.code.startsWith('config-')) return [];
    throw error;
  }
}
