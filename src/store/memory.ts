import { createBranchStore } from './branch-store.ts';
import type { GitObject } from './branch-backend.ts';
import type { Oid, Store } from './port.ts';

/**
 * A store in memory, for tests and simulations: the same objects, ids and conflicts as the git adapter, nothing durable.
 * Several writers are several batches of the one store.
 */
export function createMemoryStore(): Store {
  const objects = new Map<Oid, GitObject>();
  let tip: Oid | null = null;
  return createBranchStore({
    read: (oid) => Promise.resolve(objects.get(oid)),
    readRef: () => Promise.resolve(tip),
    publish(added, expected, next) {
      if (tip !== expected) return Promise.resolve(false);
      for (const [oid, object] of added) objects.set(oid, object);
      tip = next;
      return Promise.resolve(true);
    },
    shallowCommits: () => Promise.resolve(new Set()),
  });
}
