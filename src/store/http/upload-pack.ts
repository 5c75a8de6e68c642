/**
 * What is said to and by `git upload-pack` in protocol version 2. Pure: bytes to bytes.
 *
 * Only filters that GitHub takes are used: `blob:none`, `blob:limit` and `tree:0`. It refuses deeper `tree:` filters and
 * combined ones. Objects that are wanted by their id always come, whatever the filter.
 *
 * Source: https://git-scm.com/docs/gitprotocol-v2
 */
import { isOid } from '../git-object.ts';
import type { Oid } from '../port.ts';
import {
  decodePackets,
  delimiterPacket,
  encodeLine,
  flushPacket,
  payloadText,
  splitBands,
} from './pkt-line.ts';

/** A question for objects. */
export interface FetchRequest {
  /** Objects of any kind; what is reachable from them comes along as far as the rest allows. */
  readonly wants: readonly Oid[];
  /** `tree:0`: nothing but what is wanted, and the commits behind it. `blob:none`: no files. */
  readonly filter: 'tree:0' | 'blob:none' | `blob:limit=${number}`;
  /** How many commits of the history; for wants that are commits. */
  readonly depth?: number;
  /** A commit whose trees we have: what it has too does not come again. */
  readonly have?: Oid | undefined;
}

/** What the server answered. */
export type FetchAnswer =
  | { readonly kind: 'pack'; readonly pack: Uint8Array }
  /** It has no such object. */
  | { readonly kind: 'absent'; readonly oid: Oid }
  /** It gave up, and says why. */
  | { readonly kind: 'failure'; readonly reason: string };

/** Asks where one ref stands. */
export function encodeListRef(ref: string, agent: string): Uint8Array {
  return encodeCommand('ls-refs', agent, [`ref-prefix ${ref}`]);
}

/**
 * Where the ref stands; null where it does not exist. A prefix may bring other refs as well.
 *
 * @throws {Error} where the answer is none.
 */
export function decodeListedRef(
  answer: Uint8Array,
  ref: string,
): { readonly oid: Oid | null } | { readonly failure: string } {
  const packets = decodePackets(answer);
  if (packets.at(-1)?.kind !== 'flush') throw new Error('the list of refs does not end');
  for (const packet of packets) {
    if (packet.kind !== 'payload') continue;
    const line = payloadText(packet.bytes);
    if (line.startsWith('ERR ')) return { failure: line.slice(4) };
    const [oid = '', name] = line.split(' ');
    if (!isOid(oid) || name === undefined) throw new Error(`${JSON.stringify(line.slice(0, 80))} is no ref`);
    if (name === ref) return { oid };
  }
  return { oid: null };
}

/** Asks for objects. */
export function encodeFetch({ wants, filter, depth, have }: FetchRequest, agent: string): Uint8Array {
  return encodeCommand('fetch', agent, [
    'no-progress',
    'ofs-delta',
    // Without `thin-pack` git sends all trees of a commit at a depth, whatever we say to have. `shallow` says that the
    // history behind what we have is not here, so that it is not taken for known.
    ...(have === undefined ? [] : ['thin-pack', `shallow ${have}`]),
    ...wants.map((oid) => `want ${oid}`),
    ...(depth === undefined ? [] : [`deepen ${depth}`]),
    `filter ${filter}`,
    ...(have === undefined ? [] : [`have ${have}`]),
    'done',
  ]);
}

/**
 * Takes the pack out of an answer.
 *
 * @throws {Error} where the answer is none, or is cut off.
 */
export function decodeFetch(answer: Uint8Array): FetchAnswer {
  const packets = decodePackets(answer);
  const payloads: Uint8Array[] = [];
  let inPack = false;
  for (const packet of packets) {
    if (packet.kind !== 'payload') continue;
    if (inPack) {
      payloads.push(packet.bytes);
      continue;
    }
    const line = payloadText(packet.bytes);
    if (line.startsWith('ERR ')) return decodeRefusal(line.slice(4));
    // What comes before tells where the history is cut, which we asked for.
    inPack = line === 'packfile';
  }
  if (!inPack) throw new Error('the answer holds no pack');
  const { main, failure } = splitBands(payloads);
  if (failure !== undefined) return decodeRefusal(failure);
  if (packets.at(-1)?.kind !== 'flush') throw new Error('the answer is cut off');
  return { kind: 'pack', pack: main };
}

/** Source: `upload-pack.c` of git, which names the first object that it does not have. */
function decodeRefusal(reason: string): FetchAnswer {
  const [, oid] = /not our ref ([0-9a-f]{40})/.exec(reason) ?? [];
  return oid === undefined ? { kind: 'failure', reason } : { kind: 'absent', oid };
}

function encodeCommand(command: string, agent: string, lines: readonly string[]): Uint8Array {
  return Buffer.concat([
    encodeLine(`command=${command}`),
    encodeLine(`agent=${agent}`),
    encodeLine('object-format=sha1'),
    delimiterPacket,
    ...lines.map(encodeLine),
    flushPacket,
  ]);
}
