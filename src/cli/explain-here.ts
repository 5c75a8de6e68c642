import { awaitedOf, type Awaited } from '../engine/view/awaited.ts';
import { explainJob, explainRun } from '../engine/view/explain.ts';
import { renderDecision } from '../engine/view/decision.ts';
import { visibleText } from '../engine/view/visible-text.ts';
import type { RunState } from '../engine/state/run.ts';
import type { Workflow } from '../workflow/model.ts';
import type { FoundRun } from './find-run.ts';

/**
 * Why a run, or one job of it, is where it is, and besides what is said everywhere, the commands that help. `place` are the
 * options that lead there.
 */
export function explainHere(
  { workflow, config, state }: FoundRun,
  job: string | null = null,
  place = '',
): string {
  const text = job === null ? explainRun(workflow, config, state) : explainJob(workflow, config, state, job);
  const awaited = awaitedOf(workflow, state).filter((each) => job === null || each.job === job);
  const commands = [...new Set(awaited.flatMap((each) => commandsFor(state.run.id, workflow.key, each)))];
  return [
    text,
    ...awaited.flatMap((each) => {
      const question = questionOf(workflow, state, each);
      return question === null
        ? []
        : [`\nTo be decided in ${each.job ?? ''}:\n\n${question.replace(/^(?=.)/gm, '  ')}`];
    }),
    ...(commands.length === 0 ? [] : ['\nFrom here:', ...commands.map((one) => `  ${one}${place}`)]),
  ].join('\n');
}

/** What is awaited, for `--json`; a text gate with the question as it is put. */
export function awaitedHere({ workflow, state }: FoundRun): readonly Record<string, unknown>[] {
  return awaitedOf(workflow, state).map((each) => {
    const question = questionOf(workflow, state, each);
    return question === null ? { ...each } : { ...each, question };
  });
}

/** The question that a text gate puts, with what it rests on; null for all else. */
function questionOf(workflow: Workflow, state: RunState, awaited: Awaited): string | null {
  if (awaited.kind !== 'approval' || awaited.gate !== 'text') return null;
  return visibleText(renderDecision(workflow, state, awaited.job).text).trimEnd();
}

function commandsFor(run: string, workflow: string, awaited: Awaited): readonly string[] {
  switch (awaited.kind) {
    case 'escalation':
      return [
        ...(awaited.cause === 'nobody-in-role' ? [`treadle repin ${run} ${workflow} --reason "WHY"`] : []),
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
    case 'hour':
    case 'checks':
    case 'lease':
    case 'group':
    case 'sub-run':
    case 'merge':
    case 'effect':
    case 'needs':
    case 'wake':
      return [];
  }
}
