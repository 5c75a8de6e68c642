/** The members of a concurrency group, by any ids the caller chooses: at most one runs, the others wait in order. */
export interface ConcurrencyGroup {
  readonly running: string | null;
  /** The running one was cancelled by a newcomer, and still has to end. */
  readonly isEnding: boolean;
  /** Oldest first. With `queue: single` at most one. */
  readonly pending: readonly string[];
}

/** What a newcomer wants: its own `cancel-in-progress` and `queue`, not those of the ones before it. */
export interface GroupOptions {
  readonly cancelInProgress: boolean;
  readonly queue: 'single' | 'max';
}

/** What a step came to. */
export interface GroupStep {
  readonly group: ConcurrencyGroup;
  /** Who is to be cancelled now. Of these only a running one is still in the group: it leaves it when it has ended. */
  readonly cancelled: readonly string[];
  /** Who runs now and did not before. */
  readonly started: string | null;
}

/** A group nobody is in. */
export const EMPTY_GROUP: ConcurrencyGroup = { running: null, isEnding: false, pending: [] };

/** How many may wait with `queue: max`. */
const maxPending = 100;
/** The longest name of a group, in UTF-16 units. */
const maxGroupUnits = 400;

/** The name by which a group is found: letter case makes no difference. */
export function groupKeyOf(name: string): string {
  return name.toLowerCase();
}

/**
 * What is wrong with an evaluated `concurrency`, or null. Whoever has such a one fails.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#concurrency
 */
export function findGroupProblem(name: string, { cancelInProgress, queue }: GroupOptions): string | null {
  if (name === '') return 'Concurrency group name cannot be empty';
  if (name.length > maxGroupUnits) {
    return `Concurrency group name must not be longer than ${maxGroupUnits} characters`;
  }
  if (cancelInProgress && queue === 'max') return '`queue: max` cannot go with `cancel-in-progress: true`';
  return null;
}

/**
 * A newcomer enters. It runs at once where nobody does; else it waits. With `queue: single` it takes the place of whoever waits,
 * and with `cancelInProgress` has the running one cancelled, too; with `queue: max` it goes to the end, and is cancelled itself
 * when 100 wait. Who is in the group already stays where it is.
 *
 * @see https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
 */
export function enterGroup(group: ConcurrencyGroup, id: string, options: GroupOptions): GroupStep {
  const { running, isEnding, pending } = group;
  if (running === id || pending.includes(id)) return { group, cancelled: [], started: null };
  if (running === null) {
    return { group: { running: id, isEnding: false, pending }, cancelled: [], started: id };
  }
  if (options.queue === 'max') {
    if (pending.length >= maxPending) return { group, cancelled: [id], started: null };
    return { group: { ...group, pending: [...pending, id] }, cancelled: [], started: null };
  }
  const endsNow = options.cancelInProgress && !isEnding;
  return {
    group: { running, isEnding: isEnding || endsNow, pending: [id] },
    cancelled: [...pending, ...(endsNow ? [running] : [])],
    started: null,
  };
}

/** Somebody ended, or waits no more: the oldest of those that wait runs when the place is free. */
export function leaveGroup(group: ConcurrencyGroup, id: string): GroupStep {
  if (group.running !== id) {
    const pending = group.pending.filter((one) => one !== id);
    const isSame = pending.length === group.pending.length;
    return { group: isSame ? group : { ...group, pending }, cancelled: [], started: null };
  }
  const [next = null, ...pending] = group.pending;
  return { group: { running: next, isEnding: false, pending }, cancelled: [], started: next };
}
