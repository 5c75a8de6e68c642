import { autoFiledBody } from '../../beads/auto-filed-text.ts';
import { TREADLE } from '../../engine/event.ts';
import { digestOfBead, knownBead } from '../../engine/issue-edited.ts';
import type { RunState } from '../../engine/state/run.ts';
import type { Issue } from '../../forge/port/issues.ts';
import type { Documents } from '../../store/documents.ts';
import { readFiled } from '../filed-bead.ts';
import { loadIssueIndex } from '../run-documents.ts';
import type { Unit } from '../unit.ts';
import { loadTree } from './choose-run.ts';

/**
 * The title or the text of a bead differs from what its run knows: all open runs of the bead are told, the outermost first, since
 * what it asks again takes back those that it called. Who edited it does not matter; nothing of it is asked of the forge.
 */
export async function ingestEdit(unit: Unit, issue: Issue): Promise<void> {
  const { active } = await loadIssueIndex(unit.documents(), issue.number);
  const root = active === null ? undefined : await unit.load(active);
  if (root === undefined) return;
  const text = await textNow(unit.documents(), issue, root.state);
  if (text === knownBead(root.state.run)) return;
  for (const { state } of await loadTree(unit.documents(), root)) {
    await unit.apply({
      run: state.run.id,
      happening: { type: 'issue_edited', text },
      actor: TREADLE,
      ground: 'read from the forge',
      at: issue.updatedAt,
      cause: ['edited', text, issue.updatedAt],
    });
  }
}

/**
 * Digest of what a bead asks for. The text of a bead that was filed for a failure is brought up to date by ourselves: it counts as
 * edited only where it is not what we wrote.
 */
async function textNow(documents: Documents, issue: Issue, { run }: RunState): Promise<string> {
  const { title, body } = issue;
  const filed = await readFiled(documents, issue);
  const isOurs = filed !== undefined && autoFiledBody(filed) === body.replaceAll('\r\n', '\n');
  return digestOfBead({ title, body: isOurs ? run.trigger.issue.body : body });
}
