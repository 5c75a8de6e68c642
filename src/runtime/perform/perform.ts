import { TreadleError } from '../../base/errors.ts';
import type { Effect } from '../../engine/effect.ts';
import { cancelDispatch } from './cancel-dispatch.ts';
import { addMinutes } from '../wake.ts';
import { dispatch } from './dispatch.ts';
import { closeIssue } from './close-issue.ts';
import { closeEscalation, openEscalation, remindCeo } from './escalation.ts';
import { closeGate, openGate } from './gate.ts';
import { mergePull } from './merge.ts';
import { done, failed, limited, UNDECIDED, type Performance, type Performed } from './performance.ts';
import type { RunningCommands } from './run-command.ts';
import { cancelSteps, runSteps } from './run-steps.ts';
import { reopenIssue } from './reopen-issue.ts';
import { say } from './say.ts';
import { startWorkflow } from './start-workflow.ts';
import { updateStatus } from './update-status.ts';
import { CLAIM_ENDED, forgeUntil } from './timed-forge.ts';

/**
 * Performs one effect. Nothing is sent once its claim has run out. What the forge refuses or cannot be reached for is a failed
 * result, to be tried again; errors that are ours are thrown.
 */
export async function perform(performance: Performance, running: RunningCommands): Promise<Performed> {
  const { runtime, entry } = performance;
  const hasEnded = (): boolean => runtime.clock.now() >= entry.claim.until;
  if (hasEnded()) return UNDECIDED;
  const timed = { ...performance, runtime: { ...runtime, forge: forgeUntil(runtime.forge, hasEnded) } };
  try {
    return await performEffect(timed, entry.effect, running);
  } catch (error) {
    if (!(error instanceof TreadleError)) throw error;
    if (error.code === CLAIM_ENDED) return UNDECIDED;
    if (error.code === 'forge-rate-limited') return limited(retryTimeOf(error, runtime.clock.now()));
    if (error.code.startsWith('forge-')) return failed(error.message);
    throw error;
  }
}

/** Where the forge does not say when to come back, it wants a minute at least. */
function retryTimeOf({ facts }: TreadleError, now: string): string {
  const { retryAt } = facts;
  const ms = typeof retryAt === 'string' ? Date.parse(retryAt) : NaN;
  return Number.isNaN(ms) ? addMinutes(now, 1) : addMinutes(new Date(ms + 999).toISOString(), 0);
}

function performEffect(
  performance: Performance,
  effect: Effect,
  running: RunningCommands,
): Promise<Performed> {
  const { runtime } = performance;
  switch (effect.type) {
    case 'dispatch':
      return dispatch(performance, effect, running);
    case 'run_steps':
      return runSteps(performance, effect, running);
    case 'cancel_steps':
      return cancelSteps(performance, effect, running);
    case 'cancel_dispatch':
      return cancelDispatch(performance, effect, running);
    case 'open_gate':
      return openGate(performance, effect);
    case 'close_gate':
      return closeGate(performance, effect);
    case 'open_escalation':
      return openEscalation(performance, effect);
    case 'close_escalation':
      return closeEscalation(performance, effect);
    case 'remind_ceo':
      return remindCeo(performance, effect);
    case 'merge_pull':
      return mergePull(performance, effect);
    case 'leave_merge_queue':
      return runtime.forge.pulls.dequeue(effect.pull).then(() => done());
    case 'start_workflow':
      return startWorkflow(performance, effect);
    case 'reply':
      return say(performance, effect.text, effect.issue);
    case 'update_status':
      return updateStatus(performance);
    case 'reopen_issue':
      return reopenIssue(performance);
    case 'close_issue':
      return closeIssue(performance, effect);
  }
}
