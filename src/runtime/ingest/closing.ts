import type { Issue } from '../../forge/port/issues.ts';
import { TREADLE } from '../../engine/event.ts';
import { actorOf } from '../authorise.ts';
import { loadIssueIndex } from '../run-documents.ts';
import type { Unit } from '../unit.ts';
import type { Facts } from './facts.ts';

/**
 * A bead was closed while its run was going on. GitHub closes it some time after the merge of a fix that says `Fixes #42`, in the
 * name of whoever merged: that is nobody's word, whoever it was. We close no bead that a run is going on for, but one that is being
 * cancelled, so that a closing in our name is that of the token's owner; only under an App's name nobody in particular speaks. A commit
 * of which the forge does not tell where it is from may be such a merge: by it nobody closed anything.
 */
export async function ingestClosing(unit: Unit, issue: Issue, facts: Facts): Promise<void> {
  const { active, runs } = await loadIssueIndex(unit.documents(), issue.number);
  const closing = facts.closings.get(issue.number);
  if (active === null || closing === undefined) return;
  const { by, isByReference, pulls } = closing;
  const isOurs = by?.id === facts.viewer.id;
  const merged = await findMerged(unit, runs, pulls, isOurs);
  const about = { run: active, at: issue.updatedAt, cause: ['closed', issue.updatedAt] };
  if (merged !== undefined) {
    const happening = { type: 'issue_closed', merged } as const;
    await unit.apply({ ...about, happening, actor: TREADLE, ground: 'read from the forge' });
    return;
  }
  const isWord = !isByReference || pulls.length > 0;
  if (by !== null && isWord && !(isOurs && by.kind === 'app')) {
    const ground = 'closed the bead, which the forge allows its author and members only';
    await unit.apply({ ...about, happening: { type: 'issue_closed' }, actor: actorOf(by), ground });
  }
}

/** The pull request that closed the bead by its merge: one of these runs, or any that we merged ourselves. */
async function findMerged(
  unit: Unit,
  runs: readonly string[],
  pulls: readonly number[],
  isOurs: boolean,
): Promise<number | undefined> {
  if (pulls.length === 0 || isOurs) return pulls[0];
  for (const run of runs) {
    for (const { attempts, merge } of Object.values((await unit.load(run))?.state.jobs ?? {})) {
      const own = [merge?.pull, ...attempts.map(({ merged }) => merged)];
      const found = pulls.find((pull) => own.includes(pull));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
