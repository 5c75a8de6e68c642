import { readFileSync } from 'node:fs';

/** What is measured against others. */
export interface Contestant {
  readonly label: string;
  /** Does the work once and answers what it took, in the unit of the figure. */
  readonly sample: () => number | Promise<number>;
}

/** Samples in short: the least, which others disturbed least, the median, and the quarters below and above it. */
export interface Spread {
  readonly least: number;
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

/** How much of that falls to the main thread, which waits for no other: the time on a machine that does nothing else. Linux only. */
export function mainThreadTimeOf(work: () => unknown): number {
  const begin = mainThreadTime();
  work();
  return mainThreadTime() - begin;
}

/** Milliseconds on a processor so far. */
function mainThreadTime(): number {
  const [nanoseconds = ''] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1e6;
}

function spreadOf(taken: readonly number[]): Spread {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  return { least: at(0), median: at(0.5), low: at(0.25), high: at(0.75), samples: sorted.length };
}
