/**
 * What is said to and by `git receive-pack`. Pure: bytes to bytes.
 *
 * Source: https://git-scm.com/docs/gitprotocol-pack (Reference Update Request and Packfile Transfer, Report Status)
 */
import type { GitObject } from '../branch-backend.ts';
import type { Oid } from '../port.ts';
import { encodePack } from './encode-pack.ts';
import { decodePackets, encodeLine, flushPacket, payloadText, splitBands } from './pkt-line.ts';

/** A ref to be moved, with the objects that this needs. */
export interface Push {
  readonly ref: string;
  /** Where it must stand; null where it must not exist. The server's compare-and-swap. */
  readonly expected: Oid | null;
  readonly next: Oid;
  readonly objects: Iterable<GitObject>;
}

/** What the server says that it did. */
export type PushReport =
  | { readonly kind: 'moved' }
  /** It did not; `reason` is the report's, `remarks` what the server and its hooks said to people. */
  | { readonly kind: 'refused'; readonly reason: string; readonly remarks: string };

const noOid = '0'.repeat(40);

/** Asks to move a ref. */
export function encodePush({ ref, expected, next, objects }: Push, agent: string): Uint8Array {
  const features = `report-status side-band-64k atomic object-format=sha1 agent=${agent}`;
  return Buffer.concat([
    encodeLine(`${expected ?? noOid} ${next} ${ref}\0 ${features}`),
    flushPacket,
    encodePack(objects),
  ]);
}

/**
 * Reads whether the ref was moved.
 *
 * @throws {Error} where the answer does not say so.
 */
export function decodePushReport(answer: Uint8Array, ref: string): PushReport {
  const payloads: Uint8Array[] = [];
  for (const packet of decodePackets(answer)) {
    if (packet.kind !== 'payload') continue;
    const line = payloadText(packet.bytes);
    if (line.startsWith('ERR ')) return { kind: 'refused', reason: line.slice(4), remarks: '' };
    payloads.push(packet.bytes);
  }
  const { main, remarks, failure } = splitBands(payloads);
  const lines = decodePackets(main).flatMap((packet) =>
    packet.kind === 'payload' ? [payloadText(packet.bytes)] : [],
  );
  const unpacked = lines.find((line) => line.startsWith('unpack '))?.slice('unpack '.length);
  const refused = lines.find((line) => line.startsWith(`ng ${ref} `))?.slice(`ng ${ref} `.length);
  if (lines.includes(`ok ${ref}`) && unpacked === 'ok') return { kind: 'moved' };
  const reason = refused ?? (unpacked === 'ok' ? undefined : unpacked) ?? failure;
  if (reason === undefined) throw new Error(`the answer does not say what became of ${ref}`);
  return { kind: 'refused', reason, remarks: remarks.trim() };
}
