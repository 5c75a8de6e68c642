import { parseSlashCommand } from '../../codec/slash-command.ts';
import type { Comment } from '../../forge/port/comments.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Permission } from '../../forge/port/people.ts';
import type { Documents } from '../../store/documents.ts';
import { holdsRole } from '../authorise.ts';
import { loadIssueIndex, loadRun } from '../run-documents.ts';

/**
 * Live permissions of those who overrule by new comments, by the comment's id. Only of holders of the role ceo in the run that they
 * speak to: nobody else can make a wake ask for anything.
 */
export async function readOverrulers(
  forge: Forge,
  documents: Documents,
  fresh: readonly Comment[],
): Promise<ReadonlyMap<number, Permission>> {
  const permissions = new Map<string, Permission>();
  const overrulers = new Map<number, Permission>();
  for (const { id, issue, body, author } of fresh) {
    const command = parseSlashCommand(body);
    if (command?.kind !== 'override' && command?.kind !== 'repin') continue;
    const { active, escalation } = await loadIssueIndex(documents, issue);
    const run = escalation?.run ?? active;
    const loaded = run === null ? undefined : await loadRun(documents, run);
    if (loaded === undefined || !holdsRole(loaded.config, 'ceo', author)) continue;
    // An App is no collaborator: whether it may is for the settings to say.
    const permission =
      permissions.get(author.login) ??
      (author.kind === 'app' ? 'none' : await forge.people.permission(author.login));
    permissions.set(author.login, permission);
    overrulers.set(id, permission);
  }
  return overrulers;
}
