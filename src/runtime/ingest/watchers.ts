import { pullIndexCodec, type PullIndex } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { Documents } from '../../store/documents.ts';

/** Who waits on which pull request: several gates may wait on the same one. */
export async function readWatchers(documents: Documents): Promise<ReadonlyMap<number, readonly PullIndex[]>> {
  const watchers = new Map<number, PullIndex[]>();
  for await (const name of documents.list(layout.pulls)) {
    const watch = await documents.read([...layout.pulls, { entry: name }], pullIndexCodec);
    if (watch !== undefined) watchers.set(watch.pull, [...(watchers.get(watch.pull) ?? []), watch]);
  }
  return watchers;
}
