/**
 * Reads packs as a server sends them. Pure.
 *
 * Source: https://git-scm.com/docs/gitformat-pack
 */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';

import { hashObject } from '../git-object.ts';
import type { GitObject } from '../branch-backend.ts';
import type { Oid } from '../port.ts';
import { offsetDelta, packKindOf, refDelta } from './pack-format.ts';

/** The objects of a pack by id, or the ids of objects that it takes for known and that are needed to read it. */
export type DecodedPack =
  | { readonly kind: 'objects'; readonly objects: ReadonlyMap<Oid, GitObject> }
  | { readonly kind: 'incomplete'; readonly missing: readonly Oid[] };

type Entry =
  | { readonly kind: 'whole'; readonly object: GitObject }
  | { readonly kind: 'delta'; readonly base: number | Oid; readonly delta: Uint8Array };

const headLength = 12;
const trailerLength = 20;

/**
 * Reads a pack. A thin pack tells objects as differences from others that are not in it: `known` gives those.
 *
 * @throws {Error} where the bytes are not a whole, undamaged pack.
 */
export function decodePack(bytes: Uint8Array, known: (oid: Oid) => GitObject | undefined): DecodedPack {
  const pack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readEntries(pack);
  const resolved = new Map<number, GitObject>();
  const byOid = new Map<Oid, GitObject>();
  const keep = (offset: number, object: GitObject): void => {
    resolved.set(offset, object);
    byOid.set(hashObject(object.kind, object.body), object);
  };
  let waiting: (readonly [number, Extract<Entry, { kind: 'delta' }>])[] = [];
  for (const [offset, entry] of entries) {
    if (entry.kind === 'whole') keep(offset, entry.object);
    else waiting.push([offset, entry]);
  }
  // A base may come later than what is made from it: go round until nothing more can be made.
  while (waiting.length > 0) {
    const rest: typeof waiting = [];
    for (const [offset, entry] of waiting) {
      const base =
        typeof entry.base === 'number'
          ? resolved.get(entry.base)
          : (byOid.get(entry.base) ?? known(entry.base));
      if (base === undefined) rest.push([offset, entry]);
      else keep(offset, { kind: base.kind, body: applyDelta(base.body, entry.delta) });
    }
    if (rest.length === waiting.length) return { kind: 'incomplete', missing: missingBases(rest, entries) };
    waiting = rest;
  }
  return { kind: 'objects', objects: byOid };
}

/** The bases by id that block the rest. A base by place always is an entry, so that these are what is missing. */
function missingBases(
  waiting: readonly (readonly [number, { readonly base: number | Oid }])[],
  entries: ReadonlyMap<number, Entry>,
): readonly Oid[] {
  const missing = new Set<Oid>();
  for (const [, { base }] of waiting) {
    if (typeof base === 'string') missing.add(base);
    else if (!entries.has(base)) throw new Error('the pack refers to a place where no object begins');
  }
  if (missing.size === 0) throw new Error('objects of the pack are told as differences from themselves');
  return [...missing];
}

/** The entries by the place where they begin. */
function readEntries(pack: Buffer): ReadonlyMap<number, Entry> {
  const end = pack.length - trailerLength;
  if (end < headLength || pack.toString('latin1', 0, 4) !== 'PACK') throw new Error('it is not a pack');
  const version = pack.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw new Error(`the pack is of version ${version}`);
  if (!createHash('sha1').update(pack.subarray(0, end)).digest().equals(pack.subarray(end)))
    throw new Error('the pack is cut off or damaged');
  const entries = new Map<number, Entry>();
  let at = headLength;
  for (let left = pack.readUInt32BE(8); left > 0; left -= 1) {
    const [entry, next] = readEntry(pack.subarray(0, end), at);
    entries.set(at, entry);
    at = next;
  }
  if (at !== end) throw new Error('the pack holds more than it says');
  return entries;
}

function readEntry(pack: Buffer, start: number): readonly [Entry, number] {
  let at = start;
  let byte = readByte(pack, at++);
  const type = (byte >> 4) & 7;
  let size = byte & 0x0f;
  for (let scale = 16; byte >= 0x80; scale *= 128) {
    byte = readByte(pack, at++);
    size += (byte & 0x7f) * scale;
  }
  if (type === refDelta) {
    const base = pack.toString('hex', at, at + 20);
    const [delta, next] = inflateAt(pack, at + 20, size);
    return [{ kind: 'delta', base, delta }, next];
  }
  if (type === offsetDelta) {
    byte = readByte(pack, at++);
    let distance = byte & 0x7f;
    while (byte >= 0x80) {
      byte = readByte(pack, at++);
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
    const [delta, next] = inflateAt(pack, at, size);
    return [{ kind: 'delta', base: start - distance, delta }, next];
  }
  const kind = packKindOf(type);
  if (kind === undefined) throw new Error(`the pack has an entry of type ${type}`);
  const [body, next] = inflateAt(pack, at, size);
  return [{ kind: 'whole', object: { kind, body } }, next];
}

function readByte(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error('it ends too early');
  return byte;
}

/** Inflates what begins at a place and says where it ends, which only the compressed stream itself knows. */
function inflateAt(pack: Buffer, at: number, size: number): readonly [Uint8Array, number] {
  // One more than it should be, so that too much is noticed and not cut off.
  const options = { info: true, maxOutputLength: size + 1 };
  const result: unknown = inflateSync(pack.subarray(at), options);
  const { buffer, engine } = result as {
    readonly buffer: Uint8Array;
    readonly engine: { readonly bytesWritten: number };
  };
  if (buffer.byteLength !== size) throw new Error('an object of the pack is not as long as it says');
  return [buffer, at + engine.bytesWritten];
}

/**
 * Makes an object from its base and the difference: copies from the base, and bytes of its own.
 *
 * @throws {Error} where the difference does not fit.
 */
function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  const cursor = { at: 0 };
  if (readLength(delta, cursor) !== base.byteLength) throw new Error('a delta does not fit its base');
  const target = Buffer.alloc(readLength(delta, cursor));
  let written = 0;
  while (cursor.at < delta.byteLength) {
    const piece = readPiece(base, delta, cursor);
    if (written + piece.byteLength > target.byteLength) throw new Error('a delta makes more than it says');
    target.set(piece, written);
    written += piece.byteLength;
  }
  if (written !== target.byteLength) throw new Error('a delta makes less than it says');
  return target;
}

function readPiece(base: Uint8Array, delta: Uint8Array, cursor: { at: number }): Uint8Array {
  const operation = readByte(delta, cursor.at++);
  let [source, from, length] = [delta, cursor.at, operation];
  if (operation >= 0x80) {
    // Each of the low bits says that a byte of the offset (4) or of the length (3) follows.
    const numbers = [0, 0];
    for (let bit = 0; bit < 7; bit += 1) {
      if ((operation & (1 << bit)) === 0) continue;
      const isOffset = bit < 4;
      numbers[isOffset ? 0 : 1] =
        (numbers[isOffset ? 0 : 1] ?? 0) + readByte(delta, cursor.at++) * 256 ** (isOffset ? bit : bit - 4);
    }
    [source, from, length] = [base, numbers[0] ?? 0, numbers[1] === 0 ? 0x10000 : (numbers[1] ?? 0)];
  } else {
    cursor.at += length;
  }
  if (operation === 0 || from + length > source.byteLength) throw new Error('a delta does not fit its base');
  return source.subarray(from, from + length);
}

/** A length of a delta: seven bits a byte, the lowest first. */
function readLength(delta: Uint8Array, cursor: { at: number }): number {
  let length = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = readByte(delta, cursor.at++);
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return length;
  }
}
