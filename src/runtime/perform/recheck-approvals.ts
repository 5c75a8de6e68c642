import type { Config } from '../../engine/config.ts';
import type { GivenApproval } from '../../engine/given.ts';
import { parseSlashCommand } from '../../codec/slash-command.ts';
import type { Comment } from '../../forge/port/comments.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Permission } from '../../forge/port/people.ts';
import type { ReviewedPull } from '../../forge/port/pulls.ts';
import { narrowRoles, type LiveRoles } from '../live-roles.ts';
import type { Happening } from '../wake.ts';
import { reasonNotToCount, reasonNotToOverrule, standingReviews } from '../authorise.ts';

/** An approval that no longer counts. */
export interface BrokenApproval {
  readonly approval: GivenApproval;
  readonly reason: string;
  /** The head that would have to be reviewed now; null where its pull request is gone. */
  readonly head: string | null;
}

/** What approvals are made of, as the forge has it. */
export interface Evidence {
  /** Their pull requests, by number. */
  readonly reviewed: ReadonlyMap<number, ReviewedPull>;
  /** Comments by which the CEO approved, by id; those that are gone are left out. */
  readonly words: ReadonlyMap<number, Word>;
  /** Whom the settings name now; null: those count whom the run is pinned to. */
  readonly live: LiveRoles | null;
}

interface Word {
  readonly comment: Comment;
  /** What its author may do now. */
  readonly permission: Permission;
}

/** Reads the comments by which the CEO approved, and what their authors may do now. */
export async function readWords(
  { comments, people }: Pick<Forge, 'comments' | 'people'>,
  approvals: readonly GivenApproval[],
): Promise<Evidence['words']> {
  const words = new Map<number, Word>();
  await Promise.all(
    approvals.map(async ({ review, comment: id }) => {
      const comment = review !== null || id === undefined ? undefined : await comments.get(id);
      if (comment === undefined) return;
      const { kind, login } = comment.author;
      // An App is no collaborator: whether it may approve is for the settings to say.
      const permission = kind === 'app' ? 'none' : await people.permission(login);
      words.set(comment.id, { comment, permission });
    }),
  );
  return words;
}

/** Checks approvals once more, by what the forge says at the moment of use; null where all hold. */
export function findBrokenApproval(
  pinned: Config,
  approvals: readonly GivenApproval[],
  { reviewed, words, live }: Evidence,
): BrokenApproval | null {
  const authors = [...reviewed.values()].flatMap(({ reviews }) =>
    reviews.flatMap(({ author }) => author ?? []),
  );
  const speakers = [...words.values()].map(({ comment }) => comment.author);
  const config = narrowRoles(pinned, live, [...authors, ...speakers]);
  for (const approval of approvals) {
    const { pull: number, review, comment } = approval;
    const pull = number === null ? undefined : reviewed.get(number);
    const reason =
      review === null
        ? recheckWord(config, approval, comment === undefined ? undefined : words.get(comment))
        : pull === undefined
          ? `its pull request is gone`
          : recheck(config, approval, pull);
    if (reason !== null) return { approval, reason, head: pull?.head.oid ?? null };
  }
  return null;
}

/** For the one who reworks what could not be merged. */
export function describeBroken({ approval: { holder, asked }, reason }: BrokenApproval): string {
  const by = holder.run === asked.run ? '' : ` in run ${asked.run}`;
  return `The approval of ${asked.job}${by} no longer counts: ${reason}.`;
}

/** What it means for the run whose job asks for the approval anew. */
export function voidingOf({ approval: { holder, asked }, reason, head }: BrokenApproval): {
  readonly run: string;
  readonly happening: Happening;
} {
  const told =
    holder.run === asked.run ? reason : `the approval of ${asked.job} in run ${asked.run} is void: ${reason}`;
  return { run: holder.run, happening: { type: 'approval_voided', job: holder.job, reason: told, head } };
}

/** The comment must still say what it said: whoever can write here can edit and remove it, and names any in a forged state. */
function recheckWord(config: Config, { by }: GivenApproval, word: Word | undefined): string | null {
  if (word === undefined) return `the comment by which ${by.login} approved is gone`;
  const { author, body, createdAt, updatedAt } = word.comment;
  const command = parseSlashCommand(body);
  const isSaid = command?.kind === 'override' && command.override.action === 'approve';
  if (!isSaid || author.id !== by.id || createdAt !== updatedAt)
    return `the comment by which ${by.login} approved does not say so any more`;
  return reasonNotToOverrule(config, author, word.permission);
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
