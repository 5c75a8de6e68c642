/** How much may be sent within a time. */
export interface RateLimit {
  /** `content`: requests that create or change something. `points`: a read is 1, a write 5. */
  readonly counts: 'content' | 'points';
  readonly most: number;
  readonly windowMs: number;
}

/**
 * GitHub's secondary limits.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
export const GITHUB_LIMITS: readonly RateLimit[] = [
  { counts: 'content', most: 80, windowMs: 60_000 },
  { counts: 'content', most: 500, windowMs: 3_600_000 },
  { counts: 'points', most: 900, windowMs: 60_000 },
];

const WRITE_POINTS = 5;

/** Counts what is sent, and says when there is room for more. Kept nowhere: each process begins with an empty one. */
export interface RateBucket {
  /**
   * Counts a request where there is room for it, and returns 0; else how many milliseconds later there is.
   *
   * @param changes how much the request creates or changes; 0 for a read
   */
  take(changes: number, nowMs: number): number;
  /** The forge asked for silence until then. */
  close(untilMs: number): void;
}

export function createRateBucket(limits: readonly RateLimit[]): RateBucket {
  const windows = limits.map((limit) => ({ limit, sent: [] as { atMs: number; cost: number }[] }));
  let closedUntilMs = 0;
  return {
    take(changes, nowMs) {
      const waits = windows.map(({ limit, sent }) => {
        while ((sent[0]?.atMs ?? Infinity) <= nowMs - limit.windowMs) sent.shift();
        return waitFor(limit, sent, costOf(limit, changes), nowMs);
      });
      const waitMs = Math.max(closedUntilMs - nowMs, 0, ...waits);
      if (waitMs > 0) return waitMs;
      for (const { limit, sent } of windows) {
        const cost = costOf(limit, changes);
        if (cost > 0) sent.push({ atMs: nowMs, cost });
      }
      return 0;
    },
    close(untilMs) {
      closedUntilMs = Math.max(closedUntilMs, untilMs);
    },
  };
}

function costOf({ counts }: RateLimit, changes: number): number {
  if (counts === 'content') return changes;
  return changes > 0 ? WRITE_POINTS : 1;
}

/** Until enough of what was sent has left the window. */
function waitFor(
  { most, windowMs }: RateLimit,
  sent: readonly { readonly atMs: number; readonly cost: number }[],
  cost: number,
  nowMs: number,
): number {
  let used = sent.reduce((sum, one) => sum + one.cost, 0);
  if (cost === 0 || used + cost <= most) return 0;
  for (const { atMs, cost: freed } of sent) {
    used -= freed;
    if (used + cost <= most) return atMs + windowMs - nowMs;
  }
  return windowMs;
}
