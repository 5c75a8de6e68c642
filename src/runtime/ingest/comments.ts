import { parseReport, type Report } from '../../codec/report-block.ts';
import { parseSlashCommand, type SlashCommand } from '../../codec/slash-command.ts';
import type { OverrideAction } from '../../engine/event.ts';
import type { Turn } from '../../engine/state.ts';
import type { Comment } from '../../forge/port.ts';
import { actorOf, holdsRole } from '../authorise.ts';
import { loadIssueIndex, type LoadedRun } from '../run-documents.ts';
import type { Unit } from '../unit.ts';
import type { Happening } from '../wake.ts';

/** Applies what a comment says to the run of its bead, if its author is believed. Returns why it was not, for people. */
export async function ingestComment(unit: Unit, comment: Comment): Promise<string | null> {
  const command = parseSlashCommand(comment.body);
  const report = command === null ? parseReport(comment.body) : null;
  if (command === null && report?.kind === 'none') return null;
  const index = await loadIssueIndex(unit.documents(), comment.issue);
  const run = index.escalation?.run ?? index.active;
  const loaded = run === null ? undefined : await unit.load(run);
  if (loaded === undefined) return null;
  const at = { unit, comment, loaded, job: index.escalation?.job ?? null };
  if (command?.kind === 'override') return applyOverride(at, command);
  if (command?.kind === 'malformed')
    return `the command of ${comment.author.login} cannot be read: ${command.problem}`;
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

async function applyOverride(
  place: Place,
  command: Extract<SlashCommand, { kind: 'override' }>,
): Promise<string | null> {
  const { comment, loaded, job } = place;
  if (!holdsRole(loaded.config, 'ceo', comment.author)) {
    return `${comment.author.login} does not hold the role ceo, so /treadle ${command.override.action} was not followed`;
  }
  const { override } = command;
  const aimed: OverrideAction =
    'job' in override && override.job === null && job !== null ? aimAt(override, job) : override;
  return apply(place, { type: 'override_issued', override: aimed, reason: command.reason }, 'holds role ceo');
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

async function applyReport(place: Place, report: Report): Promise<string | null> {
  const { comment } = place;
  const found = findTurn(place, report.job);
  if (typeof found === 'string') return found;
  const { outcome, outputs, summary, usage } = report;
  const source = `comment ${comment.id}`;
  return apply(
    place,
    { type: 'report_received', dispatch: found.turn.dispatch, outcome, outputs, summary, usage, source },
    found.ground,
  );
}

async function applyMalformed(place: Place, problem: string): Promise<string | null> {
  const found = findTurn(place, null);
  if (typeof found === 'string') return found;
  const source = `comment ${place.comment.id}`;
  return apply(
    place,
    { type: 'report_malformed', dispatch: found.turn.dispatch, problem, source },
    found.ground,
  );
}

/** The turn that a comment's author may answer: their own, or one of a role they hold; the newest where it was closed meanwhile. */
function findTurn(
  { comment, loaded }: Place,
  job: string | null,
): { readonly turn: Turn; readonly ground: string } | string {
  const { state, config } = loaded;
  const candidates = Object.values(state.jobs).flatMap((document) => {
    const turn = document.attempts.at(-1)?.turns.at(-1);
    if (turn === undefined || (job !== null && document.id.toLowerCase() !== job.toLowerCase())) return [];
    const ground =
      turn.assignee.id === comment.author.id
        ? 'is the assignee'
        : document.role !== null && holdsRole(config, document.role, comment.author)
          ? `holds role ${document.role}`
          : null;
    return ground === null ? [] : [{ turn, ground, job: document.id }];
  });
  const open = candidates.filter(({ turn }) => turn.outcome === 'open');
  const [first, second] = open.length > 0 ? open : candidates.slice(-1);
  if (first === undefined)
    return `${comment.author.login} has no dispatch in run ${state.run.id} to report on`;
  if (second !== undefined) {
    const jobs = open.map((candidate) => candidate.job).join(', ');
    return `${comment.author.login} has several open dispatches (${jobs}): the report must say which, with 'job:'`;
  }
  return first;
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
    cause: ['comment', comment.id],
  });
  return outcome.kind === 'applied' ? null : outcome.reason;
}
