import type { Command } from 'commander';

import { openDocuments } from '../../store/documents.ts';
import {
  examples,
  GITHUB_OPTION,
  JSON_OPTION,
  REPO_OPTION,
  REPOSITORY_OPTION,
  type CommandContext,
  type PlaceOptions,
} from '../command-context.ts';
import { activeRuns, findRuns, finishedRuns } from '../find-run.ts';
import { readState } from '../read-state.ts';
import { runLine, runSummary } from '../run-summary.ts';

/** `treadle status`: the runs and how they stand. */
export function addStatus(program: Command, { terminal }: CommandContext): void {
  program
    .command('status')
    .description('the active runs and how they stand')
    .option('--all', 'finished runs too')
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', examples('treadle status', 'treadle status --all --json'))
    .action(async (options: PlaceOptions & { readonly all?: true }) => {
      const runs = await readState(terminal, options, async (store) => {
        const documents = openDocuments(await store.read());
        const active = await activeRuns(documents);
        const ids = options.all === true ? [...active, ...(await finishedRuns(documents))] : active;
        return findRuns(store, documents, ids);
      });
      if (options.json === true) {
        terminal.print(JSON.stringify({ version: 1, runs: runs.map(runSummary) }, null, 2));
        return;
      }
      for (const run of runs) terminal.print(runLine(run));
      if (runs.length === 0) {
        terminal.print(
          options.all === true
            ? 'no runs yet: treadle run bug --issue "What is wrong"'
            : 'no active runs; finished ones: treadle status --all',
        );
      }
    });
}
