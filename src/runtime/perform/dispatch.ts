import type { Effect } from '../../engine/effect.ts';
import { contextsOf } from '../../engine/contexts.ts';
import { TREADLE } from '../../engine/event.ts';
import { taskOf, type Task } from '../../engine/view/task.ts';
import { renderTemplate } from '../../expression/evaluate.ts';
import { findLostMerge } from '../merge-check.ts';
import { assignAgent } from './assignment.ts';
import { postDispatchComment } from './dispatch-comment.ts';
import { headToMerge } from './head-to-merge.ts';
import { done, dropped, prepared, type Performance, type Performed } from './performance.ts';
import { runCommand, type RunningCommands } from './run-command.ts';
import { dispatchWorkflow } from './workflow-dispatch.ts';
import { definitionOf } from '../../workflow/leg.ts';

type Dispatch = Extract<Effect, { type: 'dispatch' }>;

/**
 * Hands a turn to its assignee: by comment, by running their program to its end, by starting their workflow, or by assigning the
 * bead. For a commit the head that they are to judge is written down first.
 */
export async function dispatch(
  performance: Performance,
  effect: Dispatch,
  running: RunningCommands,
): Promise<Performed> {
  const { runtime, config, state } = performance;
  const turn = state.jobs[effect.job]?.attempts.at(-1)?.turns.at(-1);
  if (turn?.dispatch !== effect.dispatch || turn.outcome !== 'open') {
    return dropped('the dispatch was cancelled before it was made');
  }
  const lost = await findLostMerge(runtime.forge, performance, effect.job);
  if (lost !== null) {
    const cause = [effect.dispatch];
    const fact = { run: state.run.id, happening: lost, actor: TREADLE, ground: 'read from the forge', cause };
    return { ...dropped('there is nothing to verify'), facts: [{ ...fact, at: runtime.clock.now() }] };
  }
  if (turn.remote?.head === undefined) {
    const head = await headToMerge(runtime.forge, performance, effect.job);
    if (head !== null) return prepared({ head });
  }
  const order = { effect, turn, task: renderTask(performance, effect.job) };
  const agent = config.agents[turn.assignee.login] ?? { dispatch: 'comment' };
  switch (agent.dispatch) {
    case 'command':
      return runCommand(performance, { ...order, command: agent.command }, running);
    case 'comment':
      return done({ comment: await postDispatchComment(performance, order, agent) });
    case 'workflow':
      return dispatchWorkflow(performance, order, agent);
    case 'assign':
      return assignAgent(performance, order, agent);
  }
}

/** The task of a job's open turn, with its prompt filled in. */
function renderTask(
  { workflow, config, state }: Pick<Performance, 'workflow' | 'config' | 'state'>,
  job: string,
): Task {
  const node = definitionOf(workflow, job);
  const prompt = node !== undefined && 'prompt' in node ? node.prompt : null;
  const text =
    prompt === null ? '' : renderTemplate(prompt, contextsOf({ workflow, config }, state, job, 'job'));
  return taskOf(workflow, config, state, job, text);
}
