import { invariant } from '../base/errors.ts';

/** The item at an index that is known to be there; stops where that knowledge is wrong. */
export function itemAt<T>(list: ArrayLike<T>, index: number): T {
  const item = list[index];
  invariant(item !== undefined, `no item at ${index} of ${list.length}`);
  return item;
}
