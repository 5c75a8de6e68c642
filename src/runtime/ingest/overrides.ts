import { configCodec, definitionCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { SlashCommand } from '../../codec/slash-command.ts';
import type { OverrideAction } from '../../engine/event.ts';
import { suggestion } from '../../workflow/finding.ts';
import { reasonNotToOverrule } from '../authorise.ts';
import { digestOf } from '../definitions.ts';
import type { Unit } from '../unit.ts';
import { answerUnread, applyComment, refuseOutsider, saidOn, type CommentPlace } from './comment-place.ts';
import type { Facts } from './facts.ts';
import type { Catalog } from './intake.ts';
import { rolesToOverrule } from './overrulers.ts';
import { configFor, definitionFor } from './start.ts';

type Override = Extract<SlashCommand, { readonly kind: 'override' | 'repin' }>;

/**
 * Applies a command that overrules, if its author may. Whoever may and edited it is told that edits are not read, others that they
 * may not. Returns why it was not followed, for people.
 */
export async function ingestOverride(
  place: CommentPlace,
  command: Override,
  { overrulers, catalog, live }: Pick<Facts, 'overrulers' | 'catalog' | 'live'>,
): Promise<string | null> {
  const { unit, comment, loaded, job } = place;
  const { author } = comment;
  const permission = overrulers.get(comment.id);
  const roles = rolesToOverrule(command, loaded.config, live, author);
  const doubt = reasonNotToOverrule(roles, author, permission);
  if (comment.updatedAt !== comment.createdAt) {
    const problem =
      'the comment was edited, and whoever can write here can edit it: a command needs a comment of its own';
    return doubt === null ? answerUnread(place, 'edited', problem) : `${problem}; ${doubt}`;
  }
  if (doubt !== null) {
    const action = command.kind === 'repin' ? 'repin' : command.override.action;
    return refuseOutsider(place, {
      word: 'override',
      reason: `${doubt}, so /treadle ${action} was not followed`,
    });
  }
  const override = command.kind === 'repin' ? await pinTo(unit, command.workflow, catalog) : command.override;
  const aimed: OverrideAction =
    'job' in override && override.job === null && job !== null ? aimAt(override, job) : override;
  const ground = `holds role ceo, permission ${permission ?? 'none'}`;
  const { reason } = command;
  return applyComment(
    place,
    { type: 'override_issued', override: aimed, reason, comment: comment.id, ...saidOn(place) },
    ground,
  );
}

/** The definition of that name with the settings and variables as the default branch has them now, stored so that they never vanish. An unknown one is refused by name. */
async function pinTo(unit: Unit, key: string, catalog: Catalog): Promise<OverrideAction> {
  const refused = (problem: string): OverrideAction => ({ action: 'repin', definition: key, problem });
  if (catalog.kind === 'unread') return refused('this wake does not read what the default branch has');
  if (catalog.kind === 'invalid') return refused(catalog.problem.replace(/\.$/, ''));
  const { found } = catalog;
  const entry = found.workflows.get(key);
  if (entry === undefined) {
    const known = [...found.workflows.values()].filter(({ workflow }) => workflow !== null);
    const keys = known.map((one) => one.key).sort();
    return refused(
      `there is no workflow "${key}" (workflows: ${keys.join(', ')}).${suggestion(key, keys)}`.replace(
        /\.$/,
        '',
      ),
    );
  }
  if (entry.workflow === null) return refused(`the workflow ${key} has errors, which treadle lint shows`);
  const definition = definitionFor(found, entry);
  const digest = digestOf(definition);
  const config = configFor(found, entry);
  const settings = digestOf(config);
  await unit.documents().write(layout.definition(digest), definitionCodec, definition);
  await unit.documents().write(layout.config(settings), configCodec, config);
  return { action: 'repin', definition: digest, config: settings };
}

/** A command where one job asks means that job, unless it names one. */
function aimAt(override: OverrideAction, job: string): OverrideAction {
  switch (override.action) {
    case 'approve':
    case 'reject':
    case 'retry':
      return { action: override.action, job };
    case 'reassign':
      return { action: 'reassign', job, role: override.role };
    default:
      return override;
  }
}
