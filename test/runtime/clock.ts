import { setImmediate as breathe } from 'node:timers/promises';

import type { Clock } from '../../src/runtime/ports.ts';

/** A clock that stands still until it is told otherwise. */
export interface TestClock extends Clock {
  date(): Date;
  later(seconds: number): void;
  /** Resolves when somebody waits for a time that is still to come; at once where somebody does. */
  settle(): Promise<void>;
}

/** Times are whole seconds; who waits is woken when the clock is moved there. */
export function createTestClock(start: string): TestClock {
  let now = Date.parse(start);
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const watchers: (() => void)[] = [];
  return {
    now: () => `${new Date(now).toISOString().slice(0, 19)}Z`,
    date: () => new Date(now),
    later(seconds) {
      now += seconds * 1000;
      const due = sleepers.filter(({ until }) => until <= now);
      sleepers = sleepers.filter(({ until }) => until > now);
      for (const { wake } of due) wake();
    },
    settle: () =>
      sleepers.length > 0 ? Promise.resolve() : new Promise((resolve) => watchers.push(resolve)),
    async waitUntil(time, signal) {
      const until = Date.parse(time);
      if (until <= now || signal.aborted) return breathe(undefined);
      await new Promise<void>((resolve) => {
        const sleeper = { until, wake: resolve };
        sleepers.push(sleeper);
        for (const watcher of watchers.splice(0)) watcher();
        const giveUp = (): void => {
          sleepers = sleepers.filter((one) => one !== sleeper);
          resolve();
        };
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
    // Backing off costs no time here; others still get their turn.
    pause: () => breathe(undefined),
  };
}
