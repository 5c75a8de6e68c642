import { strongComponents } from './components.ts';
import { itemAt } from './item-at.ts';
import { JobSet } from './job-set.ts';
import { jobOf } from './leg.ts';
import type { Graph } from './model.ts';

/** A job as the graph sees it. */
export interface GraphNode {
  readonly id: string;
  /** Canonical ids. */
  readonly needs: readonly string[];
}

/**
 * The graph of the jobs. Ancestors and descendants are computed for all jobs at the first question, without recursion; a cycle is no
 * harm: its jobs are then ancestors of each other.
 */
export function createGraph(nodes: readonly GraphNode[]): Graph {
  const order = nodes.map((node) => node.id);
  const indexOf = new Map(order.map((id, index) => [id, index]));
  const canonical = new Map(order.toReversed().map((id) => [id.toLowerCase(), id]));
  const needs = nodes.map((node) => indexesIn(indexOf, node.needs));
  const dependents: number[][] = nodes.map(() => []);
  for (const [index, list] of needs.entries()) for (const need of list) itemAt(dependents, need).push(index);
  const closures = new Map<'up' | 'down', readonly Uint32Array[]>();
  const closure = (direction: 'up' | 'down', id: string): ReadonlySet<string> => {
    let bits = closures.get(direction);
    if (bits === undefined) {
      bits = closeOver(direction === 'up' ? needs : dependents);
      closures.set(direction, bits);
    }
    const index = indexOf.get(jobOf(id));
    return new JobSet(order, indexOf, index === undefined ? new Uint32Array(0) : itemAt(bits, index));
  };
  return {
    resolve: (id) => canonical.get(id.toLowerCase()),
    dependents: (id) => {
      const index = indexOf.get(jobOf(id));
      return index === undefined
        ? []
        : itemAt(dependents, index).map((dependent) => itemAt(order, dependent));
    },
    ancestors: (id) => closure('up', id),
    descendants: (id) => closure('down', id),
  };
}

function indexesIn(indexOf: ReadonlyMap<string, number>, ids: readonly string[]): readonly number[] {
  return ids.flatMap((id) => indexOf.get(id) ?? []);
}

/** For each node all that it reaches, as bits; the nodes of a cycle share theirs. */
function closeOver(next: readonly (readonly number[])[]): readonly Uint32Array[] {
  const words = Math.ceil(next.length / 32);
  const reached = new Array<Uint32Array>(next.length);
  for (const component of strongComponents(next)) {
    const bits = new Uint32Array(words);
    for (const member of component) {
      for (const neighbour of itemAt(next, member)) {
        // A neighbour within the component has no bits yet; what it reaches is added as its own turn comes.
        const further = reached[neighbour];
        if (further !== undefined) addBits(bits, further);
        bits[neighbour >>> 5] = itemAt(bits, neighbour >>> 5) | (1 << (neighbour & 31));
      }
    }
    for (const member of component) reached[member] = bits;
  }
  return reached;
}

/** By far the most work of a large graph: nothing but the words. */
function addBits(bits: Uint32Array, more: Uint32Array): void {
  for (let at = 0; at < bits.length; at += 1) bits[at] = (bits[at] ?? 0) | (more[at] ?? 0);
}
