import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import type { TreadleError } from '../../base/errors.ts';
import { openRemote, type GitProgram, type RemoteOptions } from './remote.ts';
import { deniedError, limitedError, refusedError, unreachableError, unusableError } from './remote-error.ts';

/** How long the connection waits, and how often it tries again, before it gives up with an error. */
export interface GitPatience {
  /** Further tries after a network failure, a 5xx or a rate limit. */
  readonly retries: number;
  /** The unit of the back-off: before the n-th further try at most 2ⁿ units pass, at random. */
  readonly retryBaseMs: number;
  /** The longest wait that a server may ask for; beyond it `forge-rate-limited` is thrown at once. */
  readonly longestWaitMs: number;
  /** How long one request may take, its answer included. */
  readonly timeoutMs: number;
}

export interface ConnectionOptions extends RemoteOptions {
  readonly patience: GitPatience;
  /** Waits; for tests. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** What became of a request that may have been carried out although we have no answer. */
export type Delivery =
  | { readonly kind: 'answered'; readonly answer: Uint8Array }
  /** No answer, or one that does not tell: the server may have done it, or may do it yet. */
  | { readonly kind: 'lost'; readonly error: TreadleError };

/** A connection to one repository of a git server. Everything that it throws is a TreadleError, without the token. */
export interface GitConnection {
  /** The address, for messages. */
  readonly url: string;
  /** Asks what changes nothing: tries again within bounds. */
  ask(program: GitProgram, body: Uint8Array): Promise<Uint8Array>;
  /** Sends what changes something: tries again only what the server surely did not do. */
  send(program: GitProgram, body: Uint8Array): Promise<Delivery>;
  /** Waits before the n-th further try, counted from 0. */
  backOff(tries: number): Promise<void>;
}

/** Git compresses requests from this size on, too. */
const compressedFromBytes = 1024;
const compress = promisify(gzip);

/**
 * Opens a connection; nothing is sent yet. Its methods throw `forge-unreachable`, `forge-denied` (401, 403),
 * `forge-rate-limited` (fact `retryAt`), `forge-refused` (404 and the rest), `git-server-unusable` (no git server answers there).
 */
export function openConnection(options: ConnectionOptions): GitConnection {
  const remote = openRemote(options);
  const { patience, pause = delay } = options;
  const backOff = async (tries: number): Promise<void> => {
    await pause(patience.retryBaseMs * 2 ** tries * Math.random());
  };

  /** Tries until there is an answer that counts, or the bounds are reached. */
  const exchange = async (
    program: GitProgram,
    body: Uint8Array,
    isRepeatable: boolean,
  ): Promise<Delivery> => {
    const isCompressed = isRepeatable && body.byteLength >= compressedFromBytes;
    const request = { program, body: isCompressed ? await compress(body) : body, isCompressed };
    for (let tries = 0; ; tries += 1) {
      const reply = await remote.post(request, patience.timeoutMs);
      const isLast = tries >= patience.retries;
      switch (reply.kind) {
        case 'answered':
          return reply;
        case 'limited':
          if (isLast || reply.waitMs > patience.longestWaitMs) throw limitedError(remote.url(), reply);
          await pause(reply.waitMs);
          break;
        case 'unreachable': {
          const error = unreachableError(remote.url(), reply);
          if (!isRepeatable) return { kind: 'lost', error };
          if (isLast || (reply.waitMs ?? 0) > patience.longestWaitMs) throw error;
          await (reply.waitMs === undefined ? backOff(tries) : pause(reply.waitMs));
          break;
        }
        case 'denied':
          throw deniedError(remote.url(), program, reply);
        case 'refused':
          throw refusedError(remote.url(), reply);
        case 'unusable':
          throw unusableError(remote.url(), reply.reason);
      }
    }
  };

  return {
    get url() {
      return remote.url();
    },
    async ask(program, body) {
      const delivery = await exchange(program, body, true);
      if (delivery.kind === 'lost') throw delivery.error;
      return delivery.answer;
    },
    send: (program, body) => exchange(program, body, false),
    backOff,
  };
}
