import type { GitObject } from '../branch-backend.ts';
import type { Oid } from '../port.ts';
import type { GitConnection } from './connection.ts';
import { decodePack, type DecodedPack } from './decode-pack.ts';
import { unusableError } from './remote-error.ts';
import { tidyWords } from './remote.ts';
import { decodeFetch, encodeFetch, type FetchAnswer, type FetchRequest } from './upload-pack.ts';

/** Fetches objects into a map, and gives the ids of those that the server does not have. */
export type FetchObjects = (request: FetchRequest) => Promise<ReadonlySet<Oid>>;

/**
 * Makes what fetches objects into `objects`.
 *
 * @throws {TreadleError} from what it makes: what the connection throws, `git-server-unusable`.
 */
export function createFetch(
  connection: GitConnection,
  objects: Map<Oid, GitObject>,
  agent: string,
): FetchObjects {
  const fetchObjects: FetchObjects = async (request) => {
    const absent = new Set<Oid>();
    // The server refuses all for one that it does not have, and names that one.
    for (let { wants } = request; wants.length > 0; wants = wants.filter((oid) => !absent.has(oid))) {
      const answer = await ask({ ...request, wants });
      switch (answer.kind) {
        case 'pack':
          for (const [oid, object] of await readPack(answer.pack)) objects.set(oid, object);
          return absent;
        case 'absent':
          if (!wants.includes(answer.oid)) throw unusable(`it misses ${answer.oid}`);
          absent.add(answer.oid);
          break;
        case 'failure':
          throw unusable(tidyWords(answer.reason));
      }
    }
    return absent;
  };

  const unusable = (reason: string, cause?: unknown): Error => unusableError(connection.url, reason, cause);

  const decoded = <T>(decode: () => T): T => {
    try {
      return decode();
    } catch (error) {
      throw unusable(error instanceof Error ? error.message : String(error), error);
    }
  };

  const ask = async (request: FetchRequest): Promise<FetchAnswer> => {
    const answer = await connection.ask('git-upload-pack', encodeFetch(request, agent));
    return decoded(() => decodeFetch(answer));
  };

  const readPack = async (pack: Uint8Array): Promise<ReadonlyMap<Oid, GitObject>> => {
    const decode = (): DecodedPack => decoded(() => decodePack(pack, (oid) => objects.get(oid)));
    const first = decode();
    if (first.kind === 'objects') return first.objects;
    // The server told objects as differences from some that we said to have and never read.
    await fetchObjects({ wants: first.missing, filter: 'tree:0' });
    const second = decode();
    if (second.kind === 'objects') return second.objects;
    throw unusable(`its pack builds on ${second.missing.join(', ')}, which it does not give`);
  };

  return fetchObjects;
}
