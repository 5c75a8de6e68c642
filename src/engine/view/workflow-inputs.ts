import type { Task } from './task.ts';

/**
 * The inputs by which an agent's workflow is told its task. The task itself is the comment of that id, whose text would be too
 * long for an input.
 */
export function workflowInputs(task: Task, comment: number): Readonly<Record<string, string>> {
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
