import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';

import { gitEnvironment } from './run-git.ts';

/** One request to git's smart HTTP protocol. */
export interface BackendRequest {
  readonly method: string;
  /** The directory of the bare repository. */
  readonly path: string;
  /** What follows the repository in the URL, for instance `/info/refs`. */
  readonly pathInfo: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  /** The account, or `null` for a stranger. */
  readonly login: string | null;
  readonly env: Readonly<Record<string, string>>;
}

/** Git's answer, its body still flowing; `done` resolves when git has ended. */
export interface BackendAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readable;
  readonly done: Promise<void>;
}

/**
 * Serves a request by `git http-backend` as a CGI program. Both bodies are streamed; git itself unpacks a gzipped request.
 * https://git-scm.com/docs/git-http-backend
 */
export async function serveGit(request: BackendRequest): Promise<BackendAnswer> {
  const child = spawn('git', ['http-backend'], { env: cgiEnvironment(request) });
  const done = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
  child.stderr.resume();
  // Git may answer before it has read all, for instance when it refuses.
  child.stdin.on('error', () => undefined);
  if (request.body === null) child.stdin.end();
  else {
    const body = Readable.fromWeb(request.body as WebStream);
    body.on('error', () => child.stdin.destroy());
    body.pipe(child.stdin);
  }
  const { head, rest } = await readHead(child);
  const headers = new Headers();
  let status = 200;
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers.append(name, value);
  }
  return { status, headers, body: rest, done };
}

function cgiEnvironment(request: BackendRequest): Record<string, string> {
  const { headers } = request;
  const optional: readonly (readonly [string, string | null])[] = [
    ['CONTENT_TYPE', headers.get('content-type')],
    ['CONTENT_LENGTH', headers.get('content-length')],
    ['HTTP_CONTENT_ENCODING', headers.get('content-encoding')],
    ['GIT_PROTOCOL', headers.get('git-protocol')],
    ['REMOTE_USER', request.login],
  ];
  return {
    ...gitEnvironment(),
    ...Object.fromEntries(optional.filter((pair): pair is [string, string] => pair[1] !== null)),
    ...request.env,
    GIT_PROJECT_ROOT: request.path,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: request.pathInfo,
    QUERY_STRING: request.query,
    REQUEST_METHOD: request.method,
    REMOTE_ADDR: '127.0.0.1',
  };
}

/** Reads the CGI header and gives what follows as a stream. */
async function readHead(
  child: ChildProcessWithoutNullStreams,
): Promise<{ readonly head: string; readonly rest: Readable }> {
  const chunks = child.stdout.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  let seen = Buffer.alloc(0);
  for (;;) {
    const end = /\r?\n\r?\n/.exec(seen.toString('latin1'));
    if (end !== null) {
      const first = seen.subarray(end.index + end[0].length);
      return {
        head: seen.subarray(0, end.index).toString('latin1'),
        rest: Readable.from(join(first, chunks)),
      };
    }
    const next = await chunks.next();
    if (next.done === true) return { head: 'Status: 500 git ended early', rest: Readable.from([]) };
    seen = Buffer.concat([seen, next.value]);
  }
}

async function* join(first: Buffer, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* chunks;
}
