import { parseReport } from '../../codec/report-block.ts';
import { parseSlashCommand } from '../../codec/slash-command.ts';
import type { Comment, CommentEdit } from '../../forge/port/comments.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Documents } from '../../store/documents.ts';
import { loadIssueIndex } from '../run-documents.ts';

/** Looks up, in one query, who edited those new comments that hold a report for a run that is going on. */
export async function readEdits(
  forge: Forge,
  documents: Documents,
  fresh: readonly Comment[],
): Promise<ReadonlyMap<number, CommentEdit>> {
  const asked: Comment[] = [];
  for (const comment of fresh) {
    if (comment.updatedAt === comment.createdAt || !holdsReport(comment.body)) continue;
    const { active, escalation } = await loadIssueIndex(documents, comment.issue);
    if (active !== null || escalation !== null) asked.push(comment);
  }
  return asked.length === 0 ? new Map() : forge.comments.lastEdits(asked);
}

function holdsReport(body: string): boolean {
  const command = parseSlashCommand(body);
  return command === null
    ? parseReport(body).kind !== 'none'
    : command.kind === 'report' || command.kind === 'malformed-report';
}

/**
 * Why an edited comment does not count as its author's word, or null where it does: whoever can write here can edit what others
 * said, so that its latest version is its author's only if they edited it last.
 */
export function reasonNotToBelieve(comment: Comment, edit: CommentEdit | undefined): string | null {
  if (comment.updatedAt === comment.createdAt) return null;
  if (edit === undefined) return 'it was edited, and the forge does not say by whom';
  if (edit.body !== comment.body) return 'it was edited again while it was read: its next version decides';
  if (edit.editor === undefined) return null;
  if (edit.editor === null) return 'it was edited by an account that is gone';
  if (edit.editor.id === comment.author.id) return null;
  return `it was edited by ${edit.editor.login}, and is no longer the word of ${comment.author.login}`;
}
