import { awaitedOf, type Awaited } from '../engine/view/awaited.ts';
import { explainJob, explainRun } from '../engine/view/explain.ts';
import type { FoundRun } from './find-run.ts';

/** Why a run, or one job of it, is where it is, and besides what is said everywhere, the commands that help on this machine. */
export function explainHere({ workflow, config, state }: FoundRun, job: string | null = null): string {
  const text = job === null ? explainRun(workflow, config, state) : explainJob(workflow, config, state, job);
  const awaited = awaitedOf(workflow, state).filter((each) => job === null || each.job === job);
  const commands = [...new Set(awaited.flatMap((each) => commandsFor(state.run.id, each)))];
  return [
    text,
    ...(commands.length === 0 ? [] : ['\nFrom here:', ...commands.map((one) => `  ${one}`)]),
  ].join('\n');
}

function commandsFor(run: string, awaited: Awaited): readonly string[] {
  switch (awaited.kind) {
    case 'escalation':
      return [
        `treadle approve ${run} --job ${awaited.job} --reason "WHY"`,
        `treadle retry ${run} --reason "WHAT TO DO DIFFERENTLY"`,
        `treadle goto ${run} JOB --reason "WHY"`,
        `treadle reassign ${run} ROLE --reason "WHY"`,
        `treadle close ${run} --reason "WHY"`,
      ];
    case 'paused':
      return [`treadle resume ${run} --reason "WHY"`];
    case 'agent':
    case 'approval':
    case 'retry':
    case 'lease':
    case 'merge':
    case 'effect':
    case 'needs':
    case 'wake':
      return [];
  }
}
