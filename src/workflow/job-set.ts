import { itemAt } from './item-at.ts';

/**
 * A set of jobs as bits over a shared order: a workflow of 10,000 jobs in a chain has 50 million pairs of ancestor and job, which
 * as ordinary sets would fill the memory.
 */
export class JobSet implements ReadonlySet<string> {
  readonly #order: readonly string[];
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #bits: Uint32Array;

  constructor(order: readonly string[], indexOf: ReadonlyMap<string, number>, bits: Uint32Array) {
    this.#order = order;
    this.#indexOf = indexOf;
    this.#bits = bits;
  }

  get size(): number {
    let count = 0;
    for (const word of this.#bits) {
      for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
    }
    return count;
  }

  has(job: string): boolean {
    const index = this.#indexOf.get(job);
    if (index === undefined || this.#bits.length === 0) return false;
    return ((itemAt(this.#bits, index >>> 5) >>> (index & 31)) & 1) === 1;
  }

  *values(): SetIterator<string> {
    for (const [at, word] of this.#bits.entries()) {
      for (let rest = word; rest !== 0; rest &= rest - 1) {
        yield itemAt(this.#order, at * 32 + 31 - Math.clz32(rest & -rest));
      }
    }
  }

  keys(): SetIterator<string> {
    return this.values();
  }

  *entries(): SetIterator<[string, string]> {
    for (const job of this.values()) yield [job, job];
  }

  [Symbol.iterator](): SetIterator<string> {
    return this.values();
  }

  forEach(visit: (value: string, key: string, set: ReadonlySet<string>) => void): void {
    for (const job of this.values()) visit(job, job, this);
  }
}
