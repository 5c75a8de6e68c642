import { sha256, type Sha256 } from '../base/digest.ts';

/** Texts longer than this many UTF-8 bytes are kept apart from their document, under their digest. */
export const INLINE_LIMIT_BYTES = 1024;

/**
 * Replaces every long text in a value by `{ blob: <sha256> }`, and hands the texts over by digest. A value that happens to look
 * like such a reference has its text kept apart, too, so that it is read back as what it was. A text that UTF-8 cannot hold
 * (half a surrogate pair) stays where it is: JSON can escape it.
 */
export function extractBlobs(value: unknown): {
  readonly stored: unknown;
  readonly blobs: ReadonlyMap<Sha256, string>;
} {
  const blobs = new Map<Sha256, string>();
  const keepApart = (text: string): { readonly blob: Sha256 } => {
    const digest = sha256(text);
    blobs.set(digest, text);
    return { blob: digest };
  };
  const stored = mapValues(value, (leaf) => {
    if (isBlobReference(leaf)) return { blob: keepApart(leaf.blob) };
    return typeof leaf === 'string' && isLong(leaf) && isWellFormed(leaf) ? keepApart(leaf) : leaf;
  });
  return { stored, blobs };
}

/** The digests a stored value refers to, each once. */
export function findBlobs(stored: unknown): readonly Sha256[] {
  const found = new Set<Sha256>();
  mapValues(stored, (leaf) => {
    if (isBlobReference(leaf)) found.add(leaf.blob);
    return leaf;
  });
  return [...found];
}

/** The reverse of {@link extractBlobs}. `textOf` throws where a blob is missing. */
export function insertBlobs(stored: unknown, textOf: (digest: Sha256) => string): unknown {
  return mapValues(stored, (leaf) => (isBlobReference(leaf) ? textOf(leaf.blob) : leaf));
}

function isLong(text: string): boolean {
  // A UTF-16 unit takes at most three bytes, so most texts need not be counted.
  return text.length * 3 > INLINE_LIMIT_BYTES && Buffer.byteLength(text, 'utf8') > INLINE_LIMIT_BYTES;
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function isBlobReference(value: unknown): value is { readonly blob: Sha256 } {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  const digest = (value as { blob?: unknown }).blob;
  return keys.length === 1 && typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest);
}

/** Maps leaves (scalars and blob references); a value nothing of which changed keeps its identity. */
function mapValues(value: unknown, map: (leaf: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || isBlobReference(value)) return map(value);
  if (Array.isArray(value)) {
    const mapped = value.map((item) => mapValues(item, map));
    return mapped.some((item, index) => item !== value[index]) ? mapped : value;
  }
  const entries = Object.entries(value);
  const mapped = entries.map(([key, field]): [string, unknown] => [key, mapValues(field, map)]);
  return mapped.some(([, field], index) => field !== entries[index]?.[1])
    ? Object.fromEntries(mapped)
    : value;
}
