import { createBranchStore } from './branch-store.ts';
import { hashObject, type ObjectKind } from './git-object.ts';
import type { Oid, Store } from './port.ts';

/**
 * A store in memory, for tests and simulations: the same objects, ids and conflicts as the git adapter, nothing durable.
 * Several writers are several batches of the one store.
 */
export function createMemoryStore(): Store {
  const objects = new Map<Oid, { readonly kind: ObjectKind; readonly body: Uint8Array }>();
  let tip: Oid | null = null;
  return createBranchStore(
    {
      read: (oid) => Promise.resolve(objects.get(oid)),
      write(kind, body) {
        const oid = hashObject(kind, body);
        objects.set(oid, { kind, body });
        return Promise.resolve(oid);
      },
      flush: () => Promise.resolve(),
      shallowCommits: () => Promise.resolve(new Set()),
    },
    {
      read: () => Promise.resolve(tip),
      compareAndSwap(expected, next) {
        if (tip !== expected) return Promise.resolve(false);
        tip = next;
        return Promise.resolve(true);
      },
    },
  );
}
