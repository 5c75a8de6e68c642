import { pullIndexCodec, type PullIndex } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { Documents } from '../../store/documents.ts';

/** Who waits on a pull request, as far as the name of its entry in the index tells: nothing is read for each. */
export interface Watch {
  readonly entry: string;
  readonly pull: number;
  readonly run: string;
  readonly job: string;
}

/** The pull requests that gates and escalations wait on. */
export async function watchedPulls(documents: Documents): Promise<readonly number[]> {
  const numbers = new Set<number>();
  for await (const name of documents.list(layout.pulls)) numbers.add(Number.parseInt(name, 10));
  return [...numbers].sort((a, b) => a - b);
}

/** Who waits on some of the pull requests: several gates may wait on the same one. */
export async function watchesOf(documents: Documents, pulls: readonly number[]): Promise<readonly Watch[]> {
  const wanted = new Set(pulls);
  const watches: Watch[] = [];
  if (wanted.size === 0) return watches;
  for await (const entry of documents.list(layout.pulls)) {
    const [, pull, run, job] = /^(\d+)\.([^.]+)\.(.+)\.json$/.exec(entry) ?? [];
    if (run === undefined || job === undefined || !wanted.has(Number(pull))) continue;
    watches.push({ entry, pull: Number(pull), run, job });
  }
  return watches;
}

/** The same with what the index says of them, by pull request. */
export async function readWatchers(
  documents: Documents,
  pulls: readonly number[],
): Promise<ReadonlyMap<number, readonly PullIndex[]>> {
  const found = await watchesOf(documents, pulls);
  const watches = await Promise.all(
    found.map(({ entry }) => documents.read([...layout.pulls, { entry }], pullIndexCodec)),
  );
  const watchers = new Map<number, PullIndex[]>();
  for (const watch of watches) {
    if (watch !== undefined) watchers.set(watch.pull, [...(watchers.get(watch.pull) ?? []), watch]);
  }
  return watchers;
}

/** Some of them, neighbours from a place on, so that different places come to all of them in time. */
export function pickSlice<T>(items: readonly T[], size: number, fraction: number): readonly T[] {
  if (items.length <= size) return items;
  const start = Math.floor(fraction * items.length);
  return [...items.slice(start), ...items.slice(0, start)].slice(0, size);
}
