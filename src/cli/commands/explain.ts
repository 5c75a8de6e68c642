import type { Command } from 'commander';

import { awaitedOf } from '../../engine/view/awaited.ts';
import { explainJob, explainRun } from '../../engine/view/explain.ts';
import {
  examples,
  JSON_OPTION,
  REPO_OPTION,
  type CommandContext,
  type RepositoryOptions,
} from '../command-context.ts';
import { findRun } from '../find-run.ts';
import { openState } from '../local/session.ts';

/** `treadle explain`: why a run is where it is, and what can be done. */
export function addExplain(program: Command, { terminal }: CommandContext): void {
  program
    .command('explain')
    .description('why a run is where it is, what happens next, and what can be done about it')
    .argument('<run>', 'the run (42-1) or its issue (42)')
    .argument('[job]', 'only this job')
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', examples('treadle explain 42-1', 'treadle explain 42-1 fix'))
    .action(async (run: string, job: string | undefined, options: RepositoryOptions) => {
      const { store } = await openState(options.repo);
      const { workflow, config, state } = await findRun(store, run);
      if (options.json === true) {
        const awaited = awaitedOf(workflow, state).filter((each) => job === undefined || each.job === job);
        terminal.print(JSON.stringify({ version: 1, run: state.run.id, awaited }, null, 2));
        return;
      }
      terminal.print(
        job === undefined ? explainRun(workflow, config, state) : explainJob(workflow, config, state, job),
      );
    });
}
