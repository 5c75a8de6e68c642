/**
 * Where a document lives on the state branch. A plain step is a folder or file name; an `entry` step names a member of the
 * collection that the steps before it lead to. Collections are 16-way tries, so between a collection's folder and its entry
 * there may be any number of single-digit folders: the store resolves them.
 *
 * `['runs', { entry: '42-1' }, 'run.json']` may resolve to `runs/a/3/42-1/run.json`.
 */
export type Address = readonly (string | EntryStep)[];

/** A member of a collection. The name is never a single hexadecimal digit: those are the trie's own folders. */
export interface EntryStep {
  readonly entry: string;
}

/** The address as a person reads it, with `…` where the trie's folders would be. */
export function formatAddress(address: Address): string {
  return address.map((step) => (typeof step === 'string' ? step : `…/${step.entry}`)).join('/');
}
