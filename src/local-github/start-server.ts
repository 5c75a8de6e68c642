import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { serve, type ServerType } from '@hono/node-server';

import { createApplication } from './application.ts';
import { lockDirectory } from './lock-directory.ts';
import { openDatabase } from './data/database.ts';
import { replaceFile } from './data/durable-file.ts';
import { createMutex } from './mutex.ts';
import type { ServerContext } from './server-context.ts';

/** How a server is started. */
export interface ServerOptions {
  /** Where everything is kept; made when it is not there. */
  readonly dataDirectory: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The time; by default the machine's. */
  readonly clock?: () => Date;
  /** By default a million: an agent on the same machine should not run out. */
  readonly requestsPerHour?: number;
}

/** A server that runs. */
export interface RunningServer {
  readonly url: string;
  /** For `/_local/`; also kept in the data directory, as `admin-token`. */
  readonly adminToken: string;
  /** Resolves when no webhook is on its way. */
  settled(): Promise<void>;
  /** Ends it: no request is accepted any more, those under way are answered, everything is on the disk. */
  close(): Promise<void>;
}

/**
 * Starts the server on 127.0.0.1. `server.json` in the data directory tells where it is while it runs.
 *
 * @throws {TreadleError} `local-github-running` when another process serves the data directory.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const directory = options.dataDirectory;
  await mkdir(directory, { recursive: true });
  const lock = await lockDirectory(directory);
  try {
    return await serveLocked(directory, options, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function serveLocked(
  directory: string,
  options: ServerOptions,
  release: () => Promise<void>,
): Promise<RunningServer> {
  const database = await openDatabase(directory);
  const adminToken = await readAdminToken(join(directory, 'admin-token'));
  const clock = options.clock ?? (() => new Date());
  const runExclusively = createMutex();
  const deliveries = new Set<Promise<void>>();
  let url = '';
  const server: ServerContext = {
    database,
    url: () => url,
    now: () =>
      clock()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
    exclusively: (repository, task) => runExclusively(repository.fullName, task),
    deliver(delivery) {
      const sent = database
        .durable()
        .then(delivery)
        .catch((error: unknown) => {
          process.stderr.write(`a webhook was not delivered: ${String(error)}\n`);
        })
        .finally(() => deliveries.delete(sent));
      deliveries.add(sent);
    },
    requestsPerHour: options.requestsPerHour ?? 1_000_000,
    directory,
  };
  const app = createApplication(server, adminToken);
  const listening = await listen(app.fetch, options.port ?? 0);
  url = `http://127.0.0.1:${listening.port}`;
  const note = join(directory, 'server.json');
  await replaceFile(note, `${JSON.stringify({ url, pid: process.pid })}\n`, 0o600);
  const settled = async (): Promise<void> => {
    while (deliveries.size > 0) await Promise.all(deliveries);
  };
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await closeListener(listening.server);
    await settled();
    await database.durable();
    await rm(note, { force: true });
    await release();
  };
  return { url, adminToken, settled, close: () => (closing ??= close()) };
}

function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  port: number,
): Promise<{ readonly server: ServerType; readonly port: number }> {
  return new Promise((resolve, reject) => {
    // Clients on the same machine keep their connections: closing early only races with their next request.
    const serverOptions = { keepAliveTimeout: 75_000 };
    const server = serve({ fetch, port, hostname: '127.0.0.1', serverOptions }, (info: AddressInfo) =>
      resolve({ server, port: info.port }),
    );
    server.once('error', reject);
  });
}

/** How long requests under way may take to end before their connections are cut. */
const patienceMs = 5000;

/** Lets requests under way end; connections go as soon as they are idle. */
function closeListener(server: ServerType): Promise<void> {
  const http = server instanceof Server ? server : null;
  return new Promise((resolve) => {
    const sweep = setInterval(() => http?.closeIdleConnections(), 20);
    const cut = setTimeout(() => http?.closeAllConnections(), patienceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
    http?.closeIdleConnections();
  });
}

async function readAdminToken(path: string): Promise<string> {
  const known = await readFile(path, 'utf8').catch(() => '');
  if (known.trim() !== '') return known.trim();
  const token = `admin_${randomBytes(24).toString('hex')}`;
  await replaceFile(path, `${token}\n`, 0o600);
  return token;
}
