import { checksIndexCodec, type ChecksIndex } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import { TREADLE, type ChecksChanged } from '../../engine/event.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { MergeReadiness } from '../../forge/port/merging.ts';
import type { Documents } from '../../store/documents.ts';
import type { Unit } from '../unit.ts';
import type { Reading } from './reading.ts';
import { pickSlice } from './watchers.ts';

/** How pull requests stand to their required checks, of those that were looked at; undefined where one is gone. */
export type KnownChecks = ReadonlyMap<number, MergeReadiness | undefined>;

/** Nothing was looked at. */
export const NO_CHECKS: KnownChecks = new Map();

/** Pull requests that one query looks at; where more are awaited, those of one wake follow those of another. */
const MOST_LOOKED_AT = 50;

/**
 * Looks at the required checks that merges wait for. Costs the forge one query where somebody waits, and nothing else.
 *
 * @param soon pull requests whose merge may be agreed to in this wake
 */
export async function readAwaitedChecks(
  { forge, documents, fraction }: Reading,
  soon: readonly number[],
): Promise<KnownChecks> {
  const awaited = [...new Set((await listAwaited(documents)).map(({ pull }) => pull))];
  const looked = new Set([...soon.slice(0, MOST_LOOKED_AT), ...pickSlice(awaited, MOST_LOOKED_AT, fraction)]);
  if (looked.size === 0) return NO_CHECKS;
  const found = await forge.pulls.readiness([...looked]);
  return new Map([...looked].map((pull) => [pull, found.find(({ number }) => number === pull)]));
}

/**
 * Applies what is known of the required checks that merges wait for, so that who need not wait queues in the same push. Those of a
 * merge that began to wait just now are asked for where nobody did yet.
 */
export async function applyAwaitedChecks(
  unit: Unit,
  forge: Forge,
  now: string,
  known: KnownChecks,
): Promise<void> {
  const awaited: ChecksIndex[] = [];
  for (const index of await listAwaited(unit.documents())) {
    // What was enqueued a moment ago is looked at by the next wake.
    const isNews = index.state !== 'enqueued' && (await isBegun(unit, index));
    if (known.has(index.pull) || isNews) awaited.push(index);
  }
  const missing = awaited.map(({ pull }) => pull).filter((pull) => !known.has(pull));
  const read = missing.length === 0 ? [] : await forge.pulls.readiness(missing);
  for (const index of awaited) {
    const { run, job, attempt, pull, since } = index;
    const readiness = known.get(pull) ?? read.find(({ number }) => number === pull);
    const { verdict, names } = readiness === undefined ? NOTHING_AWAITED : judgeChecks(readiness, index);
    const authors = (readiness?.authors ?? []).slice(0, MOST_AUTHORS).map(nameAuthor);
    const made = verdict === 'passed' && authors.length > 0 ? { authors } : {};
    const way = verdict === 'passed' && (readiness?.mergeQueue ?? null) !== null;
    await unit.apply({
      run,
      happening: {
        type: 'checks_changed',
        job,
        attempt,
        pull,
        verdict,
        names,
        ...made,
        ...(way ? { mergeQueue: true as const } : {}),
      },
      actor: TREADLE,
      ground: 'read from the forge',
      at: now,
      cause: [job, attempt, pull, verdict, names, since, ...(index.state === 'enqueued' ? ['enqueued'] : [])],
    });
  }
}

/** Whether a merge waits since what this unit decided. */
async function isBegun(unit: Unit, { run, job, attempt, pull }: ChecksIndex): Promise<boolean> {
  const before = await unit.before.read(layout.checksIndex(run, job), checksIndexCodec);
  return before?.attempt !== attempt || before.pull !== pull;
}

/** The merges that wait for checks: first agreed, first in the queue. */
export async function listAwaited(documents: Documents): Promise<readonly ChecksIndex[]> {
  const names: string[] = [];
  for await (const name of documents.list(layout.checks)) names.push(name);
  const awaited: ChecksIndex[] = [];
  for (const name of names.sort()) {
    const index = await documents.read([...layout.checks, { entry: name }], checksIndexCodec);
    if (index !== undefined) awaited.push(index);
  }
  return awaited.sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
}

/** A merge that names more than these names nobody. */
const MOST_AUTHORS = 20;

/** As a trailer holds it. Whoever pushes chooses the name: nothing in it may end the line, or look like an address. */
function nameAuthor({ name, email }: MergeReadiness['authors'][number]): string {
  const plain = (text: string): string =>
    text
      .replaceAll(/[\p{C}<>]/gu, ' ')
      .trim()
      .slice(0, 150);
  return `${plain(name)} <${plain(email)}>`;
}

type Judged = Pick<ChecksChanged, 'verdict' | 'names'>;

/** A pull request that is gone, closed or merged: the merge itself finds out what that means. */
const NOTHING_AWAITED: Judged = { verdict: 'passed', names: [] };

/**
 * What the required checks of a pull request come to. Whatever else stands in the way, the merge finds and names; where a person
 * merges, they see it themselves.
 */
export function judgeChecks(
  { isOpen, isBehind, isHeld, checks, mergeQueue }: MergeReadiness,
  awaited: Pick<ChecksIndex, 'state' | 'since' | 'byPerson'> = { state: 'unread', since: '' },
): Judged {
  if (!isOpen) return NOTHING_AWAITED;
  if (awaited.state === 'enqueued') return judgeEnqueued(mergeQueue, awaited.since);
  const named = (...states: readonly string[]): readonly string[] =>
    checks.filter(({ state }) => states.includes(state)).map(({ name }) => name);
  const failed = named('failed');
  if (failed.length > 0) return { verdict: 'failed', names: failed };
  const open = named('pending', 'held');
  if (open.length > 0) {
    return { verdict: isHeld || named('held').length > 0 ? 'held' : 'pending', names: open };
  }
  if (awaited.byPerson === true) return { verdict: 'unmerged', names: [] };
  // A merge queue brings the change up to date itself.
  return isBehind && mergeQueue === null ? { verdict: 'behind', names: [] } : NOTHING_AWAITED;
}

/**
 * GitHub takes a pull request out of the queue a moment before it says that it is merged, and tells of the removal a moment later:
 * only a removal that it tells of, for another reason than the merge, and since it was enqueued, puts it out.
 */
function judgeEnqueued(queue: MergeReadiness['mergeQueue'], since: string): Judged {
  const removal = queue?.removal ?? null;
  const isOut =
    queue?.enqueuedAt == null &&
    removal !== null &&
    Date.parse(removal.at) >= Date.parse(since) &&
    !/^(?:already[ _])?merged?$/i.test(removal.reason);
  if (!isOut) return { verdict: 'enqueued', names: [] };
  return { verdict: 'ejected', names: [removal.reason.replaceAll(/[\p{C}_]/gu, ' ').slice(0, 200)] };
}
