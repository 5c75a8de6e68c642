import type { Agent } from '../../engine/config.ts';
import { postDispatchComment } from './dispatch-comment.ts';
import type { DispatchOrder } from './order.ts';
import { done, failed, type Performance, type Performed } from './performance.ts';

/** Posts the task on the bead and assigns the bead to the agent. Assigning twice is assigning once. */
export async function assignAgent(
  performance: Performance,
  order: DispatchOrder,
  agent: Extract<Agent, { dispatch: 'assign' }>,
): Promise<Performed> {
  const { runtime, state } = performance;
  const comment = await postDispatchComment(performance, order, agent);
  const outcome = await runtime.forge.assignees.add(state.run.issue, order.turn.assignee);
  return outcome.kind === 'assigned' ? done({ comment, assigned: true }) : failed(outcome.problem);
}
