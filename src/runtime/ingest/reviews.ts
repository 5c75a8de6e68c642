import { TREADLE } from '../../engine/event.ts';
import { reportersOf } from '../../engine/hand-over.ts';
import { documentsOf } from '../../engine/legs.ts';
import type { PullIndex } from '../../codec/documents.ts';
import type { ReviewedPull } from '../../forge/port/pulls.ts';
import { actorOf, reasonNotToCount, roleOfReview, standingReviews } from '../authorise.ts';
import { narrowRoles } from '../live-roles.ts';
import type { Unit } from '../unit.ts';
import type { Facts } from './facts.ts';

/** What became of the answers in a pull request. */
export interface Reviewed {
  /** Why some did not count, for people. */
  readonly ignored: readonly string[];
  /** Nothing in it counts, and nothing will until it changes, or the job that waits on it, or what its reviewers may do. */
  readonly isSettled: boolean;
}

/** Applies the standing reviews of a pull request to one that waits on it. */
export async function ingestReviews(
  unit: Unit,
  watch: PullIndex,
  pull: ReviewedPull,
  facts: Facts,
): Promise<Reviewed> {
  const loaded = await unit.load(watch.run);
  if (loaded === undefined) return { ignored: [], isSettled: false };
  const { state } = loaded;
  const standing = standingReviews(pull);
  const config = narrowRoles(
    loaded.config,
    facts.live,
    standing.map(({ author }) => author),
  );
  const { run, job } = watch;
  const role = roleOfReview(state, watch);
  const reporters = reportersOf(documentsOf(state), job);
  let isSettled = !(await voidIfChanged(unit, watch, pull, facts, state.run.overrides.length));
  const ignored: string[] = [];
  const ignore = (reason: string): void => {
    ignored.push(`a review of #${pull.number} does not count: ${reason}`);
  };
  for (const review of standing) {
    const permission = facts.answers.permissions.get(review.author.login) ?? 'none';
    const reason =
      review.state === 'approved' && facts.answers.altered.has(pull.number)
        ? `its file is not the one that was asked about`
        : reasonNotToCount(review, { config, role, reporters, pull, permission });
    if (reason !== null) {
      ignore(reason);
      continue;
    }
    isSettled = false;
    const outcome = await unit.apply({
      run,
      happening: {
        type: 'review_submitted',
        job,
        pull: pull.number,
        review: review.id,
        verdict: review.state === 'approved' ? 'approved' : 'changes_requested',
        head: pull.head.oid,
        body: review.body,
      },
      actor: actorOf(review.author),
      ground: `holds role ${role}, permission ${permission}`,
      at: review.submittedAt ?? facts.readAt,
      cause: ['review', review.id, review.state, job],
    });
    if (outcome.kind === 'ignored') ignore(outcome.reason);
  }
  return { ignored, isSettled };
}

/**
 * Any change voids what was approved or asked: a push, and a decision pull request that was closed or merged by hand. A decision
 * pull request is then of no use any more, its file or its fate being somebody else's: the question is put again in a new one.
 * Returns whether there was any.
 */
async function voidIfChanged(
  unit: Unit,
  watch: PullIndex,
  pull: ReviewedPull,
  facts: Facts,
  noted: number,
): Promise<boolean> {
  const change = describeChange(watch, pull, noted);
  if (change === null) return false;
  await unit.apply({
    run: watch.run,
    happening: {
      type: 'approval_voided',
      job: watch.job,
      reason: change.reason,
      head: pull.head.oid,
      ...(watch.kind === 'code' ? {} : { again: true }),
    },
    actor: TREADLE,
    ground: 'read from the forge',
    at: facts.readAt,
    cause: change.cause,
  });
  return true;
}

/** `noted` tells a move from the same move made again later: a head may go back and forth. */
function describeChange(
  { kind, head, job }: PullIndex,
  pull: ReviewedPull,
  noted: number,
): { readonly reason: string; readonly cause: readonly unknown[] } | null {
  const { number } = pull;
  if (head !== null && head !== pull.head.oid) {
    const reason = `#${number} changed from ${head.slice(0, 10)} to ${pull.head.oid.slice(0, 10)}`;
    return { reason, cause: ['head', number, job, head, pull.head.oid, noted] };
  }
  if (kind === 'code' || pull.state === 'open') return null;
  const reason = `#${number} was ${pull.merged ? 'merged' : 'closed'} by hand, which is no answer`;
  return { reason, cause: ['closed', number, job] };
}
