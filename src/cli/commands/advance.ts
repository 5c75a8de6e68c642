import type { Command } from 'commander';

import { advance } from '../../runtime/advance.ts';
import { createDefinitions } from '../../runtime/definitions.ts';
import { healFailures } from '../../runtime/heal.ts';
import { readRepositoryConfig } from '../../runtime/repository-config.ts';
import { openDocuments } from '../../store/documents.ts';
import {
  examples,
  JSON_OPTION,
  REPO_OPTION,
  type CommandContext,
  type RepositoryOptions,
} from '../command-context.ts';
import { readCount } from '../count.ts';
import { activeRuns, findRun } from '../find-run.ts';
import { atWork } from '../at-work.ts';
import { runLine } from '../run-summary.ts';
import { withSession } from '../with-session.ts';

/** `treadle advance`: one wake. */
export function addAdvance(program: Command, { terminal }: CommandContext): void {
  program
    .command('advance')
    .description('one wake: read what is new, decide what follows, publish it, perform it')
    .option('--max-new-runs <n>', 'how many runs to start of new issues', '10')
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', examples('treadle advance', 'treadle advance --json --repo ../shop'))
    .action(async (options: RepositoryOptions & { readonly maxNewRuns: string }) => {
      const maxNewRuns = readCount('--max-new-runs', options.maxNewRuns);
      await withSession(terminal, { repo: options.repo, command: 'advance' }, async (session) => {
        const { runtime, place, interruption } = session;
        if (!session.own) throw await atWork(session);
        const found = await readRepositoryConfig(runtime.forge, runtime.builtInWorkflows);
        const intake = { repository: place.repository, config: () => Promise.resolve(found), maxNewRuns };
        const definitions = createDefinitions();
        await healFailures(runtime, definitions, intake);
        const report = await advance(runtime, { intake, nudge: () => interruption.raised }, definitions);
        interruption.signal.throwIfAborted();
        const { wake, transitions, remarks, nextDue } = report;
        if (options.json === true) {
          terminal.print(
            JSON.stringify(
              { version: 1, wake, transitions, touched: [...report.touched.keys()], remarks, nextDue },
              null,
              2,
            ),
          );
          return;
        }
        terminal.print(`${transitions} ${transitions === 1 ? 'transition' : 'transitions'}`);
        for (const run of await activeRuns(openDocuments(await runtime.store.read()))) {
          terminal.print(runLine(await findRun(runtime.store, run)));
        }
      });
    });
}
