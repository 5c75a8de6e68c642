import type { ObjectKind } from '../git-object.ts';

/** The numbers of the kinds of objects in a pack. Source: https://git-scm.com/docs/gitformat-pack */
const kinds: Readonly<Record<number, ObjectKind>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const types: Readonly<Record<ObjectKind, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

/** The types of an entry that is told as a difference: from an earlier entry, or from an object by its id. */
export const offsetDelta = 6;
export const refDelta = 7;

export function packTypeOf(kind: ObjectKind): number {
  return types[kind];
}

/** The kind of a whole entry; undefined for a delta, and for what is no type. */
export function packKindOf(type: number): ObjectKind | undefined {
  return kinds[type];
}
