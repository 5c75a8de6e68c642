import type { Comment } from '../../forge/port/comments.ts';
import { actorOf } from '../authorise.ts';
import type { LoadedRun } from '../run-documents.ts';
import type { Unit } from '../unit.ts';
import { eventId, type Happening } from '../wake.ts';

/** A comment, and the run that it is about. */
export interface CommentPlace {
  readonly unit: Unit;
  readonly comment: Comment;
  readonly loaded: LoadedRun;
  /** The job that asks where the comment stands, if one does: on a CEO bead, and on the pull request of a gate. */
  readonly job: string | null;
}

/** What a comment causes, whatever it says. */
function causeOf(comment: Comment): readonly unknown[] {
  return ['comment', comment.id];
}

/** Where an answer belongs, if that is elsewhere than on the bead: where the comment stands. */
export function saidOn({ comment, loaded }: CommentPlace): { readonly issue?: number } {
  return comment.issue === loaded.state.run.issue ? {} : { issue: comment.issue };
}

/** Whether the comment, in whatever version, has done something to the run already. */
export function hasCounted({ comment, loaded }: CommentPlace): boolean {
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

/** Applies what a comment says. Returns why it was not followed, for people. */
export async function applyComment(
  { unit, comment, loaded }: CommentPlace,
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

/**
 * Tells somebody, once in a run, that they are not believed there. A comment of theirs that comes later is a remark and no more,
 * so that nobody can make Treadle talk.
 */
export async function refuseOutsider(
  place: CommentPlace,
  { word, reason }: { readonly word: 'report' | 'override'; readonly reason: string },
): Promise<string> {
  const { unit, comment, loaded } = place;
  await unit.apply({
    run: loaded.state.run.id,
    happening: { type: 'outsider_refused', word, ...saidOn(place) },
    actor: actorOf(comment.author),
    ground: 'none: anybody may write here',
    at: comment.updatedAt,
    cause: ['outsider', comment.author.id],
  });
  return reason;
}

/**
 * Tells somebody who is believed, once for each comment and kind of trouble, why the command in it was not followed.
 *
 * @param dispatch with which they are asked for a report: they are told once for it, whatever else they write
 */
export async function answerUnread(
  place: CommentPlace,
  trouble: 'malformed' | 'edited',
  problem: string,
  dispatch?: string,
): Promise<string> {
  const { unit, comment, loaded } = place;
  const about = dispatch === undefined ? [comment.id] : [comment.author.id, dispatch];
  await unit.apply({
    run: loaded.state.run.id,
    happening: { type: 'command_unread', problem, ...saidOn(place) },
    actor: actorOf(comment.author),
    ground: 'is believed in the run',
    at: comment.updatedAt,
    cause: ['unread', ...about, trouble],
  });
  return `the command of ${comment.author.login} was not followed: ${problem}`;
}
