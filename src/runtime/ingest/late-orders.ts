import { parseSlashCommand } from '../../codec/slash-command.ts';
import { inlineCode } from '../../engine/view/markdown.ts';
import { commandLine } from '../../engine/view/commands.ts';
import type { Comment } from '../../forge/port/comments.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Issue } from '../../forge/port/issues.ts';
import type { Permission } from '../../forge/port/people.ts';
import type { Documents } from '../../store/documents.ts';
import { mayApprove } from '../authorise.ts';
import type { Notice } from '../notices.ts';
import { loadIssueIndex } from '../run-documents.ts';
import { isOverruling } from './overrulers.ts';

/** A command on a bead whose runs are over. */
export interface LateOrder {
  /** The bead's last run. */
  readonly run: string;
  /** What its author may do here now. */
  readonly permission: Permission;
}

/** Reads what decides on whether commands that came too late are answered, by the comment's id: one request for each author. */
export async function readLateOrders(
  forge: Forge,
  documents: Documents,
  fresh: readonly Comment[],
): Promise<ReadonlyMap<number, LateOrder>> {
  const late = new Map<number, LateOrder>();
  const permissions = new Map<string, Permission>();
  for (const { id, issue, body, author } of fresh) {
    const command = parseSlashCommand(body);
    if (command === null || !isOverruling(command)) continue;
    const { active, escalation, runs } = await loadIssueIndex(documents, issue);
    const run = runs.at(-1);
    if (active !== null || escalation !== null || run === undefined) continue;
    // An App is no collaborator.
    const permission =
      permissions.get(author.login) ??
      (author.kind === 'app' ? 'none' : await forge.people.permission(author.login));
    permissions.set(author.login, permission);
    late.set(id, { run, permission });
  }
  return late;
}

/**
 * Tells whoever may write to the repository, once, that nobody takes orders there any more, and how a new run begins. Others are
 * not told, so that nobody can make Treadle talk.
 */
export function answerLate(
  comment: Comment,
  { run, permission }: LateOrder,
  issues: readonly Issue[],
): { readonly remark: string; readonly notice: Notice | null } {
  const remark = `the command of ${comment.author.login} came when run ${run} was over`;
  if (!mayApprove(permission)) return { remark, notice: null };
  const isClosed = issues.some(({ number, state }) => number === comment.issue && state === 'closed');
  const again = `${inlineCode('/treadle start WORKFLOW')} begins a new run of this issue`;
  const text = [
    `**Nothing was done.** Run ${inlineCode(run)} is over, and takes no commands any more.`,
    `${isClosed ? 'Once the issue is open again, ' : ''}${again}. What became of the old one: ${inlineCode(commandLine.show(run))}.\n`,
  ].join(' ');
  return { remark, notice: { issue: comment.issue, text } };
}
