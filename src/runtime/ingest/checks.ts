import { checksIndexCodec, type ChecksIndex } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import { TREADLE, type ChecksChanged } from '../../engine/event.ts';
import type { Forge, MergeReadiness } from '../../forge/port.ts';
import type { Unit } from '../unit.ts';

/**
 * Looks at the required checks that merges wait for, and applies what changed, so that who need not wait queues in the same push.
 * Costs the forge one query where somebody waits, and nothing else. `isFresh`: facts were just read; else only those are looked at
 * that began to wait since.
 */
export async function applyAwaitedChecks(
  unit: Unit,
  forge: Forge,
  now: string,
  isFresh: boolean,
): Promise<void> {
  const awaited = await listAwaited(unit, isFresh);
  if (awaited.length === 0) return;
  const found = await forge.pulls.readiness(awaited.map(({ pull }) => pull));
  for (const { run, job, attempt, pull, since, byPerson = false } of awaited) {
    const readiness = found.find(({ number }) => number === pull);
    const { verdict, names } = readiness === undefined ? NOTHING_AWAITED : judgeChecks(readiness, byPerson);
    const authors = (readiness?.authors ?? []).slice(0, MOST_AUTHORS).map(nameAuthor);
    const made = verdict === 'passed' && authors.length > 0 ? { authors } : {};
    await unit.apply({
      run,
      happening: { type: 'checks_changed', job, attempt, pull, verdict, names, ...made },
      actor: TREADLE,
      ground: 'read from the forge',
      at: now,
      cause: [job, attempt, pull, verdict, names, since],
    });
  }
}

async function listAwaited(unit: Unit, isFresh: boolean): Promise<readonly ChecksIndex[]> {
  const documents = unit.documents();
  const names: string[] = [];
  for await (const name of documents.list(layout.checks)) names.push(name);
  const awaited: ChecksIndex[] = [];
  for (const name of names.sort()) {
    const address = [...layout.checks, { entry: name }];
    const index = await documents.read(address, checksIndexCodec);
    if (index === undefined) continue;
    if (isFresh || (await unit.before.read(address, checksIndexCodec)) === undefined) awaited.push(index);
  }
  // First agreed, first in the queue.
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
export function judgeChecks({ isOpen, isBehind, isHeld, checks }: MergeReadiness, byPerson = false): Judged {
  if (!isOpen) return NOTHING_AWAITED;
  const named = (...states: readonly string[]): readonly string[] =>
    checks.filter(({ state }) => states.includes(state)).map(({ name }) => name);
  const failed = named('failed');
  if (failed.length > 0) return { verdict: 'failed', names: failed };
  const open = named('pending', 'held');
  if (open.length > 0) {
    return { verdict: isHeld || named('held').length > 0 ? 'held' : 'pending', names: open };
  }
  if (byPerson) return { verdict: 'unmerged', names: [] };
  return isBehind ? { verdict: 'behind', names: [] } : NOTHING_AWAITED;
}
