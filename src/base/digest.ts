import { createHash } from 'node:crypto';

import { canonicalJsonLine } from './canonical-json.ts';

/** A SHA-256 in lower-case hexadecimal, 64 characters. */
export type Sha256 = string;

/** The SHA-256 of a text's UTF-8 bytes. */
export function sha256(text: string): Sha256 {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * The id of something that follows from a cause: 24 hexadecimal characters (96 bits) over the canonical JSON of the cause.
 * Any runner that sees the same cause derives the same id. The first part names the kind of thing, so that ids of different
 * kinds never meet.
 */
export function derivedId(kind: string, ...cause: readonly unknown[]): string {
  return sha256(canonicalJsonLine([kind, ...cause])).slice(0, 24);
}
