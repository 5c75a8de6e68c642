import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';

/** A ref that a push wants to move; an oid of zeros stands for not being there. Oids are in small letters. */
export interface PushCommand {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

/** A push whose commands were read: its body begins anew, and is not packed. */
export interface ReadPush {
  /** Null where they cannot be told for certain, whatever git makes of them. */
  readonly commands: readonly PushCommand[] | null;
  readonly body: ReadableStream<Uint8Array>;
  /** The headers that hold for that body. */
  readonly headers: Headers;
}

/** Longer lists of commands than this are not read. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Reads which refs a push wants to move, which its body tells first: a list of commands, and of shallow commits, up to a flush packet.
 * Of everything else that git might take for a list, such as a signed one or one with another end, nothing is said.
 *
 * @see https://git-scm.com/docs/gitprotocol-pack#_reference_update_request_and_packfile_transfer
 */
export async function readPush(headers: Headers, body: ReadableStream<Uint8Array>): Promise<ReadPush> {
  const packed = Readable.fromWeb(body as WebStream);
  const isPacked = headers.get('content-encoding') === 'gzip';
  const source: Readable = isPacked ? packed.pipe(createGunzip()) : packed;
  packed.on('error', (error) => source.destroy(error));
  const iterator = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let read = Buffer.alloc(0);
  let commands: Decoded = 'unfinished';
  while (commands === 'unfinished' && read.length < mostBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    read = Buffer.concat([read, next.value]);
    commands = decodeCommands(read);
  }
  const whole = async function* (): AsyncGenerator<Buffer> {
    yield read;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  };
  const unpacked = new Headers(headers);
  unpacked.delete('content-encoding');
  if (isPacked) unpacked.delete('content-length');
  return {
    commands: typeof commands === 'string' ? null : commands,
    body: Readable.toWeb(Readable.from(whole())) as ReadableStream<Uint8Array>,
    headers: unpacked,
  };
}

/** The commands, that there are more bytes to come, or that it is no such list. */
type Decoded = readonly PushCommand[] | 'unfinished' | 'unreadable';

const COMMAND = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)(?:\0[^]*|\n)?$/i;
const SHALLOW = /^shallow [0-9a-f]{40}\n?$/i;

/** The commands up to the flush packet. */
function decodeCommands(bytes: Buffer): Decoded {
  const commands: PushCommand[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const digits = bytes.toString('latin1', at, at + 4);
    if (digits === '0000') return commands;
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : 0;
    if (length <= 4) return 'unreadable';
    if (at + length > bytes.length) return 'unfinished';
    const line = decodeText(bytes.subarray(at + 4, at + length));
    if (line === null) return 'unreadable';
    const [, before, after, ref] = COMMAND.exec(line) ?? [];
    if (before !== undefined && after !== undefined && ref !== undefined)
      commands.push({ before: before.toLowerCase(), after: after.toLowerCase(), ref });
    else if (!SHALLOW.test(line)) return 'unreadable';
    at += length;
  }
  return 'unfinished';
}

/** Null for what is no UTF-8: different names of refs would read alike. */
function decodeText(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
