import { TreadleError } from '../../base/errors.ts';
import { parseSlashCommand } from '../../codec/slash-command.ts';
import { escapeInline } from '../../engine/view/markdown.ts';
import type { Comment } from '../../forge/port/comments.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Issue } from '../../forge/port/issues.ts';
import type { Permission } from '../../forge/port/people.ts';
import { actorOf, mayApprove } from '../authorise.ts';
import type { Notice } from '../notices.ts';
import { loadIssueIndex } from '../run-documents.ts';
import { checkInputs } from '../start-inputs.ts';
import { checkWorkflow } from '../startable-workflow.ts';
import type { Unit } from '../unit.ts';
import type { Catalog } from './intake.ts';
import { startRun } from './start.ts';

/** A comment that asks for a run of a workflow on its issue, with what decides on whether it is followed. */
export interface AskedStart {
  readonly comment: Comment;
  /** Undefined where the comment stands on no issue. */
  readonly issue: Issue | undefined;
  /** What its author may do here now. */
  readonly permission: Permission;
  readonly workflow: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** Reads what decides on comments that ask for a run: one request for each author, and one for each issue that was not listed. */
export async function readAskedStarts(
  forge: Forge,
  fresh: readonly Comment[],
  listed: readonly Issue[],
): Promise<ReadonlyMap<number, AskedStart>> {
  const asked = new Map<number, AskedStart>();
  const permissions = new Map<string, Permission>();
  for (const comment of fresh) {
    const command = parseSlashCommand(comment.body);
    if (command?.kind !== 'start') continue;
    const { login } = comment.author;
    // An App is no collaborator.
    const permission =
      permissions.get(login) ??
      (comment.author.kind === 'app' ? 'none' : await forge.people.permission(login));
    permissions.set(login, permission);
    const known =
      listed.find(({ number }) => number === comment.issue) ?? (await forge.issues.get(comment.issue));
    const issue = known?.isPull === true ? undefined : known;
    asked.set(comment.id, { comment, issue, permission, workflow: command.workflow, inputs: command.inputs });
  }
  return asked;
}

/**
 * Starts the run that a comment asks for. Whoever may write to the repository may start one, as on GitHub. They are told on the
 * issue why none was started; others are not, so that nobody can make Treadle talk.
 */
export async function startAsked(
  unit: Unit,
  asked: AskedStart,
  catalog: Catalog,
): Promise<{ readonly remark: string | null; readonly notice: Notice | null }> {
  const { comment, issue, permission } = asked;
  const { login } = comment.author;
  if (issue === undefined) return { remark: 'it asks for a run, and stands on no issue', notice: null };
  if (!mayApprove(permission)) {
    return { remark: `${login} may not write here, so no run was started`, notice: null };
  }
  const outcome = await tryToStart(unit, { ...asked, issue }, catalog);
  const wasTold = (await loadIssueIndex(unit.documents(), issue.number)).notice !== undefined;
  const tell = (text: string): Notice => ({ issue: issue.number, text });
  if (outcome.kind === 'started') {
    const text = `Settled: run ${escapeInline(outcome.run)} of ${escapeInline(asked.workflow)} was started.\n`;
    return { remark: null, notice: wasTold ? tell(text) : null };
  }
  const text = `**Nothing was started.** ${escapeInline(login)} asked for ${escapeInline(asked.workflow)}, but ${escapeInline(outcome.reason)}.\n`;
  return { remark: `no run was started: ${outcome.reason}`, notice: tell(text) };
}

async function tryToStart(
  unit: Unit,
  { comment, issue, permission, workflow, inputs }: AskedStart & { readonly issue: Issue },
  catalog: Catalog,
): Promise<
  { readonly kind: 'started'; readonly run: string } | { readonly kind: 'refused'; readonly reason: string }
> {
  const refused = (reason: string): { readonly kind: 'refused'; readonly reason: string } => ({
    kind: 'refused',
    reason: reason.replace(/\.$/, ''),
  });
  if (comment.updatedAt !== comment.createdAt) {
    return refused(
      'the comment was edited, and whoever can write here can edit it: it needs a comment of its own',
    );
  }
  if (issue.state === 'closed') return refused('the issue is closed');
  if (catalog.kind === 'invalid') return refused(catalog.problem);
  if (catalog.kind === 'unread') return refused('this wake starts nothing');
  const { found, repository } = catalog;
  try {
    const { entry, inputs: declared } = checkWorkflow(found, workflow);
    return await startRun(unit, repository, found, {
      issue,
      workflow: entry,
      event: 'workflow_dispatch',
      inputs: checkInputs(declared, new Map(Object.entries(inputs))),
      actor: actorOf(comment.author),
      ground: `has the permission ${permission}`,
      at: comment.updatedAt,
    });
  } catch (error) {
    if (error instanceof TreadleError && REFUSALS.includes(error.code)) return refused(error.message);
    throw error;
  }
}

/** What is wrong with what was asked for, or with the workflow. */
const REFUSALS: readonly string[] = ['not-found', 'usage', 'workflow-invalid'];
