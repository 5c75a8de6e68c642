import { pullIndexCodec, type PullIndex } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { Documents } from '../../store/documents.ts';

/** The pull requests that gates and escalations wait on, by the names of the index alone: nothing is read for each. */
export async function watchedPulls(documents: Documents): Promise<readonly number[]> {
  const numbers = new Set<number>();
  for await (const name of documents.list(layout.pulls)) numbers.add(Number.parseInt(name, 10));
  return [...numbers].sort((a, b) => a - b);
}

/** Who waits on some of the pull requests: several gates may wait on the same one. */
export async function readWatchers(
  documents: Documents,
  pulls: readonly number[],
): Promise<ReadonlyMap<number, readonly PullIndex[]>> {
  const names: string[] = [];
  for await (const name of documents.list(layout.pulls)) {
    if (pulls.includes(Number.parseInt(name, 10))) names.push(name);
  }
  const watches = await Promise.all(
    names.map((name) => documents.read([...layout.pulls, { entry: name }], pullIndexCodec)),
  );
  const watchers = new Map<number, PullIndex[]>();
  for (const watch of watches) {
    if (watch !== undefined) watchers.set(watch.pull, [...(watchers.get(watch.pull) ?? []), watch]);
  }
  return watchers;
}

/** Some of them, neighbours from a place on, so that different places come to all of them in time. */
export function pickSlice(numbers: readonly number[], size: number, fraction: number): readonly number[] {
  if (numbers.length <= size) return numbers;
  const start = Math.floor(fraction * numbers.length);
  return [...numbers.slice(start), ...numbers.slice(0, start)].slice(0, size);
}
