/**
 * Collections as 16-way tries of folders (DESIGN §4), over any reader of folders.
 *
 * A collection's folder holds its entries until there would be more than {@link leafLimit}. Then it is split: each entry moves
 * into a folder named by the next hexadecimal digit of the SHA-256 of its name, and from then on the folder holds digit folders
 * only. It is never merged back, so a place is found by descending while there are digit folders.
 */
import { TreadleError, invariant } from '../base/errors.ts';
import { sha256 } from '../base/digest.ts';
import { formatAddress, type Address } from '../codec/address.ts';
import { segmentFault } from './path.ts';
import type { Change, Entry, Snapshot } from './port.ts';

/** The most entries a folder of a collection holds. */
export const leafLimit = 64;

type FolderReader = Pick<Snapshot, 'list'>;
type Move = Extract<Change, { kind: 'move' }>;

/** Where an address leads. */
export interface Place {
  /** The path, also where nothing is there yet. */
  readonly path: string;
  /** What must move, in order, before something can be put there. */
  readonly moves: readonly Move[];
}

/**
 * Finds the path of an address, whether or not something is there: one `list` for each level of a collection, none elsewhere.
 *
 * @throws {TreadleError} `address-invalid` where a step cannot be a name.
 */
export async function resolveAddress(folders: FolderReader, address: Address): Promise<string> {
  return (await walk(folders, address, 'look')).path;
}

/** Finds where to put something, and the splits that this calls for. Throws as {@link resolveAddress}. */
export async function placeAddress(folders: FolderReader, address: Address): Promise<Place> {
  return walk(folders, address, 'put');
}

/** The names of a collection's entries, in the order of the trie; `collection` leads to its folder. */
export async function* listEntries(folders: FolderReader, collection: Address): AsyncGenerator<string> {
  yield* listBelow(folders, await resolveAddress(folders, collection));
}

async function* listBelow(folders: FolderReader, folder: string): AsyncGenerator<string> {
  for (const member of await folders.list(folder)) {
    if (isDigitFolder(member)) yield* listBelow(folders, join(folder, member.name));
    else yield member.name;
  }
}

async function walk(folders: FolderReader, address: Address, purpose: 'look' | 'put'): Promise<Place> {
  refuseFaultySteps(address);
  let path = '';
  let moves: readonly Move[] = [];
  // Below an entry that is new there is nothing to list.
  let isNew = false;
  for (const step of address) {
    if (typeof step === 'string' || isNew) {
      path = join(path, typeof step === 'string' ? step : step.entry);
      continue;
    }
    const leaf = await descend(folders, path, step.entry);
    isNew = !leaf.members.some((member) => member.name === step.entry);
    const place = isNew && purpose === 'put' ? placeInLeaf(leaf, step.entry) : undefined;
    path = place?.path ?? join(leaf.path, step.entry);
    moves = place?.moves ?? moves;
  }
  return { path, moves };
}

interface Leaf {
  readonly path: string;
  readonly depth: number;
  readonly members: readonly Entry[];
}

/** The folder of a collection that holds an entry, or would. */
async function descend(folders: FolderReader, collection: string, entry: string): Promise<Leaf> {
  const digits = sha256(entry);
  let path = collection;
  for (let depth = 0; ; depth += 1) {
    const members = await folders.list(path);
    const digit = digits[depth];
    if (digit === undefined || !members.some(isDigitFolder)) return { path, depth, members };
    path = join(path, digit);
    // Where the digit's folder is missing the entry is, and would be the first of it.
    if (!members.some((member) => member.name === digit)) return { path, depth: depth + 1, members: [] };
  }
}

/** Where a new entry goes, and where the others must go for it. */
function placeInLeaf(leaf: Leaf, entry: string): Place {
  const names = leaf.members.map((member) => member.name);
  const places = spread(leaf.path, [...names, entry], leaf.depth);
  const placeOf = (name: string): string => places.get(name) ?? join(leaf.path, name);
  return {
    path: placeOf(entry),
    moves: names
      .map((name): Move => ({ kind: 'move', from: join(leaf.path, name), to: placeOf(name) }))
      .filter(({ from, to }) => from !== to),
  };
}

/** Where the entries of a folder go: here while it holds them, else below the next digit. */
function spread(folder: string, names: readonly string[], depth: number): ReadonlyMap<string, string> {
  if (names.length <= leafLimit) return new Map(names.map((name) => [name, join(folder, name)]));
  const byDigit = new Map<string, string[]>();
  for (const name of names) {
    const digit = digitOf(name, depth);
    const group = byDigit.get(digit);
    if (group === undefined) byDigit.set(digit, [name]);
    else group.push(name);
  }
  return new Map(
    [...byDigit].flatMap(([digit, group]) => [...spread(join(folder, digit), group, depth + 1)]),
  );
}

function digitOf(name: string, depth: number): string {
  const digit = sha256(name)[depth];
  invariant(digit, `more than ${leafLimit} names share a SHA-256`);
  return digit;
}

function isDigitFolder(member: Entry): boolean {
  return member.kind === 'folder' && /^[0-9a-f]$/.test(member.name);
}

function refuseFaultySteps(address: Address): void {
  for (const step of address) {
    const name = typeof step === 'string' ? step : step.entry;
    const isDigit = typeof step !== 'string' && /^[0-9a-f]$/.test(name);
    const fault = isDigit
      ? 'an entry is named by a single digit, as the folders of its collection are'
      : segmentFault(name);
    if (fault === undefined) continue;
    throw new TreadleError(
      'address-invalid',
      `${JSON.stringify(formatAddress(address))} is no address: ${fault}`,
      {
        facts: { address: formatAddress(address) },
      },
    );
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
