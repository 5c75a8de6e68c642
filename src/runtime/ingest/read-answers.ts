import type { PullIndex } from '../../codec/documents.ts';
import type { GlancedPull, Permission, ReviewedPull } from '../../forge/port.ts';
import { reasonNotToCount, roleOfReview, standingReviews, type StandingReview } from '../authorise.ts';
import { decisionAsked } from '../decision-file.ts';
import { loadRun } from '../run-documents.ts';
import type { Reading } from './reading.ts';
import { readWatchers } from './watchers.ts';

/** What was answered in pull requests that gates and escalations wait on, or done to them. */
export interface Answers {
  readonly pulls: readonly ReviewedPull[];
  /** Who waited on them when they were read. */
  readonly watchers: ReadonlyMap<number, readonly PullIndex[]>;
  /** Those of them that somebody approved, and whose file is not the one that was asked about. */
  readonly altered: ReadonlySet<number>;
  /** Live permissions, by login, of people whose review counts but for that. */
  readonly permissions: ReadonlyMap<string, Permission>;
}

export const NO_ANSWERS: Answers = {
  pulls: [],
  watchers: new Map(),
  altered: new Set(),
  permissions: new Map(),
};

/**
 * Reads the reviews of those pull requests that a glance found answered, closed, or with another head than was asked about.
 *
 * @param touched those that are known to have changed: of the others the head is not compared, which would take reading the state
 */
export async function readAnswers(
  reading: Reading,
  glanced: readonly GlancedPull[],
  touched: ReadonlySet<number>,
): Promise<Answers> {
  const { forge, documents } = reading;
  const candidates = glanced.filter(
    ({ number, isOpen, isAnswered }) => !isOpen || isAnswered || touched.has(number),
  );
  if (candidates.length === 0) return NO_ANSWERS;
  const watchers = await readWatchers(
    documents,
    candidates.map(({ number }) => number),
  );
  const isNews = ({ number, isOpen, isAnswered, head }: GlancedPull): boolean => {
    const watches = watchers.get(number) ?? [];
    return (
      watches.length > 0 &&
      (!isOpen || isAnswered || watches.some((one) => one.head !== null && one.head !== head))
    );
  };
  const numbers = candidates.filter(isNews).map(({ number }) => number);
  if (numbers.length === 0) return NO_ANSWERS;
  const pulls = await forge.pulls.reviewed(numbers);
  const altered = new Set<number>();
  const permissions = new Map<string, Permission>();
  for (const pull of pulls) {
    for (const watch of watchers.get(pull.number) ?? []) {
      const counting = await countingReviews(reading, watch, pull);
      for (const { login, kind } of counting.map(({ author }) => author)) {
        if (kind === 'app' || permissions.has(login)) continue;
        permissions.set(login, await forge.people.permission(login));
      }
      const isApproved = counting.some(({ state }) => state === 'approved');
      if (isApproved && (await isAltered(reading, watch, pull))) altered.add(pull.number);
    }
  }
  return { pulls, watchers, altered, permissions };
}

/** The standing reviews that count if their authors may write. */
async function countingReviews(
  { documents }: Reading,
  watch: PullIndex,
  pull: ReviewedPull,
): Promise<readonly StandingReview[]> {
  const loaded = await loadRun(documents, watch.run);
  if (loaded === undefined) return [];
  const role = roleOfReview(loaded.state, watch);
  const facts = { ...loaded, job: watch.job, role, pull, permission: 'admin' } as const;
  return standingReviews(pull).filter((review) => reasonNotToCount(review, facts) === null);
}

/** Looks into a decision file that somebody approved: what they read must be what we asked. */
async function isAltered(
  { forge, documents, definitions }: Reading,
  watch: PullIndex,
  pull: ReviewedPull,
): Promise<boolean> {
  const loaded = watch.kind === 'code' ? undefined : await loadRun(documents, watch.run);
  if (loaded === undefined) return false;
  const workflow = await definitions.load(documents, loaded.state.run.definition);
  const asked = decisionAsked(workflow, loaded.config, loaded.state, watch.job, pull.number);
  return asked !== null && (await forge.files.read(asked.path, pull.head.oid)) !== asked.text;
}
