/** What is measured against others. */
export interface Contestant {
  readonly label: string;
  /** Does the work once and answers what it took, in the unit of the figure. */
  readonly sample: () => number | Promise<number>;
}

/** Samples in short: the median, and the quarters below and above it. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/**
 * Measures contestants in turns, one sample of each a round, so that whatever else the machine does befalls all of them alike. The
 * first round warms up and does not count.
 */
export async function measureInTurns(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<ReadonlyMap<string, Spread>> {
  const samples = new Map<string, number[]>(contestants.map(({ label }) => [label, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { label, sample } of contestants) {
      const taken = await sample();
      if (round > 0) samples.get(label)?.push(taken);
    }
  }
  return new Map([...samples].map(([label, taken]) => [label, spreadOf(taken)]));
}

/** How much time of a processor something takes, in milliseconds: what others do at the same time counts little. */
export function timeOf(work: () => unknown): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

function spreadOf(taken: readonly number[]): Spread {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75), samples: sorted.length };
}
