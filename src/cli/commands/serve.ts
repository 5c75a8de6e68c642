import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { advance } from '../../runtime/advance.ts';
import { createDefinitions } from '../../runtime/definitions.ts';
import { publish } from '../../runtime/publish.ts';
import { readRepositoryConfig, type RepositoryConfig } from '../../runtime/repository-config.ts';
import { beginWake } from '../../runtime/wake.ts';
import { atWork } from '../at-work.ts';
import { examples, REPO_OPTION, type CommandContext } from '../command-context.ts';
import { readCount } from '../count.ts';
import { openDoorbell, type Doorbell } from '../doorbell.ts';
import { writeRunner } from '../local/runner.ts';
import type { Session } from '../local/session.ts';
import type { Terminal } from '../terminal.ts';
import { withSession } from '../with-session.ts';

/** How many runs one wake starts of new issues. */
const MOST_NEW_RUNS = 10;

/** `treadle serve`: the local server, and a runner that wakes at whatever happens on it. */
export function addServe(program: Command, { terminal }: CommandContext): void {
  program
    .command('serve')
    .description('keep the local server running, and go on with every run as things happen')
    .option('--port <n>', "the local server's port; any free one unless told", '0')
    .option(...REPO_OPTION)
    .addHelpText('after', examples('treadle serve --port 8080'))
    .action(async (options: { readonly repo: string; readonly port: string }) => {
      const port = readCount('--port', options.port, 65_535);
      await withSession(terminal, { repo: options.repo, command: 'serve', port }, async (session) => {
        if (!session.own) throw await atWork(session);
        const doorbell = await openDoorbell(session);
        try {
          const { dataFolder } = session.place;
          await writeRunner(dataFolder, { pid: process.pid, command: 'serve', door: doorbell.url });
          await serveUntilStopped(session, doorbell, terminal);
        } catch (error) {
          // To be asked to end is how serving ends.
          if (!session.interruption.signal.aborted) throw error;
        } finally {
          await doorbell.close();
        }
      });
    });
}

async function serveUntilStopped(session: Session, doorbell: Doorbell, terminal: Terminal): Promise<void> {
  const { runtime, place, interruption, serverUrl } = session;
  const { raised, signal } = interruption;
  const definitions = createDefinitions();
  // Begins the state branch where there is none: what is filed from now on counts.
  await publish(runtime, definitions, beginWake(runtime), () => Promise.resolve());
  terminal.print(JSON.stringify({ version: 1, url: serverUrl, repository: place.repository }));
  terminal.note(`serving ${place.repository} at ${serverUrl}; end with Ctrl-C`);
  while (!signal.aborted) {
    let heard = doorbell.rings();
    const nudge = async (): Promise<void> => {
      await Promise.race([doorbell.rungAfter(heard), raised]);
      heard = doorbell.rings();
    };
    const before = heard;
    const found = await readConfig(session, terminal);
    const { repository } = place;
    const intake =
      found === null ? null : { repository, config: () => Promise.resolve(found), maxNewRuns: MOST_NEW_RUNS };
    const { nextDue, transitions } = await advance(runtime, { intake, nudge }, definitions);
    if (transitions > 0) await session.bringBack();
    const timer = new AbortController();
    try {
      await Promise.race([
        raised,
        doorbell.rungAfter(before),
        ...(nextDue === null ? [] : [runtime.clock.waitUntil(nextDue, timer.signal)]),
      ]);
    } finally {
      // Else the process would live until then, though it was asked to end.
      timer.abort();
    }
  }
}

/** The configuration as it is now; null, and said so, while it has errors: runs go on with what they are pinned to. */
async function readConfig({ runtime }: Session, terminal: Terminal): Promise<RepositoryConfig | null> {
  try {
    return await readRepositoryConfig(runtime.forge, runtime.builtInWorkflows);
  } catch (error) {
    if (!(error instanceof TreadleError) || !error.code.startsWith('config-')) throw error;
    terminal.note(terminal.style('yellow', `note: no new runs are started: ${error.message}`));
    return null;
  }
}
