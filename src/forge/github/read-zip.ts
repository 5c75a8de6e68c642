import { inflateRawSync } from 'node:zlib';

/** What an archive holds. */
export type Zip =
  | {
      readonly kind: 'files';
      readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
    }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'damaged'; readonly problem: string };

/** Signatures and fixed sizes: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3. */
const END = { signature: 0x06054b50, size: 22, longestComment: 0xffff };
const ENTRY = { signature: 0x02014b50, size: 46 };
const LOCAL = { signature: 0x04034b50, size: 30 };
const STORED = 0;
const DEFLATED = 8;

/**
 * Reads the files of a zip archive by its central directory, folders left out. Never unpacks more than `mostBytes` in all: an
 * archive comes from strangers. Archives of several parts, of 4 GiB and more, and encrypted ones are `damaged` to it.
 */
export function readZip(bytes: Uint8Array, mostBytes: number): Zip {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readEntries(zip, mostBytes);
  } catch (error) {
    if (isTooLarge(error)) return { kind: 'too-large' };
    return { kind: 'damaged', problem: error instanceof Error ? error.message : String(error) };
  }
}

function readEntries(zip: Buffer, mostBytes: number): Zip {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  let left = mostBytes;
  const files: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(at) !== ENTRY.signature) throw new Error('its directory is broken');
    const [nameSize, extraSize, noteSize] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const next = at + ENTRY.size + (nameSize ?? 0) + (extraSize ?? 0) + (noteSize ?? 0);
    const name = zip.toString('utf8', at + ENTRY.size, at + ENTRY.size + (nameSize ?? 0));
    if (!name.endsWith('/')) {
      if (zip.readUInt32LE(at + 24) > left) return { kind: 'too-large' };
      const content = readContent(zip, at, left);
      left -= content.length;
      files.push({ name, bytes: content });
    }
    at = next;
  }
  return { kind: 'files', files };
}

function findEnd(zip: Buffer): number {
  const first = Math.max(0, zip.length - END.size - END.longestComment);
  for (let at = zip.length - END.size; at >= first; at -= 1) {
    if (zip.readUInt32LE(at) === END.signature) return at;
  }
  throw new Error('it is no zip archive');
}

function readContent(zip: Buffer, entry: number, mostBytes: number): Uint8Array {
  if ((zip.readUInt16LE(entry + 8) & 1) === 1) throw new Error('it is encrypted');
  const method = zip.readUInt16LE(entry + 10);
  const packed = zip.readUInt32LE(entry + 20);
  const local = zip.readUInt32LE(entry + 42);
  if (zip.readUInt32LE(local) !== LOCAL.signature) throw new Error('its directory is broken');
  const start = local + LOCAL.size + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  if (start + packed > zip.length) throw new Error('it is cut off');
  const content = zip.subarray(start, start + packed);
  if (method === DEFLATED) return inflateRawSync(content, { maxOutputLength: Math.max(1, mostBytes) });
  if (method !== STORED) throw new Error(`it is packed by method ${method}`);
  return content;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
