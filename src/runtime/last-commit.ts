import { parseCommitMessage } from '../codec/commit-message.ts';
import type { Oid, Store } from '../store/port.ts';

/** How many commits are looked through before the link to a run's last commit is given up. */
const LIMIT_COMMITS = 10_000;

/**
 * The newest commit that records a transition of a run, found by walking back. Only needed after a wake died between a
 * transition and the record that names its commit.
 */
export async function findLastCommit(store: Store, from: Oid, run: string): Promise<Oid | null> {
  let left = LIMIT_COMMITS;
  for await (const commit of store.log(from)) {
    const { run: found, subject } = parseCommitMessage(commit.message);
    // A commit that only clears an event away is none of the run's history.
    if (found === run && subject.startsWith('#')) return commit.oid;
    left -= 1;
    if (left === 0) return null;
  }
  return null;
}
