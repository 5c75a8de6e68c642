import type { Config } from '../../engine/config.ts';
import { approvalsIn, type GivenApproval } from '../../engine/given.ts';
import { documentsOf } from '../../engine/legs.ts';
import type { RunState } from '../../engine/state.ts';
import type { ReviewedPull } from '../../forge/port.ts';
import { reasonNotToCount, standingReviews } from '../authorise.ts';

/** An approval that no longer counts. */
export interface BrokenApproval {
  readonly approval: GivenApproval;
  readonly reason: string;
  /** The head that would have to be reviewed now; null where its pull request is gone. */
  readonly head: string | null;
}

/**
 * Approvals by a review that a merge of a run rests on: its own, those of runs that it called, and those of the runs that called it.
 * An override is on record and needs no second look.
 */
export function approvalsBehind(state: RunState): readonly GivenApproval[] {
  const own = approvalsIn(documentsOf(state), Object.keys(state.jobs));
  return [...own, ...(state.run.given?.approvals ?? [])].filter(({ review }) => review !== null);
}

/** Checks approvals once more, by what the forge says at the moment of use; null where all hold. */
export function findBrokenApproval(
  config: Config,
  approvals: readonly GivenApproval[],
  reviewed: ReadonlyMap<number, ReviewedPull>,
): BrokenApproval | null {
  for (const approval of approvals) {
    if (approval.pull === null) continue;
    const pull = reviewed.get(approval.pull);
    const reason = pull === undefined ? `its pull request is gone` : recheck(config, approval, pull);
    if (reason !== null) return { approval, reason, head: pull?.head.oid ?? null };
  }
  return null;
}

function recheck(
  config: Config,
  { head, by, role, reporters }: GivenApproval,
  pull: ReviewedPull,
): string | null {
  if (pull.head.oid !== head) return `#${pull.number} changed after it`;
  const review = standingReviews(pull).find(({ author }) => author.id === by.id);
  if (review?.state !== 'approved') return `the review by ${by.login} was dismissed or taken back`;
  const { login, kind } = review.author;
  // An App is no collaborator: whether it may approve is for the settings to say.
  const permission = kind === 'user' && review.mayWrite ? 'write' : 'none';
  if (kind === 'user' && !review.mayWrite) return `${login} can no longer write to the repository`;
  return reasonNotToCount(review, { config, role, reporters, pull, permission });
}
