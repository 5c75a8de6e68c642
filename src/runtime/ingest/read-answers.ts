import { derivedId } from '../../base/digest.ts';
import type { PullIndex } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { Glance, GlancedPull } from '../../forge/port/forge.ts';
import type { Permission } from '../../forge/port/people.ts';
import type { ReviewedPull } from '../../forge/port/pulls.ts';
import { reportersOf } from '../../engine/hand-over.ts';
import { documentsOf } from '../../engine/legs.ts';
import { reasonNotToCount, roleOfReview, standingReviews, type StandingReview } from '../authorise.ts';
import { decisionAsked } from '../decision-file.ts';
import { narrowRoles, type LiveRoles } from '../live-roles.ts';
import { loadRun } from '../run-documents.ts';
import type { Reading } from './reading.ts';
import { readWatchers, watchesOf } from './watchers.ts';

/** What was answered in pull requests that gates and escalations wait on, or done to them. */
export interface Answers {
  readonly pulls: readonly ReviewedPull[];
  /** Who waited on them when they were read. */
  readonly watchers: ReadonlyMap<number, readonly PullIndex[]>;
  /** How those that were looked at stood, by watch (`<pull>.<run>.<job>`). */
  readonly versions: ReadonlyMap<string, string>;
  /** Those of them that somebody approved, and whose file is not the one that was asked about. */
  readonly altered: ReadonlySet<number>;
  /** Live permissions, by login, of people whose review counts but for that. */
  readonly permissions: ReadonlyMap<string, Permission>;
}

export const NO_ANSWERS: Answers = {
  pulls: [],
  watchers: new Map(),
  versions: new Map(),
  altered: new Set(),
  permissions: new Map(),
};

/**
 * Reads the reviews of those pull requests that a glance found answered, closed, or with another head than was asked about, unless
 * they were judged as they are.
 *
 * @param known.touched those that are known to have changed: of the others the head is not compared, which would take reading
 * the state
 * @param known.judged what was looked at before and does not count, by watch
 * @param known.live whom the settings name now
 */
export async function readAnswers(
  reading: Reading,
  glance: Glance,
  known: {
    readonly touched: ReadonlySet<number>;
    readonly judged: Readonly<Record<string, string>>;
    readonly live: LiveRoles | null;
  },
): Promise<Answers> {
  const { forge, documents } = reading;
  const candidates = new Map<number, GlancedPull>();
  for (const pull of glance.pulls) {
    if (!pull.isOpen || pull.answers.length > 0 || known.touched.has(pull.number))
      candidates.set(pull.number, pull);
  }
  const versions = await versionsOf(reading, candidates, known.live);
  const open = [...versions].filter(([watch, version]) => known.judged[watch] !== version);
  const looked = new Set(open.map(([watch]) => Number.parseInt(watch, 10)));
  if (looked.size === 0) return NO_ANSWERS;
  const watchers = await readWatchers(documents, [...looked]);
  const isNews = (number: number): boolean => {
    const pull = candidates.get(number);
    if (pull === undefined) return false;
    const watches = watchers.get(number) ?? [];
    const isMoved = watches.some(({ head }) => head !== null && head !== pull.head);
    return watches.length > 0 && (!pull.isOpen || pull.answers.length > 0 || isMoved);
  };
  const numbers = [...looked].filter(isNews);
  const here = glance.reviewed.filter(({ number }) => numbers.includes(number));
  const missing = numbers.filter((number) => !here.some((pull) => pull.number === number));
  const pulls = missing.length === 0 ? here : [...here, ...(await forge.pulls.reviewed(missing))];
  return { pulls, watchers, versions, ...(await readDoubts(reading, pulls, watchers, known.live)) };
}

/** How a pull request and the job that waits on it stand, by watch: what a judgement of its answers rests on. */
async function versionsOf(
  { documents, tip }: Reading,
  candidates: ReadonlyMap<number, GlancedPull>,
  live: LiveRoles | null,
): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  for (const { entry, pull, run } of await watchesOf(documents, [...candidates.keys()])) {
    const jobs = await tip.oidAt(await documents.locate(layout.jobs(run)));
    versions.set(
      entry.replace(/\.json$/, ''),
      derivedId('judged', candidates.get(pull), jobs, live?.digest ?? null),
    );
  }
  return versions;
}

/** What else a judgement needs to know of the forge: live permissions, and whether what was approved is what was asked. */
async function readDoubts(
  reading: Reading,
  pulls: readonly ReviewedPull[],
  watchers: ReadonlyMap<number, readonly PullIndex[]>,
  live: LiveRoles | null,
): Promise<Pick<Answers, 'altered' | 'permissions'>> {
  const altered = new Set<number>();
  const permissions = new Map<string, Permission>();
  for (const pull of pulls) {
    for (const watch of watchers.get(pull.number) ?? []) {
      const counting = await countingReviews(reading, watch, pull, live);
      for (const { login, kind } of counting.map(({ author }) => author)) {
        if (kind === 'app' || permissions.has(login)) continue;
        permissions.set(login, await reading.forge.people.permission(login));
      }
      const isApproved = counting.some(({ state }) => state === 'approved');
      if (isApproved && (await isAltered(reading, watch, pull))) altered.add(pull.number);
    }
  }
  return { altered, permissions };
}

/** The standing reviews that count if their authors may write. */
async function countingReviews(
  { documents }: Reading,
  watch: PullIndex,
  pull: ReviewedPull,
  live: LiveRoles | null,
): Promise<readonly StandingReview[]> {
  const loaded = await loadRun(documents, watch.run);
  if (loaded === undefined) return [];
  const role = roleOfReview(loaded.state, watch);
  const { state } = loaded;
  const reporters = reportersOf(documentsOf(state), watch.job);
  const standing = standingReviews(pull);
  const config = narrowRoles(
    loaded.config,
    live,
    standing.map(({ author }) => author),
  );
  const facts = { config, role, reporters, pull, permission: 'admin' } as const;
  return standing.filter((review) => reasonNotToCount(review, facts) === null);
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
