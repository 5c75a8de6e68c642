import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

import type { GitObject } from '../branch-backend.ts';
import { packTypeOf } from './pack-format.ts';

/**
 * A pack of objects, each whole and compressed, in the order given.
 *
 * Source: https://git-scm.com/docs/gitformat-pack
 */
export function encodePack(objects: Iterable<GitObject>): Uint8Array {
  const parts: Uint8Array[] = [];
  let count = 0;
  for (const { kind, body } of objects) {
    parts.push(encodeHead(packTypeOf(kind), body.byteLength), deflateSync(body));
    count += 1;
  }
  const head = Buffer.alloc(12);
  head.write('PACK', 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(count, 8);
  const pack = Buffer.concat([head, ...parts]);
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
}

/** The type and the size: four bits of it, then seven a byte, the lowest first; the top bit says that more follow. */
function encodeHead(type: number, size: number): Uint8Array {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 0x0f);
  // No bit operations on the rest: they would cut it to 32 bits.
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  bytes.push(byte);
  return Uint8Array.from(bytes);
}
