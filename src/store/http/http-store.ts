import type { GitObject } from '../branch-backend.ts';
import { refuseBranchName } from '../branch-name.ts';
import { createBranchStore } from '../branch-store.ts';
import type { Oid, Store } from '../port.ts';
import { openConnection, type GitPatience } from './connection.ts';
import { createFetch } from './fetch-objects.ts';
import { publishBranch } from './publish-branch.ts';
import { unusableError } from './remote-error.ts';
import { openRemoteObjects } from './remote-objects.ts';
import { tidyWords } from './remote.ts';
import { decodeListedRef, encodeListRef } from './upload-pack.ts';

export interface HttpStoreOptions {
  /** The address to clone from, for instance `https://github.com/octo-org/octo-repo.git`. */
  readonly url: string;
  /** The branch, without `refs/heads/`. */
  readonly branch: string;
  /** Of a user, an App or an Action: it needs to read, and to write for publishing, the contents of the repository. */
  readonly token: string;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** The `User-Agent`; `git/treadle` unless told. */
  readonly userAgent?: string;
  /** How long to wait and how often to try; see {@link defaultPatience}. */
  readonly patience?: Partial<GitPatience>;
  /** Waits in between; for tests. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** What suits a server in the network. */
const defaultPatience: GitPatience = {
  retries: 4,
  retryBaseMs: 500,
  longestWaitMs: 60_000,
  timeoutMs: 120_000,
};
/** The name in the protocol's own `agent`. */
const agent = 'treadle';

/**
 * The store over a repository on a git server, by its smart HTTP protocol: no git binary, no clone. What was read is kept in
 * memory. Nothing is sent before the first read.
 *
 * @throws {TreadleError} `branch-invalid`, `git-url-invalid`. Its methods also throw `forge-unreachable`, `forge-denied`,
 * `forge-rate-limited`, `forge-refused`, `git-server-unusable`, `push-refused`, `push-unclear`.
 */
export function openHttpStore(options: HttpStoreOptions): Promise<Store> {
  return Promise.resolve().then(() => createHttpStore(options));
}

function createHttpStore({ branch, patience, ...options }: HttpStoreOptions): Store {
  refuseBranchName(branch);
  const ref = `refs/heads/${branch}`;
  const connection = openConnection({
    userAgent: 'git/treadle',
    ...options,
    patience: { ...defaultPatience, ...patience },
  });
  const objects = new Map<Oid, GitObject>();
  const fetchObjects = createFetch(connection, objects, agent);
  const remote = openRemoteObjects(objects, fetchObjects);

  const readRef = async (): Promise<Oid | null> => {
    const answer = await connection.ask('git-upload-pack', encodeListRef(ref, agent));
    const oid = decodeRef(connection.url, answer, ref);
    remote.standsAt(oid);
    return oid;
  };

  return createBranchStore({
    read: (oid, purpose) => remote.read(oid, purpose),
    readRef,
    async publish(added, expected, next) {
      const push = { ref, expected, next, objects: added.values() };
      const isPublished = await publishBranch({ connection, agent, readRef, objects, fetchObjects }, push);
      if (isPublished) {
        for (const [oid, object] of added) objects.set(oid, object);
        remote.builtOn(next);
      }
      return isPublished;
    },
    shallowCommits: () => Promise.resolve(new Set()),
  });
}

function decodeRef(url: string, answer: Uint8Array, ref: string): Oid | null {
  try {
    const listed = decodeListedRef(answer, ref);
    if ('oid' in listed) return listed.oid;
    throw new Error(tidyWords(listed.failure));
  } catch (error) {
    throw unusableError(url, error instanceof Error ? error.message : String(error), error);
  }
}
