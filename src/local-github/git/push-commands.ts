import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';

/** A ref that a push wants to move; an oid of zeros stands for not being there. */
export interface PushCommand {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

/** A push whose commands were read: its body begins anew, and is not packed. */
export interface ReadPush {
  readonly commands: readonly PushCommand[];
  readonly body: ReadableStream<Uint8Array>;
  /** The headers that hold for that body. */
  readonly headers: Headers;
}

/** Longer lists of commands than this are none. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Reads which refs a push wants to move, which its body tells first. What cannot be read is left to git, which refuses it: then there
 * are no commands.
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
  let commands: readonly PushCommand[] | null = null;
  while (commands === null && read.length < mostBytes) {
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
    commands: commands ?? [],
    body: Readable.toWeb(Readable.from(whole())) as ReadableStream<Uint8Array>,
    headers: unpacked,
  };
}

/** The commands up to the flush packet; null where it has not come yet. */
function decodeCommands(bytes: Buffer): readonly PushCommand[] | null {
  const commands: PushCommand[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 4), 16);
    if (length === 0) return commands;
    if (Number.isNaN(length) || length < 4) return [];
    if (at + length > bytes.length) return null;
    const line = bytes.toString('utf8', at + 4, at + length);
    const [, before, after, ref] = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/.exec(line) ?? [];
    if (before !== undefined && after !== undefined && ref !== undefined)
      commands.push({ before, after, ref });
    at += length;
  }
  return null;
}
