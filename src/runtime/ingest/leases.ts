import { TREADLE } from '../../engine/event.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Documents } from '../../store/documents.ts';
import { loadRun } from '../run-documents.ts';
import type { AddressedHappening } from '../wake.ts';
import { dueDeadlines } from './deadlines.ts';

/**
 * Looks at the pull requests whose commit lease ran out without a word: what was merged all the same is a fact, and goes before
 * the lease's expiry. Costs the forge nothing where no lease ran out.
 */
export async function readMergesInDoubt(
  forge: Forge,
  documents: Documents,
  now: string,
): Promise<readonly AddressedHappening[]> {
  const facts: AddressedHappening[] = [];
  for (const { run, kind, job, attempt } of await dueDeadlines(documents, now)) {
    const merge = kind === 'lease' ? ((await loadRun(documents, run))?.state.jobs[job]?.merge ?? null) : null;
    const pull = merge === null ? undefined : await forge.pulls.get(merge.pull);
    if (pull === undefined || !pull.merged || pull.mergeCommit === null) continue;
    facts.push({
      run,
      happening: { type: 'pull_request_merged', job, attempt, pull: pull.number, commit: pull.mergeCommit },
      actor: TREADLE,
      ground: 'read from the forge',
      at: now,
      cause: [job, attempt, pull.number],
    });
  }
  return facts;
}
