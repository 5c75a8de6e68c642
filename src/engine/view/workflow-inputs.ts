import type { Task } from './task.ts';

/** The inputs by which an agent's workflow is told its task; the task itself is the comment. An agent's own inputs have other names. */
export const TASK_INPUTS = ['dispatch', 'issue', 'run', 'job', 'attempt', 'turn', 'comment'] as const;

/**
 * GitHub's limits for all inputs of a dispatch together.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs
 */
export const INPUT_LIMITS = { count: 25, characters: 65_535 };

/** The inputs of a turn. `comment` is the id of the comment that is the task. */
export function workflowInputs(
  task: Task,
  comment: number,
): Readonly<Record<(typeof TASK_INPUTS)[number], string>> {
  return {
    dispatch: task.dispatch,
    issue: String(task.issue.number),
    run: task.run.id,
    job: task.job.id,
    attempt: String(task.attempt),
    turn: String(task.turn),
    comment: String(comment),
  };
}
