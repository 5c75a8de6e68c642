import type { Command } from 'commander';

import {
  examples,
  GITHUB_OPTION,
  JSON_OPTION,
  placeWords,
  REPO_OPTION,
  REPOSITORY_OPTION,
  type CommandContext,
  type PlaceOptions,
} from '../command-context.ts';
import { awaitedHere, explainHere } from '../explain-here.ts';
import { findJob, findRun } from '../find-run.ts';
import { readState } from '../read-state.ts';

/** `treadle explain`: why a run is where it is, and what can be done. */
export function addExplain(program: Command, { terminal }: CommandContext): void {
  program
    .command('explain')
    .description('why a run is where it is, what happens next, and what can be done about it')
    .argument('<run>', 'the run (42-1) or its issue (42)')
    .argument('[job]', 'only this job')
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', examples('treadle explain 42-1', 'treadle explain 42-1 fix'))
    .action(async (run: string, job: string | undefined, options: PlaceOptions) => {
      const found = await readState(terminal, options, (store) => findRun(store, run));
      const id = job === undefined ? null : findJob(found, job);
      if (options.json === true) {
        const awaited = awaitedHere(found).filter((each) => id === null || each['job'] === id);
        terminal.print(JSON.stringify({ version: 1, run: found.state.run.id, awaited }, null, 2));
        return;
      }
      terminal.print(explainHere(found, id, placeWords(options)));
    });
}
