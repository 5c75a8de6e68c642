import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { advance } from '../../runtime/advance.ts';
import { createDefinitions } from '../../runtime/definitions.ts';
import { readRepositoryConfig } from '../../runtime/repository-config.ts';
import { examples, REPO_OPTION, type CommandContext } from '../command-context.ts';
import { openSession, type Session } from '../local/session.ts';
import { showProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

/** `treadle serve`: the local server, and a runner that wakes at whatever happens on it. */
export function addServe(program: Command, { terminal }: CommandContext): void {
  program
    .command('serve')
    .description('keep the local server running, and go on with every run as things happen')
    .option('--port <n>', "the local server's port; any free one unless told", '0')
    .option(...REPO_OPTION)
    .addHelpText('after', examples('treadle serve --port 8080'))
    .action(async (options: { readonly repo: string; readonly port: string }) => {
      const port = Number(options.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        throw new TreadleError('usage', `--port ${options.port} is no port: a number from 0 to 65535`);
      }
      const session = await openSession({ repo: options.repo, port, observe: showProgress(terminal) });
      try {
        if (!session.own) {
          throw new TreadleError(
            'already-serving',
            `another Treadle is at work in ${session.place.folder}, at ${session.serverUrl}`,
            {
              remedy: 'Use that one, or end it first.',
            },
          );
        }
        await serveUntilStopped(session, terminal);
      } finally {
        const left = await session.close();
        if (left !== null) terminal.note(left);
      }
    });
}

async function serveUntilStopped(session: Session, terminal: Terminal): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const doorbell = await openDoorbell(session);
  terminal.print(JSON.stringify({ url: session.serverUrl, repository: session.place.repository }));
  terminal.note(`serving ${session.place.repository} at ${session.serverUrl}; end with Ctrl-C`);
  const definitions = createDefinitions();
  const stopped = once(stop.signal, 'abort');
  try {
    while (!stop.signal.aborted) {
      const { runtime, place } = session;
      const found = await readRepositoryConfig(runtime.forge, runtime.builtInWorkflows);
      const intake = { repository: place.repository, found, maxNewRuns: 10 };
      const nudge = (): Promise<void> => doorbell.rung();
      const report = await advance(runtime, { intake, nudge }, definitions);
      const timer = new AbortController();
      await Promise.race([
        stopped,
        doorbell.rung(),
        ...(report.nextDue === null ? [] : [runtime.clock.waitUntil(report.nextDue, timer.signal)]),
      ]);
      timer.abort();
    }
  } finally {
    await doorbell.close();
  }
}

interface Doorbell {
  /** Resolves at the next ring, at once if one came since the last answer. */
  rung(): Promise<void>;
  close(): Promise<void>;
}

/** A webhook of the local server: what it says is not looked at, only that something happened. */
async function openDoorbell(session: Session): Promise<Doorbell> {
  let waiting: (() => void)[] = [];
  let pending = false;
  const secretPath = `/${randomBytes(16).toString('hex')}`;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(request.url === secretPath ? 204 : 404).end();
    if (request.url !== secretPath) return;
    pending = waiting.length === 0;
    for (const ring of waiting.splice(0)) ring();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const hooks = `${session.serverUrl}/repos/${session.place.repository}/hooks`;
  const authorization = `Bearer ${session.hookToken}`;
  const answer = await fetch(hooks, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({
      config: { url: `http://127.0.0.1:${port}${secretPath}`, content_type: 'json' },
      events: ['*'],
    }),
  });
  const hook = (await answer.json()) as { id: number };
  return {
    rung() {
      if (pending) {
        pending = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => (waiting = [...waiting, resolve]));
    },
    async close() {
      await fetch(`${hooks}/${hook.id}`, { method: 'DELETE', headers: { authorization } }).catch(
        () => undefined,
      );
      server.close();
      server.closeAllConnections();
    },
  };
}
