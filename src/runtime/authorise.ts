import type { PullIndex } from '../codec/documents.ts';
import type { Config, Member } from '../engine/config.ts';
import type { Actor } from '../engine/event.ts';
import type { RunState } from '../engine/state/run.ts';
import type { Account, Permission } from '../forge/port/people.ts';
import type { Review, ReviewedPull } from '../forge/port/pulls.ts';

/** Every workflow of the repository acts under this login, so it is nobody: what it says is said by no one in particular. */
const NOBODY = 'github-actions[bot]';

/** Whether an account is somebody who can be believed at all. */
export function isSomebody(account: Pick<Account, 'login'>): boolean {
  return account.login.toLowerCase() !== NOBODY;
}

/** Whether an account holds a role. The numeric id decides; logins can change hands. */
export function holdsRole(config: Config, role: string, account: Pick<Account, 'id' | 'login'>): boolean {
  return isSomebody(account) && (config.roles[role] ?? []).some((member) => member.id === account.id);
}

export function actorOf(account: Account | Member): Actor {
  return { kind: account.kind, login: account.login, id: account.id };
}

/** What a role's holders must be able to do on the repository for their review to count. */
export function mayApprove(permission: Permission): boolean {
  return permission === 'admin' || permission === 'maintain' || permission === 'write';
}

/** A review by somebody. */
export type StandingReview = Review & { readonly author: Account };

/** The role whose holders answer a job's gate, or its escalation. */
export function roleOfReview(state: RunState, watch: Pick<PullIndex, 'job' | 'kind'>): string {
  return watch.kind === 'escalation' ? 'ceo' : (state.jobs[watch.job]?.role ?? 'ceo');
}

/** The last word of each reviewer; a comment takes no word back, a dismissal does. */
export function standingReviews(pull: ReviewedPull): readonly StandingReview[] {
  const latest = new Map<number, StandingReview>();
  for (const review of pull.reviews) {
    if (review.author === null || review.state === 'commented' || review.state === 'pending') continue;
    latest.set(review.author.id, { ...review, author: review.author });
  }
  return [...latest.values()].filter(({ state }) => state === 'approved' || state === 'changes_requested');
}

/**
 * Why a reviewer's word does not count for a job, or null where it does: they hold the role, are no author of what is reviewed
 * (opener, committers, whoever reported what is shown), reviewed the head, and can write. An App must be one that the settings
 * let approve; its permission is that of its installation, which no list of collaborators tells.
 *
 * Committers are those whom the forge links to a commit by its addresses. Whoever pushes can write any address into a commit, so
 * that this can keep somebody from approving, never let anybody approve; names in commits count for nothing.
 */
export function reasonNotToCount(
  review: StandingReview,
  facts: {
    readonly config: Config;
    readonly role: string;
    /** Numeric ids of those who reported what is shown. */
    readonly reporters: Iterable<number>;
    readonly pull: ReviewedPull;
    readonly permission: Permission;
  },
): string | null {
  const { config, role, reporters, pull, permission } = facts;
  const { login, id } = review.author;
  if (!holdsRole(config, role, review.author)) return `${login} does not hold the role ${role}`;
  if (review.commit !== pull.head.oid) return `${login} reviewed an older state of #${pull.number}`;
  if (pull.author?.id === id) return `${login} opened #${pull.number}`;
  if (pull.commitAuthors.some((author) => author.id === id))
    return `${login} made commits of #${pull.number}`;
  if (new Set(reporters).has(id)) return `${login} reported what is to be approved`;
  if (review.author.kind === 'app') {
    const isListed = (config.settings.approvingApps ?? []).some((app) => app.id === id);
    return isListed ? null : `${login} is an App, and not one of approving-apps in the settings`;
  }
  if (!mayApprove(permission)) return `${login} has no write permission on the repository`;
  return null;
}

/**
 * Why somebody may not overrule, or null where they may: they hold the role ceo, and can write to the repository now. An App must be
 * one that the settings let approve, as for reviews: overruling can do whatever a review can.
 */
export function reasonNotToOverrule(
  config: Config,
  author: Account,
  permission: Permission | undefined,
): string | null {
  const { login, id, kind } = author;
  if (!holdsRole(config, 'ceo', author)) return `${login} does not hold the role ceo`;
  if (kind === 'app') {
    const isListed = (config.settings.approvingApps ?? []).some((app) => app.id === id);
    return isListed ? null : `${login} is an App, and not one of approving-apps in the settings`;
  }
  return mayApprove(permission ?? 'none') ? null : `${login} has no write permission on the repository`;
}
