import { graphText } from '../engine/view/graph-text.ts';
import { jobName } from '../engine/view/outline.ts';
import { jobPhase, jobPhases, runWord } from '../engine/view/phase.ts';
import { awaitedHere, explainHere } from './explain-here.ts';
import type { FoundRun } from './find-run.ts';
import { paintLine, type Terminal } from './terminal.ts';
import { definitionsOf } from '../engine/legs.ts';

/** A run for `--json`. Format version 1; fields are added, never changed. */
export function runSummary(found: FoundRun): Record<string, unknown> {
  const { state, workflow, lastCommit } = found;
  const { run } = state;
  return {
    id: run.id,
    issue: run.issue,
    title: run.title,
    workflow: run.workflow,
    status: run.status,
    conclusion: run.conclusion,
    createdAt: run.createdAt,
    updatedAt: run.updatedAt,
    completedAt: run.completedAt,
    paused: run.paused !== null,
    cycles: run.cycles,
    jobs: Object.fromEntries(
      definitionsOf(workflow, state).map((definition) => [
        definition.id,
        {
          name: jobName(definition, state),
          ...run.jobs[definition.id],
          phase: jobPhase(state, definition.id),
          attempts: state.jobs[definition.id]?.attempts.length ?? 0,
        },
      ]),
    ),
    awaited: awaitedHere(found),
    lastCommit,
  };
}

/** A run in one line. */
export function runLine({ state, workflow }: FoundRun): string {
  const { run } = state;
  return `${run.id.padEnd(8)} ${run.workflow.padEnd(12)} ${runWord(run, jobPhases(workflow, state)).padEnd(28)} ${run.title}`;
}

/** A run's graph, and what it waits for. */
export function printRun(terminal: Terminal, found: FoundRun, place = ''): void {
  for (const line of graphText(found.workflow, found.state)) terminal.note(`  ${paintLine(terminal, line)}`);
  terminal.note('');
  terminal.note(explainHere(found, null, place));
}
