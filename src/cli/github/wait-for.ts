import { setTimeout as sleep } from 'node:timers/promises';

import { TreadleError } from '../../base/errors.ts';
import type { Oid, Store } from '../../store/port.ts';

const LOOK_AFTER_MS = { first: 250, most: 5_000 };
const WAIT_MINUTES = 15;

/**
 * Waits until the state shows something: `look` is asked whenever the branch has moved, and returns null for not yet. Each look at
 * the branch is one light request. Throws `wake-overdue` where no wake has brought it in a quarter of an hour.
 */
export async function waitFor<T>(store: Store, look: () => Promise<T | null>): Promise<T> {
  const end = performance.now() + WAIT_MINUTES * 60_000;
  let seen: Oid | null | undefined;
  for (let pauseMs = LOOK_AFTER_MS.first; ; pauseMs = Math.min(LOOK_AFTER_MS.most, pauseMs * 2)) {
    const { oid } = await store.read();
    if (oid !== seen) {
      seen = oid;
      const found = await look();
      if (found !== null) return found;
    }
    if (performance.now() > end) throw overdue();
    await sleep(pauseMs);
  }
}

function overdue(): TreadleError {
  return new TreadleError('wake-overdue', `no wake followed it within ${WAIT_MINUTES} minutes`, {
    remedy:
      'It stands where it was said, and the next wake follows it. See whether one ran, and what it said: gh run list --workflow treadle.yml',
  });
}
