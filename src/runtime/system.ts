import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock, Randomness } from './ports.ts';

/** The longest time that one timer of Node's can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => `${new Date().toISOString().slice(0, 19)}Z`,
  async waitUntil(time, signal) {
    for (;;) {
      const left = Date.parse(time) - Date.now();
      if (left <= 0 || signal.aborted) return;
      try {
        await sleep(Math.min(left, LONGEST_TIMER_MS), undefined, { signal });
      } catch {
        return;
      }
    }
  },
  pause: (ms) => (ms <= 0 ? Promise.resolve() : sleep(ms)),
};

/** The machine's randomness. */
export const systemRandomness: Randomness = {
  newId: () => randomBytes(9).toString('hex'),
  fraction: () => randomBytes(4).readUInt32BE() / 2 ** 32,
};
