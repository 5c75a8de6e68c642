/** How often values fell into which range. Bounded, and two of them add up to a third: no value is kept. */
export interface Histogram {
  readonly count: number;
  readonly sum: number;
  /** The largest value; 0 where there is none. */
  readonly max: number;
  /** Upper bound, included → how many values lie at or below it and above the bound before; `more` is above all bounds. */
  readonly buckets: Readonly<Record<string, number>>;
}

/** What is counted in ranges: seconds, milliseconds, or how often something happened. */
export type Scale = 'seconds' | 'ms' | 'times';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The upper bounds of a scale's ranges. The targets that are judged by a share of the values are among them. */
export const BOUNDS: Readonly<Record<Scale, readonly number[]>> = {
  seconds: [1, 5, 10, 30, MINUTE, 3 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 7 * DAY],
  ms: [10, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000],
  times: [0, 1, 2, 3, 4, 5, 10, 20, 50, 100],
};

export const EMPTY_HISTOGRAM: Histogram = { count: 0, sum: 0, max: 0, buckets: {} };

/** Counts whole numbers from 0 on; what lies below counts as 0, fractions are cut off, so that sums are exact. */
export function histogramOf(scale: Scale, values: readonly number[]): Histogram {
  const buckets: Record<string, number> = {};
  let [sum, max] = [0, 0];
  for (const value of values) {
    const whole = Math.max(0, Math.trunc(value));
    const bound = BOUNDS[scale].find((upper) => whole <= upper);
    const key = bound === undefined ? 'more' : String(bound);
    buckets[key] = (buckets[key] ?? 0) + 1;
    sum += whole;
    max = Math.max(max, whole);
  }
  return { count: values.length, sum, max, buckets };
}

/** The histogram of the values of both. */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  const buckets: Record<string, number> = { ...a.buckets };
  for (const [bound, count] of Object.entries(b.buckets)) buckets[bound] = (buckets[bound] ?? 0) + count;
  return { count: a.count + b.count, sum: a.sum + b.sum, max: Math.max(a.max, b.max), buckets };
}

/** The mean of the values; null where there are none. */
export function meanOf({ count, sum }: Histogram): number | null {
  return count === 0 ? null : sum / count;
}

/** How many values lie at or below a bound of the scale. */
export function countUpTo({ buckets }: Histogram, bound: number): number {
  return Object.entries(buckets).reduce(
    (total, [upper, count]) => (Number(upper) <= bound ? total + count : total),
    0,
  );
}

/** The lowest bound that at least this share of the values does not exceed; the largest value above all bounds; null for none. */
export function quantileOf(scale: Scale, histogram: Histogram, share: number): number | null {
  if (histogram.count === 0) return null;
  const bound = BOUNDS[scale].find((upper) => countUpTo(histogram, upper) >= share * histogram.count);
  return bound === undefined ? histogram.max : Math.min(bound, histogram.max);
}
