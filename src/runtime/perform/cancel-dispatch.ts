import type { Effect } from '../../engine/effect.ts';
import { done, type Performance, type Performed } from './performance.ts';
import type { RunningCommands } from './run-command.ts';
import { say } from './say.ts';
import { cancelWorkflow } from './workflow-dispatch.ts';

/**
 * Calls a dispatch off the way it was made: a program is ended, a workflow run cancelled, an assignment taken back. Whoever reads
 * comments is told by one.
 */
export async function cancelDispatch(
  performance: Performance,
  effect: Extract<Effect, { type: 'cancel_dispatch' }>,
  running: RunningCommands,
): Promise<Performed> {
  running.get(effect.dispatch)?.stop();
  const { runtime, config, state } = performance;
  const words = `The dispatch of ${effect.job} no longer counts: ${effect.reason}`;
  const turn = state.jobs[effect.job]?.attempts
    .flatMap((attempt) => attempt.turns)
    .find((candidate) => candidate.dispatch === effect.dispatch);
  const agent = turn === undefined ? undefined : config.agents[turn.assignee.login];
  if (turn === undefined || agent === undefined) return say(performance, words);
  switch (agent.dispatch) {
    case 'command':
      return done();
    case 'workflow':
      await cancelWorkflow(performance, { ...turn, run: turn.remote?.workflowRun ?? null }, agent);
      return done();
    case 'assign':
      await runtime.forge.assignees.remove(state.run.issue, turn.assignee);
      return say(performance, words);
    case 'comment':
      return say(performance, words);
  }
}
