/**
 * Git's framing of messages: lines with their length, and three bands within one stream. Pure.
 *
 * Source: https://git-scm.com/docs/protocol-common and https://git-scm.com/docs/gitprotocol-pack
 */

/** One packet: a payload, or one of the marks between payloads. */
export type Packet =
  { readonly kind: 'payload'; readonly bytes: Uint8Array } | { readonly kind: 'flush' | 'delimiter' | 'end' };

/** Ends a message. */
export const flushPacket: Uint8Array = Buffer.from('0000');
/** Stands between the parts of a message of protocol version 2. */
export const delimiterPacket: Uint8Array = Buffer.from('0001');

const marks = ['flush', 'delimiter', 'end'] as const;
const strictHex = /^[0-9a-f]{4}$/i;

/** A line as a packet, with the newline that git ends lines with. */
export function encodeLine(line: string): Uint8Array {
  const payload = Buffer.from(`${line}\n`, 'utf8');
  const length = (payload.byteLength + 4).toString(16).padStart(4, '0');
  return Buffer.concat([Buffer.from(length), payload]);
}

/**
 * The packets of a whole message, as views into it.
 *
 * @throws {Error} where the bytes are not packets, or end within one.
 */
export function decodePackets(bytes: Uint8Array): readonly Packet[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packets: Packet[] = [];
  let at = 0;
  while (at < buffer.length) {
    const digits = buffer.toString('latin1', at, at + 4);
    const length = strictHex.test(digits) ? Number.parseInt(digits, 16) : -1;
    const mark = marks[length];
    if (mark !== undefined) {
      packets.push({ kind: mark });
      at += 4;
    } else {
      if (length < 4) throw new Error(`a packet begins with ${JSON.stringify(digits)}`);
      if (at + length > buffer.length) throw new Error('the answer ends within a packet');
      packets.push({ kind: 'payload', bytes: buffer.subarray(at + 4, at + length) });
      at += length;
    }
  }
  return packets;
}

/** The text of a payload, without the newline at its end. */
export function payloadText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** What came on the bands of a stream. */
export interface Bands {
  /** Band 1: what was asked for. */
  readonly main: Uint8Array;
  /** Band 2: what the server says to people meanwhile. */
  readonly remarks: string;
  /** Band 3: why it gave up, where it did. */
  readonly failure: string | undefined;
}

/**
 * Takes the bands of payloads apart.
 *
 * @throws {Error} where a payload belongs to no band.
 */
export function splitBands(payloads: Iterable<Uint8Array>): Bands {
  const main: Uint8Array[] = [];
  const remarks: Uint8Array[] = [];
  const failures: Uint8Array[] = [];
  const bands = [undefined, main, remarks, failures];
  for (const payload of payloads) {
    const band = bands[payload[0] ?? 0];
    if (band === undefined) throw new Error('a packet belongs to no band');
    band.push(payload.subarray(1));
  }
  return {
    main: Buffer.concat(main),
    remarks: Buffer.concat(remarks).toString('utf8'),
    failure: failures.length === 0 ? undefined : payloadText(Buffer.concat(failures)),
  };
}
