import type { Effect } from '../../engine/effect.ts';
import type { Turn } from '../../engine/state/job.ts';
import type { Task } from '../../engine/view/task.ts';

/** One turn that is to be handed over. */
export interface DispatchOrder {
  readonly effect: Extract<Effect, { type: 'dispatch' }>;
  readonly turn: Turn;
  readonly task: Task;
}
