import { parseReport, type Report } from '../../codec/report-block.ts';
import { parseSlashCommand } from '../../codec/slash-command.ts';
import type { OverrideAction } from '../../engine/event.ts';
import { configCodec, definitionCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { JobDocument, Turn } from '../../engine/state/job.ts';
import type { Comment } from '../../forge/port/comments.ts';
import { actorOf, holdsRole, isSomebody, reasonNotToOverrule } from '../authorise.ts';
import { loadIssueIndex, type LoadedRun } from '../run-documents.ts';
import type { Unit } from '../unit.ts';
import { eventId, type Happening } from '../wake.ts';
import { loadTree, runToReport, runToSteer } from './choose-run.ts';
import { digestOf } from '../definitions.ts';
import type { Facts } from './facts.ts';
import type { Catalog } from './intake.ts';
import { configFor, definitionFor } from './start.ts';
import { reasonNotToBelieve } from './comment-edits.ts';

/**
 * Applies what a comment says to the run of its bead, if its author is believed; others are told once in a run that they are not.
 * A comment counts once: later edits are not followed. Returns why it was not followed, for people.
 */
export async function ingestComment(
  unit: Unit,
  comment: Comment,
  { edits, overrulers, catalog }: Pick<Facts, 'edits' | 'overrulers' | 'catalog'>,
): Promise<string | null> {
  const command = parseSlashCommand(comment.body);
  const report = command === null ? parseReport(comment.body) : null;
  if (command === null && report?.kind === 'none') return null;
  const index = await loadIssueIndex(unit.documents(), comment.issue);
  const run = index.escalation?.run ?? index.active;
  const root = run === null ? undefined : await unit.load(run);
  if (root === undefined) return null;
  const tree = index.escalation === null ? await loadTree(unit.documents(), root) : [root];
  const isAnswer = (one: LoadedRun): boolean =>
    Object.values(one.state.jobs).some((document) =>
      turnsToAnswer(document, { comment, loaded: one }).some(({ turn }) => turn.outcome === 'open'),
    );
  const loaded =
    (command?.kind === 'override' ? runToSteer(tree, command.override) : runToReport(tree, isAnswer)) ?? root;
  if (comment.createdAt < loaded.state.run.createdAt) return null;
  const at = { unit, comment, loaded, job: index.escalation?.job ?? null };
  if (hasCounted(at)) return 'it counted before it was edited, and counts once';
  if (command?.kind === 'override') {
    const { reason, override } = command;
    return applyOverride(
      at,
      { action: override.action, reason, read: () => Promise.resolve(override) },
      overrulers,
    );
  }
  if (command?.kind === 'repin') {
    const { reason, workflow } = command;
    return applyOverride(
      at,
      { action: 'repin', reason, read: () => pinTo(unit, workflow, catalog) },
      overrulers,
    );
  }
  if (command?.kind === 'malformed')
    return `the command of ${comment.author.login} cannot be read: ${command.problem}`;
  const doubt = reasonNotToBelieve(comment, edits.get(comment.id));
  if (doubt !== null) return doubt;
  if (command?.kind === 'report') {
    const { outcome, outputs, summary } = command;
    return applyReport(at, { outcome, outputs, summary, usage: null, job: null });
  }
  if (report?.kind === 'malformed') return applyMalformed(at, report.problem);
  return report?.kind === 'report' ? applyReport(at, report.report) : null;
}

interface Place {
  readonly unit: Unit;
  readonly comment: Comment;
  readonly loaded: LoadedRun;
  /** The escalated job, where the comment stands on a CEO bead. */
  readonly job: string | null;
}

/** Whether the comment, in whatever version, has done something to the run already. */
function hasCounted({ comment, loaded }: Place): boolean {
  const { run, jobs } = loaded.state;
  const ids = new Set(
    (['override_issued', 'report_received', 'report_malformed'] as const).map((type) =>
      eventId(run.id, type, causeOf(comment)),
    ),
  );
  return (
    run.overrides.some((id) => ids.has(id)) ||
    Object.values(jobs).some((job) =>
      job.attempts.some(({ turns }) =>
        turns.some(({ endedBy }) => endedBy !== undefined && ids.has(endedBy)),
      ),
    )
  );
}

/** A command that overrules. `read`: what it asks for, which may have to be stored, so only once its author is believed. */
interface Overruling {
  readonly action: OverrideAction['action'];
  readonly reason: string;
  readonly read: () => Promise<OverrideAction>;
}

async function applyOverride(
  place: Place,
  { action, reason, read }: Overruling,
  overrulers: Facts['overrulers'],
): Promise<string | null> {
  const { comment, loaded, job } = place;
  const { author } = comment;
  if (comment.updatedAt !== comment.createdAt) {
    return `it was edited, and whoever can write here can edit it: a command of ${author.login} needs a comment of its own`;
  }
  const permission = overrulers.get(comment.id);
  const doubt = reasonNotToOverrule(loaded.config, author, permission);
  if (doubt !== null) {
    const told = `${doubt}, so /treadle ${action} was not followed`;
    return refuseOutsider(place, { word: 'override', reason: told });
  }
  const override = await read();
  const aimed: OverrideAction =
    'job' in override && override.job === null && job !== null ? aimAt(override, job) : override;
  const ground = `holds role ceo, permission ${permission ?? 'none'}`;
  return apply(place, { type: 'override_issued', override: aimed, reason, comment: comment.id }, ground);
}

/** The definition of that name with the settings and variables as the default branch has them now, stored so that they never vanish. An unknown one is refused by name. */
async function pinTo(unit: Unit, key: string, catalog: Catalog): Promise<OverrideAction> {
  const entry = catalog.kind === 'read' ? catalog.found.workflows.get(key) : undefined;
  if (catalog.kind !== 'read' || entry?.workflow == null) return { action: 'repin', definition: key };
  const definition = definitionFor(catalog.found, entry);
  const digest = digestOf(definition);
  const config = configFor(catalog.found, entry);
  const settings = digestOf(config);
  await unit.documents().write(layout.definition(digest), definitionCodec, definition);
  await unit.documents().write(layout.config(settings), configCodec, config);
  return { action: 'repin', definition: digest, config: settings };
}

/** A command on a CEO bead means the job that escalated, unless it names one. */
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

/**
 * Tells somebody, once in a run, that they are not believed there. A comment of theirs that comes later is a remark and no more,
 * so that nobody can make Treadle talk.
 */
async function refuseOutsider(
  place: Place,
  { word, reason }: { readonly word: 'report' | 'override'; readonly reason: string },
): Promise<string> {
  const { unit, comment, loaded } = place;
  await unit.apply({
    run: loaded.state.run.id,
    happening: { type: 'outsider_refused', word },
    actor: actorOf(comment.author),
    ground: 'none: anybody may write here',
    at: comment.updatedAt,
    cause: ['outsider', comment.author.id],
  });
  return reason;
}

async function applyReport(place: Place, report: Report): Promise<string | null> {
  const found = await findTurn(place, report.job);
  if (typeof found === 'string') return found;
  if (found === null) return refuseJob(place, report.job);
  const { outcome, outputs, summary, usage } = report;
  const source = `comment ${place.comment.id}`;
  const { job, turn, ground } = found;
  const { dispatch } = turn;
  const happening = {
    type: 'report_received',
    dispatch,
    job,
    outcome,
    outputs,
    summary,
    usage,
    source,
  } as const;
  return apply(place, happening, ground);
}

async function applyMalformed(place: Place, problem: string): Promise<string | null> {
  const found = await findTurn(place, null);
  if (typeof found === 'string') return found;
  if (found === null) return refuseReporter(place);
  const source = `comment ${place.comment.id}`;
  return apply(
    place,
    { type: 'report_malformed', dispatch: found.turn.dispatch, job: found.job, problem, source },
    found.ground,
  );
}

interface Candidate {
  readonly job: string;
  readonly turn: Turn;
  readonly ground: string;
}

/**
 * The turn that a comment's author may answer: their own, or one of a role they hold. Where none is open, or the open ones were
 * dispatched by what this very wake decides and so cannot be meant, it is the one that ended last: such an answer came late. Null
 * where there was none; words where it cannot be told which.
 */
async function findTurn(place: Place, job: string | null): Promise<Candidate | string | null> {
  const { unit, comment, loaded } = place;
  const candidates = Object.values(loaded.state.jobs)
    .filter((document) => job === null || document.id.toLowerCase() === job.toLowerCase())
    .flatMap((document) => turnsToAnswer(document, place));
  const open: Candidate[] = [];
  for (const candidate of candidates) {
    if (candidate.turn.outcome !== 'open') continue;
    const index = layout.dispatchIndex(candidate.turn.dispatch);
    if (await unit.before.has(index)) open.push(candidate);
  }
  const own = open.filter(({ turn }) => turn.assignee.id === comment.author.id);
  const [first, second] = own.length > 0 ? own : open;
  if (second !== undefined) {
    const jobs = open.map((candidate) => candidate.job).join(', ');
    return `${comment.author.login} has several open dispatches (${jobs}): the report must say which, with 'job:'`;
  }
  const ended = candidates
    .filter(({ turn }) => turn.endedAt !== null)
    .sort((a, b) => ((a.turn.endedAt ?? '') < (b.turn.endedAt ?? '') ? -1 : 1));
  return first ?? ended.at(-1) ?? null;
}

/** Whoever has another turn than the one they name is no outsider: theirs is an answer that cannot be used. */
async function refuseJob(place: Place, job: string | null): Promise<string | null> {
  const meant = job === null ? null : await findTurn(place, null);
  if (meant === null || typeof meant === 'string' || meant.turn.outcome !== 'open')
    return refuseReporter(place);
  const named = (job ?? '').slice(0, 80);
  return applyMalformed(
    place,
    `it says that it answers the job "${named}", and "${meant.job}" was asked for`,
  );
}

function refuseReporter(place: Place): Promise<string> {
  const { comment, loaded } = place;
  const reason = `${comment.author.login} has no dispatch in run ${loaded.state.run.id} to report on`;
  return refuseOutsider(place, { word: 'report', reason });
}

function turnsToAnswer(
  document: JobDocument,
  { comment, loaded }: Pick<Place, 'comment' | 'loaded'>,
): readonly Candidate[] {
  const { author } = comment;
  const { id: job, role, attempts } = document;
  const holds = role !== null && holdsRole(loaded.config, role, author);
  return attempts
    .flatMap(({ turns }) => turns)
    .flatMap((turn) => {
      const isAssignee = isSomebody(author) && turn.assignee.id === author.id;
      if (!isAssignee && !holds) return [];
      return [{ job, turn, ground: isAssignee ? 'is the assignee' : `holds role ${role ?? ''}` }];
    });
}

function causeOf(comment: Comment): readonly unknown[] {
  return ['comment', comment.id];
}

async function apply(
  { unit, comment, loaded }: Place,
  happening: Happening,
  ground: string,
): Promise<string | null> {
  const outcome = await unit.apply({
    run: loaded.state.run.id,
    happening,
    actor: actorOf(comment.author),
    ground,
    at: comment.updatedAt,
    cause: causeOf(comment),
  });
  return outcome.kind === 'applied' ? null : outcome.reason;
}
