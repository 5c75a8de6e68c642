import { TREADLE } from '../../engine/event.ts';
import type { GivenApproval } from '../../engine/given.ts';
import { digestOfBead, knownBead } from '../../engine/issue-edited.ts';
import type { RunState } from '../../engine/state/run.ts';
import type { IssueText } from '../../forge/port/issues.ts';
import type { Documents } from '../../store/documents.ts';
import { readFiled } from '../filed-bead.ts';
import type { AddressedHappening } from '../wake.ts';

/**
 * Whether a merge rests on what its bead asks for: an approval of text stands behind it. What we ourselves keep up to date, the text
 * of a bead that was filed for a failure, is left to the reading of facts, which knows what we wrote.
 */
export async function restsOnBead(
  documents: Documents,
  { run }: RunState,
  approvals: readonly GivenApproval[],
): Promise<boolean> {
  if (!approvals.some(({ kind }) => kind === 'text')) return false;
  return (await readFiled(documents, { number: run.issue, body: run.trigger.issue.body })) === undefined;
}

/**
 * An edit of the bead that was not read with the facts, as it concerns a merge: what happened to the run, and to those that called it,
 * the outermost first. Nothing where the bead asks for what it did.
 */
export function findEdits({ run }: RunState, bead: IssueText, at: string): readonly AddressedHappening[] {
  const text = digestOfBead(bead);
  if (text === knownBead(run)) return [];
  return [...(run.parent?.callers ?? []), run.id].map((id) => ({
    run: id,
    happening: { type: 'issue_edited', text },
    actor: TREADLE,
    ground: 'read from the forge',
    at,
    cause: ['edited', text, run.lastEvent],
  }));
}
