import type { Config } from '../../engine/config.ts';
import { parseSlashCommand, type SlashCommand } from '../../codec/slash-command.ts';
import type { Comment } from '../../forge/port/comments.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Account, Permission } from '../../forge/port/people.ts';
import type { Documents } from '../../store/documents.ts';
import { holdsRole } from '../authorise.ts';
import { narrowRoles, rolesToRepin, type LiveRoles } from '../live-roles.ts';
import { loadRun } from '../run-documents.ts';
import { spokenPlaceOf } from './spoken-place.ts';

/**
 * Live permissions of those who overrule by new comments, by the comment's id. Only of holders of the role ceo in the run that they
 * speak to: nobody else can make a wake ask for anything.
 */
export async function readOverrulers(
  forge: Forge,
  documents: Documents,
  fresh: readonly Comment[],
  live: LiveRoles | null,
): Promise<ReadonlyMap<number, Permission>> {
  const permissions = new Map<string, Permission>();
  const overrulers = new Map<number, Permission>();
  for (const { id, issue, body, author } of fresh) {
    const command = parseSlashCommand(body);
    if (command === null || !isOverruling(command)) continue;
    const place = await spokenPlaceOf(documents, issue);
    const loaded = place === undefined ? undefined : await loadRun(documents, place.run);
    if (
      loaded === undefined ||
      !holdsRole(rolesToOverrule(command, loaded.config, live, author), 'ceo', author)
    )
      continue;
    // An App is no collaborator: whether it may is for the settings to say.
    const permission =
      permissions.get(author.login) ??
      (author.kind === 'app' ? 'none' : await forge.people.permission(author.login));
    permissions.set(author.login, permission);
    overrulers.set(id, permission);
  }
  return overrulers;
}

/** A command that overrules, or is none that is known: its author is to be told why it was not followed. */
export type Overruling = Exclude<SlashCommand, { readonly kind: 'start' | 'report' | 'malformed-report' }>;

export function isOverruling(command: SlashCommand): command is Overruling {
  return command.kind === 'override' || command.kind === 'repin' || command.kind === 'malformed';
}

/** The roles by which it is decided whether somebody may overrule by a command: those of the run, as far as they still hold. */
export function rolesToOverrule(
  command: Overruling,
  config: Config,
  live: LiveRoles | null,
  author: Account,
): Config {
  return command.kind === 'repin' ? rolesToRepin(config, live, author) : narrowRoles(config, live, [author]);
}
