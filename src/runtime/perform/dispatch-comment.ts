import type { Agent } from '../../engine/config.ts';
import { renderDispatchComment } from '../../engine/view/dispatch-comment.ts';
import type { DispatchOrder } from './order.ts';
import type { Performance } from './performance.ts';
import { postComment } from './post-comment.ts';

/** Posts the comment that is the record of a dispatch, once. Returns its id. */
export async function postDispatchComment(
  { runtime, state, entry, doubtful }: Performance,
  { task, turn }: DispatchOrder,
  agent: Agent,
): Promise<number> {
  const known = turn.remote?.comment;
  if (known !== undefined) return known;
  return postComment(runtime.forge, {
    issue: state.run.issue,
    marker: entry.id,
    body: renderDispatchComment(task, { agent, head: turn.remote?.head ?? null }),
    doubtful,
  });
}
