import { parseReport, type Report } from '../../codec/report-block.ts';
import { parseSlashCommand } from '../../codec/slash-command.ts';
import { layout } from '../../codec/layout.ts';
import type { JobDocument, Turn } from '../../engine/state/job.ts';
import type { Comment } from '../../forge/port/comments.ts';
import { holdsRole, isSomebody, reasonNotToOverrule } from '../authorise.ts';
import { narrowRoles } from '../live-roles.ts';
import type { LoadedRun } from '../run-documents.ts';
import type { Unit } from '../unit.ts';
import { loadTree, runToReport, runToSteer } from './choose-run.ts';
import { reasonNotToBelieve } from './comment-edits.ts';
import {
  answerUnread,
  applyComment,
  hasCounted,
  refuseOutsider,
  type CommentPlace,
} from './comment-place.ts';
import type { Facts } from './facts.ts';
import { ingestOverride } from './overrides.ts';
import { isOverruling, type Overruling } from './overrulers.ts';
import { spokenPlaceOf } from './spoken-place.ts';

/**
 * Applies what a comment says to the run that it is about, if its author is believed; others are told once in a run that they are
 * not. A comment counts once: later edits are not followed. Returns why it was not followed, for people.
 */
export async function ingestComment(
  unit: Unit,
  comment: Comment,
  facts: Pick<Facts, 'edits' | 'overrulers' | 'catalog' | 'live'>,
): Promise<string | null> {
  const command = parseSlashCommand(comment.body);
  const report = command === null ? parseReport(comment.body) : null;
  if (command === null && report?.kind === 'none') return null;
  const order = command !== null && isOverruling(command) ? command : null;
  const spoken = await spokenPlaceOf(unit.documents(), comment.issue);
  if (spoken === undefined || (spoken.kind === 'pull' && order === null)) return null;
  const root = await unit.load(spoken.run);
  if (root === undefined) return null;
  const tree = spoken.kind === 'bead' ? await loadTree(unit.documents(), root) : [root];
  const mayAnswer = (one: LoadedRun): boolean => isAsked(one, comment);
  const loaded =
    (command?.kind === 'override' ? runToSteer(tree, command.override) : runToReport(tree, mayAnswer)) ??
    root;
  if (comment.createdAt < loaded.state.run.createdAt) return null;
  const at = { unit, comment, loaded, job: spoken.job };
  if (order !== null) return ingestOrder(at, order, facts);
  if (hasCounted(at)) return COUNTED;
  const doubt = reasonNotToBelieve(comment, facts.edits.get(comment.id));
  if (doubt !== null) return doubt;
  if (command?.kind === 'report') {
    const { outcome, outputs, summary } = command;
    return applyReport(at, { outcome, outputs, summary, usage: null, job: null });
  }
  if (command?.kind === 'malformed-report') return applyMalformed(at, command.problem);
  if (report?.kind === 'malformed') return applyMalformed(at, report.problem);
  return report?.kind === 'report' ? applyReport(at, report.report) : null;
}

/** Whether somebody has an open turn in a run, or one of a role of theirs is open. */
function isAsked(loaded: LoadedRun, comment: Comment): boolean {
  return askedOf(loaded, comment) !== null;
}

/** The first of the open dispatches that somebody may answer in a run; null where there is none. */
function askedOf(loaded: LoadedRun, comment: Comment): string | null {
  const turns = Object.values(loaded.state.jobs).flatMap((document) =>
    turnsToAnswer(document, { comment, loaded }),
  );
  return turns.find(({ turn }) => turn.outcome === 'open')?.turn.dispatch ?? null;
}

async function ingestOrder(
  place: CommentPlace,
  command: Overruling,
  facts: Pick<Facts, 'overrulers' | 'catalog' | 'live'>,
): Promise<string | null> {
  const { comment, loaded } = place;
  if (hasCounted(place)) return answerEdit(place, facts);
  if (command.kind !== 'malformed') return ingestOverride(place, command, facts);
  if (mayOverrule(place, facts)) return answerUnread(place, 'malformed', command.problem);
  // Once for each dispatch: an agent that answers whatever calls it would be answered for ever.
  const dispatch = askedOf(loaded, comment);
  if (dispatch !== null) return answerUnread(place, 'malformed', command.problem, dispatch);
  // Others are not told, so that nobody can make Treadle talk.
  return `the command of ${comment.author.login} cannot be read: ${command.problem}`;
}

const COUNTED = 'it counted before it was edited, and counts once';

/** A command that counted and was edited since: who may overrule is told that it stays as it was. */
async function answerEdit(place: CommentPlace, facts: Pick<Facts, 'overrulers' | 'live'>): Promise<string> {
  const { createdAt, updatedAt } = place.comment;
  if (createdAt === updatedAt || !mayOverrule(place, facts)) return COUNTED;
  return answerUnread(place, 'edited', COUNTED);
}

function mayOverrule(
  { comment, loaded }: CommentPlace,
  { overrulers, live }: Pick<Facts, 'overrulers' | 'live'>,
): boolean {
  const config = narrowRoles(loaded.config, live, [comment.author]);
  return reasonNotToOverrule(config, comment.author, overrulers.get(comment.id)) === null;
}

async function applyReport(place: CommentPlace, report: Report): Promise<string | null> {
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
  return applyComment(place, happening, ground);
}

async function applyMalformed(place: CommentPlace, problem: string): Promise<string | null> {
  const found = await findTurn(place, null);
  if (typeof found === 'string') return found;
  if (found === null) return refuseReporter(place);
  const source = `comment ${place.comment.id}`;
  return applyComment(
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
async function findTurn(place: CommentPlace, job: string | null): Promise<Candidate | string | null> {
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
async function refuseJob(place: CommentPlace, job: string | null): Promise<string | null> {
  const meant = job === null ? null : await findTurn(place, null);
  if (meant === null || typeof meant === 'string' || meant.turn.outcome !== 'open')
    return refuseReporter(place);
  const named = (job ?? '').slice(0, 80);
  return applyMalformed(
    place,
    `it says that it answers the job "${named}", and "${meant.job}" was asked for`,
  );
}

function refuseReporter(place: CommentPlace): Promise<string> {
  const { comment, loaded } = place;
  const reason = `${comment.author.login} has no dispatch in run ${loaded.state.run.id} to report on`;
  return refuseOutsider(place, { word: 'report', reason });
}

function turnsToAnswer(
  document: JobDocument,
  { comment, loaded }: Pick<CommentPlace, 'comment' | 'loaded'>,
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
