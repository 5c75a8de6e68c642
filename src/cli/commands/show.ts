import type { Command } from 'commander';

import { attemptsOf } from '../../engine/view/history.ts';
import { graphText } from '../../engine/view/graph-text.ts';
import { latestStepResults, stepResultLines, type StepResults } from '../../engine/view/step-results.ts';
import { visibleText } from '../../engine/view/visible-text.ts';
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
import { explainHere } from '../explain-here.ts';
import { findJob, findRun, type FoundRun } from '../find-run.ts';
import { readState } from '../read-state.ts';
import { runSummary } from '../run-summary.ts';
import { paintLine, type Terminal } from '../terminal.ts';

/** `treadle show`: a run with its graph, attempts and outputs. */
export function addShow(program: Command, { terminal }: CommandContext): void {
  program
    .command('show')
    .description('a run: its graph, what it waits for, attempts and outputs')
    .argument('<run>', 'the run (42-1) or its issue (42)')
    .argument('[job]', 'only this job')
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', examples('treadle show 42-1', 'treadle show 42-1 fix', 'treadle show 42 --json'))
    .action(async (run: string, job: string | undefined, options: PlaceOptions) => {
      const found = await readState(terminal, options, (store) => findRun(store, run));
      const id = job === undefined ? undefined : findJob(found, job);
      if (options.json === true) {
        const documents = id === undefined ? found.state.jobs : { [id]: found.state.jobs[id] };
        terminal.print(JSON.stringify({ version: 1, run: runSummary(found), jobs: documents }, null, 2));
        return;
      }
      if (id === undefined) {
        for (const line of graphText(found.workflow, found.state)) terminal.print(paintLine(terminal, line));
        terminal.print(`\n${explainHere(found, null, placeWords(options))}`);
        for (const result of latestStepResults(found.workflow, found.state))
          printSteps(terminal, result, false);
        for (const name of found.workflow.jobs.keys()) printOutputs(terminal, found, name);
        return;
      }
      terminal.print(explainHere(found, id, placeWords(options)));
      for (const result of latestStepResults(found.workflow, found.state))
        if (result.job === id) printSteps(terminal, result, true);
      printOutputs(terminal, found, id);
    });
}

function printSteps(terminal: Terminal, result: StepResults, isWhole: boolean): void {
  terminal.print(`\n${stepResultLines(result, isWhole).join('\n')}`);
}

function printOutputs(terminal: Terminal, { state }: FoundRun, job: string): void {
  const document = state.jobs[job];
  if (document === undefined) return;
  for (const { attempt } of attemptsOf([document])) {
    for (const turn of attempt.turns) {
      if (turn.summary === null || turn.summary === '') continue;
      terminal.print(
        `\n${job}, attempt ${attempt.number}, turn ${turn.number} by ${turn.assignee.login}: ${visibleText(turn.summary)}`,
      );
    }
  }
  for (const [name, value] of Object.entries(document.outputs)) {
    terminal.print(`\n${job}.${name}:\n${visibleText(value).replace(/^/gm, '  ')}`);
  }
}
